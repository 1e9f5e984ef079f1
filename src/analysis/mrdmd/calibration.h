// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file calibration.h
 * How often normal windows look abnormal. A baseline of a few windows and a normal law do not know that
 * jobs come and go: a host that idled all night and then works is far off its own past, and means
 * nothing. So each trial window is judged by a baseline fitted without it, and what all hosts of
 * a metric show then is the law against which a new window is held: its upper tail is a generalised
 * Pareto law (Pickands 1975; fitted by probability-weighted moments, Hosking, Wallis 1987), and a p-value
 * is never smaller than that tail says.
 */
#pragma once

#include "analysis.h"

/** Deviates are counted in bins of 1 / CALIBRATION_STEPS up to NORMAL_DEVIATE_MAX. */
enum { CALIBRATION_STEPS = 20, CALIBRATION_BINS = 37 * CALIBRATION_STEPS + 1 };

/** The upper tail of the deviates of one metric's feature: P(d > x) for x above `from`. */
struct mrdmd_tail {
    double from;  /**< where the tail begins; infinite where too few windows tell of one */
    double share; /**< of the windows that lie beyond it */
    double scale; /**< of the generalised Pareto law */
    double shape; /**< of the generalised Pareto law */
};

/** The bin of the normal deviate of a p-value; negative deviates share bin 0. */
int calibration_bin(double p);

/**
 * Fit the tail to counts.
 *
 * @param counts  shape [CALIBRATION_BINS]
 * @param trials  of which the counted windows are parts that know nothing of each other: a host's stretches of
 *                time (band_power.h, blocks). Few of them do not show that a tail has an end
 */
struct mrdmd_tail calibration_fit(const int64_t *counts, double trials);

/** The larger of p and what the tail says of its deviate. NaN stays NaN. */
double calibration_apply(const struct mrdmd_tail *tail, double p);

/**
 * Collective. Judge the trial windows of this rank's readings by baselines without them and fit the tails.
 *
 * @param companion  not used for the windows judged; its priors are
 * @param tails      shape [metrics, items]
 */
void calibration_find(const struct mrdmd_analysis *self, const struct mrdmd_trials *trials,
                      const struct mrdmd_night *shape, const struct band_prior *priors,
                      struct mrdmd_tail *tails);
