// SPDX-License-Identifier: BSD-3-Clause
#include "blocks.h"
#include "pack.h"
#include "ranking.h"

#include <math.h>
#include <stdlib.h>

/* Rows of the page's table of hosts: all flagged ones up to the first, at least the second. */
static const int64_t most_ranked = 1000;
static const int64_t fewest_ranked = 40;
static const int64_t most_spans = 5000;

json_t *block_bands(const struct report_scores *scores)
{
    json_t *list = json_array();

    for (int64_t i = 0; i < scores->band_count; i++) {
        json_t *band = json_object();

        json_put(band, "low_hz", json_number(scores->bands[i].low_hz));
        json_put(band, "high_hz", json_number(scores->bands[i].high_hz));
        json_array_append_new(list, band);
    }
    return list;
}

static json_t *ranking_of(const struct report_night *night)
{
    static const char *const keys[] = {"host", "metric", "band", "deciding", "z", "flagged"};
    struct ranked *rows = mem_zero((size_t)night->facility->host_count, sizeof *rows);
    const int64_t count = ranking_hosts(night, rows);
    json_t *object = json_object();
    json_t *columns[6];

    for (int i = 0; i < 6; i++) columns[i] = json_put_list(object, keys[i]);
    for (int64_t i = 0; i < count && i < most_ranked; i++) {
        const int64_t cell = ranking_cell(night, &rows[i]);

        if (i >= fewest_ranked && !rows[i].flagged_count) break;
        json_array_append_new(columns[0], json_integer(rows[i].host));
        json_array_append_new(columns[1], json_integer(rows[i].metric));
        json_array_append_new(columns[2], json_integer(rows[i].band));
        json_array_append_new(columns[3], json_number((double)night->scores->deciding[cell]));
        if (night->scores->zscore)
            json_array_append_new(columns[4], json_number((double)night->scores->zscore[cell]));
        json_array_append_new(columns[5], json_integer(rows[i].flagged_count));
    }
    mem_free(&rows);
    return object;
}

struct counted {
    int64_t metric, count;
};

static int compare_counts(const void *left, const void *right)
{
    const struct counted *a = left;
    const struct counted *b = right;
    const int order = (a->count < b->count) - (a->count > b->count);

    return order ? order : (a->metric > b->metric) - (a->metric < b->metric);
}

static int compare_numbers(const void *left, const void *right)
{
    const struct counted *a = left;
    const struct counted *b = right;

    return (a->metric > b->metric) - (a->metric < b->metric);
}

/** The plan's number of metrics, those with most anomalies, in the order of the facility. */
static struct counted *metrics_kept(const struct report_night *night, int64_t kept)
{
    const int64_t metric_count = night->facility->metric_count;
    struct counted *metrics = mem_zero((size_t)metric_count, sizeof *metrics);
    int64_t *counts = mem_zero((size_t)metric_count, sizeof *counts);

    ranking_metric_counts(night, counts);
    for (int64_t m = 0; m < metric_count; m++) metrics[m] = (struct counted){m, counts[m]};
    qsort(metrics, (size_t)metric_count, sizeof *metrics, compare_counts);
    qsort(metrics, (size_t)kept, sizeof *metrics, compare_numbers);
    mem_free(&counts);
    return metrics;
}

/** The cells of the kept metrics, in the order [bands][hosts][kept]. */
struct cells {
    const struct report_night *night;
    const struct counted *metrics;
    int64_t kept;
    int bits;
};

static int64_t cell_count(const struct cells *cells)
{
    return cells->night->scores->band_count * cells->night->facility->host_count * cells->kept;
}

static int64_t cell_at(const struct cells *cells, int64_t i)
{
    return i / cells->kept * cells->night->facility->metric_count
           + cells->metrics[i % cells->kept].metric;
}

static json_t *text_of(unsigned char *bytes, size_t count)
{
    struct text text = {0};
    json_t *value;

    pack_base64(&text, bytes, count);
    value = json_stringn_nocheck(text.bytes ? text.bytes : "", text.length);
    text_release(&text);
    mem_free(&bytes);
    return value;
}

static json_t *codes_of(const struct cells *cells, const float *z)
{
    const int64_t count = cell_count(cells);
    unsigned char *bytes = mem_zero((size_t)count * 2, 1);
    unsigned char *to = bytes;

    for (int64_t i = 0; i < count; i++) {
        const unsigned code = (unsigned)pack_score(z[cell_at(cells, i)], cells->bits);

        if (cells->bits == 8) {
            *to++ = (unsigned char)(code & 255);
        } else {
            to = pack_u16(to, code & 65535);
        }
    }
    return text_of(bytes, (size_t)(to - bytes));
}

static json_t *flags_of(const struct cells *cells)
{
    const int64_t count = cell_count(cells);
    const int8_t *is_anomaly = cells->night->scores->is_anomaly;
    unsigned char *bytes;
    unsigned char *to;
    int64_t flagged = 0;

    for (int64_t i = 0; i < count; i++) flagged += is_anomaly[cell_at(cells, i)] != 0;
    to = bytes = mem_zero((size_t)flagged * 4, 1);
    for (int64_t i = 0; i < count; i++) {
        if (is_anomaly[cell_at(cells, i)]) to = pack_u32(to, (uint32_t)i);
    }
    return text_of(bytes, (size_t)(to - bytes));
}

/** When readings were anomalous, as columns. */
static json_t *spans_of(const struct report_scores *scores)
{
    static const char *const keys[] = {"host", "metric", "start_unix_s", "end_unix_s", "value"};
    json_t *object = json_object();
    json_t *columns[5];

    for (int i = 0; i < 5; i++) columns[i] = json_put_list(object, keys[i]);
    for (int64_t i = 0; i < scores->span_count && i < most_spans; i++) {
        const struct report_span *span = &scores->spans[i];

        json_array_append_new(columns[0], json_integer(span->host));
        json_array_append_new(columns[1], json_integer(span->metric));
        json_array_append_new(columns[2], json_number(span->start_unix_s));
        json_array_append_new(columns[3], json_number(span->end_unix_s));
        json_array_append_new(columns[4], json_number(round(span->value * 100.0) / 100.0));
    }
    return object;
}

json_t *block_scores(const struct block_source *source)
{
    const struct report_night *night = source->night;
    struct counted *metrics;
    struct cells cells;
    json_t *object;
    json_t *numbers;

    if (!night->scores) return NULL;
    metrics = metrics_kept(night, source->plan->score_metric_count);
    cells =
        (struct cells){night, metrics, source->plan->score_metric_count, source->plan->score_bits};
    object = json_object();
    numbers = json_array();
    for (int64_t i = 0; i < cells.kept; i++) {
        json_array_append_new(numbers, json_integer(metrics[i].metric));
    }
    json_put(object, "bands", block_bands(night->scores));
    json_put(object, "bits", json_integer(cells.bits));
    json_put(object, "per_asinh", json_integer(cells.bits == 8 ? PACK_STEPS_8 : PACK_STEPS_16));
    json_put(object, "metric", numbers);
    json_put(object, "deciding", codes_of(&cells, night->scores->deciding));
    if (night->scores->zscore) json_put(object, "mrdmd", codes_of(&cells, night->scores->zscore));
    json_put(object, "flagged", flags_of(&cells));
    json_put(object, "spans", spans_of(night->scores));
    json_put(object, "ranking", ranking_of(night));
    mem_free(&metrics);
    return object;
}
