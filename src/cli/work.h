// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file work.h
 * The steps that fit, score and nightly are made of: nights opened, models fitted into files, scores
 * written to a file, and what was found said to people and machines. Loops over the table of analyses;
 * what is computed stands in modules. All functions that take a comm are collective.
 */
#pragma once

#include "cli.h"

/* ---- nights --------------------------------------------------------------------------------- */

/** Facility files opened together. */
struct nights {
    struct view **views; /**< owned, [count], in order of time */
    int count;
    bool are_joined;         /**< several files are the one view */
    struct facility *united; /**< owned; see nights_facility() */
};

/**
 * Open @p count facility files as a view each. STATUS_BAD_INPUT where one cannot be read or differs from the
 * first in period or metrics. Hosts may come and go: models join them by name.
 */
status nights_open(const struct comm *comm, const char *const *paths, int count,
                   const struct view_options *options, struct nights *nights);

/** Open the files of the command line by `tile_hosts` and `join`: as nights apart, or as one view of the span
 *  (view_open_timeline()). */
status nights_open_operands(const struct context *context, struct nights *nights);
void nights_close(struct nights *nights);

/** STATUS_BAD_INPUT unless all have the hosts of the first in its order: rows of scores name hosts by
 *  number. */
status nights_have_same_hosts(const struct nights *nights);

/** What rows of all the nights are held against: from the first sample to the last, with the jobs, events and labels of
 *  all; for nights that have the same hosts. */
const struct facility *nights_facility(struct nights *nights);

/** The paths of all files, a line each, in order of time. */
void nights_list_files(const struct nights *nights, struct text *lines);

/** The moment of the last sample of all. */
double nights_end(const struct nights *nights);

/** "vole 2026-11-20T00:00:00Z" a line: what a model was fitted on. */
void nights_describe(const struct nights *nights, struct text *lines);

/** The parameters by which fit, score and nightly cut a facility file. */
#define VIEW_PARAMETERS \
    { \
        "tile_hosts", PARAMETER_INT, "64", 1, 65536, NULL, \
            "Hosts of a tile, the unit of work; part of the result's bits" \
    }

/** How fit, score and graph take several facility files. */
#define JOIN_PARAMETER \
    { \
        "join", PARAMETER_FLAG, "false", 0, 0, NULL, \
            "Take the files, nights that follow one another, as one span of time; else each is a night apart" \
    }

/* ---- analyses at work ----------------------------------------------------------------------- */

/** One analysis of a night, from its settings to its rows. */
struct chapter {
    const struct analysis *analysis;
    const struct settings *settings;
    void *self;               /**< owned; what create() made */
    struct score_table table; /**< owned; after scoring all rows, on rank 0 */
    char *left_out;           /**< owned; why the night goes without it, or NULL */
    char *notes;              /**< owned; lines of the analysis on what it scored, or NULL */
};

void chapter_release(struct chapter *chapter);

/** Learn from @p nights and write the model file @p path. An analysis that trains keeps checkpoints in
 *  `PATH.checkpoint` meanwhile, and goes on from there as @p resume says. */
status chapter_fit(const struct comm *comm, struct chapter *chapter, const struct nights *nights,
                   const char *path, enum fit_resume resume);

/** Let an analysis that has recall() learn from an earlier night's scores file; after chapter_load(). */
status chapter_recall(const struct comm *comm, struct chapter *chapter, const char *path);

/** Make the analysis and read what it learned from the model file, and from its setting `earlier_scores`. */
status chapter_load(const struct comm *comm, struct chapter *chapter, const char *path);

/**
 * Score @p nights with each chapter that is not left out, in order, and write the scores file @p path. One
 * that meets STATUS_BAD_INPUT is left out; where that leaves none, its status is returned.
 */
status chapters_score(const struct comm *comm, struct chapter *chapters, int count,
                      const struct nights *nights, const char *path);

/** What the night lacks of an analysis that could not be fitted or scored: not in the way of the others. */
void chapter_leave_out(struct chapter *chapter, const char *message);
int chapters_left_out(const struct chapter *chapters, int count);

/** Write and read the scores file's attribute `left_out`. The reason is a new text, or NULL. Collective. */
void left_out_put(struct archive *archive, const struct chapter *chapters, int count);
char *left_out_reason(struct archive *archive, const char *name);

/** The settings of chapters as the YAML that is written beside results. */
void chapters_settings(const struct chapter *chapters, int count, struct text *yaml);

/** Collective. What the analysis has to say of the night scored last, on all ranks. */
void notes_take(const struct comm *comm, struct chapter *chapter, const struct facility *facility);

/** Write and read the scores file's attribute `notes` of an analysis: a new text, or NULL. Collective. */
void notes_put(struct archive *archive, const struct chapter *chapter);
char *notes_of(struct archive *archive, const char *analysis);

/* ---- saying what was found ------------------------------------------------------------------ */

/** What a table of scores comes to. */
struct verdict {
    int64_t score_count, anomaly_count, host_count; /**< hosts with an anomaly */
};

/** Collective; equal on all ranks. */
struct verdict table_verdict(const struct comm *comm, const struct score_table *table);

/** On rank 0: lines for people, an object for machines. Evaluate: against the labels, if there are any. */
void chapter_print(const struct chapter *chapter, const struct facility *facility);
struct json_t *chapter_json(const struct chapter *chapter, const struct facility *facility,
                            bool evaluate);

/** Found against planted, label by label, a column for each analysis; on rank 0. */
void chapters_print_labels(const struct chapter *chapters, int count,
                           const struct facility *facility);

/** How well the scores find what the labels say; on rank 0. */
void print_evaluation(const struct chapter *chapter, const struct evaluation *evaluation);

/** STATUS_ANOMALY where --fail-on-anomaly was given and there are anomalies. */
status check_anomalies(const struct context *context, struct verdict verdict);
