// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file measure.h
 * How rates are measured here.
 */
#pragma once

/** One repeat lasts this long at least: long for the clock, short beside a turn of the scheduler. */
#define MEASURE_REPEAT_S 2e-3

/** Repeat @p work for so long; the best of its repeats, in what it returns per second. */
double measure_best(double (*work)(void *state), void *state, double seconds);
