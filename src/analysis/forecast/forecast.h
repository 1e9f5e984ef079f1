// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file forecast.h
 * What the files of the forecast analysis share: the windows of many hosts, the predictor over them, what is
 * learned and what is found.
 *
 * A series is one host in one night, [times][metrics], scaled; a window is a place in it, never a copy. An item is
 * a window with the rows that follow it. Items are numbered through all series, the same on every rank, but a
 * rank holds only the series that its items are in.
 */
#pragma once

#include "tail.h"

#include <telltale/analysis.h>
#include <telltale/nn.h>
#include <telltale/train.h>

/* ---- settings --------------------------------------------------------------------------------- */

enum forecast_kind { FORECAST_HYBRID, FORECAST_TSMIXER, FORECAST_SYSMIXER, FORECAST_RIDGE };
enum forecast_scaler { SCALER_STANDARD, SCALER_ROBUST, SCALER_MINMAX };

struct forecast_settings {
    enum forecast_kind kind;
    int window, horizon, blocks, hidden, lags;
    enum nn_norm norm;
    bool has_revin;
    double dropout;
    enum forecast_scaler scaler;
    double validation_fraction;
    bool should_split_at_jobs;        /**< no window across a job's start or end on its host */
    double false_alarms_per_host_day; /**< that the threshold allows on normal nights */
    double quantile;            /**< of training scores, in place of the above; 0: not asked for */
    double smoothing;           /**< weight of the newest score in a moving average; 1: none */
    double clip;                /**< standardised residuals go no further out */
    double row_s;               /**< length of the spans that a score row speaks of */
    int64_t kept_hosts;         /**< whose predictions are kept */
    int64_t trials;             /**< of the search; 0: none */
    int64_t one_rank_equations; /**< highest order of normal equations that one rank solves */
    struct train_options train;
};

extern const struct parameter forecast_parameters[];

/** Settings against each other: STATUS_BAD_USE. @param result  untouched on failure */
status forecast_settings_of(const struct settings *settings, struct forecast_settings *result);

/* ---- series and windows ----------------------------------------------------------------------- */

/** One metric's numbers: scaled = (x - centre) / scale; is_used false: constant or missing in training. */
struct scaling {
    double centre, scale;
    int8_t is_used;
};

struct series {
    int32_t night, host; /**< of that night */
    int64_t times;
    float *x;        /**< owned, [times][metrics]; NULL: not held by this rank */
    int8_t *is_live; /**< owned, [metrics]: the host has this metric; where it has not, x is 0 */
};

/** Items of one series in a row: their windows start at first, first + 1, ... */
struct item_run {
    int64_t series, first, count;
    int64_t number; /**< of the first item */
};

struct item_list {
    struct item_run *runs; /**< owned, the same on every rank; in order of series and first */
    int64_t run_count, item_count;
};

/** What is predicted from what, in all nights. */
struct data_set {
    int metrics, window, horizon;
    bool should_split_at_jobs;
    struct series *series; /**< owned, the same on every rank but for what is held */
    int64_t series_count;
    struct item_list training, validation;
};

/** Which metric of a night is which of the model; -1: not there. */
struct metric_map {
    int32_t *place; /**< owned, [metrics of the model] */
};

/**
 * Collective. The items of all nights: rows where every metric of the host is there, gaps of one sample
 * bridged; no window with labelled trouble. Items whose rows begin in the last validation_fraction of the time
 * covered validate.
 */
status data_set_open(struct view *const *nights, int count, const struct name_table *metrics,
                     const struct forecast_settings *settings, struct data_set *data);

/**
 * Collective. This rank holds the series of these items from here on: what it lacks is read, what it does not need is
 * let go.
 *
 * @param scaling  of what is read; NULL: it is left unscaled
 */
status data_set_hold(struct view *const *nights, const struct name_table *metrics,
                     struct span training, struct span validation, const struct scaling *scaling,
                     struct data_set *data);
void data_set_release(struct data_set *data);

/**
 * The same items, each of a window of fewer samples: what is predicted stays what it was. Local.
 *
 * @param narrow  its series are those of @p data; for data_set_narrow_release()
 */
void data_set_narrow(const struct data_set *data, int window, struct data_set *narrow);
void data_set_narrow_release(struct data_set *narrow);

/** Scale what this rank holds; missing metrics become 0. Local. */
void data_set_scale(struct data_set *data, const struct scaling *scaling);

/** Where item @p number is. */
struct item {
    const struct series *series;
    int64_t first;
};
struct item item_find(const struct data_set *data, const struct item_list *list, int64_t number);

/** One host of a night whole, [times][metrics of the model]: NaN where missing, gaps of one sample bridged. */
void series_take(const float *tile, int64_t host, int64_t times, int64_t night_metrics,
                 const struct metric_map *map, int metrics, float *x);

/** Runs of rows at least @p least long in which all live metrics are there and (where not NULL) no break is.
 *  @param runs  room for [times + 1] @return how many */
int64_t series_runs(const float *x, int64_t times, int metrics, const int8_t *is_live,
                    const int8_t *is_break, int64_t least, struct span *runs);

/** Samples at which a job starts or has just ended on the host: is_break[t] 1, no window may hold t - 1 and t. */
void series_breaks(const struct view *night, int64_t host, int8_t *is_break);

/** A metric that is there in at least half of the rows that hold anything is one of the host. */
void series_live(const float *x, int64_t times, int metrics, int8_t *is_live);

status metric_map_make(const struct view *night, const struct name_table *metrics,
                       struct metric_map *map);
void metric_map_release(struct metric_map *map);

/* ---- statistics over what all ranks hold -------------------------------------------------------- */

/** A column of floats of one rank: value i at first[i * step]. */
struct column {
    const float *first;
    int64_t count, step;
};

/**
 * Collective. Exact quantiles over all ranks' columns of each of @p sets sets; NaN is passed over.
 *
 * @param columns       shape [column_count], column c belongs to set set_of[c]
 * @param fraction      0: the least, 1: the largest; nearest rank
 * @param quantiles     shape [sets]; NaN where a set is empty
 */
struct column_sets {
    const struct column *columns;
    const int32_t *set_of;
    int64_t column_count;
    int64_t sets;
};
void quantiles_of(const struct comm *comm, const struct column_sets *sets, double fraction,
                  double *quantiles);

/** Collective. The scalings of all metrics from the training rows of all hosts. */
void scaling_learn(const struct comm *comm, const struct data_set *data, enum forecast_scaler kind,
                   struct span my_training, struct scaling *scaling);

/* ---- the predictor ------------------------------------------------------------------------------ */

/** A linear part, a mixer, or both added. Parameters: the linear part's, then the mixer's. */
struct predictor {
    bool has_linear, has_mixer;
    struct lagged lagged;
    struct mixer *mixer; /**< owned; NULL: none */
    int64_t linear_count, parameter_count, state_count;
};

void predictor_init(const struct forecast_settings *settings, int metrics,
                    struct predictor *predictor);
void predictor_release(struct predictor *predictor);

/** Room for groups of @p samples in @p shards shards. */
struct predictor_work {
    struct mixer_pass *pass; /**< NULL without a mixer */
    int shards, samples;
    real *input, *output, *linear, *d_output, *panel;
};
void predictor_work_init(const struct predictor *predictor, int shards, int samples,
                         struct predictor_work *work);
void predictor_work_release(struct predictor_work *work);

/** Samples a group for which activations stay in a second-level cache, and which weights do not outweigh. */
int predictor_tile(const struct predictor *predictor);

/** input [L][samples][C] from windows; @p windows [samples] point at their first row of @p metrics. */
void predictor_gather(int window, int metrics, int samples, const float *const *windows,
                      real *input);

/** Output for work->input, [H][samples][C], outside training. */
void predictor_predict(const struct predictor *predictor, const real *parameters, int samples,
                       struct predictor_work *work);

/** A group of windows in a row through the predictor: which, and how to hand on what comes out. */
struct window_reader {
    const struct predictor *predictor;
    const real *parameters;
    struct predictor_work *work; /**< room for one shard of @p tile samples */
    const float **windows;       /**< [tile] */
    int tile;
};

void window_reader_init(const struct predictor *predictor, const real *parameters,
                        const real *state, struct window_reader *reader);
void window_reader_release(struct window_reader *reader);

/**
 * Predictions from @p count windows that begin at x, x + 1 row, ...: at most `tile` of them.
 *
 * @return  shape [horizon][count][metrics], the reader's own
 */
const real *window_reader_predict(struct window_reader *reader, const float *x, int count);

/* ---- what is learned ------------------------------------------------------------------------------ */

/** What is usual for the error of one metric's prediction, scaled. */
struct residual_law {
    double centre, spread;
};

struct forecast_model {
    struct name_table *metrics; /**< owned: name::source */
    double period_s;
    double fitted_until_unix_s; /**< of a model that was loaded */
    struct scaling *scaling;    /**< owned, [metrics] */
    real *parameters, *state;
    struct residual_law *laws; /**< owned, [metrics]: of validation residuals */
    double threshold;          /**< of the host score */
    double trouble;            /**< no normal score lies above this in a hundred times as long */
    int64_t tally[TALLY_BINS]; /**< of validation scores */
    double validation_loss, ridge_loss,
        last_value_loss; /**< mean squared errors, scaled; NaN: not known */
    double mixer_loss;   /**< the same of the mixer's best, where ridge stands instead, too */
    struct train_epoch *epochs; /**< owned */
    int64_t epoch_count, best_epoch;
    int end; /**< enum train_end */
    int64_t training_items, validation_items;
};

void forecast_model_release(struct forecast_model *model);

/** The training items of this rank so that each belongs to one: those that fill no shard to the last that trains. */
struct span forecast_my_items(const struct comm *comm, const struct train_options *options,
                              int64_t items);

/** Prediction errors of the first row to come, of items of a list in a row. Local.
 *  @param residuals  shape [items.count][metrics], true - predicted; NaN where the host has no such metric */
void residuals_of_items(const struct predictor *predictor, const struct forecast_model *model,
                        const struct data_set *data, const struct item_list *list,
                        struct span items, float *residuals);

/** Collective. The laws of this rank's and all other residuals. */
void residual_laws_learn(const struct comm *comm, const float *residuals, int64_t items,
                         int metrics, const struct scaling *scaling, struct residual_law *laws);

/** Root mean square over metrics of the clipped standardised residuals; NaN where there is none.
 *  @param z  shape [metrics], what was squared, NaN where none */
double residual_score(const float *residuals, const struct residual_law *laws, int metrics,
                      double clip, float *z);

/** Collective. The threshold of the host score, as the settings want it. */
void threshold_learn(const struct comm *comm, const struct forecast_settings *settings,
                     const struct predictor *predictor, const struct data_set *data,
                     struct forecast_model *model);

/** Say so where no score can reach the threshold. */
void threshold_warn(const struct forecast_settings *settings, const struct forecast_model *model);

/** Scores of one sample that may lie above the threshold. */
double threshold_rate(const struct forecast_settings *settings, const struct forecast_model *model);

/* ---- what is found -------------------------------------------------------------------------------- */

enum { FORECAST_TOP = 3 };

/** A run of rows of one host above the threshold. */
struct forecast_event {
    int32_t host;
    int32_t metric[FORECAST_TOP]; /**< of the night, largest share first; -1 none */
    float share[FORECAST_TOP];    /**< of the squared score at the peak */
    double start_unix_s, end_unix_s, peak;
};

/** The scores of one night. */
struct forecast_night {
    double start_unix_s;
    int64_t times;
    float *score;       /**< owned, [hosts of this rank][times]; NaN where not judged */
    int64_t judged;     /**< rows of all ranks that have a score */
    int64_t host_count; /**< of all ranks with a judged row */
};

/** Sums of prediction errors over all windows and all rows to come, scaled, on metrics that move. */
struct forecast_errors {
    double squared, absolute, last_value_squared;
    int64_t count;
};

/** Predictions of the hosts that scored highest, in the metrics' units; on rank 0. */
struct forecast_kept {
    int32_t *host;     /**< owned, [count] */
    float *prediction; /**< owned, [count][times][metrics of the model]; NaN where none */
    int64_t count;
};

/** What earlier nights' scores have added to the threshold. */
struct recalled {
    double model_threshold; /**< before */
    int64_t tally[TALLY_BINS], samples;
    int files;
};

struct forecast {
    const struct comm *comm;
    struct forecast_settings settings;
    const struct settings *given;
    struct predictor predictor;
    bool has_predictor;
    struct forecast_model model;
    char *checkpoint_path; /**< owned; NULL: none */
    enum train_resume resume;
    struct text trials; /**< the table of the search */
    struct recalled recalled;
    int64_t tally[TALLY_BINS]; /**< of all scores of all ranks */

    struct span hosts; /**< of this rank, in the nights scored */
    int64_t all_hosts;
    struct forecast_night *night; /**< owned, [night_count] */
    int night_count;
    struct forecast_event
        *events; /**< owned, [event_count]; of this rank, after score() of all on rank 0 */
    int64_t event_count;
    struct forecast_errors errors;
    struct metric_map map;     /**< of the last night */
    struct forecast_kept kept; /**< of the last night */
};

/** One host's night ready to be read: scaled, with its runs of rows that are there. */
struct host_night {
    float *x;        /**< [times][metrics] */
    int8_t *is_live; /**< [metrics] */
    struct span *runs;
    int64_t run_count;
};

void host_night_init(int64_t times, int metrics, struct host_night *host);
void host_night_release(struct host_night *host);

/** From a tile as view_read_tile() brings it. @param place  of the host in the tile */
void host_night_take(const struct forecast *forecast, const struct view *night, int64_t host,
                     const float *tile, int64_t place, struct host_night *taken);

/** Collective. Predict the hosts that scored highest once more and keep that. */
status forecast_keep(struct forecast *forecast, struct view *night);

/** The predictor for the settings and the model's metrics. */
void forecast_make_predictor(struct forecast *forecast);

status forecast_fit(void *self, struct view *const *nights, int count);
/** Collective. A name for what was learned, digits of a checksum: scores of one model are compared with no other's.
 *  @param text  [CHECKSUM_TEXT_BYTES] */
void forecast_model_name(const struct forecast *forecast, char *text);

status forecast_recall(void *self, struct archive *scores);
status forecast_score(void *self, struct view *night, struct score_table *table);
void forecast_save(const void *self, struct archive *archive);
status forecast_load(void *self, struct archive *archive);
void forecast_write(const void *self, struct archive *archive);
