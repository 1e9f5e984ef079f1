// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file synth.h
 * A facility of any size with known truth: places, users, jobs, outages with their messages, telemetry
 * that answers to all of them, and planted anomalies that `/labels` tells of. The statistics follow
 * published measurements of real systems; docs/synth.md has the model and the figures.
 *
 * Everything is a function of the options alone. Random numbers are keyed by seed, night, host, metric
 * and purpose, so the file is the same on any number of ranks and for any size of block. What makes a
 * facility (places, offsets, node classes, users' habits) is keyed by the seed; what makes a night
 * (jobs, weather, outages, noise, anomalies) by seed and night. Anomalies are put on top of the
 * finished healthy series: outside what the labels name, a facility with anomalies equals the one without.
 */
#pragma once

#include <telltale/comm.h>
#include <telltale/telemetry.h>

/** What is wanted. Start from synth_defaults(). */
struct synth_options {
    const char *facility; /**< its name; borrowed */
    int64_t hosts, metrics, samples;
    double period_s;
    uint64_t seed;
    int64_t night; /**< consecutive nights of one facility: the start moves by samples x period */
    int64_t start_unix_s; /**< of night 0 */

    int64_t rack_hosts;  /**< hosts a rack */
    double gpu_share;    /**< share of hosts, in one block at the end, with accelerators */
    double jobs_per_day; /**< 0: as many as keep the facility busy; -1: none */

    double constant_share; /**< metrics that never change */
    double silent_share;   /**< hosts that do not answer at a poll */
    double missing_share;  /**< samples lost by one sampler of a host */
    double outages_per_node_year;

    int64_t anomalies;           /**< incidents planted; -1: one per 20 host-days, at least one */
    uint64_t anomaly_kinds;      /**< bit k: kind k of synth_kind_name() may be planted */
    double anomaly_median_steps; /**< median duration in samples */
    double anomaly_strength;     /**< 1: as on real nodes */
};

struct synth_options synth_defaults(void);

/** The name of anomaly kind 0, 1, ...: "cpuoccupy"; NULL beyond the last. */
const char *synth_kind_name(int kind);

/** Does an anomaly of this name change a metric of this name? Unknown names: false. */
bool synth_kind_touches(const char *kind, const char *metric);

/** Bytes of the samples alone; INT64_MAX where they are more. */
int64_t synth_bytes(const struct synth_options *options);

/** STATUS_CANNOT_WRITE where the samples alone have no room beside @p path; says how much is needed. */
status synth_check_room(const char *path, const struct synth_options *options);

/** A planned facility: all but the samples. Every rank makes the same one. */
struct synth;

/**
 * Plan a facility. STATUS_BAD_USE where the options contradict each other or nothing could be planted
 * that is asked for.
 */
status synth_create(const struct synth_options *options, struct synth **synth);
void synth_destroy(struct synth **synth);

/** Borrowed; lives as long as @p synth. */
const struct facility *synth_facility(const struct synth *synth);

/** Incidents planted: fewer than asked for where the facility is too small to keep them apart. */
int64_t synth_anomaly_count(const struct synth *synth);

/** The samples of some hosts, block of time after block of time, in memory that does not grow with time. */
struct synth_stream;

/** @p hosts within the facility; @p block_samples the longest block that will be asked for. */
struct synth_stream *synth_stream_create(const struct synth *synth, struct span hosts,
                                         int64_t block_samples);
void synth_stream_destroy(struct synth_stream **stream);

/**
 * The next @p count samples of every host of the stream. All but the last block are a multiple of 4.
 *
 * @param values  shape [hosts, count, metrics], NaN where missing, counters cumulative and less their base
 */
void synth_stream_next(struct synth_stream *stream, int64_t count, float *values);

/**
 * What the machine's counters stood at when the night began; 0 for gauges. A counter is base + sample.
 *
 * @param bases  shape [hosts, metrics]
 */
void synth_stream_bases(const struct synth_stream *stream, double *bases);

/** Collective. Generate and write the facility file. */
status synth_write(const struct comm *comm, const struct synth *synth, const char *path);

/* ---- systems of known structure --------------------------------------------------------------- */

/**
 * Metrics that move each other by laws that are known: what a relation graph found in them should be.
 * The facility has no jobs, labels or gaps, and says which metric moves which (struct known_graph). Hosts
 * have the same laws and states of their own; the laws are keyed by the seed, the course by seed, night and
 * host. docs/synth.md has the equations.
 */
struct system_options {
    const char *kind;     /**< one of synth_system_name(); borrowed */
    const char *facility; /**< its name; borrowed */
    int64_t hosts, metrics, samples;
    int64_t parents; /**< other metrics that move each metric */
    double period_s;
    uint64_t seed;
    int64_t night;        /**< as of struct synth_options */
    int64_t start_unix_s; /**< of night 0 */
    bool
        is_permuted; /**< each metric's samples in an order of its own: nothing moves anything any more */
};

/** The name of kind 0, 1, ...: "var2"; NULL beyond the last. */
const char *synth_system_name(int kind);

struct synth_system;

/** STATUS_BAD_USE where there is no such system. */
status synth_system_create(const struct system_options *options, struct synth_system **system);
void synth_system_destroy(struct synth_system **system);

/** Borrowed; lives as long as @p system. */
const struct facility *synth_system_facility(const struct synth_system *system);

/**
 * The whole course of one host.
 *
 * @param values  shape [samples, metrics]
 */
void synth_system_run(const struct synth_system *system, int64_t host, float *values);

/** Collective. Generate and write the facility file. */
status synth_system_write(const struct comm *comm, const struct synth_system *system,
                          const char *path);
