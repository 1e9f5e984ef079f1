// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file scores.h
 * Scores of all analyses in one shape: a table of rows, gathered to rank 0, ordered, thresholded and
 * written; and the measures of how well scores find what labels say.
 */
#pragma once

#include <telltale/comm.h>
#include <telltale/store.h>
#include <telltale/telemetry.h>

struct score {
    int32_t host;
    int32_t metric; /**< -1: all */
    int32_t job;    /**< -1: none */
    int32_t label;  /**< number in the table's names, -1: none */
    double start_unix_s, end_unix_s;
    double value, threshold;
    int8_t is_anomaly;
};

/** Rows of one analysis on this rank; after score_table_gather() all rows, on rank 0. */
struct score_table {
    struct score *rows; /**< owned, [row_count] */
    int64_t row_count;
    int64_t room;
};

struct score *score_table_add(struct score_table *table);
void score_table_release(struct score_table *table);

/** Collective. Bring all rows to rank 0, ordered by start, host, metric, end; elsewhere none remain. */
void score_table_gather(const struct comm *comm, struct score_table *table);

/**
 * Collective. Write a gathered table as the columns of `/scores/<analysis>/` (DESIGN.md, "The scores
 * file"). @p labels names the rows' labels; NULL where none has one.
 */
void score_table_write(const struct comm *comm, const struct score_table *table,
                       const char *analysis, const struct name_table *labels,
                       struct archive *archive);

/**
 * Collective. Read the columns back; every rank gets all rows, and their labels are added to @p labels.
 * STATUS_BAD_INPUT where a column is missing or of another length than the others.
 *
 * @param table  replaced; untouched on failure
 */
status score_table_read(struct archive *archive, const char *analysis, struct name_table *labels,
                        struct score_table *table);

/* ---- verdicts ------------------------------------------------------------------------------- */

/**
 * Benjamini and Hochberg's step-up rule (1995): reject the hypotheses with the k smallest p-values, k
 * the largest with p_(k) <= k q / n.
 *
 * @param p     shape [count]; NaN is no hypothesis
 * @param work  room for [count]
 * @return      the largest rejected p-value, or -1 where none is
 */
double fdr_threshold(const double *p, int64_t count, double fdr, double *work);

/**
 * Upper tail of the standard normal, of Student's t with @p freedom degrees (> 0, may be infinite).
 * Relative error below 1e-12 as far out as doubles reach, so that tiny p-values keep their order.
 */
double normal_tail(double z);
double student_tail(double t, double freedom);

/** normal_deviate() goes no further out than this, also for a tail of 0. */
#define NORMAL_DEVIATE_MAX 37.0

/** The z whose normal_tail() is @p tail: makes tails of different laws comparable. */
double normal_deviate(double tail);

/* ---- robust statistics ---------------------------------------------------------------------- */

/** The item of a rank, 0 the smallest; items, none of which is NaN, are rearranged. */
double rank_in_place(double *items, int64_t count, int64_t rank);

/** Median of items none of which is NaN, which are rearranged; NaN where @p count is 0. */
double median_in_place(double *items, int64_t count);

/** Median of the values that are not NaN; NaN where there are none. @p work: room for [count]. */
double median_of(const double *values, int64_t count, double *work);

/** Median and 1.4826 times the median absolute deviation from it. @p work: room for [count]. */
void median_mad(const double *values, int64_t count, double *work, double *median, double *mad);

/* ---- detection measures --------------------------------------------------------------------- */

/**
 * Average precision (area under the precision-recall curve by steps), ties taken together.
 *
 * @param value     shape [count], NaN counts as the lowest
 * @param is_true   shape [count]
 * @return NaN where no item or every item is true
 */
double average_precision(const double *value, const int8_t *is_true, int64_t count);

/** Area under the ROC curve (the rank-sum statistic, ties count half). */
double roc_area(const double *value, const int8_t *is_true, int64_t count);

/* ---- scores against labels ------------------------------------------------------------------ */

/** Does the label say trouble, rather than "healthy", "normal" or "none"? */
bool label_is_trouble(const struct label *label);

/** Does the label speak of this host: by itself, by its job, or because it names neither? */
bool label_is_of_host(const struct facility *facility, const struct label *label, int64_t host);

/** What became of one label of trouble. */
struct label_outcome {
    int64_t label; /**< number in the facility */
    bool is_found; /**< a row with a verdict of anomaly on one of its hosts overlaps it */
    int64_t
        row; /**< the overlapping row of largest |value| among the anomalous, else among all; -1 none */
};

/**
 * How well the rows of one analysis find what the labels say. The items that are ranked are the distinct
 * spans of a host in the rows, by the mean |value| of the tenth of its metrics (at least one) that are
 * farthest off. An item is true where trouble on that host covers at least half of it, or it covers
 * at least half of the trouble. Where the facility labels what is healthy, spans that no label
 * covers so are left out as unknown.
 */
struct evaluation {
    int64_t item_count, true_count;
    double average_precision, roc_area; /**< NaN where all items are of one kind */
    struct label_outcome *outcomes; /**< owned; every label of trouble, in the facility's order */
    int64_t outcome_count, found_count;
    int64_t false_host_days; /**< days of a host with an anomalous row that no trouble overlaps */
    int64_t host_days;       /**< days of a host in all */
};

/** Compare a gathered table with the labels of @p facility. Local; rank 0 has the rows. */
void evaluate_scores(const struct facility *facility, const struct score_table *table,
                     struct evaluation *evaluation);
void evaluation_release(struct evaluation *evaluation);
