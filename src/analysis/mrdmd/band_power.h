// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file band_power.h
 * The companion that decides beside mrDMD's z-scores: what one reading does in one window, band by band,
 * against what the same reading did in windows known to be normal.
 *
 * Few-node anomalies hide in global modes; here every reading is judged by itself. A window gives a
 * row of features: its level, its change, and the power in each frequency band. Their baseline
 * is median and MAD over the trial windows, widened by what their medians over long stretches of time (blocks)
 * differ more than chance would have it: a level that wanders is no better known for having been
 * sampled often (a random effect of the block). Few windows make an uncertain MAD, so each reading's is
 * shrunk towards those of its group (the same metric on all hosts) by empirical Bayes, and judged by
 * Student's t with the degrees of freedom that remain (Smyth 2004, "Linear models and empirical
 * Bayes methods", sections 3-6). That holds the rate of false alarms where features are normal; for
 * longer tails see calibration.h.
 *
 * Everything here is pure: arrays in, arrays out. The order of use, for the readings of one group:
 *
 *     plan = band_plan_create(window, period_s, bands_hz, bands)                  once
 *     band_features(plan, series, first, windows, work, features, &quantum)       fit, per reading
 *     band_baseline_fit(plan, features, windows, quantum, work, baseline)         fit, per reading
 *     band_prior_add(baseline, items, sums)                                       fit, per reading
 *     band_prior_of(sums, items, prior)               fit, per group, sums summed over ranks
 *     band_features(plan, series, first, 1, work, features, NULL)                 score, per reading
 *     band_judge(plan, features, baseline, prior, side, p)                         score, per reading
 *     fdr_threshold(p, readings * items, fdr, work)                               score, per window
 *
 * where items = band_plan_features(plan). A model keeps baselines and priors, which hold doubles only.
 */
#pragma once

#include <telltale/base.h>

/** The features of a window, in the order of a row; the power of band b stands at BAND_FIRST + b. */
enum {
    BAND_LEVEL, /**< mean of the middle half of the samples, in the reading's unit; judged to both sides */
    BAND_TREND, /**< change along the window by least squares, in the reading's unit; to both sides */
    BAND_FIRST /**< mean square of what is left within a band, unit squared; judged upwards, by its log */
};

/** Windows of one length, cut into bands. */
struct band_plan;

/**
 * Allocates.
 *
 * @param window    samples, at least 8
 * @param bands_hz  shape [bands][2]: [low, high); a frequency bin belongs to the first band that holds it.
 *                  The bin of frequency 0 belongs to none: level and trend are features of their own
 */
struct band_plan *band_plan_create(int64_t window, double period_s, const double (*bands_hz)[2],
                                   int bands);
void band_plan_destroy(struct band_plan **plan);

int64_t band_plan_window(const struct band_plan *plan);

/** Features of a window: BAND_FIRST + bands. */
int band_plan_features(const struct band_plan *plan);

/** Frequency bins of a band; a band without any has NaN for feature, z and p. */
int band_plan_bins(const struct band_plan *plan, int band);

/** Bytes of workspace for band_features(); band_baseline_fit() wants 2 * windows doubles. */
size_t band_plan_workspace_bytes(const struct band_plan *plan);

/**
 * The features of windows of one reading. Gaps are bridged; a window of which more than a quarter is
 * missing has NaN features. The trend is taken off before a Hann window and the transform.
 *
 * @param series    samples of the reading, NaN where missing
 * @param first     shape [windows]: where in @p series each window begins
 * @param features  shape [windows, band_plan_features()]
 * @param quantum   lowered to the smallest step between neighbouring samples that is not 0: what the
 *                  sensor can resolve. Start with INFINITY. May be NULL
 */
void band_features(const struct band_plan *plan, const double *series, const int64_t *first,
                   int64_t windows, void *work, double *features, double *quantum);

/** What is normal for one feature of one reading; median, dispersion and freedom are NaN where fewer than 3
 *  windows have it. */
struct band_baseline {
    double median; /**< of the feature; for powers of log(power + floor) */
    double
        dispersion; /**< standard deviation that the MAD stands for, unbiased for few windows, and
                            that of the blocks; 0 for a feature that never changed */
    double windows; /**< that had the feature */
    double freedom; /**< degrees of freedom of `dispersion` */
    double floor;   /**< what the sensor cannot resolve: added to powers, to others a change of
                            no more is none */
    double unit;    /**< what dispersions are compared in within a group: for level and trend the
                            root of the median power in all bands, for powers 1 */
    double is_tied; /**< 1 where half of the windows are equal, so that the MAD is 0 and the
                            dispersion that of the farthest: the group's law does not apply */
};

enum { BAND_BASELINE_ITEMS = sizeof(struct band_baseline) / sizeof(double) };

/**
 * @param features  shape [windows, band_plan_features()]; NaN rows are passed over
 * @param quantum   of band_features() over the same windows
 * @param work      room for [2 * windows]
 * @param baseline  shape [band_plan_features()]
 */
void band_baseline_fit(const struct band_plan *plan, const double *features, int64_t windows,
                       double quantum, double *work, struct band_baseline *baseline);

/** What the readings of a group say about one feature, as sums over readings. */
struct band_sums {
    double readings;      /**< with a dispersion */
    double logs, squares; /**< of e = log s^2 - psi(d/2) + log(d/2): sum, sum of squares */
    double noise;         /**< sum of psi'(d/2): the part of the variance of e that is chance */
    double freedom;       /**< sum of d */
};

/** Number of doubles in a struct band_sums: to sum it over ranks as an array. */
enum { BAND_SUMS = sizeof(struct band_sums) / sizeof(double) };

/** Add one reading's baseline. @param baseline, sums  shape [items] */
void band_prior_add(const struct band_baseline *baseline, int items, struct band_sums *sums);

/** What the readings of a group have in common in one feature. */
struct band_prior {
    double variance;     /**< s0^2, in squares of the readings' units (struct band_baseline) */
    double freedom;      /**< d0; 0: nothing in common, INFINITY: one variance for all */
    double most_freedom; /**< that the data of the whole group give: no verdict uses more */
};

enum { BAND_PRIOR_ITEMS = sizeof(struct band_prior) / sizeof(double) };

/** @param sums, prior  shape [items] */
void band_prior_of(const struct band_sums *sums, int items, struct band_prior *prior);

/**
 * Judge one window of one reading.
 *
 * A feature that never changed in the trial windows is an anomaly as soon as it does (p = 0), and none
 * while it does not (p = 1).
 *
 * @param features  shape [items]
 * @param prior     shape [items]; NULL: no group, each reading by its own trial windows
 * @param side      shape [items]: the tail beyond the value, on its side of the middle: at most 0.5, negative for less
 *                  than usual, +-0 beyond all doubt, what band_deviate() takes; NaN where feature or baseline is
 *                  missing. May be NULL
 * @param p         shape [items]: chance of a normal window to be as far off; NaN where `side` is
 */
void band_judge(const struct band_plan *plan, const double *features,
                const struct band_baseline *baseline, const struct band_prior *prior, double *side,
                double *p);

/** The normal deviate of a side: positive for more than usual, within +-37. It falls as |side| grows, and is dear, so look
 *  for the least |side| before. */
double band_deviate(double side);
