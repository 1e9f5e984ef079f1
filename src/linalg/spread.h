// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file spread.h
 * What the files spread_*.c share: a matrix dealt out in square blocks over a grid of processes.
 */
#pragma once

#include "scalapack.h"

#include <telltale/linalg_spread.h>

enum { SPREAD_BLOCK = 64 };

/** The processes as a grid. */
struct grid {
    int context;
    int rows, columns; /**< of the grid */
    int row, column;   /**< of this process */
};

/** This process's part of a matrix, block-cyclic. */
struct part {
    double *entries;   /**< owned, by columns */
    int rows, columns; /**< of the part */
    int descriptor[SCALAPACK_DESCRIPTOR];
};

struct spread {
    const struct comm *comm; /**< borrowed */
    int handle;
    struct grid line; /**< all processes below one another: as tiles are held */
    struct grid grid;
    int n, rows_max, order;
    struct part tile;  /**< one tile of each process, over the line */
    struct part batch; /**< the same over the grid */
    struct part gram;  /**< its lower triangle first, then all of it */
    struct part work, vectors;
    bool is_full; /**< is the upper triangle of `gram` there? */
};

/** Collective. The processes of a BLACS handle as a grid. */
void grid_init(struct grid *grid, int handle, int rows, int columns);

/** The most nearly square grid of all processes has so many rows: it is wider than high. */
int grid_rows(int size);

/** Items of a cyclic distribution of blocks that fall on process @p at of @p count (NUMROC). */
int spread_own(int items, int block, int at, int count);

/** Allocates. */
void part_init(struct part *part, const struct grid *grid, int rows, int columns, int block_rows,
               int block_columns);

/** Row or column of the whole matrix that is number @p local on process @p at of @p count. */
static inline int spread_global(int local, int at, int count)
{
    return (local / SPREAD_BLOCK * count + at) * SPREAD_BLOCK + local % SPREAD_BLOCK;
}

/** Collective. Sums of doubles over all ranks, in place. */
void spread_sum(const struct comm *comm, double *items, size_t count);
