// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file synth_private.h
 * What the files of synth share. Times inside are seconds since sample 0.
 */
#pragma once

#include <telltale/synth.h>

/* ---- keys ----------------------------------------------------------------------------------- */

/** What a stream of random numbers is for. */
enum purpose {
    FOR_PLACE,
    FOR_OFFSET,
    FOR_WEATHER,
    FOR_USER,
    FOR_ARRIVAL,
    FOR_PROFILE,
    FOR_OUTAGE,
    FOR_FRAILTY,
    FOR_ANOMALY,
    FOR_SILENCE,
    FOR_MISSING,
    FOR_RESET,
    FOR_NOISE,
    FOR_COUNTER,
    PURPOSE_COUNT
};

/** Stream of item @p item of host or metric @p owner. */
struct random keyed_random(uint64_t key, enum purpose purpose, uint64_t owner, uint64_t item);

/** Quantile of the standard normal; |error| < 1e-8 relative. @param p  in (0, 1) */
double normal_quantile(double p);

/* ---- catalogue of metrics ------------------------------------------------------------------- */

/** What a node's metrics answer to. */
enum driver {
    DRIVER_CPU,     /**< busy share of the cores, 0 to 1, mean over the sample's period */
    DRIVER_MEMORY,  /**< share of the memory in use */
    DRIVER_NETWORK, /**< traffic, share of the most that jobs make */
    DRIVER_IO,      /**< file traffic, likewise */
    DRIVER_POWER,   /**< the node's power in W */
    DRIVER_HEAT,    /**< busy share as the heat sinks feel it */
    DRIVER_AIR,     /**< supply air against its mean, in K */
    DRIVER_COUNT
};

/** A metric of the catalogue. Gauges in their unit, counters in their unit per second. */
struct metric_model {
    const char *name, *unit, *source;
    enum metric_kind kind;
    float base;
    float response[DRIVER_COUNT]; /**< added per unit of the driver */
    float rack, chassis, host;    /**< standard deviations of fixed offsets */
    float noise, noise_tau_s; /**< slow noise: standard deviation (counters: share of the rate) */
    float flicker;            /**< fast noise that goes with its steps, likewise */
    float quantum, low, high; /**< resolution and range of the reading */
};

/** Which row of the catalogue a metric of a facility is. */
struct catalogue_place {
    bool is_constant;
    int row;      /**< of the metrics that change, or of the constant ones */
    int64_t copy; /**< the times this row came before */
};

struct catalogue_place catalogue_place(int64_t metric, double constant_share);
struct metric_model catalogue_model(struct catalogue_place place);

/** Metrics that change. */
int catalogue_count(void);
const struct metric_model *catalogue_row(int row);

/* ---- places --------------------------------------------------------------------------------- */

struct place {
    bool has_gpu;
    float idle_w, busy_w; /**< node power without and with full load */
    float gain;           /**< of all that jobs do on this node: 1 within a few percent */
    float rack_effect, chassis_effect; /**< standard normal */
    double frailty;                    /**< weight in the choice of the next outage's node */
};

/** Add all hosts with their positions; @param places  shape [hosts] */
void places_make(const struct synth_options *options, struct facility *facility,
                 struct place *places);

/** Hosts of the block without accelerators: 0 .. this - 1. */
int64_t places_cpu_hosts(const struct synth_options *options);

/** The weather of all nights of a facility. */
enum { WEATHER_WAVES = 5 };
struct weather {
    double phase[WEATHER_WAVES];
};

void weather_start(struct weather *weather, uint64_t seed);

/** Supply air against its mean at a moment, in K. */
double weather_air(const struct weather *weather, double unix_s);

/* ---- jobs ----------------------------------------------------------------------------------- */

/** How a job loads its nodes. */
struct profile {
    float busy, waiting; /**< CPU within and between the compute parts of an iteration */
    float memory, network, io;
    double iteration_s, compute_share; /**< of an iteration */
    double checkpoint_s, burst_share;  /**< time between checkpoints and the share they take */
    double ramp_s;                     /**< from start to full load */
};

enum job_outcome {
    OUTCOME_COMPLETED,
    OUTCOME_FAILED,
    OUTCOME_TIMEOUT,
    OUTCOME_CANCELLED,
    OUTCOME_NODE_FAIL
};

struct synth_job {
    int64_t submit_s, start_s, end_s, limit_s, run_s;
    int64_t sequence;
    int64_t host_first; /**< into struct schedule's hosts */
    int32_t node_count, user, application;
    bool needs_gpu;
    enum job_outcome outcome;
    struct profile profile;
};

/** Jobs that ran at some moment of the night, by start, submission, sequence. */
struct schedule {
    struct synth_job *jobs; /**< owned, [job_count] */
    int64_t job_count;
    int32_t *hosts; /**< owned, [host_count] */
    int64_t host_count;
};

struct outage {
    int64_t down_s, up_s;
    int32_t host;
};

/** Outages that touch the night, in time order; the first may have begun before. @param outages  a new block for mem_free() */
int64_t outages_make(const struct synth_options *options, const struct place *places,
                     struct outage **outages);

/** Raw messages of the outages, and warnings of cooling faults, into the facility. */
void outages_report(const struct synth *synth, struct facility *facility);

/** All requests of the night, in order of submission, from well before its start. */
int64_t arrivals_make(const struct synth_options *options, struct synth_job **requests);
int64_t arrivals_first_s(void); /**< the moment of the first, negative */

void application_profile(int application, struct random *random, struct profile *profile);
const char *application_name(int application);
int application_draw(bool has_gpu, struct random *random);

/** Run the batch queue over the requests. */
void schedule_make(const struct synth_options *options, const struct outage *outages,
                   int64_t outage_count, struct schedule *schedule);
void schedule_release(struct schedule *schedule);

/** Write the jobs into the facility. */
void schedule_report(const struct synth_options *options, const struct schedule *schedule,
                     int64_t start_unix_s, struct facility *facility);

/** Items of each host, in time order: item_of[first[h] .. first[h + 1]). */
struct by_host {
    int64_t *first; /**< owned, [hosts + 1] */
    int64_t *item;  /**< owned, [items] */
};
void by_host_release(struct by_host *index);
void schedule_by_host(const struct schedule *schedule, int64_t hosts, struct by_host *index);
void outages_by_host(const struct outage *outages, int64_t count, int64_t hosts,
                     struct by_host *index);

/* ---- load ----------------------------------------------------------------------------------- */

/** Means of the drivers CPU, MEMORY, NETWORK, IO of one host over the period before each sample. */
struct load {
    float *driver[DRIVER_COUNT]; /**< owned, [block] each */
};

/** Mean of a square wave that is 1 for the first @p share of each period, over [from, to), from >= 0. */
double wave_mean(double from, double to, double period, double share);

void load_fill(const struct synth *synth, int64_t host, struct span times, struct load *load);

/* ---- noise ---------------------------------------------------------------------------------- */

enum { NOISE_CELLS = 4096 };

/** Quantiles of the heavy-tailed innovations (unit variance). @param table  shape [NOISE_CELLS + 1] */
void noise_table(float *table);

/** First-order autoregression with unit variance. */
struct noise {
    float level;
    uint64_t stream;
};

void noise_start(struct noise *noise, uint64_t key, uint64_t host, uint64_t metric);

/**
 * The next samples from sample @p first (a multiple of 4) on: slow[t] the autoregression, step[t] its
 * innovation, word[t] the random word, of which the low 8 bits are free for other use.
 */
struct noise_block {
    float *slow, *step;
    uint32_t *word;
};
void noise_fill(struct noise *noise, uint64_t key, const float *table, float persistence,
                struct span times, const struct noise_block *block);

/* ---- anomalies ------------------------------------------------------------------------------ */

/** One planted anomaly on one host. */
struct planted {
    int kind;
    int32_t host, job;
    int64_t first, count; /**< samples */
    float level;          /**< 0.5 to 1 times the strength */
    double time_scale;    /**< draws periods: 0.7 to 1.4 */
    int64_t incident;     /**< anomalies of several hosts share one */
};

/** Plant them. STATUS_BAD_USE where what is asked for would change nothing. */
status anomalies_plant(struct synth *synth);

/** Put what one anomaly does to the metric of row @p row onto series (gauge values or counter rates). */
void anomaly_apply(const struct planted *planted, int row, double period_s, struct span times,
                   float *series);

/** Does it heat a rack's nodes? */
bool anomaly_is_heat(const struct planted *planted);

/** Does this kind change the metric of catalogue row @p row? */
bool anomaly_touches(int kind, int row);

/* ---- the plan ------------------------------------------------------------------------------- */

struct synth_metric {
    struct metric_model model;
    bool is_constant;
    int row;           /**< of the catalogue, first copies only; -1: anomalies leave it alone */
    int sampler;       /**< number of its source */
    float scale;       /**< of all it says: copies of a row differ a little */
    float persistence; /**< of its slow noise, from sample to sample */
};

struct synth {
    struct synth_options options;
    uint64_t night_key; /**< of all that changes from night to night */
    int64_t start_unix_s;
    struct facility *facility; /**< owned */
    struct weather weather;
    struct place *places;         /**< owned, [hosts] */
    struct synth_metric *metrics; /**< owned, [metrics] */
    int sampler_count;
    struct schedule schedule;
    struct by_host jobs_of;
    struct outage *outages; /**< owned */
    int64_t outage_count;
    struct by_host outages_of;
    struct planted *planted; /**< owned, by host, then time */
    int64_t planted_count, incident_count;
    int64_t *planted_first; /**< owned, [hosts + 1] */
    float noise[NOISE_CELLS + 1];
};

uint64_t synth_night_key(const struct synth_options *options);
