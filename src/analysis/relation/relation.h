// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file relation.h
 * What the files of the relation graph share: how strongly each metric's past moves the prediction of each
 * other, which of that is more than chance, and what is left of the graph when the rest is cut away. docs/graph.md has
 * the method.
 *
 * Matrices are [metrics, metrics]: row i, column j speaks of the edge from j to i, j's past in the prediction
 * of i. Diagonals are of no concern and left alone. Everything here is local; run.h has what is not.
 */
#pragma once

#include <telltale/base.h>
#include <telltale/nn.h>

/* ---- the predictor asked ---------------------------------------------------------------------- */

/** A trained predictor, outside training. */
struct relation_predictor {
    void *self;
    int window, metrics, horizon;
    int group; /**< most samples at once */

    /** @param input  [window][samples][metrics] @return [horizon][samples][metrics], its own, until the next call */
    const real *(*predict)(void *self, int samples, const real *input);

    /** After predict() of the same input; the derivative of the sum of d_output * output.
     *  @param d_output  [horizon][samples][metrics] @param d_input  [window][samples][metrics], overwritten */
    void (*backward)(void *self, int samples, const real *d_output, real *d_input);
};

/* ---- influence -------------------------------------------------------------------------------- */

enum relation_method {
    RELATION_SWAP, /**< a metric's window is taken from another time */
    RELATION_SHIFT /**< one is added to all of it: what others did */
};

/** A window as it is looked at. */
struct relation_sample {
    const float *window; /**< borrowed, [window][metrics] */
    const float *next;   /**< borrowed, [horizon][metrics]: what came after it */
    const float *donor;  /**< borrowed, [window][metrics]: another time of the same host */
    int32_t cell;        /**< which sums it goes to */
};

/** Where the sums stand in one block of doubles. */
struct influence_layout {
    int cells, metrics, window;
    bool has_slopes;
    int64_t change;  /**< [cells][M][M]: squared changes of predictions, means over the horizon */
    int64_t risen;   /**< [cells][M][M]: squared errors after the change */
    int64_t error;   /**< [cells][M]: squared errors before it */
    int64_t samples; /**< [cells] */
    int64_t moved;   /**< [M]: windows in which the metric changes, the rows to come included */
    int64_t slope;   /**< [M][M][window]: derivative of the first row to come, lag by lag */
    int64_t slope_squared; /**< likewise */
    int64_t count;         /**< doubles in all */
};

struct influence_layout influence_layout_of(const struct relation_predictor *predictor, int cells,
                                            bool has_slopes);

/** Reals of workspace. */
int64_t influence_work_reals(const struct relation_predictor *predictor);

/**
 * Look at some windows, at most `group` of them. A prediction that changes by no more than round-off has not changed.
 *
 * @param sums  shape [layout->count], added to
 */
void influence_add(const struct relation_predictor *predictor,
                   const struct influence_layout *layout, enum relation_method method,
                   const struct relation_sample *samples, int count, real *memory, double *sums);

/** One cell's, or with cell -1 all cells' influence: mean squared change. @param influence  [M][M] */
void influence_read(const struct influence_layout *layout, const double *sums, int cell,
                    double *influence);

/** Clear those metrics that change in no window: their errors say nothing. @param is_used  shape [metrics] */
void influence_used(const struct influence_layout *layout, const double *sums, int8_t *is_used);

/** Relative rise of the squared error, over all cells; 0 where there was no error. @param rise  [M][M] */
void influence_rise(const struct influence_layout *layout, const double *sums, double *rise);

/**
 * Root mean square of the derivative at the lag where it is largest, that lag in samples, and the sign of
 * the mean derivative there.
 */
void influence_slopes(const struct influence_layout *layout, const double *sums, double *slope,
                      int32_t *lag, int8_t *sign);

/* ---- the linear companion --------------------------------------------------------------------- */

/** Normal equations of a vector autoregression: columns are [lags][M] of the past, then [M] of now. */
struct companion {
    int metrics, lags;
    int64_t columns;   /**< (lags + 1) * metrics */
    int64_t block;     /**< windows that are added together */
    int64_t sum_count; /**< columns * columns + columns + 1: products, sums, windows */
};

struct companion companion_of(int metrics, int lags);

/** Doubles of workspace of companion_add(). */
int64_t companion_work_doubles(const struct companion *companion);

/**
 * The sums of at most `block` windows.
 *
 * @param now   shape [count]: the row that is predicted; the lags stand before it
 * @param past  shape [count]: the row before it whose past is told, now - 1 row unless permuted
 * @param sums  shape [sum_count], overwritten
 */
void companion_add(const struct companion *companion, const float *const *now,
                   const float *const *past, int count, double *work, double *sums);

/**
 * Wald's statistic of the hypothesis that no lag of j moves i, by ridge regression of the centred
 * sums, and the correlation of rows.
 *
 * @param is_used  shape [metrics]; others get 0
 * STATUS_FAILED where the equations cannot be solved.
 */
status companion_read(const struct companion *companion, const double *sums, const int8_t *is_used,
                      double *wald, double *correlation);

/* ---- backbones -------------------------------------------------------------------------------- */

/* Weights that are not above 0 are no edges; so is the diagonal. Masks are shape [metrics, metrics], 0 or 1. */

/** The @p k largest of each row; of equals those with lower numbers. */
void backbone_top(const double *weight, int metrics, int k, int8_t *mask);

/** The @p wanted largest off the diagonal, and what equals the last of them. */
void backbone_threshold(const double *weight, int metrics, int64_t wanted, int8_t *mask);

/**
 * Serrano, Boguna, Vespignani (2009): (1 - w/s)^(k-1), s and k the strength and number of the edges into i, or out of
 * j, whichever tells less of chance. An edge alone on both sides gets 1.
 *
 * @param chance  shape [metrics, metrics]; 1 where there is no edge
 */
void backbone_disparity(const double *weight, int metrics, double *chance);

/**
 * Coscia, Neffke (2017): how many standard deviations the lift (w n / (w_i w_j), brought to -1..1) is above 0, with
 * weights scaled to a mean of 1 as counts. 0 where there is no edge.
 */
void backbone_noise_corrected(const double *weight, int metrics, double *deviations);

/**
 * The largest k such that the metric is in a subgraph where each has k neighbours, edges of either direction
 * counting once (Seidman 1983; Batagelj, Zaversnik 2003).
 *
 * @param core  shape [metrics]
 */
void graph_cores(const int8_t *mask, int metrics, int32_t *core);

/* ---- stability -------------------------------------------------------------------------------- */

/**
 * Share of the cells in which the edge is among the @p wanted largest.
 *
 * @param influence  shape [cells, metrics, metrics]
 */
void stability_share(const double *influence, int cells, int metrics, int64_t wanted,
                     double *stable);

/**
 * Percentile interval of the mean over cells, cells drawn with replacement (Efron 1979): 2.5 to 97.5 %.
 */
void stability_interval(const double *influence, int cells, int metrics, uint64_t seed, double *low,
                        double *high);

/* ---- two graphs compared ---------------------------------------------------------------------- */

/** How alike two graphs are: 1 the same. NaN where a graph has no edges or weights are all equal. */
struct likeness {
    double jaccard; /**< of the wanted largest */
    double overlap; /**< rank-biased, persistence 0.98 (Webber, Moffat, Zobel 2010), extrapolated */
    double tau;     /**< Kendall's tau b of all pairs off the diagonal */
};

struct likeness likeness_of(const double *a, const double *b, int metrics, int64_t wanted);
