// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file analysis.h
 * The analysis `mrdmd`: what its files share. A night is cut into analysis windows (roots), its metrics
 * into groups of one type; every group of every root is decomposed, readings get a magnitude per
 * band and root, and the companion's features stand beside them (band_power.h).
 */
#pragma once

#include "band_power.h"
#include "mrdmd.h"
#include "readings.h"

#include <telltale/analysis.h>

enum baseline_kind { BASELINE_HISTORY, BASELINE_RANGE, BASELINE_JOB };

/** Frequency bands: [low, high) Hz each; band 0 is DC, what does not oscillate within a window. */
struct mrdmd_bands {
    double (*hz)[2]; /**< owned, [count] */
    int count;
};

/** Metrics that are decomposed together. */
struct mrdmd_group {
    char *name;
    int32_t *metrics; /**< owned, [count] */
    int count;
    bool is_mixed; /**< of several units: readings are centred and divided by their MAD */
};

struct mrdmd_groups {
    struct mrdmd_group *groups; /**< owned, [count] */
    int count;
};

/** Sums of squares over the samples of a window. */
struct mrdmd_energy {
    double left;  /**< after the last level: of what no mode explains */
    double whole; /**< about the mean of the window */
};

/** What one night holds on this rank: readings of its tiles' hosts that hold samples. */
struct mrdmd_night {
    struct mrdmd_plan *plan;        /**< owned; roots are the analysis windows */
    struct mrdmd_groups groups;     /**< owned */
    struct mrdmd_bands bands;       /**< owned */
    struct band_plan *band_plan;    /**< owned */
    struct mrdmd_result **results;  /**< owned, [groups] */
    int64_t host_first, host_count; /**< of this rank */
    int64_t metric_count;
    int64_t root_count;
    int items; /**< features of the companion */
    int sizes; /**< of a reading in a window: a magnitude a band, then the residual */
    struct reading_list readings; /**< owned; its hosts count from host_first */
    float *magnitude;             /**< owned, [readings][roots][sizes]; NaN where left out */
    float *features;              /**< owned, [readings][roots][items] */
    float *quantum;               /**< owned, [readings] */
    float *in_range; /**< owned, [readings]: share of samples within `range`, 1 without */
    struct mrdmd_energy
        *energy; /**< owned, [roots][metrics]: of all ranks' readings that are not left out */
};

/** Limits within which a metric is normal (baseline `range`); NaN where none are given. */
struct mrdmd_range {
    double low, high;
};

/** Centre and scale of a metric over the facility, for mixed groups. */
struct mrdmd_scale {
    double median, mad;
};

struct job_scores;

/** What fit() learns. Rows are readings that held samples, host-major, in the order of the names. */
struct mrdmd_model {
    struct name_table *hosts;   /**< owned */
    struct name_table *metrics; /**< owned: "name::source" */
    double window_s, period_s;
    int64_t window_samples;
    int64_t trial_windows; /**< of the reading with most */
    struct mrdmd_bands bands;
    struct mrdmd_scale *scales;   /**< owned, [metrics] */
    struct reading_list readings; /**< owned; of all hosts */
    double *mean, *std;           /**< owned, [readings][bands + 1]: of the night's sizes */
    double *coverage; /**< owned, [readings]: share of the windows that were trials of it */
    struct band_baseline *companion; /**< owned, [readings][items] */
    struct band_prior *priors;       /**< owned, [metrics][items] */
    struct tail_law *tails;          /**< owned, [metrics][items]: calibration.h */
    double *job_mean, *job_std;      /**< owned, [metrics][bands + 1]; NULL: it knows no jobs */
    int64_t trial_jobs;
    int items;
};

/** The analysis itself. */
struct mrdmd_analysis {
    const struct comm *comm;         /**< borrowed */
    const struct settings *settings; /**< borrowed */
    struct mrdmd_options options;
    double window_s; /**< 0: automatic */
    enum baseline_kind kind;
    struct mrdmd_range
        *ranges; /**< owned, [metrics] during fit() with baseline `range`, else NULL */
    struct mrdmd_model model;
    bool has_model;
    struct mrdmd_night night;     /**< the night scored last, for write() */
    float *zscore, *band_power_z; /**< owned, [bands][hosts][metrics], on rank 0 */
    int8_t *is_anomaly;           /**< the same shape */
    float *residual_z;            /**< owned, [roots][hosts][metrics], on rank 0 */
    struct job_scores *jobs;      /**< owned: of the night; NULL unless `roots` asks for them */
    int64_t hosts_scored;
    int64_t *known_host;   /**< owned, [hosts_scored]: number in the model, -1 unknown; on rank 0 */
    int64_t *known_metric; /**< owned, [metrics] of the night: likewise */
};

extern const struct analysis analysis_mrdmd;
extern const struct parameter mrdmd_parameters[];

/* ---- settings.c ------------------------------------------------------------------------------ */

status mrdmd_options_read(const struct settings *settings, struct mrdmd_options *options);

/** Jobs as the splits see them. @param jobs  a new block for mem_free() */
int64_t mrdmd_jobs_of(const struct facility *facility, double first_unix_s, double period_s,
                      struct mrdmd_job **jobs);

/* ---- bands.c --------------------------------------------------------------------------------- */

/**
 * The bands of windows of @p samples: DC, then one for each level of the tree, then what is faster; or
 * between the edges in Hz that the settings name. STATUS_BAD_USE for edges that do not rise or pass
 * the Nyquist frequency.
 */
status mrdmd_bands_make(const struct settings *settings, const struct mrdmd_options *options,
                        int64_t samples, struct mrdmd_bands *bands);
void mrdmd_bands_release(struct mrdmd_bands *bands);
void mrdmd_bands_copy(struct mrdmd_bands *to, const struct mrdmd_bands *from);

/** Does the setting `bands` ask for them to be found? `bands_hz` wins over it. */
bool mrdmd_bands_are_auto(const struct settings *settings);

/**
 * Put edges into the gaps of the power-weighted spectrum of results, in bands_auto.c. A gap is a stretch of half an
 * octave or more with at most a tenth of the power, bin by bin, of the lower of the peaks beside it. DC stays a band of
 * its own, and so does what is faster than the deepest level.
 *
 * @param bands  those of the levels on entry
 */
void mrdmd_bands_auto(struct mrdmd_result *const *results, int groups, struct mrdmd_bands *bands);

/** The band of a frequency. */
int mrdmd_band_of(const struct mrdmd_bands *bands, double frequency_hz);

/* ---- groups.c -------------------------------------------------------------------------------- */

/** @param kind  "unit", "metric" or "all" */
void mrdmd_groups_make(const struct facility *facility, const char *kind,
                       struct mrdmd_groups *groups);
void mrdmd_groups_release(struct mrdmd_groups *groups);

/** The values of a group's metrics of one tile. @param part  shape [hosts, times, group->count] */
void mrdmd_group_take(const struct mrdmd_group *group, const float *values, int64_t hosts,
                      int64_t times, int64_t metrics, float *part);

/* ---- magnitude.c ----------------------------------------------------------------------------- */

/** The modes of one window at the readings of a tile: phi = Z c. @param phi  shape [modes, readings] */
void mrdmd_form_modes(const struct mrdmd_plan *plan, const struct mrdmd_result *result, int window,
                      const struct mrdmd_rows *rows, double complex *phi);

/** sqrt(mean over the window of |mu^t|^2) */
double mrdmd_rms_dynamics(double complex mu, int64_t count);

/* ---- sizes.c --------------------------------------------------------------------------------- */

/** Turns modes into the sizes of readings, tile by tile; holds what is the same for all tiles, and scratch. */
struct mrdmd_sizer;

/**
 * @param bands       whose numbers are looked up at once
 * @param is_by_mode  magnitudes are |phi|, not |phi b| rms(dynamics)
 * @return            borrows plan and result
 */
struct mrdmd_sizer *mrdmd_sizer_create(const struct mrdmd_plan *plan,
                                       const struct mrdmd_result *result,
                                       const struct mrdmd_bands *bands, bool is_by_mode);
void mrdmd_sizer_destroy(struct mrdmd_sizer **sizer);

/**
 * The sizes of a tile's readings; every mode is formed once.
 *
 * The magnitude is the mean over the kept modes of a root and band of |phi_i b| rms(dynamics), or |phi_i|. The
 * energy is what the modes of all levels, kept or not, leave: what is below the resolution of single floats is 0,
 * and so is all of a reading that stands still.
 *
 * @param magnitude  shape [readings, roots, bands], 0 where a band has no kept mode, NaN where the
 *                   reading was left out
 * @param energy     shape [readings, roots]; NaN where the reading was left out
 */
void mrdmd_sizer_use(struct mrdmd_sizer *sizer, const struct mrdmd_rows *rows, float *magnitude,
                     struct mrdmd_energy *energy);

/** left / whole; NaN where nothing moved. */
double mrdmd_residual_share(const struct mrdmd_energy *energy);

/** On rank 0, after score(): what is left, and where it is unlike the trial windows. */
void mrdmd_notes(const void *analysis, const struct facility *facility, struct text *lines);

/* ---- night.c --------------------------------------------------------------------------------- */

/** Collective. Decompose a night and bring magnitudes and features of this rank's readings. */
status mrdmd_night_scan(const struct mrdmd_analysis *self, struct view *view,
                        const struct mrdmd_scale *scales, struct mrdmd_night *night);
void mrdmd_night_release(struct mrdmd_night *night);

/** Samples of an analysis window for a period: the setting, or a twenty-fourth of the night, at least 32 samples. */
int64_t mrdmd_window_samples(const struct mrdmd_analysis *self, int64_t times, double period_s);

/* ---- collect.c ------------------------------------------------------------------------------- */

/** Some cells of each of this rank's readings. */
struct reading_cells {
    const void *cells; /**< shape [readings][count] */
    int64_t count;     /**< a reading */
    size_t cell_bytes;
    const void *nothing; /**< the cell of what holds no samples */
};

/** Collective. @return on rank 0 a new block [count][hosts][metrics] of all hosts, elsewhere NULL */
void *mrdmd_collect(const struct comm *comm, const struct mrdmd_night *night, int64_t hosts,
                    const struct reading_cells *mine);

/* ---- bootstrap.c ----------------------------------------------------------------------------- */

/**
 * Standard deviation over trial windows, bootstrapped by whole windows: the root of the mean over
 * replicates of the variance of as many draws with replacement. Windows that are NaN are no trials; what
 * a replicate draws of them is lost to it. NaN with fewer than two trials.
 *
 * @param values   shape [windows]
 * @param weights  shape [windows, count] from mrdmd_bootstrap_weights()
 * @param pairs    from mrdmd_bootstrap_pairs(), which saves the walk over replicates where all windows are
 *                 trials; NULL: none
 */
double mrdmd_bootstrap_std(const float *values, int64_t windows, const float *weights,
                           const double *pairs, int64_t count);

/** How often each replicate draws each window; keyed by seed, replicate and draw. @param weights  shape [windows, count] */
void mrdmd_bootstrap_weights(uint64_t seed, int64_t count, int64_t windows, float *weights);

/**
 * How often replicates draw two windows together, summed over them.
 *
 * @param pairs  shape [windows + 1, windows]; the last row holds how often they draw each
 */
void mrdmd_bootstrap_pairs(const float *weights, int64_t count, int64_t windows, double *pairs);

/** Count, sum and sum of squares. */
enum { MRDMD_MOMENTS = 3 };

/**
 * Mean of a population, and its deviation bootstrapped by whole windows or jobs.
 *
 * @param sums     shape [windows, MRDMD_MOMENTS]: of what of the population lies in each
 * @param weights  shape [windows, count]
 */
void mrdmd_bootstrap_population(const double *sums, int64_t windows, const float *weights,
                                int64_t count, double *mean, double *std);

/* ---- scales.c --------------------------------------------------------------------------------- */

/** Collective. Median and MAD of every metric over hosts and time. @param scales  shape [metrics] */
status mrdmd_scales_find(const struct comm *comm, struct view *view, struct mrdmd_scale *scales);

/* ---- trials.c --------------------------------------------------------------------------------- */

/** The trial windows of all nights for the hosts of this rank. */
struct mrdmd_trials {
    struct name_table *hosts;       /**< owned: of all nights */
    int64_t host_first, host_count; /**< of this rank */
    bool is_local;                  /**< do all nights have the same hosts? */
    int64_t metrics, windows;       /**< windows of all nights */
    int sizes, items;
    struct reading_list readings; /**< owned: what holds samples in any night */
    float *magnitude;             /**< owned, [readings][windows][sizes]; NaN: no trial */
    float *features;              /**< owned, [readings][windows][items]; NaN: no trial */
    float *quantum;               /**< owned, [readings] */
    float *in_range;              /**< owned, [readings] */
};

/** Collective. Make room for nights whose hosts are joined by name; they keep the order of arrival. */
void mrdmd_trials_init(struct mrdmd_trials *trials, struct view *const *nights, int count);
void mrdmd_trials_release(struct mrdmd_trials *trials);

/** Collective. Add a scanned night, whose numbers of readings are taken over: windows that are not normal by label or job
 *  become NaN. */
void mrdmd_trials_add(struct mrdmd_trials *trials, const struct mrdmd_analysis *self,
                      const struct view *view, struct mrdmd_night *night);

/* ---- baseline.c ------------------------------------------------------------------------------- */

/** Collective. The model of the trials, whose numbers are released on the way; STATUS_BAD_INPUT where no reading has a
 *  baseline. */
status mrdmd_baseline_fit(const struct mrdmd_analysis *self, struct mrdmd_trials *trials,
                          const struct mrdmd_night *shape, struct mrdmd_model *model);

/** (m - mean) / std; a baseline that never varied tells by whether it still does not. In score.c. */
double mrdmd_standard_score(double magnitude, double mean, double std);

/* ---- fit.c, score.c, model.c, write.c ---------------------------------------------------------- */

status mrdmd_fit(void *analysis, struct view *const *nights, int count);
status mrdmd_score(void *analysis, struct view *view, struct score_table *table);
void mrdmd_save(const void *analysis, struct archive *archive);
status mrdmd_load(void *analysis, struct archive *archive);
void mrdmd_write(const void *analysis, struct archive *archive);
void mrdmd_model_release(struct mrdmd_model *model);

/** Write windows, modes and bands of results under `/mrdmd`; shared with `telltale mrdmd`. */
void mrdmd_write_tables(const struct comm *comm, struct archive *archive,
                        const struct mrdmd_plan *plan, struct mrdmd_result *const *results,
                        const struct mrdmd_groups *groups, const struct mrdmd_bands *bands);
