// SPDX-License-Identifier: BSD-3-Clause
#include "import_private.h"

#include <math.h>
#include <string.h>

void builder_init(struct builder *builder)
{
    memset(builder, 0, sizeof *builder);
    builder->texts = names_create();
    builder->hosts = names_create();
    builder->metric_names = names_create();
    builder->steps = mem_zero(STEP_BINS, sizeof *builder->steps);
    builder->first_unix_s = (double)INFINITY;
    builder->last_unix_s = -(double)INFINITY;
    builder->run_of_part = -1;
}

void builder_release(struct builder *builder)
{
    for (int64_t host = 0; host < builder->series.count; host++) {
        struct host_series *series = list_at(&builder->series, host);

        mem_free(&series->series);
        mem_free(&series->streams);
    }
    for (int64_t schema = 0; schema < builder->schemas.count; schema++)
        mem_free(&((struct schema *)list_at(&builder->schemas, schema))->metrics);
    names_destroy(&builder->texts);
    names_destroy(&builder->hosts);
    names_destroy(&builder->metric_names);
    list_release(&builder->metrics);
    list_release(&builder->schemas);
    list_release(&builder->series);
    list_release(&builder->jobs);
    list_release(&builder->events);
    list_release(&builder->labels);
    list_release(&builder->places);
    list_release(&builder->runs);
    list_release(&builder->bases);
    spill_destroy(&builder->spill);
    mem_free(&builder->steps);
}

const char *builder_text(struct builder *builder, const char *bytes, size_t length)
{
    return names_text(builder->texts, names_add(builder->texts, bytes, length));
}

int32_t builder_host(struct part *part, struct piece name)
{
    struct builder *builder = &part->import->builder;
    const char *text = part_text(part, piece_trim(name));
    const int64_t host = names_add(builder->hosts, text, strlen(text));

    while (builder->series.count <= host) {
        struct host_series *series = list_add(&builder->series, sizeof *series);

        series->run_part = -1;
    }
    return (int32_t)host;
}

int32_t builder_metric(struct part *part, const char *name, const char *source, const char *unit,
                       int64_t column)
{
    struct builder *builder = &part->import->builder;
    const enum metric_class listed = metric_classes_find(part->import->classes, name, source);
    struct text full = {0};
    int64_t number;

    if (listed == CLASS_DROPPED) return -1;
    text_printf(&full, "%s::%s", source, name);
    number = names_add(builder->metric_names, full.bytes, full.length);
    text_release(&full);
    if (number == builder->metrics.count) {
        struct found_metric *metric = list_add(&builder->metrics, sizeof *metric);

        metric->name = builder_text(builder, name, strlen(name));
        metric->source = builder_text(builder, source, strlen(source));
        metric->unit = builder_text(builder, unit, strlen(unit));
        metric->key = part->key;
        metric->column = column;
        metric->listed = listed;
        metric->schema_alone = -1;
        metric->behaviour.low = (double)INFINITY;
        metric->behaviour.high = -(double)INFINITY;
    }
    return (int32_t)number;
}

int32_t builder_schema(struct part *part, const int32_t *metrics, int32_t count)
{
    struct builder *builder = &part->import->builder;
    struct schema *schema;

    for (int64_t number = builder->schemas.count - 1; number >= 0; number--) {
        schema = list_at(&builder->schemas, number);
        if (schema->count == count
            && memcmp(schema->metrics, metrics, (size_t)count * sizeof *metrics) == 0)
            return (int32_t)number;
    }
    schema = list_add(&builder->schemas, sizeof *schema);
    schema->count = count;
    schema->metrics = mem_zero((size_t)count + 1, sizeof *metrics);
    memcpy(schema->metrics, metrics, (size_t)count * sizeof *metrics);
    return (int32_t)builder->schemas.count - 1;
}

int32_t builder_schema_of_one(struct part *part, int32_t metric)
{
    struct found_metric *found = list_at(&part->import->builder.metrics, metric);

    if (found->schema_alone < 0) {
        struct list *schemas = &part->import->builder.schemas;
        struct schema *schema = list_add(schemas, sizeof *schema);

        schema->count = 1;
        schema->metrics = mem_zero(1, sizeof *schema->metrics);
        schema->metrics[0] = metric;
        found->schema_alone = (int32_t)schemas->count - 1;
    }
    return found->schema_alone;
}

struct found_job *builder_job(struct part *part)
{
    struct found_job *job = list_add(&part->import->builder.jobs, sizeof *job);

    job->id = job->user = job->project = job->name = job->application = job->queue = job->state =
        job->hosts = "";
    job->submit_unix_s = job->start_unix_s = job->end_unix_s = job->limit_s = -1;
    job->node_count = job->exit_code = -1;
    job->key = part->key;
    job->line = part->line;
    return job;
}

struct found_event *builder_event(struct part *part)
{
    struct found_event *event = list_add(&part->import->builder.events, sizeof *event);

    event->host = event->category = event->location = event->message = "";
    event->key = part->key;
    event->line = part->line;
    return event;
}

struct found_label *builder_label(struct part *part)
{
    struct found_label *label = list_add(&part->import->builder.labels, sizeof *label);

    label->host = label->job = label->name = "";
    label->key = part->key;
    label->line = part->line;
    return label;
}

struct found_place *builder_place(struct part *part, const char *host)
{
    struct found_place *place = list_add(&part->import->builder.places, sizeof *place);

    place->host = builder_text(&part->import->builder, host, strlen(host));
    place->row = place->rack = place->chassis = place->slot = -1;
    place->key = part->key;
    place->line = part->line;
    return place;
}
