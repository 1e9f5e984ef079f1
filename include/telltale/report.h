// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file report.h
 * One night for people (report.html) and for machines (summary.json).
 *
 * The page is one file that needs no network and no server: the template of src/report/web, built with
 * npm and carried in the library, filled with JSON blocks in which no name from a log can act as markup.
 * Its content-security policy allows nothing but its own script and style.
 *
 * Nothing here is collective and nothing knows MPI or HDF5: rank 0 fills the structs below and writes.
 * Only the packing of timelines is meant to run on all ranks, each for the hosts it holds:
 *
 *     report_plan(&plan, ...);                          every rank, from the same numbers: equal plans
 *     bytes = report_pack_host(&plan, values, flags, record);   the rank that holds the host
 *     ... records gathered to rank 0 ...
 *     report_timeline_add(timeline, host, record, bytes);        rank 0
 *     report_write_page(path, &night, &plan, timeline);
 *
 * All pointers in these structs are borrowed; texts may be any bytes, what is not UTF-8 is replaced.
 */
#pragma once

#include <telltale/base.h>
#include <telltale/telemetry.h>

/** A stage of the run and the time its ranks spent in it. */
struct report_stage {
    const char *name;
    double min_s, mean_s, max_s;
};

/** Why input rows were repaired or refused, and where that was first seen ("jobs.csv:17"). */
struct report_reason {
    const char *reason, *where;
    int64_t count;
};

/** A reading that no analysis looked at; -1 stands for all hosts or all metrics. */
struct report_left_out {
    int32_t host, metric;
    const char *reason;
};

/** A host whose load changes at other moments than it should: its clock. See telltale/clocks.h. */
struct report_clock {
    int32_t host;
    const char *against;    /**< "jobs" or "hosts" */
    double offset_s;        /**< that its clock is ahead */
    double drift_s_per_day; /**< 0: none */
    int64_t matched, edges;
};

/** What the night's data were worth. Counts that are not known are 0. */
struct report_quality {
    int64_t rows_kept, rows_repaired, rows_refused;
    const struct report_reason *reasons; /**< [reason_count] */
    int64_t reason_count;
    int64_t samples_expected, samples_missing; /**< over all readings */
    double longest_gap_s;
    const struct report_left_out *left_out; /**< [left_out_count] */
    int64_t left_out_count;
    const struct report_clock *clocks; /**< [clock_count], by host */
    int64_t clock_count;
    int64_t clocks_judged;           /**< hosts whose clock could be judged */
    double starts_lag_s, ends_lag_s; /**< most hosts behind the job log; NaN: not to be told */
};

/** A frequency band, [low, high). A band with low_hz 0 is DC: the mean and what drifts slowly. */
struct report_band {
    double low_hz, high_hz;
};

/** When a reading was anomalous: a row of an analysis's scores; metric -1 is all of a host's. */
struct report_span {
    int32_t host, metric;
    double start_unix_s, end_unix_s;
    double value;
};

/**
 * What decides the verdicts, by reading. Arrays have shape [bands][hosts][metrics]; NaN where a reading has no score.
 * With mrDMD that is its band-power z: `is_anomaly` comes from it by Benjamini and Hochberg's rule at `fdr`. Without, there is one
 * band and no zscore, and it is the gravest row of other analyses in units of that row's threshold.
 */
struct report_scores {
    const struct report_band *bands; /**< [band_count] */
    int64_t band_count;
    const float *zscore; /**< mrDMD's published score; NULL: a night without mrDMD */
    const float *deciding;
    const int8_t *is_anomaly;
    double fdr;
    const char *baseline_kind; /**< "range", "job" or "history"; NULL without mrDMD */
    int64_t baseline_qualified, baseline_considered; /**< readings; 0, 0 where not counted */
    const struct report_span *spans;                 /**< [span_count], may be NULL */
    int64_t span_count;
};

/** mrDMD's windows and modes as columns of the scores file; windows count in samples of the night. */
struct report_spectrum {
    int64_t window_count;
    const int64_t *window_level, *window_first, *window_samples; /**< [window_count] */
    int64_t mode_count;
    const int64_t *mode_window;                                       /**< [mode_count] */
    const double *mode_frequency_hz, *mode_growth_per_s, *mode_power; /**< [mode_count] */
    const int8_t *mode_is_kept;                                       /**< [mode_count] */
    const int64_t *window_group;   /**< [window_count]: which kind of metrics; NULL: one kind */
    const char *const *group_name; /**< [group_count]: the unit of the kind's metrics */
    int64_t group_count;
    double power_threshold; /**< a mode is kept from this fraction of the largest power on */
};

/** What one analysis came to and, where the facility has labels, how well that agrees with them. */
struct report_analysis {
    const char *name;
    const char *left_out; /**< why the night goes without it; NULL: it does not */
    const char *notes;    /**< lines of the analysis for people; NULL: none */
    int64_t score_count, anomaly_count;
    int64_t label_count, found_count;   /**< 0 labels: what follows is not known */
    int64_t host_days, false_host_days; /**< of all hosts; with an alarm that no label explains */
    double average_precision, roc_area; /**< NaN where all spans are of one kind */
};

struct report_forecast;
struct report_relation;

/** One night. What a night does not have is NULL, and its chapter is not in the page. */
struct report_night {
    const struct facility *facility;
    const char *night;           /**< "2026-11-20" */
    const char *program_version; /**< of this program */
    int64_t created_unix_s;
    int ranks;
    const char *settings;              /**< the YAML of all settings used; may be NULL */
    const struct report_stage *stages; /**< [stage_count] */
    int stage_count;
    struct report_quality quality;
    const struct report_scores *scores;     /**< may be NULL */
    const struct report_spectrum *spectrum; /**< may be NULL */
    const struct report_forecast *forecast; /**< may be NULL */
    const struct report_relation *relation; /**< may be NULL */
    const struct report_analysis *analyses; /**< [analysis_count] */
    int analysis_count;
};

/* ---- the size of the page ------------------------------------------------------------------- */

/** Pages stay openable: the default for `budget_bytes`. */
#define REPORT_BUDGET_BYTES ((int64_t)16 << 20)

/**
 * What of a night fits in a page of a given size. Plain numbers: two ranks that ask the same get the
 * same. The page states all of them.
 */
struct report_plan {
    int64_t budget_bytes;
    int64_t sample_count, metric_count;
    int64_t job_bytes, event_bytes; /**< room for the lists of jobs and of events */
    int32_t score_bits;             /**< 16 (0.04 % of a z) or 8 (6 %) per z-score */
    int64_t score_metric_count; /**< metrics on the map; those with most anomalies, if not all */
    /** Samples per value of a timeline (1 each sample, more min/mean/max, 0 not in the page): of a flagged
     *  reading, of one beside it on the same host, of any other. */
    int64_t flagged_bucket_samples, beside_bucket_samples, other_bucket_samples;
};

/**
 * Divide @p budget_bytes. Flagged readings come at full resolution where half of the timelines' room
 * allows it, those beside them on the same hosts where half of the rest does, all others at what remains.
 *
 * @param flagged_count  readings (host and metric) with an anomaly in any band
 */
void report_plan(struct report_plan *plan, const struct facility *facility, int64_t band_count,
                 int64_t flagged_count, int64_t budget_bytes);

/** Largest record that report_pack_host() makes under @p plan. */
size_t report_record_bytes(const struct report_plan *plan);

/**
 * Pack the readings of one host: each quantised to 65,535 steps between its own minimum and maximum.
 *
 * @param values      shape [samples][metrics], NaN missing; counters as rates per second
 * @param is_flagged  shape [metrics]
 * @param record      room for report_record_bytes()
 * @return            bytes used
 */
size_t report_pack_host(const struct report_plan *plan, const float *values,
                        const int8_t *is_flagged, unsigned char *record);

/** The records of all hosts on the rank that writes. */
struct report_timeline;

struct report_timeline *report_timeline_create(int64_t host_count);
void report_timeline_destroy(struct report_timeline **timeline);

/** Take in a copy of one host's record; hosts in any order, each once at most. */
void report_timeline_add(struct report_timeline *timeline, int64_t host,
                         const unsigned char *record, size_t bytes);

/* ---- the forecast --------------------------------------------------------------------------- */

/** A metric of the forecast's model. The error of its prediction is usually about `error_centre`, and
 *  `error_spread` is one deviation of it, both in the metric's unit. */
struct report_forecast_metric {
    int32_t metric; /**< of the night; -1: not there */
    bool is_used;   /**< false: it never changed in training, and is not judged */
    double error_centre, error_spread;
};

/** A run of samples of a host above the threshold, and what its score at the peak is made of. */
enum { REPORT_TOP = 3 };
struct report_forecast_event {
    int32_t host;
    int32_t metric[REPORT_TOP]; /**< of the night, largest share first; -1 none */
    float share[REPORT_TOP];    /**< of the squared score */
    double start_unix_s, end_unix_s, peak;
};

/** What would lie above a threshold: hosts, runs of their samples, days of theirs, samples. */
struct report_what_if {
    double threshold;
    int64_t hosts, events, host_days, samples;
};

/** Thresholds that the page offers; that of the model is the one after REPORT_LEVELS_BELOW. */
enum { REPORT_LEVELS_BELOW = 32, REPORT_LEVELS = 97 };

/** Set all levels, with nothing above them: from a quarter of @p threshold to four times it, or to
 *  @p highest where that is more. A threshold that is not finite gives way to @p highest. */
void report_what_if_levels(double threshold, double highest,
                           struct report_what_if levels[REPORT_LEVELS]);

/** Add one host. @param scores  shape [times], NaN where not judged */
void report_what_if_add(struct report_what_if levels[REPORT_LEVELS], const float *scores,
                        int64_t times, double period_s);

/**
 * Room for the packed scores of all hosts (a sixteenth of @p budget_bytes) and the predictions of
 * @p kept_count hosts (an eighth): plans for report_pack_host() of one metric and of @p metric_count.
 *
 * @return  the bytes that both take, to be left to them by report_plan()
 */
int64_t report_plan_forecast(const struct facility *facility, int64_t kept_count,
                             int64_t metric_count, int64_t budget_bytes, struct report_plan *scores,
                             struct report_plan *predictions);

/** What the forecast analysis found, and how it was trained. Losses are mean squared errors on scaled
 *  metrics, NaN where not known. */
struct report_forecast {
    const char *predictor, *training_end;
    int64_t window, horizon, best_epoch, judged_samples;
    double threshold;
    double validation_loss, ridge_loss, last_value_loss;
    double mse, mae, mse_last_value; /**< of the night */
    const double *epochs;            /**< [epoch_count][3]: training loss, validation loss, rate */
    int64_t epoch_count;
    const struct report_forecast_metric *metrics; /**< [metric_count], as the model orders them */
    int64_t metric_count;
    const struct report_forecast_event *events; /**< [event_count] */
    int64_t event_count;
    const float *peak;                    /**< [hosts]; NaN: not judged */
    const struct report_what_if *levels;  /**< [REPORT_LEVELS] */
    const struct report_timeline *scores; /**< of each host a record of one reading */
    const int32_t *kept_host;             /**< [kept_count] */
    int64_t kept_count;
    const struct report_timeline *predictions; /**< [kept_count] records of the model's metrics */
};

/* ---- the relation graph --------------------------------------------------------------------- */

/** The past of a metric moves the prediction of another: see docs/graph.md for what the numbers mean. */
struct report_edge {
    int32_t from, to; /**< rows of `metrics` */
    bool is_kept;
    double influence, influence_low, influence_high, rise, slope, stable, correlation;
    int32_t lag; /**< in samples */
    int8_t sign;
};

/** A metric of the graph. */
struct report_node {
    const char *name;
    int32_t metric; /**< of the night; -1: not there */
    bool is_used;   /**< false: it never changed in training, and has no edges */
    int32_t core;   /**< the k of the largest k-core of kept edges that it is in */
};

/** What of a graph goes into the page at most: edges, those kept, then the strongest others; and periods. */
enum { REPORT_EDGES_MAX = 2000, REPORT_PERIODS_MAX = 96 };

/** Which metric's past moves which, in all and in each period. */
struct report_relation {
    const struct report_node *nodes; /**< [node_count] */
    int64_t node_count;
    const struct report_edge *edges; /**< [edge_count], those kept first, strongest first */
    int64_t edge_count, pair_count, windows;
    const char *const *period_name;     /**< [period_count] */
    int64_t period_count, period_total; /**< in the page, in the graph */
    const double *period_influence;     /**< [period_count][edge_count] */
    /** [period_count][period_count]: likeness of two periods, on the diagonal of two halves of one. */
    const double *jaccard, *overlap, *tau;
};

/* ---- writing -------------------------------------------------------------------------------- */

/**
 * Write report.html: under another name, synced, then renamed, so that @p path holds the old page or
 * the new one. STATUS_CANNOT_WRITE where the system refuses, STATUS_BAD_USE where this library was
 * built without the page.
 *
 * @param timeline  may be NULL: no samples in the page
 */
status report_write_page(const char *path, const struct report_night *night,
                         const struct report_plan *plan, const struct report_timeline *timeline);

/** Write summary.json: the same verdicts for machines, names in full. Atomic like the page. */
status report_write_summary(const char *path, const struct report_night *night);

/** Was the page built into this library (TELLTALE_PAGE)? */
bool report_has_page(void);
