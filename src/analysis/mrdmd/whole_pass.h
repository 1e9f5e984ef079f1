// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file whole_pass.h
 * What the files of the whole-window engine share: windows that are summed in one pass over the tiles.
 */
#pragma once

#include "whole.h"

/** Windows of a batch. */
enum { WINDOWS_MAX = 4096 };

/** Windows that share one pass over the tiles. */
struct batch {
    int count;
    enum whole_solver solver;
    int level;
    int windows[WINDOWS_MAX];
    struct exact_sums *sums; /**< owned: Gram, one packed triangle after the other */
    double *products;        /**< owned: the same of one tile, in the end the sums */
    int64_t first[WINDOWS_MAX + 1];
    struct tsqr *tsqr[WINDOWS_MAX];     /**< owned */
    double *triangles[WINDOWS_MAX];     /**< owned: of the windows that this rank solves */
    struct spread *spread[WINDOWS_MAX]; /**< owned */
};

/** One decomposition in progress. */
struct engine {
    const struct whole_input *input;
    const struct mrdmd_plan *plan;
    struct whole *whole;
    struct mrdmd_rows rows;
    struct exact_sums *squares; /**< of every sample as it came */
    double *square;             /**< owned, [times] */
    int64_t *readings;          /**< owned, [roots] */
    bool has_squares;           /**< has the first pass been made? */
};

/**
 * Collective. One pass over all tiles: the residual of the levels above, and of it what the batch's windows need;
 * not yet summed over the ranks. The first pass also finds the squares and the readings that are there.
 */
status whole_pass(struct engine *engine, struct batch *batch);
