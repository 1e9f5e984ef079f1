// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file baseline_model.h
 * What the baseline analysis knows: what is normal for each reading (a metric of a host) and, for hosts
 * that it has not met, for each metric. Hosts and metrics are known by name, so that they may come, go
 * and change places from night to night.
 */
#pragma once

#include <telltale/scores.h>
#include <telltale/store.h>
#include <telltale/telemetry.h>

struct normal {
    double median; /**< NaN: not known */
    double
        spread; /**< standard deviation of a normal law with the same middle and the same tails */
};

struct baseline_model {
    double window_s;            /**< of the windows whose values it describes */
    struct name_table *hosts;   /**< owned */
    struct name_table *metrics; /**< owned; "name::source" */
    struct normal *readings;    /**< owned, [hosts, metrics]; the same on every rank */
    struct normal *common;      /**< owned, [metrics]: of the metric on any host */
    double *least_spread;       /**< owned, [metrics]: no reading's is less; not saved */
    struct tail_law tail;       /**< of the farthest of a host's readings in normal windows */
};

void baseline_model_init(struct baseline_model *model);
void baseline_model_release(struct baseline_model *model);

/** The number of a metric in the model, which is added where it is new and @p is_adding; else -1. */
int64_t baseline_model_metric(const struct baseline_model *model, const struct metric *metric,
                              bool is_adding);

/** What is normal for a reading; for a host that is not known (-1) what is for its metric. */
struct normal baseline_model_find(const struct baseline_model *model, int64_t host, int64_t metric);

/**
 * The law of a reading from its values; not known from fewer than 3.
 *
 * The spread is the MAD's and that of the medians of the blocks (telltale/scores.h), or what the largest deviations
 * say where that is more: a level that wanders is no better known for having been sampled often, a sensor that
 * rests most of the time has no MAD, and what happened once in a thousand windows is no alarm.
 *
 * @param values  shape [count], in order of time, NaN where missing
 * @param work    room for [count]
 */
struct normal normal_of_values(const double *values, int64_t count, double *work);

/**
 * Derive `common` and `least_spread` from the readings, and let no reading be far steadier than those of its metric on other
 * hosts: a spread estimated as too small by chance raises alarms for ever.
 */
void baseline_model_pool(struct baseline_model *model);

/** A threshold that no z reaches. */
#define BASELINE_Z_NEVER 2e3

/** How far a value is from what is normal, in spreads; cut at a thousand, the word for what never moved. */
double baseline_z(double value, struct normal law);

/** The chance that the farthest of a normal host's readings is as far, if they follow a normal law. */
double baseline_chance(double z, int64_t readings);

/** Collective. The arrays below `/baseline/`. */
void baseline_model_save(const struct baseline_model *model, struct archive *archive);

/** Collective. @p model is initialised and empty. */
status baseline_model_load(struct baseline_model *model, struct archive *archive);
