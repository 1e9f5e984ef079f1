// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file baseline_model.h
 * What the baseline analysis knows: what is normal for each reading (a metric of a host) and, for hosts
 * that it has not met, for each metric. Hosts and metrics are known by name, so that they may come, go
 * and change places from night to night.
 */
#pragma once

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
 * The spread is the MAD's, or what the largest deviations say where that is more: a sensor that rests
 * most of the time has no MAD, and what happened once in a thousand windows is no alarm.
 *
 * @param values  shape [count], NaN where missing; rearranged
 * @param work    room for [count]
 */
struct normal normal_of_values(double *values, int64_t count, double *work);

/**
 * Derive `common` from the readings, and let no reading be far steadier than those of its metric on other
 * hosts: a spread estimated as too small by chance raises alarms for ever.
 */
void baseline_model_pool(struct baseline_model *model);

/** Collective. The arrays below `/baseline/`. */
void baseline_model_save(const struct baseline_model *model, struct archive *archive);

/** Collective. @p model is initialised and empty. */
status baseline_model_load(struct baseline_model *model, struct archive *archive);
