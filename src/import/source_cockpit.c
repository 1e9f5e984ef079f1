// SPDX-License-Identifier: BSD-3-Clause
/* https://github.com/ClusterCockpit/cc-specifications, job-archive: meta.json becomes a job, data.json samples. */
#define _GNU_SOURCE /* memmem() */
#include "cockpit.h"
#include "job_log.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

static bool holds(const char *head, size_t length, const char *text)
{
    return memmem(head, length, text, strlen(text)) != NULL;
}

static bool is_meta(const char *head, size_t length)
{
    return holds(head, length, "\"jobId\"") && holds(head, length, "\"startTime\"");
}

static bool recognise(const char *place, const char *head, size_t length)
{
    size_t at = 0;

    (void)place;
    while (at < length && isspace((unsigned char)head[at])) at++;
    if (at == length || head[at] != '{') return false;
    return is_meta(head, length)
           || (holds(head, length, "\"series\"")
               && (holds(head, length, "\"hostname\"") || holds(head, length, "\"data\"")));
}

static const char *text_of(struct part *part, const json_t *meta, const char *key)
{
    const char *text = json_string_value(json_object_get(meta, key));

    return text ? part_text(part, (struct piece){text, strlen(text)}) : "";
}

/** A whole number, or -1. */
static int64_t number_of(const json_t *meta, const char *key, double high)
{
    const json_t *value = json_object_get(meta, key);
    const double number = json_is_number(value) ? json_number_value(value) : -1;

    return number >= 0 && number <= high ? (int64_t)number : -1;
}

/** "completed" as other logs have it: COMPLETED. */
static const char *state_of(struct part *part, const json_t *meta)
{
    const char *state = text_of(part, meta, "jobState");
    char upper[64];
    size_t length = strlen(state);

    if (length >= sizeof upper) return state;
    for (size_t i = 0; i < length; i++) upper[i] = (char)toupper((unsigned char)state[i]);
    return builder_text(&part->import->builder, upper, length);
}

static const char *hosts_of(struct part *part, const json_t *resources)
{
    struct text list = {0};
    const char *interned;
    const json_t *resource;
    size_t number;

    json_array_foreach(resources, number, resource)
    {
        const char *host = text_of(part, resource, "hostname");

        if (*host) text_printf(&list, "%s%s", list.length > 0 ? "," : "", host);
    }
    interned = list.length > 0 ? builder_text(&part->import->builder, list.bytes, list.length) : "";
    text_release(&list);
    return interned;
}

static status take_meta(struct part *part, const json_t *meta)
{
    static const int64_t shortest_limit_s = 60;
    const int64_t limit_s = number_of(meta, "walltime", 1e12);
    const int64_t duration_s = number_of(meta, "duration", 1e9);
    const json_t *id = json_object_get(meta, "jobId");
    struct found_job *job;
    struct text number = {0};

    part->line = 1;
    part_begin_row(part);
    job = builder_job(part);
    if (json_is_integer(id)) text_printf(&number, "%lld", (long long)json_integer_value(id));
    job->id = number.length > 0 ? builder_text(&part->import->builder, number.bytes, number.length)
                                : text_of(part, meta, "jobId");
    text_release(&number);
    job->user = text_of(part, meta, "user");
    job->project = text_of(part, meta, "project");
    job->queue = text_of(part, meta, "partition");
    job->name = text_of(part, json_object_get(meta, "metaData"), "jobName");
    job->state = state_of(part, meta);
    job->hosts = hosts_of(part, json_object_get(meta, "resources"));
    job->node_count = (int32_t)number_of(meta, "numNodes", INT32_MAX);
    job->start_unix_s = number_of(meta, "startTime", 4e9);
    if (job->start_unix_s >= 0 && duration_s >= 0) job->end_unix_s = job->start_unix_s + duration_s;
    /* Seconds by the specification; older archives count otherwise. */
    if (limit_s >= shortest_limit_s) job->limit_s = limit_s;
    return job_finish(part);
}

/** The start from meta.json beside a data.json on disk. */
static status start_beside(struct part *part, double *start_unix_s)
{
    static const char *const names[] = {"meta.json", "meta.json.gz", "meta.json.zst"};
    struct part beside = {.import = part->import, .key = part->key, .is_only_one = true};
    const int folder = (int)(place_name(part->file) - part->file);
    struct text path = {0};
    struct input *input = NULL;
    json_t *meta = NULL;
    const char *member;
    status st = STATUS_BAD_INPUT;

    for (size_t i = 0; i < sizeof names / sizeof names[0] && st; i++) {
        text_release(&path);
        text_printf(&path, "%.*s%s", folder, part->file, names[i]);
        st = input_open(path.bytes, &input);
    }
    beside.place = beside.file = path.bytes;
    if (st) {
        st = part_fail(part, "no meta.json beside it, which says when the job started");
    } else {
        lines_init(&beside.lines, input, part->import->line_limit);
        st = input_next(input, &member);
        if (!st) st = json_part_read(&beside, &meta);
        lines_release(&beside.lines);
    }
    if (!st) {
        *start_unix_s = (double)number_of(meta, "startTime", 4e9);
        json_decref(meta);
    }
    input_close(&input);
    text_release(&path);
    return st;
}

static status take_data(struct part *part, json_t *data)
{
    double start_unix_s = -1;
    status st;

    if (part->is_member) return halves_add_data(part, data);
    st = start_beside(part, &start_unix_s);
    if (!st) st = cockpit_take_data(part, data, start_unix_s);
    json_decref(data);
    return st;
}

static status read_cockpit(struct part *part)
{
    const char *head;
    size_t length;
    json_t *document;
    double start_unix_s;
    bool has_job;
    status st;

    TRY(lines_head(&part->lines, &head, &length));
    has_job = is_meta(head, length);
    TRY(json_part_read(part, &document));
    if (!has_job) return take_data(part, document);
    st = take_meta(part, document);
    start_unix_s = (double)number_of(document, "startTime", 4e9);
    json_decref(document);
    if (!st && part->is_member) st = halves_add_start(part, start_unix_s);
    return st;
}

const struct source source_cockpit = {"clustercockpit",
                                      "job archives of ClusterCockpit: meta.json and data.json",
                                      recognise, read_cockpit};
