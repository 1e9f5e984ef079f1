// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file mrdmd.h
 * Multiresolution dynamic mode decomposition: what its engines share.
 *
 * Letters as in the papers: X is P readings by T samples of period dt (a reading is one metric of one
 * host); a window [a, b) of n samples at level l is sampled every `step` samples; D holds the residual
 * of X (slow modes of all ancestors subtracted) at those ns samples. Kutz, Fu, Brunton, "Multiresolution
 * dynamic mode decomposition" (2016); Jovanovic, Schmid, Nichols (2014) for the amplitudes; Brunton et
 * al. (2016) for the scaling of modes.
 *
 * Everything in this folder but mrdmd.c and files named after what they write is pure: arrays in,
 * arrays out.
 */
#pragma once

#include <telltale/comm.h>
#include <telltale/linalg.h>
#include <telltale/telemetry.h>

#include <complex.h>

/* ---- the plan: which windows there are ------------------------------------------------------- */

enum mrdmd_sampling {
    SAMPLING_POINT,  /**< the sample itself, as in the paper */
    SAMPLING_POOLED, /**< the mean of the samples from it to the next: no aliasing */
    SAMPLING_WHOLE   /**< every sample: whole.h */
};

enum { MRDMD_LEVELS_MAX = 24, MRDMD_CYCLES_MAX = 3 };

struct mrdmd_options {
    int max_level;      /**< levels 0 .. max_level */
    int max_cycles;     /**< cycles a window that still count as slow; at most MRDMD_CYCLES_MAX */
    int nyquist_factor; /**< samples a window: 2 * factor * cycles; 4 in the papers */
    enum mrdmd_sampling sampling;
    double period_s;        /**< dt */
    double power_threshold; /**< share of the root's largest power below which a mode is not kept */
    int64_t root_samples;   /**< samples of a root window; 0: all */
    uint32_t job_split_levels; /**< bit l: windows of level l are split between jobs */
    int64_t split_reach;       /**< samples that such a split may be off the middle */
    bool is_forward_backward;  /**< eigenvalues from both directions of time: less bias by noise */
};

struct mrdmd_window {
    int level;
    int64_t first, count; /**< samples [first, first + count) */
    int64_t step;
    int samples;   /**< ns: columns of D */
    int root;      /**< number of its root window */
    int parent;    /**< number of the window it is a half of, -1 for a root */
    int next;      /**< the window after its whole subtree, in depth-first order */
    int row_first; /**< its first sample row among those of all windows */
    int path_rows; /**< K: 1 + sample rows of the path from the root to it, itself included */
};

/** Samples that share one path of windows: [first, first + count), `window` the deepest of them. */
struct mrdmd_segment {
    int64_t first, count;
    int window;
    int64_t product_first; /**< where its products [path_rows][count] begin */
};

struct mrdmd_plan {
    struct mrdmd_options options;
    int64_t times;
    struct mrdmd_window *windows; /**< owned, depth-first */
    int window_count;
    int root_count;
    struct mrdmd_segment *segments; /**< owned, in time order, without holes within the roots */
    int segment_count;
    int row_count;         /**< sample rows of all windows */
    int path_rows_max;     /**< largest K */
    int64_t product_count; /**< entries of all segments' products */
    int64_t gram_count;    /**< entries of all windows' blocks [path_rows][samples] */
    int64_t *gram_first;   /**< owned, [window_count] */
};

/** A job as the splits see it: when it began and ended, in samples, and its nodes. */
struct mrdmd_job {
    double start, end, weight;
};

/**
 * Lay out the windows: roots of options->root_samples (the last takes a remainder shorter than half of
 * that), halved down to max_level while at least nyq samples are left.
 * STATUS_BAD_INPUT where no root has nyq samples.
 */
status mrdmd_plan_create(const struct mrdmd_options *options, int64_t times,
                         const struct mrdmd_job *jobs, int64_t job_count, struct mrdmd_plan **plan);
void mrdmd_plan_destroy(struct mrdmd_plan **plan);

/** Fewest samples of a window: 2 * nyquist_factor * max_cycles. */
int64_t mrdmd_nyquist_samples(const struct mrdmd_options *options);

/** Samples of the longest segment. */
int64_t mrdmd_longest_segment(const struct mrdmd_plan *plan);

/** The samples [first, first + count) that sample column k of a window stands for. */
struct span mrdmd_block(const struct mrdmd_plan *plan, const struct mrdmd_window *window, int k);

/**
 * Where to halve [first, first + count): first + ceil(count / 2), or with jobs the place within @p reach
 * of it that cuts the fewest nodes' jobs in two (ties: nearest the middle, then the earlier) and leaves
 * both halves at least @p least samples.
 */
int64_t mrdmd_split(int64_t first, int64_t count, int64_t least, int64_t reach,
                    const struct mrdmd_job *jobs, int64_t job_count);

/* ---- the result ------------------------------------------------------------------------------ */

struct mrdmd_mode {
    int window;
    int64_t combination_first; /**< its numbers in the result's combinations */
    double complex mu;         /**< eigenvalue per sample period */
    double complex omega;      /**< log(mu) / dt, 1/s */
    double frequency_hz;       /**< |Im omega| / 2 pi */
    double power;              /**< |phi|^2 */
    double complex amplitude;  /**< b */
    bool is_kept;
};

/** What a decomposition of one group of readings finds. */
struct mrdmd_result {
    int *rank;                        /**< owned, [window_count] */
    int64_t *mode_first, *mode_count; /**< owned, [window_count] */
    struct mrdmd_mode *modes;         /**< owned, [mode_total], by window, then frequency */
    int64_t mode_total;
    /** owned; the modes as combinations phi = Z c: for each mode path_rows numbers c from its
     *  combination_first, Z the centre row and the centred sample rows of the path. NULL from the
     *  classical engine. */
    double complex *combinations;
    int64_t combination_count;
    double spread; /**< largest ratio of the centred rows' norm to a singular value in use */
};

void mrdmd_result_destroy(struct mrdmd_result **result);

/** Keep the modes of at least options.power_threshold times the largest power under the same root. */
void mrdmd_keep_powerful(const struct mrdmd_plan *plan, struct mrdmd_result *result);

/* ---- one small decomposition ------------------------------------------------------------------ */

/** Largest order of the small problems: twice the Nyquist samples less one. */
enum { MRDMD_SMALL = 64 };

/** The modes of one window that are slow, as combinations of the columns of D. */
struct mrdmd_dmd {
    int rank;       /**< of the whole of D, by the hard threshold, at most ns - 1 */
    int slow_count; /**< k = 0 .. slow_count - 1 below */
    double least;   /**< smallest singular value in use; infinite where there is none */
    double complex rate[MRDMD_SMALL]; /**< log of the eigenvalue per sample period */
    double complex combination[MRDMD_SMALL][MRDMD_SMALL]; /**< [k][column of D]: phi_k = D c_k */
};

/**
 * DMD of D's columns 0 .. ns-2 onto 1 .. ns-1 (spec: steps 2 to 4).
 *
 * @param y         shape [rows, samples], rows <= MRDMD_SMALL: any matrix with D = Q y, Q orthonormal
 * @param readings  P, the rows of D, for the threshold
 * @param floor     singular values up to it are rounding
 */
status mrdmd_dmd_of(const double *y, int rows, const struct mrdmd_window *window,
                    const struct mrdmd_options *options, int64_t readings, double floor,
                    struct mrdmd_dmd *dmd);

/**
 * Eigenvalues and eigenvectors of the forward-backward operator (Dawson, Hemati, Williams, Rowley 2016,
 * algorithm 3), A = (A_f A_b^-1)^(1/2): noise on the samples shrinks the forward operator's eigenvalues
 * and, by as much, those of the backward one. Of the two roots of an eigenvalue that is taken which is nearer
 * to the forward operator on its eigenvector; where the square is real and negative, and where the
 * backward operator is singular, the forward operator's word stands. Any order; allocates.
 *
 * With D1 = U S V^T and D2 the columns one sample later:
 * @param f        shape [n, n]: S^-1/2 U^T D2 V S^-1/2, the forward operator
 * @param l        shape [n, n]: S^-1/2 U^T D2 D2^T U S^-1/2
 * @param s        shape [n]: the diagonal of S
 * @param vectors  shape [n, n]: vector k is row k
 */
status mrdmd_forward_backward(int n, const double *f, const double *l, const double *s,
                              double complex *mu, double complex *vectors);

/**
 * Replace a matrix of more rows than columns by the triangle R of its QR factors (Householder): the
 * same inner products of columns. @return its rows
 */
int mrdmd_triangle(double *y, int rows, int columns);

/** Floor of the singular values over the norm of the window's raw samples (spec, step 2). */
#define MRDMD_FLOOR 1e-7

/** Relative eigenvalue of the amplitudes' matrix below which modes count as parallel. */
#define MRDMD_PARALLEL 1e-13

/**
 * mu^t = exp(rate t) for t = 0, 1, ... Slow eigenvalues are so near 1 that mu itself, rounded to double, is off by
 * a large part of its distance from 1, and noise in the powers is noise in the residual of smooth input:
 * hence the wider type.
 */
struct mrdmd_power {
    long double re, im;       /**< the power */
    long double mu_re, mu_im; /**< the factor */
};

struct mrdmd_power mrdmd_power_start(double complex rate);
void mrdmd_power_next(struct mrdmd_power *power);

/** powers[t] = mu^t, t = 0 .. count - 1, rounded. */
void mrdmd_powers(double complex rate, int64_t count, double complex *powers);

/* ---- one pass: products of rows --------------------------------------------------------------- */

/** What rows are made of, borrowed: a tile of floats, or a matrix of doubles; NaN where missing. */
struct mrdmd_filling {
    const float *values; /**< shape [hosts, plan->times, metrics]; NULL: x is used */
    int hosts, metrics;
    const double *x;      /**< shape [readings, plan->times] */
    const double *offset; /**< shape [readings], taken off before scaling; NULL: zeros */
    const double *scale;  /**< shape [readings], a factor on each reading; NULL: ones */
};

/**
 * The readings of one tile as rows over time, ready for products. Within each root a reading is
 * centred (its own mean of that root taken off) and its gaps are bridged; a reading that is left
 * out of a root is zero in all its rows there.
 *
 * Without gaps the centred rows are made segment by segment, in cache, whenever they are asked for; only a
 * tile with gaps is held as a whole.
 */
struct mrdmd_rows {
    int64_t readings;             /**< columns in use */
    size_t stride;                /**< doubles from row to row */
    size_t widest;                /**< the stride that there is room for */
    struct mrdmd_filling filling; /**< borrowed from the last fill */
    double *mean;                 /**< owned, [roots][stride]: as they stand in the tile */
    double *centre;               /**< owned, [roots][stride]: the same less offset, scaled */
    double *segment;              /**< owned, [longest segment][stride]: rows of one segment */
    double *series;    /**< owned, [times][stride]: valid with gaps; NULL before the first */
    double *samples;   /**< owned, [row_count][stride]: the sample columns of all windows */
    bool *is_left_out; /**< owned, [roots][stride] */
    bool has_gaps;     /**< were any samples missing? */
    int32_t
        *missing; /**< owned, [row_count][stride]: missing samples of a block; valid with gaps */
    int32_t *present;          /**< owned, [stride]: scratch */
    struct mrdmd_pools *pools; /**< owned; NULL for whole windows; pools.h */
    bool should_defer; /**< may fill() leave the rows of low windows to mrdmd_rows_pool()? */
    bool is_deferred;  /**< did it? */
    double *low; /**< owned, [pools->low_rows][stride]: those rows of one pool; NULL at first */
};

void mrdmd_rows_init(struct mrdmd_rows *rows, const struct mrdmd_plan *plan, int64_t readings_max);
void mrdmd_rows_release(struct mrdmd_rows *rows);

/** Let rows lie as close as @p readings allow, from the next fill on: for groups of few readings among larger ones. */
void mrdmd_rows_narrow(struct mrdmd_rows *rows, int64_t readings);

/**
 * Fill from a tile, which is borrowed until the next fill.
 *
 * @param values  shape [hosts, plan->times, metrics], NaN where missing; reading h * metrics + m
 * @param offset  shape [hosts * metrics], taken off each reading before it is scaled; NULL: zeros
 * @param scale   shape [hosts * metrics], a factor on each reading; NULL: ones
 */
void mrdmd_rows_fill(struct mrdmd_rows *rows, const struct mrdmd_plan *plan, const float *values,
                     int hosts, int metrics, const double *offset, const double *scale);

/** Fill from a matrix, borrowed as well. @param x  shape [readings, plan->times], NaN where missing */
void mrdmd_rows_fill_matrix(struct mrdmd_rows *rows, const struct mrdmd_plan *plan, const double *x,
                            int64_t readings);

/** The centred rows of a segment; they stay until the next call. */
struct linalg_rows mrdmd_rows_segment(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan,
                                      int segment);

/** Make the sample rows that fill() left to this, of pools->lows[low]; nothing where it left none. They stay until
 *  the next call. */
void mrdmd_rows_pool(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan, int low);

/** Sample row k of a window; of a low one after its pool. @param low  the pool of its segment */
const double *mrdmd_rows_of(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan, int low,
                            int window, int k);

/** Is the window pooled with its segments? */
bool mrdmd_is_low(const struct mrdmd_plan *plan, int window);

/** C = A X^T, X the centred rows of a segment. @param a  rows of this tile @param c  shape [a.count, samples] */
void mrdmd_rows_multiply(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan, int segment,
                         struct linalg_rows a, double *c);

/** The centred rows of some samples within a root. @param to  shape [times.count, rows->stride] */
void mrdmd_rows_take(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan, int root,
                     struct span times, double *to);

/**
 * The sample rows of every window from its series: the sample itself, or the mean of the samples of
 * its block that are not missing (of the bridged ones where all are). On entry `samples` holds, with
 * gaps, minus the bridged values of each block.
 */
void mrdmd_rows_sample(struct mrdmd_rows *rows, const struct mrdmd_plan *plan);

/**
 * All inner products that the recursion needs, summed over readings: for every segment Z^T X, Z the
 * centre row and the sample rows of its path, X its centred samples; for every window Z^T S, S its
 * own sample rows. Sums have the same bits for any distribution of tiles.
 */
struct mrdmd_products {
    const struct mrdmd_plan *plan; /**< borrowed */
    struct exact_sums *sums;       /**< owned */
    double *tile;    /**< owned, [count]: products of the tile at hand, in the end the sums */
    bool is_sharing; /**< `tile` is borrowed: mrdmd_products_share() */
    double *rest;    /**< owned, [count]: what rounding left; NULL unless precise */
    double *kept;    /**< owned, [path_rows_max][longest segment]: scratch */
    int64_t count;   /**< entries of `tile` */
    bool *
        is_nested; /**< owned, [segments][path_rows_max]: rows of Z that follow from the window below */
    int64_t *readings; /**< owned, [roots]: P */
};

/** @param is_precise  products to twice the precision, for smooth input */
void mrdmd_products_init(struct mrdmd_products *products, const struct mrdmd_plan *plan,
                         bool is_precise);
void mrdmd_products_release(struct mrdmd_products *products);

/** Borrow the scratch of others of the same plan, which must live longer. What was reduced has to be solved before the
 *  next of those that share it is reduced. */
void mrdmd_products_share(struct mrdmd_products *products, const struct mrdmd_products *lender);
void mrdmd_products_add(struct mrdmd_products *products, const struct mrdmd_rows *rows);

/** Collective. Sum over ranks; afterwards `tile` (and `rest`) hold the sums. */
void mrdmd_products_reduce(struct mrdmd_products *products, const struct comm *comm);

/** Where the parts of `tile` begin: [path_rows][count] of a segment, [path_rows][samples] of a window.
 *  The squares of the roots' centres come first. */
int64_t mrdmd_segment_at(const struct mrdmd_plan *plan, int segment);
int64_t mrdmd_window_at(const struct mrdmd_plan *plan, int window);

/* ---- one pass: the recursion ------------------------------------------------------------------ */

/**
 * Collective. The whole recursion on reduced products: subtrees are dealt over the ranks, and every rank
 * gets the whole result. STATUS_FAILED where a small eigenproblem does not converge.
 *
 * Inner products square the spread of the singular values: with plain products a singular value of
 * 10^-k of the samples' norm has eigenvalues good to about 10^(2k-15). result->spread says how far
 * that went; above MRDMD_SPREAD_PLAIN the pass should be done again with precise products.
 */
status mrdmd_solve(const struct comm *comm, const struct mrdmd_products *products,
                   struct mrdmd_result **result);

/** Spread of singular values up to which plain products serve: eigenvalues to about 1e-10. */
#define MRDMD_SPREAD_PLAIN 30.0

/* ---- the classical engine: the reference ------------------------------------------------------ */

/**
 * The recursion written out on whole matrices, as the papers have it. Local, slow, exact; for tests
 * and small problems.
 *
 * @param x        shape [readings, plan->times], gaps bridged; overwritten by the residual
 * @param missing  shape [readings, plan->times]: what was bridged; NULL: nothing
 * @param phi      receives the modes, a new block of complex [mode_total, readings]; may be NULL
 */
status mrdmd_classical(const struct mrdmd_plan *plan, double *x, const bool *missing,
                       int64_t readings, struct mrdmd_result **result, double complex **phi);

/** A result that grows mode by mode, for the engines. */
struct mrdmd_result *mrdmd_result_create(int window_count);
struct mrdmd_mode *mrdmd_result_add(struct mrdmd_result *result, int window);

/** The order of modes by their rates: frequency, then growth from large to small, then the positive frequency of a pair. */
bool mrdmd_comes_before(double complex a, double complex b);

/** Sort the modes added last, those of one window. */
void mrdmd_dmd_sort(struct mrdmd_dmd *dmd);

/** Fill in what follows from the rate: mu, omega, frequency. */
void mrdmd_mode_set(struct mrdmd_mode *mode, double complex rate, double period_s);
