// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file linalg_spread.h
 * Tall matrices of many columns whose rows are held in tiles by the ranks: inner products, the triangle of
 * their QR factors, and eigenproblems and equations too large for one process.
 *
 * A tile is given by its columns: linalg_rows whose row k is column k of the matrix. All that is collective
 * or allocates says so.
 */
#pragma once

#include <telltale/comm.h>
#include <telltale/linalg.h>

/* ---- Gram ------------------------------------------------------------------------------------- */

/** Entries of a packed lower triangle of order @p n; row i begins at linalg_packed(i). */
int64_t linalg_packed(int64_t n);

/**
 * G[i][j] = inner product of columns i and j over @p length rows of one tile, by linalg_dot_add(): the same bits
 * on any CPU. Sum tiles by exact sums (comm.h), then the bits depend on no rank either.
 *
 * @param g  shape [linalg_packed(columns.count)], overwritten
 */
void linalg_gram(struct linalg_rows columns, int length, double *g);

/* ---- TSQR ------------------------------------------------------------------------------------- */

/**
 * R of A = Q R from one pass over tiles (Demmel, Grigori, Hoemmen, Langou 2012): tiles are factored one by
 * one, and triangles joined two by two in a binary tree over the numbers of the tiles. The tree is that of
 * the tiles, so R has the same bits on any number of ranks. Singular values of A are those of R to
 * 1e-16 of the largest, where those from inner products end at 1e-8.
 *
 * A rank holds at most about 2 log2(tiles) packed triangles; rank 0 in the end those of all ranks.
 */
struct tsqr;

/** Allocates. */
struct tsqr *tsqr_create(int columns);
void tsqr_destroy(struct tsqr **tsqr);

/** Add tile number @p tile; a rank's tiles come in ascending order without holes. Allocates. */
void tsqr_add(struct tsqr *tsqr, int64_t tile, struct linalg_rows columns, int length);

/**
 * Collective. Join the triangles of all ranks, whose tiles follow one another in rank order.
 *
 * @param r  shape [columns, columns], on every rank: upper triangular, no negative diagonal
 */
void tsqr_reduce(const struct comm *comm, struct tsqr *tsqr, double *r);

/* ---- eigenproblems over all ranks (ScaLAPACK) ----------------------------------------------- */

/**
 * A Gram matrix G of order n spread over the ranks in square blocks, and eigenvectors of it. Bits depend on the
 * number of ranks; what is found is judged by residuals, here as well as in the tests.
 */
struct spread;

/** Collective. @param rows_max  rows of the largest tile, the same on every rank */
struct spread *spread_create(const struct comm *comm, int n, int rows_max);
void spread_destroy(struct spread **spread); /**< Collective. */

/** Collective. Add the inner products of one tile of every rank (pdsyrk); length 0: this rank has none. */
void spread_add(struct spread *spread, struct linalg_rows columns, int length);

/**
 * Collective. Eigenvalues, descending, of the leading @p order rows and columns of G (pdsyevd); the
 * eigenvectors are kept for what follows. STATUS_FAILED where G v = lambda v does not hold to rounding.
 *
 * @param values  shape [order], the same on every rank
 */
status spread_eigen(struct spread *spread, int order, double *values);

/**
 * Collective. With V the @p count first eigenvectors of order n - 1 and G' the block of G of rows 0 .. n-2 and
 * columns 1 .. n-1: K = V^T G' V and, unless it is NULL, L = V^T G' G'^T V.
 *
 * @param k  shape [count, count]
 * @param l  shape [count, count]; may be NULL
 */
void spread_shifted(const struct spread *spread, int count, double *k, double *l);

/** Collective. y = V x for @p vectors vectors. @param x  shape [vectors, count] @param y  shape [vectors, order] */
void spread_combine(const struct spread *spread, int vectors, int count, const double *x,
                    double *y);

/** Collective. y = G x for @p vectors vectors. Both of shape [vectors, n]. */
void spread_image(const struct spread *spread, int vectors, const double *x, double *y);

/* ---- equations over all ranks (ScaLAPACK) --------------------------------------------------- */

/**
 * G X = B for symmetric positive definite G of order n, dealt out to the ranks in square blocks: each holds its share of
 * G twice and of B three times. Bits depend on the number of ranks; what is found is judged by its residual.
 */
struct spread_equations;

/**
 * Collective. All zero. STATUS_BAD_USE where a rank's share has more entries than the library can count (2^31).
 *
 * @param columns  of B
 */
status spread_equations_create(const struct comm *comm, int n, int columns,
                               struct spread_equations **equations);
void spread_equations_destroy(
    struct spread_equations **equations); /**< Collective. Accepts NULL. */

/**
 * Rows [first, first + count) of G, from column first on, and of B behind them: all ranks are given the same, and
 * each keeps what is its share. Local.
 *
 * @param rows  shape [count, n - first + columns]
 */
void spread_equations_put(struct spread_equations *equations, int first, int count,
                          const double *rows);

/**
 * Collective. Solve (G + D) X = B, D[i][i] = @p shift for i < @p shifted and 0 beyond (pdpotrf, pdpotrs).
 *
 * @param x         shape [n, columns], the same on every rank
 * @param residual  of X in Frobenius' norm, |G X + D X - B| / (|G + D| |X| + |B|)
 * STATUS_FAILED where G + D is not positive definite, and where the residual is more than rounding.
 */
status spread_equations_solve(struct spread_equations *equations, double shift, int shifted,
                              double *x, double *residual);
