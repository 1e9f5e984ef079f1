// SPDX-License-Identifier: BSD-3-Clause
#include "gather.h"

#include <string.h>

void pack_int64(struct text *bytes, int64_t value)
{
    text_add(bytes, (const char *)&value, sizeof value);
}

void pack_double(struct text *bytes, double value)
{
    text_add(bytes, (const char *)&value, sizeof value);
}

void pack_text(struct text *bytes, const char *text)
{
    text_add(bytes, text, strlen(text) + 1);
}

void unpack_bytes(struct unpack *unpack, void *item, size_t size)
{
    ASSERT((size_t)(unpack->end - unpack->at) >= size);
    memcpy(item, unpack->at, size);
    unpack->at += size;
}

int64_t unpack_int64(struct unpack *unpack)
{
    int64_t value;

    unpack_bytes(unpack, &value, sizeof value);
    return value;
}

double unpack_double(struct unpack *unpack)
{
    double value;

    unpack_bytes(unpack, &value, sizeof value);
    return value;
}

const char *unpack_text(struct unpack *unpack)
{
    const char *text = unpack->at;
    const char *nul = memchr(text, '\0', (size_t)(unpack->end - unpack->at));

    ASSERT(nul != NULL);
    unpack->at = nul + 1;
    return text;
}

static void pack_hosts(const struct builder *builder, struct text *bytes)
{
    const int64_t count = names_count(builder->hosts);
    char *has_rows = mem_zero((size_t)count + 1, 1);
    int64_t segment_count;
    const struct segment *segments = spill_segments(builder->spill, &segment_count);

    for (int64_t i = 0; i < segment_count; i++) has_rows[segments[i].host] = 1;
    pack_int64(bytes, count);
    for (int64_t host = 0; host < count; host++) {
        const struct host_series *series = list_at(&builder->series, host);

        pack_int64(bytes, has_rows[host]);
        pack_int64(bytes, series->stamps_backward);
        pack_int64(bytes, series->stamps_future);
        pack_text(bytes, names_text(builder->hosts, host));
    }
    mem_free(&has_rows);
}

static void pack_metrics(const struct builder *builder, struct text *bytes)
{
    pack_int64(bytes, builder->metrics.count);
    for (int64_t number = 0; number < builder->metrics.count; number++) {
        const struct found_metric *metric = list_at(&builder->metrics, number);

        pack_text(bytes, metric->name);
        pack_text(bytes, metric->source);
        pack_text(bytes, metric->unit);
        pack_int64(bytes, metric->key);
        pack_int64(bytes, metric->column);
        pack_int64(bytes, metric->listed);
        text_add(bytes, (const char *)&metric->behaviour, sizeof metric->behaviour);
    }
    pack_int64(bytes, builder->schemas.count);
    for (int64_t number = 0; number < builder->schemas.count; number++) {
        const struct schema *schema = list_at(&builder->schemas, number);

        pack_int64(bytes, schema->count);
        for (int32_t i = 0; i < schema->count; i++) pack_int64(bytes, schema->metrics[i]);
    }
}

static void pack_jobs(const struct builder *builder, struct text *bytes)
{
    pack_int64(bytes, builder->jobs.count);
    for (int64_t number = 0; number < builder->jobs.count; number++) {
        const struct found_job *job = list_at(&builder->jobs, number);

        text_add(bytes, (const char *)job, sizeof *job);
        pack_text(bytes, job->id);
        pack_text(bytes, job->user);
        pack_text(bytes, job->project);
        pack_text(bytes, job->name);
        pack_text(bytes, job->application);
        pack_text(bytes, job->queue);
        pack_text(bytes, job->state);
        pack_text(bytes, job->hosts);
    }
}

static void pack_events(const struct builder *builder, struct text *bytes)
{
    pack_int64(bytes, builder->events.count);
    for (int64_t number = 0; number < builder->events.count; number++) {
        const struct found_event *event = list_at(&builder->events, number);

        text_add(bytes, (const char *)event, sizeof *event);
        pack_text(bytes, event->host);
        pack_text(bytes, event->category);
        pack_text(bytes, event->location);
        pack_text(bytes, event->message);
    }
    pack_int64(bytes, builder->labels.count);
    for (int64_t number = 0; number < builder->labels.count; number++) {
        const struct found_label *label = list_at(&builder->labels, number);

        text_add(bytes, (const char *)label, sizeof *label);
        pack_text(bytes, label->host);
        pack_text(bytes, label->job);
        pack_text(bytes, label->name);
    }
}

static void pack_runs(const struct builder *builder, struct text *bytes)
{
    pack_int64(bytes, builder->runs.count);
    for (int64_t number = 0; number < builder->runs.count; number++) {
        const struct found_run *run = list_at(&builder->runs, number);

        text_add(bytes, (const char *)run, sizeof *run);
        pack_text(bytes, run->path);
        pack_text(bytes, run->below);
    }
    pack_int64(bytes, builder->bases.count);
    for (int64_t number = 0; number < builder->bases.count; number++) {
        const struct found_base *base = list_at(&builder->bases, number);

        text_add(bytes, (const char *)base, sizeof *base);
        pack_text(bytes, base->run);
    }
}

static void pack_places(const struct builder *builder, struct text *bytes)
{
    pack_int64(bytes, builder->places.count);
    for (int64_t number = 0; number < builder->places.count; number++) {
        const struct found_place *place = list_at(&builder->places, number);

        text_add(bytes, (const char *)place, sizeof *place);
        pack_text(bytes, place->host);
    }
}

void builder_pack(const struct builder *builder, struct text *bytes)
{
    pack_hosts(builder, bytes);
    pack_metrics(builder, bytes);
    pack_runs(builder, bytes);
    pack_jobs(builder, bytes);
    pack_events(builder, bytes);
    pack_places(builder, bytes);
}
