// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file baseline.h
 * The baseline: how far is each reading from what is usual for it? Median and MAD, nothing else. It is the
 * yardstick of the other analyses, and the one to copy for a new one: baseline.c is the row of the
 * table and the scoring, baseline_learn.c reads nights, baseline_model.c is what is learned, baseline_trials.c how
 * often normal windows look odd.
 */
#pragma once

#include "baseline_model.h"

#include <telltale/analysis.h>

extern const struct analysis analysis_baseline;

struct baseline {
    double window_s, false_alarm_rate, fdr; /**< as set; scoring uses the model's windows */
    bool is_window_given;
    struct baseline_model model;
    int64_t unknown_hosts, unknown_metrics; /**< of the night scored last */
};

/** Samples in a window, and windows in a night: a last one that is cut short counts from a half on. */
int64_t window_length(const struct view *night, double window_s);
int64_t window_count(const struct view *night, double window_s);

/**
 * Medians of the windows of one reading; NaN where all of a window is missing.
 *
 * @param series  shape [times], every @p stride floats
 * @param values  shape [windows]
 * @param work    room for [length]
 */
void window_medians(const float *series, int64_t times, int64_t stride, int64_t length,
                    double *values, double *work);

/** The number of a night's host in the model, or -1. */
int64_t baseline_host(const struct baseline_model *model, const struct view *night, int64_t host);

/** Add the names of all nights to the model. STATUS_BAD_INPUT where their periods differ. */
status baseline_learn_names(struct baseline_model *model, struct view *const *nights, int count);

/**
 * Windows of some hosts, kept to see what the baseline says of windows that it has not met: every block of them
 * (telltale/scores.h) is judged by laws of the others.
 */
struct baseline_trials {
    int64_t hosts, metrics, windows;
    int64_t host_stride; /**< hosts of the model whose number it divides are kept */
    float *values;       /**< owned, [hosts, metrics, windows] */
};

/** @param hosts  of the model; @param windows  of a host in all nights */
struct baseline_trials baseline_trials_start(int64_t hosts, int64_t windows);
void baseline_trials_keep(struct baseline_trials *trials, struct span hosts, int64_t metrics,
                          int64_t windows, const float *values);
void baseline_trials_release(struct baseline_trials *trials);

/** Collective. Fit model->tail to the trials of all ranks. */
void baseline_calibrate(const struct comm *comm, const struct baseline_trials *trials,
                        struct baseline_model *model);

/**
 * Learn some hosts from all nights, in memory for their windows and one tile. Local.
 *
 * @param hosts  of the model
 * @param laws   shape [hosts.count, metrics of the model]
 * @param trials keeps the windows that it wants
 */
status baseline_learn_hosts(const struct baseline_model *model, struct view *const *nights,
                            int count, struct span hosts, struct normal *laws,
                            struct baseline_trials *trials);
