// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file rows.h
 * What rows.c shares with rows_pool.c, the sample rows of a tile of values without gaps, and with
 * rows_matrix.c, the rows of a matrix of doubles.
 */
#pragma once

#include "nested.h"
#include "pools.h"

/** The values of some samples of the tile that rows were filled from. @pre filling.values */
struct linalg_tile mrdmd_rows_tile(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan,
                                   int64_t first, int64_t count);

/** Do the long windows' blocks hold all samples of every root, so that mrdmd_rows_pool_root() serves? */
bool mrdmd_rows_are_pooled(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan);

/**
 * The sample rows of a root's long windows and, from them, its means: the values are walked once. @return false where
 * a sample is missing or not finite; means and rows are then good for nothing
 */
bool mrdmd_rows_pool_root(struct mrdmd_rows *rows, const struct mrdmd_plan *plan, int window);

/** The sample rows of all long windows, with the means that stand in rows. */
void mrdmd_rows_pool_roots(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan);

/** Those of low windows, or a note that they are left to mrdmd_rows_pool(). */
void mrdmd_rows_pool_lows(struct mrdmd_rows *rows, const struct mrdmd_plan *plan);

/** Sums over a root of what is there, and into rows->present how many samples are. */
void mrdmd_matrix_sums(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan,
                       const struct mrdmd_window *root, double *sums);

/** to[t][r] = x[r][times.first + t] - mean[r]. */
void mrdmd_matrix_take(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan,
                       const double *mean, struct span times, double *to);
