// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/scores.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER_MAX = 100, RANKS = 250 };

/* What does not change with the buffer. */
struct ranking {
    const int64_t *group;
    int64_t count;
    double *value;    /* owned, [count], without NaN */
    double *truth;    /* owned, [count] */
    int64_t *order;   /* owned, [count]: highest first */
    double positives; /* truths in all */
    double threshold[RANKS];
    int64_t predicted[RANKS]; /* items at or above the threshold */
    double hits[RANKS];       /* true ones among them */
};

struct by_value {
    double value;
    int64_t item;
};

static int highest_first(const void *left, const void *right)
{
    const struct by_value *a = left, *b = right;

    if (a->value < b->value || a->value > b->value) return a->value < b->value ? 1 : -1;
    return (a->item > b->item) - (a->item < b->item);
}

static void ranking_init(const double *value, const int8_t *is_true, const int64_t *group,
                         int64_t count, struct ranking *ranking)
{
    struct by_value *sorted = mem_zero((size_t)count, sizeof *sorted);

    *ranking = (struct ranking){.group = group, .count = count};
    ranking->value = mem_zero((size_t)count, sizeof *ranking->value);
    ranking->truth = mem_zero((size_t)count, sizeof *ranking->truth);
    ranking->order = mem_zero((size_t)count, sizeof *ranking->order);
    for (int64_t i = 0; i < count; i++) {
        ranking->value[i] = isnan(value[i]) ? -HUGE_VAL : value[i];
        ranking->truth[i] = is_true[i] != 0;
        ranking->positives += ranking->truth[i];
        sorted[i] = (struct by_value){ranking->value[i], i};
    }
    if (count > 0) qsort(sorted, (size_t)count, sizeof *sorted, highest_first);
    for (int64_t i = 0; i < count; i++) ranking->order[i] = sorted[i].item;
    for (int k = 0; k < RANKS && count > 0; k++) {
        const int64_t at = (int64_t)k * (count - 1) / (RANKS - 1);
        int64_t end = at + 1;

        while (end < count && sorted[end].value >= sorted[at].value) end++;
        ranking->threshold[k] = sorted[at].value;
        ranking->predicted[k] = end;
    }
    mem_free(&sorted);
}

static void ranking_release(struct ranking *ranking)
{
    mem_free(&ranking->value);
    mem_free(&ranking->truth);
    mem_free(&ranking->order);
}

/* Sums of @p weight over the items at or above each threshold. */
static void sum_predicted(const struct ranking *ranking, const double *weight, double *sums)
{
    double sum = 0.0;
    int64_t done = 0;

    for (int k = 0; k < RANKS; k++) {
        while (done < ranking->predicted[k]) sum += weight[ranking->order[done++]];
        sums[k] = sum;
    }
}

static bool is_edge(const struct ranking *ranking, const double *covered, int64_t i)
{
    return i == 0 || ranking->group[i - 1] != ranking->group[i] || covered[i - 1] <= 0.0;
}

/* What the buffer adds beside the labels of each group; where two labels' meet, they add up. */
static void extend(const struct ranking *ranking, int buffer, double *extra)
{
    const int64_t count = ranking->count;

    memset(extra, 0, (size_t)count * sizeof *extra);
    for (int64_t i = 0; i < count; i++) {
        const bool is_first =
            i == 0 || ranking->group[i - 1] != ranking->group[i] || ranking->truth[i - 1] <= 0.0;
        const bool is_last = i + 1 == count || ranking->group[i + 1] != ranking->group[i]
                             || ranking->truth[i + 1] <= 0.0;

        if (ranking->truth[i] <= 0.0) continue;
        for (int d = 1; d <= buffer / 2; d++) {
            const double weight = sqrt(1.0 - (double)d / buffer);

            if (is_first && i >= d && ranking->group[i - d] == ranking->group[i])
                extra[i - d] += weight;
            if (is_last && i + d < count && ranking->group[i + d] == ranking->group[i])
                extra[i + d] += weight;
        }
    }
    for (int64_t i = 0; i < count; i++)
        extra[i] = ranking->truth[i] > 0.0 ? 0.0 : fmin(extra[i], 1.0);
}

static int ascending(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

/* Share of the extended labels of which some item reaches each threshold. @param work  room for [2, count] */
static void find_existence(const struct ranking *ranking, const double *extra, double *work,
                           double *existence)
{
    double *covered = work, *peaks = work + ranking->count;
    int64_t spans = 0, passing;

    for (int64_t i = 0; i < ranking->count; i++) covered[i] = ranking->truth[i] + extra[i];
    for (int64_t i = 0; i < ranking->count; i++) {
        if (covered[i] <= 0.0) continue;
        if (is_edge(ranking, covered, i)) peaks[spans++] = -HUGE_VAL;
        peaks[spans - 1] = fmax(peaks[spans - 1], ranking->value[i]);
    }
    qsort(peaks, (size_t)spans, sizeof *peaks, ascending);
    passing = 0;
    for (int k = 0; k < RANKS; k++) {
        while (passing < spans && peaks[spans - 1 - passing] >= ranking->threshold[k]) passing++;
        existence[k] = (double)passing / (double)spans;
    }
}

/* Areas under both curves for one buffer. @param work  room for [3, count] */
static struct volumes areas(const struct ranking *ranking, int buffer, double *work)
{
    double *extra = work;
    double extra_hits[RANKS], existence[RANKS];
    double recall_before = 0.0, false_before = 0.0;
    struct volumes areas = {0.0, 0.0};

    extend(ranking, buffer, extra);
    sum_predicted(ranking, extra, extra_hits);
    find_existence(ranking, extra, work + ranking->count, existence);
    for (int k = 0; k < RANKS; k++) {
        const double predicted = (double)ranking->predicted[k];
        const double hits = ranking->hits[k] + extra_hits[k];
        const double possible = 0.5 * (2.0 * ranking->positives + extra_hits[k]);
        const double recall = fmin(hits / possible, 1.0) * existence[k];
        const double false_rate = (predicted - hits) / ((double)ranking->count - possible);

        areas.precision_recall += (recall - recall_before) * hits / predicted;
        areas.roc += 0.5 * (false_rate - false_before) * (recall + recall_before);
        recall_before = recall;
        false_before = false_rate;
    }
    areas.roc += 0.5 * (1.0 - false_before) * (1.0 + recall_before);
    return areas;
}

struct volumes detection_volumes(const double *value, const int8_t *is_true, const int64_t *group,
                                 int64_t count)
{
    struct volumes volumes = {NAN, NAN};
    struct ranking ranking;
    double *work;

    ranking_init(value, is_true, group, count, &ranking);
    if (ranking.positives > 0.0 && ranking.positives < (double)count) {
        work = mem_zero(3 * (size_t)count, sizeof *work);
        volumes = (struct volumes){0.0, 0.0};
        sum_predicted(&ranking, ranking.truth, ranking.hits);
        for (int buffer = 0; buffer <= BUFFER_MAX; buffer++) {
            const struct volumes one = areas(&ranking, buffer, work);

            volumes.precision_recall += one.precision_recall / (BUFFER_MAX + 1);
            volumes.roc += one.roc / (BUFFER_MAX + 1);
        }
        mem_free(&work);
    }
    ranking_release(&ranking);
    return volumes;
}
