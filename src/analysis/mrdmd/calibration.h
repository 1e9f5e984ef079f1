// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file calibration.h
 * How often normal windows look abnormal. A baseline of a few windows and a normal law do not know that
 * jobs come and go: a host that idled all night and then works is far off its own past, and means
 * nothing. So each trial window is judged by a baseline fitted without it, and what all hosts of
 * a metric show then is the law against which a new window is held: a p-value is never smaller than the tail
 * of that law says (telltale/scores.h, tail_law).
 */
#pragma once

#include "analysis.h"

/**
 * Collective. Judge the trial windows of this rank's readings by baselines without them and fit the tails.
 *
 * @param companion  not used for the windows judged; its priors are
 * @param tails      shape [metrics, items]
 */
void calibration_find(const struct mrdmd_analysis *self, const struct mrdmd_trials *trials,
                      const struct mrdmd_night *shape, const struct band_prior *priors,
                      struct tail_law *tails);
