// SPDX-License-Identifier: BSD-3-Clause
#include "work.h"

#include <jansson.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { TOP_ROWS = 10, NAME_BYTES = 48 };

struct verdict table_verdict(const struct comm *comm, const struct score_table *table)
{
    struct verdict verdict = {.score_count = table->row_count};
    int32_t host_max = -1;
    int8_t *is_hit;

    for (int64_t r = 0; r < table->row_count; r++) {
        if (table->rows[r].host > host_max) host_max = table->rows[r].host;
    }
    is_hit = mem_zero((size_t)host_max + 1, 1);
    for (int64_t r = 0; r < table->row_count; r++) {
        if (!table->rows[r].is_anomaly) continue;
        verdict.anomaly_count++;
        if (table->rows[r].host >= 0) is_hit[table->rows[r].host] = 1;
    }
    for (int32_t h = 0; h <= host_max; h++) verdict.host_count += is_hit[h];
    mem_free(&is_hit);
    comm_broadcast(comm, &verdict, sizeof verdict, 0);
    return verdict;
}

status check_anomalies(const struct context *context, struct verdict verdict)
{
    if (verdict.anomaly_count == 0 || !settings_flag(context->run_settings, "fail_on_anomaly"))
        return STATUS_OK;
    return fail(STATUS_ANOMALY, "%lld anomalous scores on %lld hosts",
                (long long)verdict.anomaly_count, (long long)verdict.host_count);
}

/* Gravest first: anomalies, then by |value|; NaN last; ties in the table's order. */
static bool is_graver(const struct score *a, const struct score *b)
{
    if (a->is_anomaly != b->is_anomaly) return a->is_anomaly > b->is_anomaly;
    if (isnan(a->value) || isnan(b->value)) return !isnan(a->value) && isnan(b->value);
    return fabs(a->value) > fabs(b->value);
}

/* Where a row may go: in the place of a milder one of its reading, at the end, or -1. */
static int find_place(const struct score *row, const struct score *const *top, int *count, int room)
{
    int at = 0;

    while (at < *count && (top[at]->host != row->host || top[at]->metric != row->metric)) at++;
    if (at == *count && *count < room) return (*count)++;
    if (at == *count) at = room - 1;
    return is_graver(row, top[at]) ? at : -1;
}

/* The gravest rows, one a host and metric, gravest first. */
static int find_top(const struct score_table *table, const struct score **top, int room)
{
    int count = 0;

    for (int64_t r = 0; r < table->row_count; r++) {
        const struct score *row = &table->rows[r];
        int at = find_place(row, top, &count, room);

        if (at < 0) continue;
        for (; at > 0 && is_graver(row, top[at - 1]); at--) top[at] = top[at - 1];
        top[at] = row;
    }
    return count;
}

static const char *host_name(const struct facility *facility, int32_t host, char *name)
{
    return host < 0 ? "all" : text_printable(facility->hosts[host].name, name, NAME_BYTES);
}

static const char *metric_name(const struct facility *facility, int32_t metric, char *name)
{
    return metric < 0 ? "all" : text_printable(facility->metrics[metric].name, name, NAME_BYTES);
}

static void print_row(const struct facility *facility, const struct score *row)
{
    char host[NAME_BYTES];
    char metric[NAME_BYTES];
    char start[CLOCK_TEXT_BYTES];
    char end[CLOCK_TEXT_BYTES];

    printf("  %-24s %-24s %s  %s  %10.3g %10.3g\n", host_name(facility, row->host, host),
           metric_name(facility, row->metric, metric),
           clock_text((int64_t)row->start_unix_s, start), clock_text((int64_t)row->end_unix_s, end),
           row->value, row->threshold);
}

/* How spans are ranked, which nothing says where all of them, or none, are labelled. */
static void print_ranking(const struct evaluation *evaluation)
{
    if (isnan(evaluation->roc_area)) {
        printf("  no ranking to judge: %lld of %lld spans scored are labelled\n",
               (long long)evaluation->true_count, (long long)evaluation->item_count);
        return;
    }
    printf("  average precision %.3f, ROC area %.3f (%lld of %lld spans labelled)\n",
           evaluation->average_precision, evaluation->roc_area, (long long)evaluation->true_count,
           (long long)evaluation->item_count);
    printf("  VUS-PR %.3f, VUS-ROC %.3f; F1 of the verdicts %.3f (an oracle's threshold: %.3f)\n",
           evaluation->volumes.precision_recall, evaluation->volumes.roc, evaluation->f1,
           evaluation->oracle_f1);
}

void print_evaluation(const struct chapter *chapter, const struct evaluation *evaluation)
{
    const double host_days = (double)(evaluation->host_days > 0 ? evaluation->host_days : 1);

    printf("%s against the labels: %lld of %lld labels found", chapter->analysis->name,
           (long long)evaluation->found_count, (long long)evaluation->outcome_count);
    if (!isnan(evaluation->median_delay_s))
        printf(", after %.0f s (median)", evaluation->median_delay_s);
    printf(
        ";\n  false alarms on %lld of %lld host-days (%.4f), %.3f false-alarm events a host-day\n",
        (long long)evaluation->false_host_days, (long long)evaluation->host_days,
        (double)evaluation->false_host_days / host_days,
        (double)evaluation->false_events / host_days);
    print_ranking(evaluation);
}

static struct verdict local_verdict(const struct score_table *table)
{
    struct verdict verdict = {.score_count = table->row_count};

    for (int64_t r = 0; r < table->row_count; r++)
        verdict.anomaly_count += table->rows[r].is_anomaly;
    return verdict;
}

void chapter_print(const struct chapter *chapter, const struct facility *facility)
{
    const struct score *top[TOP_ROWS];
    const struct verdict verdict = local_verdict(&chapter->table);
    const int count = find_top(&chapter->table, top, TOP_ROWS);
    int shown = 0;

    printf("%s: %lld scores, %lld anomalous\n", chapter->analysis->name,
           (long long)verdict.score_count, (long long)verdict.anomaly_count);
    if (verdict.anomaly_count > 0) {
        printf("  %-24s %-24s %-20s  %-20s  %10s %10s\n", "host", "metric", "from", "to", "value",
               "threshold");
    }
    for (; shown < count && top[shown]->is_anomaly; shown++) print_row(facility, top[shown]);
    if (chapter->notes) printf("%s", chapter->notes);
}

/* ---- the same for machines ------------------------------------------------------------------ */

/* JSON knows no NaN. */
static json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *row_json(const struct facility *facility, const struct score *row)
{
    char host[NAME_BYTES];
    char metric[NAME_BYTES];

    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:b}", "host",
                     host_name(facility, row->host, host), "metric",
                     metric_name(facility, row->metric, metric), "start_unix_s",
                     number_or_null(row->start_unix_s), "end_unix_s",
                     number_or_null(row->end_unix_s), "value", number_or_null(row->value),
                     "threshold", number_or_null(row->threshold), "is_anomaly", row->is_anomaly);
}

static json_t *evaluation_json(const struct chapter *chapter, const struct facility *facility)
{
    struct evaluation evaluation;
    json_t *object;

    evaluate_scores(facility, &chapter->table, &evaluation);
    object = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
        "average_precision", number_or_null(evaluation.average_precision), "roc_area",
        number_or_null(evaluation.roc_area), "vus_pr",
        number_or_null(evaluation.volumes.precision_recall), "vus_roc",
        number_or_null(evaluation.volumes.roc), "f1", number_or_null(evaluation.f1), "oracle_f1",
        number_or_null(evaluation.oracle_f1), "median_delay_s",
        number_or_null(evaluation.median_delay_s), "false_events",
        (json_int_t)evaluation.false_events, "span_count", (json_int_t)evaluation.item_count,
        "labelled_span_count", (json_int_t)evaluation.true_count, "label_count",
        (json_int_t)evaluation.outcome_count, "labels_found", (json_int_t)evaluation.found_count,
        "false_host_days", (json_int_t)evaluation.false_host_days, "host_days",
        (json_int_t)evaluation.host_days);
    evaluation_release(&evaluation);
    return object;
}

json_t *chapter_json(const struct chapter *chapter, const struct facility *facility, bool evaluate)
{
    const struct score *top[TOP_ROWS];
    const struct verdict verdict = local_verdict(&chapter->table);
    const int count = find_top(&chapter->table, top, TOP_ROWS);
    json_t *rows = json_array();
    json_t *object;

    for (int i = 0; i < count; i++) json_array_append_new(rows, row_json(facility, top[i]));
    object = json_pack("{s:s, s:I, s:I, s:o}", "analysis", chapter->analysis->name, "score_count",
                       (json_int_t)verdict.score_count, "anomaly_count",
                       (json_int_t)verdict.anomaly_count, "top", rows);
    if (chapter->notes) json_object_set_new(object, "notes", json_string(chapter->notes));
    if (evaluate && facility->label_count > 0)
        json_object_set_new(object, "evaluation", evaluation_json(chapter, facility));
    return object;
}
