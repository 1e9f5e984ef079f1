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

/** Make room for @p rows more, so that adding them does not take twice their memory. */
void score_table_reserve(struct score_table *table, int64_t rows);
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
 * The same in two steps, for p-values of several ranks: only those up to @p fdr can be rejected, so that no others need
 * to travel.
 *
 * @param candidates  room for [count]; receives those that can be
 * @param tests       receives how many of @p p are no NaN
 * @return            how many candidates there are
 */
int64_t fdr_candidates(const double *p, int64_t count, double fdr, double *candidates,
                       int64_t *tests);

/** @param candidates  of all ranks, rearranged; @param tests  of all ranks */
double fdr_decide(double *candidates, int64_t count, int64_t tests, double fdr);

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

/** Variance of the median of @p count normal values of variance 1. */
double median_variance(double count);

/* ---- what normal windows do ----------------------------------------------------------------- */

/**
 * Windows of one stretch of time are alike: jobs last, levels wander. So windows in order of time fall into
 * blocks, at most so many, of at least so many windows, and it is blocks that are left out to see what a
 * baseline says of windows that it has not met, and blocks whose medians tell how far a level wanders.
 */
enum { BLOCKS_MAX = 8, BLOCK_LEAST = 2 };

/** How many blocks @p windows make, at least 1. */
int blocks_of(int64_t windows);

/** The first window of a block; of the one behind the last, @p windows. */
int64_t block_begin(int64_t windows, int block);

/**
 * Variance between blocks beyond what chance gives, as it tells on a block of its own: the random effect of a
 * one-way layout (Searle, Casella, McCulloch 1992, chapter 3), with medians for means.
 *
 * @param values   shape [windows], NaN where missing
 * @param spread   standard deviation within blocks
 * @param work     room for [windows]
 * @param freedom  blocks with values less one
 */
double block_variance(const double *values, int64_t windows, double spread, double *work,
                      double *freedom);

/** Deviates are counted in bins of 1 / TAIL_STEPS up to NORMAL_DEVIATE_MAX. */
enum { TAIL_STEPS = 20, TAIL_BINS = 37 * TAIL_STEPS + 1 };

/** The upper tail of the normal deviates of p-values: P(d > x) for x above `from`. It is a generalised
 * Pareto law (Pickands 1975), fitted by probability-weighted moments (Hosking, Wallis 1987) to what windows
 * showed when they were judged without themselves. */
struct tail_law {
    double from;  /**< where the tail begins; infinite where too few windows tell of one */
    double share; /**< of the windows that lie beyond it */
    double scale; /**< of the generalised Pareto law */
    double shape; /**< of the generalised Pareto law */
    double
        unmet; /**< share of the windows as far off as can be: what had never moved did; beside the tail */
};

/** The bin of the normal deviate of a p-value; negative deviates share bin 0. */
int tail_bin(double p);

/**
 * Fit the tail to counts.
 *
 * @param counts  shape [TAIL_BINS]
 * @param trials  of which the counted windows are parts that know nothing of each other: a host's stretches of
 *                time (blocks). Few of them do not show that a tail has an end
 */
struct tail_law tail_fit(const int64_t *counts, double trials);

/** What fewer windows than tail_fit() wants make likely: their upper half is a tail as heavy as tails become. */
struct tail_law tail_guess(const int64_t *counts);

/** The larger of p and what the tail says of its deviate. NaN stays NaN. */
double tail_apply(const struct tail_law *tail, double p);

/** The largest p' with tail_apply(p') <= p; 0 where there is none. */
double tail_limit(const struct tail_law *tail, double p);

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

/** Harmonic mean of precision and recall; 0 where nothing is found, NaN where no item is true. */
double f1_of(int64_t found, int64_t in_alarm, int64_t true_count);

/** The largest f1_of() over all thresholds: an oracle's, for no threshold may be chosen by the labels. */
double best_f1(const double *value, const int8_t *is_true, int64_t count);

struct volumes {
    double precision_recall, roc;
};

/**
 * VUS-PR and VUS-ROC (Paparrizos et al., VLDB 2022): areas under the precision-recall curve and the ROC curve at 250
 * ranks, averaged over buffers of 0 to 100 items: around each label items count for sqrt(1 - d / buffer), d their
 * distance up to half a buffer, so that a score that is high beside a label is not all wrong, and recall is
 * multiplied by the share of labels that were met at all.
 *
 * @param value  shape [count], in order of time within each group; NaN counts as the lowest
 * @param group  shape [count]: items of one series have one number and stand together
 * @return NaN where no item or every item is true
 */
struct volumes detection_volumes(const double *value, const int8_t *is_true, const int64_t *group,
                                 int64_t count);

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
    double alarm_unix_s; /**< end of the first overlapping row with such a verdict; NaN: none */
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
    struct volumes volumes;             /**< likewise; buffers are in items */
    double f1, oracle_f1;  /**< of items with an anomalous row; of the best threshold for |value| */
    double median_delay_s; /**< from a found label's start to its alarm; NaN: none is found */
    int64_t false_events;  /**< runs of items in alarm on a host that no trouble overlaps */
    struct label_outcome *outcomes; /**< owned; every label of trouble, in the facility's order */
    int64_t outcome_count, found_count;
    int64_t false_host_days; /**< days of a host with an anomalous row that no trouble overlaps */
    int64_t host_days;       /**< days of a host in all */
};

/** Compare a gathered table with the labels of @p facility. Local; rank 0 has the rows. */
void evaluate_scores(const struct facility *facility, const struct score_table *table,
                     struct evaluation *evaluation);
void evaluation_release(struct evaluation *evaluation);
