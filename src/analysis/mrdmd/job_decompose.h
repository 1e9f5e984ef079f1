// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file job_decompose.h
 * `telltale mrdmd --roots job` and `both`: jobs as roots, by themselves or beside one cut of all hosts.
 */
#pragma once

#include "forest.h"
#include "source.h"

/** Is the setting `roots` another than "cut"? */
bool job_decompose_is_asked(const struct settings *settings);

/**
 * Collective. Decompose what `roots` asks for and write the tables of all roots, the cut first, then jobs in the order
 * of the facility. STATUS_BAD_INPUT where there is no job to decompose.
 *
 * @param summary  one line for people is added
 */
status job_decompose(struct mrdmd_source *source, const struct settings *settings,
                     const char *output, struct text *summary);
