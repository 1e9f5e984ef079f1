// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file whole.h
 * Whole windows: every sample of a window is a column of D (`sampling: whole`, as PyDMD's MrDMD has it), so the
 * problems are n x n for a window of n samples and no combination of few sample rows spans the modes.
 *
 * One pass over the tiles a level: the modes of the levels above are formed and taken off tile by tile, and
 * what the windows of the level need is summed. Three ways to a window's singular values, rows of one table:
 *
 *     Gram       inner products, exact sums, dsyevr; n below MRDMD_SPREAD_FROM
 *     ScaLAPACK  the same over all ranks (pdsyrk, pdsyevd); from there on
 *     TSQR       triangles in a tree of tiles, dgesdd; where inner products lose what is wanted
 *
 * Inner products square the singular values: below 1e-8 of the largest they are rounding, below 1e-6 they have
 * few digits. So a window whose median singular value, which the hard threshold rests on, or whose
 * smallest one in use is below MRDMD_SQUARABLE of the largest takes a further pass by TSQR.
 */
#pragma once

#include "mrdmd.h"

#include <telltale/linalg_spread.h>

/** Columns from which on a window's eigenproblem is spread over the ranks. */
enum { MRDMD_SPREAD_FROM = 1000 };

/** Ratio of singular values below which inner products do not serve. */
#define MRDMD_SQUARABLE 1e-6

enum whole_solver { WHOLE_GRAM, WHOLE_TSQR, WHOLE_SPREAD };

enum whole_precision {
    WHOLE_AUTO,   /**< TSQR where the spectrum needs it */
    WHOLE_PLAIN,  /**< never */
    WHOLE_PRECISE /**< for every window */
};

/** What one window yields; no pointers, so that it can be sent. */
struct whole_window {
    int rank; /**< of all columns by the hard threshold, at most n - 1 */
    int slow_count;
    int solver;                       /**< enum whole_solver */
    bool needs_tsqr;                  /**< the spectrum asks for it */
    double spread;                    /**< largest singular value over the smallest in use */
    double complex rate[MRDMD_SMALL]; /**< log of the eigenvalue per sample */
    double complex amplitude[MRDMD_SMALL];
    double power[MRDMD_SMALL];
};

/* ---- one window ------------------------------------------------------------------------------ */

/** A window's matrix D in one of the three forms. With D1 = D[:, :-1] = U S V^T and D2 = D[:, 1:]: */
struct whole_factor {
    enum whole_solver solver;
    int n; /**< columns of D */
    const struct comm
        *comm;             /**< the ranks that work on this window together; NULL: this one alone */
    const double *of;      /**< borrowed: G packed, or R */
    struct spread *spread; /**< borrowed: G over the ranks */
    /** All singular values of D, descending, [n]. */
    status (*values)(struct whole_factor *factor, double *s);
    /** The @p rank largest of D1, S^-1/2 U^T D2 V S^-1/2 and, unless it is NULL, what the backward operator
     *  needs (mrdmd_forward_backward()). V is kept. */
    status (*operators)(struct whole_factor *factor, int rank, double *s, double *a, double *l);
    /** y = V x. x [vectors, rank], y [vectors, n - 1]. */
    void (*combine)(struct whole_factor *factor, int vectors, int rank, const double *x, double *y);
    /** y = D^T D x, [vectors, n]. */
    void (*image)(struct whole_factor *factor, int vectors, const double *x, double *y);
    double *kept; /**< owned: V of the local forms, [rank, n - 1] */
};

/** @param g  shape [linalg_packed(n)], @param r  shape [n, n]; borrowed. */
void whole_factor_gram(struct whole_factor *factor, int n, const double *g);
void whole_factor_triangle(struct whole_factor *factor, int n, const double *r);
void whole_factor_spread(struct whole_factor *factor, int n, const struct comm *comm,
                         struct spread *spread);
void whole_factor_release(struct whole_factor *factor);

/**
 * Slow modes of a window and their amplitudes; collective over factor->comm. At most MRDMD_SMALL slow modes,
 * those of lowest frequency, are taken.
 *
 * @param readings      P, the rows of D, for the threshold
 * @param floor         singular values up to it are rounding
 * @param combinations  receives a new block [slow_count, n]: phi_k = D c_k
 */
status whole_solve(struct whole_factor *factor, const struct mrdmd_options *options,
                   int64_t readings, double floor, struct whole_window *window,
                   double complex **combinations);

/* ---- all windows ------------------------------------------------------------------------------ */

/** What is decomposed: tiles of readings, as they come. */
struct whole_input {
    const struct comm *comm;
    const struct mrdmd_plan *plan;     /**< sampling SAMPLING_WHOLE */
    const struct mrdmd_plan *row_plan; /**< mrdmd_whole_row_plan(): what rows are filled by */
    struct span tiles;                 /**< of this rank */
    int64_t tile_readings;             /**< of the largest tile, the same on every rank */
    enum whole_precision precision;
    status (*fill)(void *of, int64_t tile, struct mrdmd_rows *rows);
    void *of; /**< handed to fill() */
};

/** The modes found, and a tile's residual while modes are formed. */
struct whole {
    const struct mrdmd_plan *plan; /**< borrowed */
    struct whole_window *windows;  /**< owned, [window_count] */
    double complex **combinations; /**< owned, [window_count]: [slow_count, n]; NULL: none */
    int64_t readings;              /**< of the tile at hand */
    size_t stride;
    double *residual;                 /**< owned, [times][stride] */
    double *phi_real, *phi_imaginary; /**< owned, [MRDMD_SMALL][stride] */
    double complex *powers;           /**< owned, [times] */
};

/** A plan of roots alone, which bridges gaps as the plan's own roots do. */
status mrdmd_whole_row_plan(const struct mrdmd_plan *plan, struct mrdmd_plan **row_plan);

/** Collective. Every rank gets the whole result; without combinations, which are in @p whole. */
status mrdmd_whole_solve(const struct whole_input *input, struct whole **whole,
                         struct mrdmd_result **result);
void mrdmd_whole_destroy(struct whole **whole);

/** Windows that were solved by @p solver. */
int mrdmd_whole_count(const struct whole *whole, enum whole_solver solver);

/** Begin a tile: its samples are the residual of the roots. */
void mrdmd_whole_begin(struct whole *whole, const struct mrdmd_plan *row_plan,
                       const struct mrdmd_rows *rows);

/**
 * The modes of one window at the tile's readings, which are then taken off the residual; windows come in
 * depth-first order, none that has modes left out.
 *
 * @param phi  shape [modes, readings]; may be NULL
 */
void mrdmd_whole_form(struct whole *whole, int window, double complex *phi);
