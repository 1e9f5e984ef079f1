// SPDX-License-Identifier: BSD-3-Clause
#include "import_private.h"

#include <float.h>
#include <math.h>
#include <string.h>

static const struct series empty_series = {(double)NAN, (double)NAN, (double)NAN, -(double)INFINITY,
                                           -1};

int step_bin(double step_s)
{
    if (step_s < 10) return (int)(step_s * 1000 + 0.5) < 10000 ? (int)(step_s * 1000 + 0.5) : 10000;
    if (step_s < 100) return 10000 + (int)((step_s - 10) * 100);
    if (step_s < 1000) return 19000 + (int)((step_s - 100) * 10);
    if (step_s < 99999) return 28000 + (int)(step_s - 1000);
    return STEP_BINS - 1;
}

double step_of_bin(int bin)
{
    if (bin < 10000) return bin / 1000.0;
    if (bin < 19000) return 10 + (bin - 10000) / 100.0;
    if (bin < 28000) return 100 + (bin - 19000) / 10.0;
    return 1000 + (bin - 28000);
}

/** Arrays grow to hold item @p last; what is new says "nothing seen". */
static struct series *series_of(struct host_series *host, int64_t metric, int64_t metric_count)
{
    if (metric >= host->series_count) {
        const int64_t count = metric_count + 16;

        host->series = mem_resize(host->series, (size_t)count, sizeof *host->series);
        for (int64_t m = host->series_count; m < count; m++) host->series[m] = empty_series;
        host->series_count = count;
    }
    return &host->series[metric];
}

static struct stream *stream_of(struct host_series *host, int64_t schema, int64_t schema_count)
{
    if (schema >= host->stream_count) {
        const int64_t count = schema_count + 16;

        host->streams = mem_resize(host->streams, (size_t)count, sizeof *host->streams);
        for (int64_t s = host->stream_count; s < count; s++)
            host->streams[s] = (struct stream){(double)NAN, -1};
        host->stream_count = count;
    }
    return &host->streams[schema];
}

/** Is it no whole number? Without a call of floor(), for nearly all. */
static bool is_fraction(double value)
{
    static const double all_are_whole = 9007199254740992; /* 2^53 */

    return fabs(value) < all_are_whole && (double)(int64_t)value != value;
}

/** Learn from a value how the metric behaves. */
static void follow(struct behaviour *behaviour, struct series *series, double value, double unix_s,
                   int64_t part)
{
    behaviour->fractions += is_fraction(value);
    if (value < behaviour->low) behaviour->low = value;
    if (value > behaviour->high) behaviour->high = value;
    if (series->part == part && !isnan(series->previous)) {
        behaviour->steps++;
        behaviour->rises += value > series->previous;
        behaviour->falls += value < series->previous;
        behaviour->resets += value < series->previous / 16;
    }
    series->previous = value;
    series->part = part;
    if (value > series->high) series->high = value;
    if (!(unix_s >= series->first_unix_s)) {
        series->first_unix_s = unix_s;
        series->first_value = value;
    }
}

/** Can it be a counter still? What is none is not followed: neither kind nor base depend on it. */
static bool may_count(const struct found_metric *metric)
{
    return metric->listed == CLASS_COUNTER
           || (metric->listed == CLASS_UNLISTED && metric->behaviour.fractions == 0
               && metric->behaviour.low >= 0);
}

static void follow_row(struct builder *builder, struct host_series *host,
                       const struct schema *schema, double unix_s, const double *values,
                       int64_t part)
{
    struct found_metric *metrics = list_at(&builder->metrics, 0);

    for (int32_t column = 0; column < schema->count; column++) {
        const int32_t metric = schema->metrics[column];

        if (isnan(values[column]) || !may_count(&metrics[metric])) continue;
        follow(&metrics[metric].behaviour, series_of(host, metric, builder->metrics.count),
               values[column], unix_s, part);
    }
}

/** The stretch of the run that the part belongs to. */
static void extend_run(struct part *part, struct host_series *host_series, int32_t host,
                       double unix_s)
{
    struct builder *builder = &part->import->builder;
    struct found_run *run;

    if (builder->run_of_part < 0) return;
    if (host_series->run_part != part->key) {
        run = list_add(&builder->runs, sizeof *run);
        run->path = builder_text(builder, builder->run_path, strlen(builder->run_path));
        run->below = builder_text(builder, part->below, strlen(part->below));
        run->host = host;
        run->pattern = (int32_t)builder->run_of_part;
        run->key = part->key;
        run->start_unix_s = run->end_unix_s = unix_s;
        host_series->run = builder->runs.count - 1;
        host_series->run_part = part->key;
        spill_set_run(builder->spill, host, host_series->run);
    }
    run = list_at(&builder->runs, host_series->run);
    if (unix_s < run->start_unix_s) run->start_unix_s = unix_s;
    if (unix_s > run->end_unix_s) run->end_unix_s = unix_s;
}

static status builder_open_spill(struct part *part)
{
    struct builder *builder = &part->import->builder;

    if (builder->spill) return STATUS_OK;
    TRY(spill_create(part->import->output, comm_rank(part->import->comm), &builder->spill));
    spill_begin_part(builder->spill, part->key);
    return STATUS_OK;
}

/** A row on its way into the scratch file; false where its clock stepped back. */
static bool follow_clock(struct part *part, struct host_series *host_series, int32_t schema,
                         double unix_s)
{
    struct builder *builder = &part->import->builder;
    struct stream *stream = stream_of(host_series, schema, builder->schemas.count);
    const bool is_backward = stream->part == part->key && unix_s < stream->last_unix_s;

    if (stream->part == part->key && unix_s > stream->last_unix_s)
        builder->steps[step_bin(unix_s - stream->last_unix_s)]++;
    stream->part = part->key;
    stream->last_unix_s = unix_s;
    host_series->stamps_backward += is_backward;
    host_series->stamps_future += unix_s > part->import->latest_unix_s;
    if (unix_s < builder->first_unix_s) builder->first_unix_s = unix_s;
    if (unix_s > builder->last_unix_s) builder->last_unix_s = unix_s;
    return !is_backward;
}

static status write_row(struct part *part, int32_t host, const struct spill_row *head,
                        const double *values)
{
    struct builder *builder = &part->import->builder;
    struct host_series *host_series = list_at(&builder->series, host);
    const struct schema *columns = list_at(&builder->schemas, head->schema);

    TRY(builder_open_spill(part));
    extend_run(part, host_series, host, head->unix_s);
    if (builder->metrics.count > 0)
        follow_row(builder, host_series, columns, head->unix_s, values, part->key);
    return spill_row(builder->spill, host, head, values, columns->count);
}

status builder_row(struct part *part, int32_t host, int32_t schema, double unix_s,
                   const double *values)
{
    struct builder *builder = &part->import->builder;
    struct spill_row head = {0, part->line, schema, 0};

    unix_s -= part->import->time_style.clock_offset_s;
    head.unix_s = unix_s;
    if (unix_s < part->import->from_unix_s || unix_s >= part->import->to_unix_s) {
        part_leave_out(part, REASON_OUTSIDE);
        return STATUS_OK;
    }
    if (!follow_clock(part, list_at(&builder->series, host), schema, unix_s))
        part_repair(part, REASON_BACKWARD);
    part_use(part);
    head.is_repaired = part->is_repaired;
    return write_row(part, host, &head, values);
}

status builder_poll(struct part *part, int32_t host, int32_t schema, double unix_s,
                    const double *values, bool has_used)
{
    struct builder *builder = &part->import->builder;
    int64_t *rows = part->import->tally.rows;
    struct spill_row head = {0, part->line, schema, !has_used};

    unix_s -= part->import->time_style.clock_offset_s;
    head.unix_s = unix_s;
    if (!follow_clock(part, list_at(&builder->series, host), schema, unix_s)) {
        part_repair(part, REASON_BACKWARD);
        rows[ROW_USED] -= has_used;
        rows[ROW_REPAIRED] += has_used;
    }
    return write_row(part, host, &head, values);
}

void builder_cells(struct part *part, const struct piece *fields, const int *columns, int32_t count,
                   double *values)
{
    struct tally *tally = &part->import->tally;
    const char *row_start = fields == part->row.fields ? part->row.start : NULL;
    int64_t refused = 0;

    for (int32_t i = 0; i < count; i++) {
        const struct piece field = fields[columns[i]];
        const char *start = row_start ? row_start : field.bytes;
        const enum number outcome =
            number_parse_within(start, field.bytes, field.length, &values[i]);

        if (outcome == NUMBER_READ && fabs(values[i]) <= (double)FLT_MAX) continue;
        tally->cells_missing += outcome == NUMBER_MISSING;
        if (outcome == NUMBER_MISSING) continue;
        values[i] = (double)NAN;
        refused++;
    }
    tally->cells += count;
    tally->cells_refused += refused;
    if (refused > 0) part_repair(part, REASON_CELL);
}

/** Note the series of a host that pass what single precision counts to, and begin them anew. */
static void take_bases(struct builder *builder, int32_t host, const char *run)
{
    static const double exact_to = 16777216; /* 2^24 */
    struct host_series *host_series = list_at(&builder->series, host);

    for (int64_t metric = 0; metric < host_series->series_count; metric++) {
        struct series *series = &host_series->series[metric];

        if (series->high > exact_to) {
            struct found_base *base = list_add(&builder->bases, sizeof *base);

            base->run = run;
            base->host = host;
            base->metric = (int32_t)metric;
            base->unix_s = series->first_unix_s;
            base->value = series->first_value;
        }
        *series = empty_series;
    }
}

void builder_begin_part(struct part *part)
{
    struct builder *builder = &part->import->builder;

    builder->first_run_of_part = builder->runs.count;
    builder->first_job_of_part = builder->jobs.count;
    builder->first_event_of_part = builder->events.count;
    builder->first_label_of_part = builder->labels.count;
    /* A run's series begin with the run: what was seen before goes elsewhere. */
    if (builder->run_of_part >= 0) builder_finish(builder);
    if (builder->spill) spill_begin_part(builder->spill, part->key);
}

static void set_back(int64_t *unix_s, double offset_s)
{
    if (*unix_s >= 0) *unix_s -= (int64_t)floor(offset_s + 0.5);
}

/** Jobs, events and labels of the part by a clock that is right. Samples are by now. */
static void correct_clock(struct builder *builder, double offset_s)
{
    for (int64_t number = builder->first_job_of_part; number < builder->jobs.count; number++) {
        struct found_job *job = list_at(&builder->jobs, number);

        set_back(&job->submit_unix_s, offset_s);
        set_back(&job->start_unix_s, offset_s);
        set_back(&job->end_unix_s, offset_s);
    }
    for (int64_t number = builder->first_event_of_part; number < builder->events.count; number++)
        ((struct found_event *)list_at(&builder->events, number))->unix_s -= offset_s;
    for (int64_t number = builder->first_label_of_part; number < builder->labels.count; number++) {
        struct found_label *label = list_at(&builder->labels, number);

        label->start_unix_s -= offset_s;
        label->end_unix_s -= offset_s;
    }
}

status builder_end_part(struct part *part)
{
    struct builder *builder = &part->import->builder;

    correct_clock(builder, part->import->time_style.clock_offset_s);
    for (int64_t number = builder->first_run_of_part; number < builder->runs.count; number++) {
        const struct found_run *run = list_at(&builder->runs, number);

        take_bases(builder, run->host, run->path);
    }
    builder->run_of_part = -1;
    return builder->spill ? spill_flush(builder->spill) : STATUS_OK;
}

void builder_finish(struct builder *builder)
{
    for (int64_t host = 0; host < builder->series.count; host++)
        take_bases(builder, (int32_t)host, "");
}
