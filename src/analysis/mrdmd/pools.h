// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file pools.h
 * Which sample rows of a tile are made together, and from what.
 */
#pragma once

#include "mrdmd.h"

/** Block k of a window, made up of blocks of the half below it. */
struct mrdmd_union {
    int window, k, child;
};

/** Sample rows that are made together: from blocks of the values first, then from one another. */
struct mrdmd_pool {
    struct span segments; /**< those walked */
    int root;
    int row_first;                    /**< rows of the blocks are counted from it on */
    struct linalg_blocks blocks;      /**< borrowing, from the first segment's first sample on */
    const struct mrdmd_union *unions; /**< borrowed */
    int union_count;
};

/** The sample rows of all windows: those of long windows root by root, others when their segments are at hand. */
struct mrdmd_pools {
    struct mrdmd_pool *roots; /**< owned, [roots] */
    struct mrdmd_pool *lows;  /**< owned, [low_count]: all segments in turn */
    int low_count;
    int low_rows;               /**< most rows of one of them */
    struct linalg_run *runs;    /**< owned */
    struct linalg_part *parts;  /**< owned */
    struct mrdmd_union *unions; /**< owned */
};

struct mrdmd_pools *mrdmd_pools_create(const struct mrdmd_plan *plan);
void mrdmd_pools_destroy(struct mrdmd_pools **pools);
