// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file companion.h
 * The companion's features twice over: of a reading by itself (band_power.h), and against its peers, the
 * other hosts that ran the same job in that window, or none. What a job does to all its nodes is no
 * anomaly of one of them; what a node does unlike its peers is, whatever its own past.
 *
 * A row of items is the features of band_power.h, then the same against the median of the peers:
 * level and trend as differences, powers as ratios. Without enough peers the second half is NaN.
 */
#pragma once

#include "analysis.h"

/** Items of a row: twice the features of the plan. */
int companion_items(const struct band_plan *plan);

/** The band of `/mrdmd/bands` that an item belongs to. */
int companion_band(const struct band_plan *plan, int item);

/**
 * The job that holds each host for at least half of [start_s, end_s), -1 where none does.
 *
 * @param job  shape [hosts.count]
 */
void companion_jobs(const struct facility *facility, double start_s, double end_s,
                    struct span hosts, int32_t *job);

/** Collective. Fill the second halves of night->features from the first halves of all hosts. */
void companion_add_peers(const struct comm *comm, const struct view *view,
                         struct mrdmd_night *night);

/** Doubles that companion_fit() works with for @p windows rows. */
size_t companion_workspace(const struct band_plan *plan, int64_t windows);

/**
 * band_baseline_fit() of both halves.
 *
 * @param rows      shape [windows, items]; NaN rows are passed over
 * @param baseline  shape [items]
 */
void companion_fit(const struct band_plan *plan, const float *rows, int64_t windows, double quantum,
                   double *work, struct band_baseline *baseline);

/** band_judge() of both halves of one row. @param work  room for [items] */
void companion_judge(const struct band_plan *plan, const float *row,
                     const struct band_baseline *baseline, const struct band_prior *prior,
                     double *work, double *side, double *p);

/** band_prior_add() and band_prior_of() of both halves. */
void companion_prior_add(const struct band_plan *plan, const struct band_baseline *baseline,
                         struct band_sums *sums);
void companion_prior_of(const struct band_plan *plan, const struct band_sums *sums,
                        struct band_prior *prior);
