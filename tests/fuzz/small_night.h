// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file small_night.h
 * A small facility file for targets whose input is another file: that of
 * `telltale synth --hosts 3 --metrics 2 --samples 120 --period-s 60 --seed 1`, made once, in memory.
 */
#pragma once

/** Its path. Static. */
const char *small_night(void);

/** A place in memory for files that a target writes; the same for every input. @p name  a few letters; static */
const char *small_night_output(const char *name);
