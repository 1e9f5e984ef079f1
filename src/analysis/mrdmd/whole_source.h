// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file whole_source.h
 * Whole windows for `telltale mrdmd`: from its source, into its file.
 */
#pragma once

#include "source.h"
#include "whole.h"

/** Collective. @param settings  `precision` is read */
status mrdmd_whole_of_source(struct mrdmd_source *source, const struct settings *settings,
                             const struct mrdmd_plan *plan, const struct mrdmd_plan *row_plan,
                             struct whole **whole, struct mrdmd_result **result);

/** Collective. How each window was solved: the column `windows/solver`, the attribute `tsqr_windows`. */
void mrdmd_whole_write(const struct whole *whole, struct archive *archive);

/** One line that says the same. */
void mrdmd_whole_summarise(const struct whole *whole, struct text *summary);
