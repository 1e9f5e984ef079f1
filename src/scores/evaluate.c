// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/scores.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double covered_enough = 0.5; /* of the shorter of a span and a label */
static const double day_s = 86400.0;

/* The labels of each host: host h has label[first[h] ... first[h + 1]). */
struct label_index {
    int64_t *first;
    int64_t *label;
};

/* A span of a host that is ranked. */
struct item {
    int32_t host;
    double start_unix_s, end_unix_s;
    double value;
    bool is_anomaly;
};

bool label_is_trouble(const struct label *label)
{
    static const char *const well[] = {"healthy", "normal", "none", "none (healthy)"};

    for (size_t i = 0; i < sizeof well / sizeof well[0]; i++) {
        if (strcmp(label->name, well[i]) == 0) return false;
    }
    return true;
}

bool label_is_of_host(const struct facility *facility, const struct label *label, int64_t host)
{
    const struct job *job;

    if (label->host >= 0) return label->host == host;
    if (label->job < 0) return true;
    job = &facility->jobs[label->job];
    for (int64_t i = 0; i < job->host_count; i++) {
        if (facility->job_hosts[job->host_first + i] == host) return true;
    }
    return false;
}

/* Call @p visit for each host of a label: its own, those of its job, or all. */
static void for_each_host(const struct facility *facility, int64_t number,
                          void (*visit)(struct label_index *index, int64_t host, int64_t label),
                          struct label_index *index)
{
    const struct label *label = &facility->labels[number];
    const struct job *job = label->job >= 0 ? &facility->jobs[label->job] : NULL;

    if (label->host >= 0) {
        visit(index, label->host, number);
    } else if (job) {
        for (int64_t i = 0; i < job->host_count; i++)
            visit(index, facility->job_hosts[job->host_first + i], number);
    } else {
        for (int64_t host = 0; host < facility->host_count; host++) visit(index, host, number);
    }
}

static void count_label(struct label_index *index, int64_t host, int64_t label)
{
    (void)label;
    index->first[host + 1]++;
}

static void note_label(struct label_index *index, int64_t host, int64_t label)
{
    index->label[index->first[host]++] = label;
}

static struct label_index make_index(const struct facility *facility)
{
    const int64_t hosts = facility->host_count;
    struct label_index index = {0};

    index.first = mem_zero((size_t)hosts + 1, sizeof *index.first);
    for (int64_t l = 0; l < facility->label_count; l++)
        for_each_host(facility, l, count_label, &index);
    for (int64_t host = 0; host < hosts; host++) index.first[host + 1] += index.first[host];
    index.label = mem_zero((size_t)index.first[hosts], sizeof *index.label);
    for (int64_t l = 0; l < facility->label_count; l++)
        for_each_host(facility, l, note_label, &index);
    /* Noting has moved each start to the next host's. */
    memmove(index.first + 1, index.first, (size_t)hosts * sizeof *index.first);
    index.first[0] = 0;
    return index;
}

static void release_index(struct label_index *index)
{
    mem_free(&index->first);
    mem_free(&index->label);
}

static double overlap_s(double start_a, double end_a, double start_b, double end_b)
{
    return fmin(end_a, end_b) - fmax(start_a, start_b);
}

/* Is there a label of this kind on the host that covers the span enough, or is covered enough by it? */
static bool is_covered(const struct facility *facility, const struct label_index *index,
                       const struct item *item, bool is_trouble)
{
    for (int64_t i = index->first[item->host]; i < index->first[item->host + 1]; i++) {
        const struct label *label = &facility->labels[index->label[i]];
        const double shorter_s =
            fmin(item->end_unix_s - item->start_unix_s, label->end_unix_s - label->start_unix_s);

        if (label_is_trouble(label) != is_trouble) continue;
        if (overlap_s(item->start_unix_s, item->end_unix_s, label->start_unix_s, label->end_unix_s)
            >= covered_enough * shorter_s)
            return true;
    }
    return false;
}

static bool meets_trouble(const struct facility *facility, const struct label_index *index,
                          int32_t host, double start_unix_s, double end_unix_s)
{
    for (int64_t i = index->first[host]; i < index->first[host + 1]; i++) {
        const struct label *label = &facility->labels[index->label[i]];

        if (label_is_trouble(label)
            && overlap_s(start_unix_s, end_unix_s, label->start_unix_s, label->end_unix_s) > 0.0)
            return true;
    }
    return false;
}

/* ---- items ---------------------------------------------------------------------------------- */

static int compare_items(const void *left, const void *right)
{
    const struct item *a = left;
    const struct item *b = right;

    if (a->host != b->host) return a->host < b->host ? -1 : 1;
    if (a->start_unix_s < b->start_unix_s || a->start_unix_s > b->start_unix_s)
        return a->start_unix_s < b->start_unix_s ? -1 : 1;
    return (a->end_unix_s > b->end_unix_s) - (a->end_unix_s < b->end_unix_s);
}

/* One of hundreds of metrics is always odd, and an incident that matters touches several. But most touch few,
 * so that the mean over all would drown them: on made-up facilities it finds a third less. */
static const int64_t METRICS_PER_VOICE = 10;

static int farthest_first(const void *left, const void *right)
{
    const struct item *a = left, *b = right;
    const int order = compare_items(a, b);

    return order != 0 ? order : (a->value < b->value) - (a->value > b->value);
}

static int64_t merge_items(struct item *items, int64_t count)
{
    int64_t merged = 0;

    qsort(items, (size_t)count, sizeof *items, farthest_first);
    for (int64_t first = 0, end; first < count; first = end) {
        double sum = 0.0;
        int64_t voices;
        bool is_anomaly = false;

        for (end = first; end < count && compare_items(&items[first], &items[end]) == 0; end++)
            is_anomaly = is_anomaly || items[end].is_anomaly;
        voices = (end - first + METRICS_PER_VOICE - 1) / METRICS_PER_VOICE;
        for (int64_t i = first; i < first + voices; i++) sum += items[i].value;
        items[merged] = items[first];
        items[merged].is_anomaly = is_anomaly;
        items[merged++].value = sum / (double)voices;
    }
    return merged;
}

static bool has_healthy_labels(const struct facility *facility)
{
    for (int64_t l = 0; l < facility->label_count; l++) {
        if (!label_is_trouble(&facility->labels[l])) return true;
    }
    return false;
}

/* Runs of items in alarm, by host and time, none of which trouble overlaps. */
static int64_t count_false_events(const struct facility *facility, const struct label_index *index,
                                  const struct item *items, int64_t count)
{
    int64_t events = 0;

    for (int64_t first = 0, end; first < count; first = end) {
        bool is_false = items[first].is_anomaly;

        for (end = first; end < count && items[end].host == items[first].host
                          && items[end].is_anomaly == items[first].is_anomaly;
             end++)
            is_false = is_false
                       && !meets_trouble(facility, index, items[end].host, items[end].start_unix_s,
                                         items[end].end_unix_s);
        events += is_false;
    }
    return events;
}

static void rank_items(const struct facility *facility, const struct label_index *index,
                       const struct score_table *table, struct evaluation *evaluation)
{
    const bool only_labelled = has_healthy_labels(facility);
    struct item *items = mem_zero((size_t)table->row_count, sizeof *items);
    double *value = mem_zero((size_t)table->row_count, sizeof *value);
    int8_t *is_true = mem_zero((size_t)table->row_count, sizeof *is_true);
    int64_t *host = mem_zero((size_t)table->row_count, sizeof *host);
    int64_t count = 0, kept = 0, found = 0, in_alarm = 0;

    for (int64_t r = 0; r < table->row_count; r++) {
        const struct score *row = &table->rows[r];

        if (row->host >= 0) {
            items[count++] =
                (struct item){row->host, row->start_unix_s, row->end_unix_s,
                              isnan(row->value) ? 0.0 : fabs(row->value), row->is_anomaly != 0};
        }
    }
    count = merge_items(items, count);
    evaluation->false_events = count_false_events(facility, index, items, count);
    for (int64_t i = 0; i < count; i++) {
        const bool is_trouble = is_covered(facility, index, &items[i], true);

        if (only_labelled && !is_trouble && !is_covered(facility, index, &items[i], false))
            continue;
        value[kept] = items[i].value;
        host[kept] = items[i].host;
        in_alarm += items[i].is_anomaly;
        found += items[i].is_anomaly && is_trouble;
        is_true[kept++] = (int8_t)is_trouble;
        evaluation->true_count += is_trouble;
    }
    evaluation->item_count = kept;
    evaluation->average_precision = average_precision(value, is_true, kept);
    evaluation->roc_area = roc_area(value, is_true, kept);
    evaluation->volumes = detection_volumes(value, is_true, host, kept);
    evaluation->f1 = f1_of(found, in_alarm, evaluation->true_count);
    evaluation->oracle_f1 = best_f1(value, is_true, kept);
    mem_free(&items);
    mem_free(&value);
    mem_free(&is_true);
    mem_free(&host);
}

/* ---- labels and false alarms ---------------------------------------------------------------- */

static void offer_row(const struct score_table *table, int64_t row, struct label_outcome *outcome)
{
    const struct score *offered = &table->rows[row];
    const struct score *best = outcome->row >= 0 ? &table->rows[outcome->row] : NULL;
    bool is_graver;

    ASSERT(offered);
    is_graver = best && offered->is_anomaly != best->is_anomaly
                    ? offered->is_anomaly > best->is_anomaly
                    : !best || fabs(offered->value) > fabs(best->value);

    if (is_graver) outcome->row = row;
    if (!offered->is_anomaly) return;
    outcome->is_found = true;
    outcome->alarm_unix_s = fmin(outcome->alarm_unix_s, offered->end_unix_s); /* NaN gives way */
}

static void find_outcomes(const struct facility *facility, const struct label_index *index,
                          const struct score_table *table, struct evaluation *evaluation)
{
    int64_t *outcome_of = mem_zero((size_t)facility->label_count, sizeof *outcome_of);

    evaluation->outcomes = mem_zero((size_t)facility->label_count, sizeof *evaluation->outcomes);
    for (int64_t l = 0; l < facility->label_count; l++) {
        outcome_of[l] = evaluation->outcome_count;
        if (label_is_trouble(&facility->labels[l])) {
            evaluation->outcomes[evaluation->outcome_count++] =
                (struct label_outcome){.label = l, .row = -1, .alarm_unix_s = NAN};
        }
    }
    for (int64_t r = 0; r < table->row_count; r++) {
        const struct score *row = &table->rows[r];

        if (row->host < 0) continue;
        for (int64_t i = index->first[row->host]; i < index->first[row->host + 1]; i++) {
            const struct label *label = &facility->labels[index->label[i]];

            if (label_is_trouble(label)
                && overlap_s(row->start_unix_s, row->end_unix_s, label->start_unix_s,
                             label->end_unix_s)
                       > 0.0)
                offer_row(table, r, &evaluation->outcomes[outcome_of[index->label[i]]]);
        }
    }
    for (int64_t i = 0; i < evaluation->outcome_count; i++)
        evaluation->found_count += evaluation->outcomes[i].is_found;
    mem_free(&outcome_of);
}

static double median_delay_s(const struct facility *facility, const struct evaluation *evaluation)
{
    double *delays = mem_zero((size_t)evaluation->outcome_count, sizeof *delays);
    int64_t count = 0;
    double median;

    for (int64_t i = 0; i < evaluation->outcome_count; i++) {
        const struct label_outcome *outcome = &evaluation->outcomes[i];

        if (outcome->is_found)
            delays[count++] = outcome->alarm_unix_s - facility->labels[outcome->label].start_unix_s;
    }
    median = median_in_place(delays, count);
    mem_free(&delays);
    return median;
}

static void count_false_alarms(const struct facility *facility, const struct label_index *index,
                               const struct score_table *table, struct evaluation *evaluation)
{
    const double span_s = facility->period_s * (double)facility->sample_count;
    const int64_t days = span_s > day_s ? (int64_t)ceil(span_s / day_s) : 1;
    int8_t *is_false = mem_zero((size_t)(facility->host_count * days), sizeof *is_false);

    for (int64_t r = 0; r < table->row_count; r++) {
        const struct score *row = &table->rows[r];
        const double since_s = row->start_unix_s - (double)facility->start_unix_s;
        const int64_t day = since_s < 0.0 ? 0 : (int64_t)(since_s / day_s);

        if (row->host < 0 || !row->is_anomaly
            || meets_trouble(facility, index, row->host, row->start_unix_s, row->end_unix_s))
            continue;
        is_false[row->host * days + (day < days ? day : days - 1)] = 1;
    }
    evaluation->host_days = facility->host_count * days;
    for (int64_t i = 0; i < evaluation->host_days; i++) evaluation->false_host_days += is_false[i];
    mem_free(&is_false);
}

void evaluate_scores(const struct facility *facility, const struct score_table *table,
                     struct evaluation *evaluation)
{
    struct label_index index = make_index(facility);

    *evaluation = (struct evaluation){0};
    rank_items(facility, &index, table, evaluation);
    find_outcomes(facility, &index, table, evaluation);
    evaluation->median_delay_s = median_delay_s(facility, evaluation);
    count_false_alarms(facility, &index, table, evaluation);
    release_index(&index);
}

void evaluation_release(struct evaluation *evaluation)
{
    mem_free(&evaluation->outcomes);
    *evaluation = (struct evaluation){0};
}
