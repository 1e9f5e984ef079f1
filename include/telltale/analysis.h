// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file analysis.h
 * The table of analyses. `telltale fit`, `telltale score`, the configuration's sections, --help and the
 * report's chapters are loops over it; src/analysis/baseline.c is the example to copy.
 */
#pragma once

#include <telltale/config.h>
#include <telltale/scores.h>
#include <telltale/view.h>

/** What one analysis finds in one night beside its score rows; on rank 0. */
struct finding {
    int32_t host, metric;
    double start_unix_s, end_unix_s;
    double value, threshold;
    char what[64]; /**< for people: "band 0.1-1 mHz" */
};

/** What the checkpoint of an interrupted fit is for. */
enum fit_resume {
    FIT_ANEW,          /**< it is written over */
    FIT_RESUME,        /**< go on from it where it is there; one of another fit is an error */
    FIT_RESUME_IF_SAME /**< go on from it where it fits */
};

/**
 * One analysis. `self` is whatever create() made. Functions marked so in their comments are collective;
 * fit and score return the same status on every rank.
 */
struct analysis {
    const char *name;    /**< `mrdmd`: command line, configuration section, groups in files */
    const char *summary; /**< one line for --help */
    const struct parameter *parameters;

    /** Check settings against each other and make the analysis. */
    status (*create)(const struct comm *comm, const struct settings *settings, void **self);
    void (*destroy)(void **self);

    /** Where fit() keeps what it needs to go on after an interruption, and what for. NULL where fitting is
     *  short. Local. */
    void (*checkpoint)(void *self, const char *path, enum fit_resume resume);

    /** Collective. Learn from @p count nights. */
    status (*fit)(void *self, struct view *const *nights, int count);

    /** Collective. After load(), before score(): take in what this model's scores of an earlier night say of what is
     *  usual. STATUS_BAD_INPUT where the scores are another model's. NULL where nothing is learned from them. */
    status (*recall)(void *self, struct archive *scores);

    /** Collective. Score one night; rows of this rank are added to @p table. Needs fit() or load(). */
    status (*score)(void *self, struct view *night, struct score_table *table);

    /** Collective. Write and read what fit() learned. The archive's group is `/<name>`. */
    void (*save)(const void *self, struct archive *model);
    status (*load)(void *self, struct archive *model);

    /** Collective. Write what is particular to this analysis under `/<name>/` of the scores file, after
     *  score(). May be NULL. */
    void (*write)(const void *self, struct archive *scores);

    /** On rank 0, after score(): lines for people, of what rows do not say. May be NULL. */
    void (*notes)(const void *self, const struct facility *facility, struct text *lines);
};

/** All analyses in the order of the report; ends with NULL. */
extern const struct analysis *const analyses[];

const struct analysis *analysis_find(const char *name);

/* ---- mrDMD by itself ------------------------------------------------------------------------ */

/** The parameters of mrdmd_decompose(). */
extern const struct parameter mrdmd_command_parameters[];

/**
 * Collective. The decomposition itself, of a facility file, of nights as one timeline (view_open_timeline()), or of a
 * matrix in any HDF5 file, written as the group `/mrdmd` of a scores file.
 *
 * @param paths     shape [count]; one, where it is a matrix or goes on from a state
 * @param settings  of mrdmd_command_parameters
 * @param summary   one line for people is added
 */
status mrdmd_decompose(const struct comm *comm, const char *const *paths, int count,
                       const struct settings *settings, const char *output, struct text *summary);

/**
 * Collective. How fast one pass over @p readings of 2,880 samples (max_level 6, max_cycles 1, block means,
 * no gaps) is, from floats in memory to modes on every rank: the flops of its inner products, 2 x 61 x
 * 2,880 a reading, by the processor time of the slowest rank and the number of ranks; the quickest of the repeats
 * that fit in @p seconds. @return flop/s of one rank
 */
double mrdmd_measure_pass(const struct comm *comm, int64_t readings, double seconds);

/** The same problem by the classical recursion, on every rank by itself, and the same flops. */
double mrdmd_measure_classical(const struct comm *comm, int64_t readings, double seconds);

/* ---- the relation graph ----------------------------------------------------------------------- */

/** The parameters of relation_graph(). */
extern const struct parameter relation_parameters[];

/**
 * Collective. Which metric's past moves the prediction of which, by a forecast model: an HDF5 file, and beside it a
 * table of the kept edges and GraphML (docs/formats.md). The same bits on any number of ranks.
 *
 * @param forecast  what `create` of the analysis `forecast` made, after `load`
 * @param settings  of relation_parameters
 * @param summary   lines for people are added on rank 0
 */
status relation_graph(void *forecast, struct view *const *nights, int count,
                      const struct settings *settings, const char *output, struct text *summary);

#define GRAPH_FORMAT "telltale graph"
enum { GRAPH_VERSION = 1 };

/* ---- the forecast by itself ----------------------------------------------------------------- */

/** What one trains: sizes of a mixer with layer norm, and its dropout. */
struct forecast_step {
    int window, metrics, horizon, blocks, hidden;
    double dropout;
};

/**
 * One rank's part of such a training step, forward and backward through the mixer as `fit` does it: the flops of its
 * products by processor time, the quickest of the repeats that fit in @p seconds. Local. @return flop/s
 */
double forecast_measure(const struct forecast_step *step, double seconds);

/** The same of window 60, 66 metrics, width 128, 2 blocks and dropout .1. */
double forecast_measure_step(double seconds);

/** The model file's format name and version. */
#define MODEL_FORMAT "telltale model"
enum { MODEL_VERSION = 1 };
#define SCORES_FORMAT "telltale scores"
enum { SCORES_VERSION = 1 };
