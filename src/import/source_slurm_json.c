// SPDX-License-Identifier: BSD-3-Clause
/* Slurm accounting as JSON: `sacct --json` (data_parser of any version: numbers may be bare or objects
 * with `set` and `number`), and a mapping from job number to record as caches of it have. The document is
 * held whole while it is read. */
#include "job_log.h"
#include "json_part.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool recognise(const char *place, const char *head, size_t length)
{
    const char *at = head, *end = head + length;

    (void)place;
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) at++;
    if (at == end || *at != '{') return false;
    if (length > 4096) length = 4096;
    for (size_t i = 0; i + 8 < length; i++)
        if (memcmp(head + i, "\"jobs\"", 6) == 0 || memcmp(head + i, "\"jobid", 6) == 0
            || memcmp(head + i, "\"slurm\"", 7) == 0)
            return true;
    return false;
}

/** A number that may stand as {"set": true, "infinite": false, "number": 5}; -1 unknown. */
static int64_t number_of(const json_t *value)
{
    if (json_is_object(value)) {
        if (json_is_false(json_object_get(value, "set"))
            || json_is_true(json_object_get(value, "infinite")))
            return -1;
        if (json_object_get(value, "return_code"))
            return number_of(json_object_get(value, "return_code"));
        value = json_object_get(value, "number");
    }
    return json_is_number(value) && json_number_value(value) >= 0 && json_number_value(value) < 1e15
               ? (int64_t)json_number_value(value)
               : -1;
}

static int64_t time_of(struct part *part, const json_t *value)
{
    double moment;

    if (json_is_string(value)) {
        const struct piece piece = {json_string_value(value), json_string_length(value)};

        return part_time(part, piece, &moment) ? (int64_t)floor(moment) : -1;
    }
    return number_of(value) > 0 ? number_of(value) : -1;
}

/** A text, the first of several, or a number as text; "" where there is none. */
static const char *text_of(struct part *part, const json_t *value)
{
    char digits[32];
    struct piece piece = {digits, 0};

    if (json_is_object(value) && json_object_get(value, "current"))
        value = json_object_get(value, "current");
    if (json_is_array(value)) value = json_array_get(value, 0);
    if (json_is_string(value)) {
        piece.bytes = json_string_value(value);
        piece.length = json_string_length(value);
    } else if (number_of(value) >= 0) {
        piece.length = (size_t)snprintf(digits, sizeof digits, "%lld", (long long)number_of(value));
    }
    return part_text(part, piece);
}

static const json_t *either(const json_t *record, const char *name, const char *other)
{
    const json_t *value = json_object_get(record, name);

    return value ? value : json_object_get(record, other);
}

/** Hosts as "node[1-2]" or as an array of names. */
static const char *hosts_of(struct part *part, const json_t *value)
{
    struct text list = {0};
    const char *interned;

    if (!json_is_array(value)) return text_of(part, value);
    for (size_t i = 0; i < json_array_size(value); i++)
        text_printf(&list, "%s%s", i > 0 ? "," : "", text_of(part, json_array_get(value, i)));
    interned = list.length > 0 ? builder_text(&part->import->builder, list.bytes, list.length) : "";
    text_release(&list);
    return interned;
}

static void take_times(struct part *part, struct found_job *job, const json_t *record)
{
    const json_t *times = json_object_get(record, "time");
    int64_t limit;

    if (!json_is_object(times)) times = record;
    job->submit_unix_s = time_of(part, either(times, "submission", "submit"));
    job->start_unix_s = time_of(part, json_object_get(times, "start"));
    job->end_unix_s = time_of(part, json_object_get(times, "end"));
    limit = number_of(either(times, "limit", "timelimit"));
    job->limit_s = limit < 0 ? -1 : limit * 60;
}

static status take_job(struct part *part, const char *key, const json_t *record)
{
    struct found_job *job;
    int64_t number;
    const char *id = text_of(part, either(record, "job_id", "jobidraw"));

    if (*id == '\0' && key) id = key;
    if (strchr(id, '.')) {
        part_leave_out(part, REASON_STEP);
        return STATUS_OK;
    }
    job = builder_job(part);
    job->id = builder_text(&part->import->builder, id, strlen(id));
    job->name = text_of(part, either(record, "name", "jobname"));
    job->user = text_of(part, either(record, "user", "user_name"));
    if (*job->user == '\0')
        job->user = text_of(part, json_object_get(json_object_get(record, "association"), "user"));
    job->project = text_of(part, json_object_get(record, "account"));
    if (*job->project == '\0')
        job->project =
            text_of(part, json_object_get(json_object_get(record, "association"), "account"));
    job->queue = text_of(part, json_object_get(record, "partition"));
    job->state = text_of(part, either(record, "state", "job_state"));
    job->hosts = hosts_of(part, either(record, "nodes", "nodelist"));
    if (strcmp(job->hosts, "None assigned") == 0) job->hosts = "";
    number = number_of(either(record, "allocation_nodes", "node_count"));
    job->node_count = number >= 0 && number <= INT32_MAX ? (int32_t)number : -1;
    number = number_of(json_object_get(record, "exit_code"));
    job->exit_code = number >= 0 && number <= INT32_MAX ? (int32_t)number : -1;
    take_times(part, job, record);
    return job_finish(part);
}

static status take_document(struct part *part, json_t *document)
{
    const json_t *jobs = json_object_get(document, "jobs");
    const char *key;
    json_t *record;
    size_t number;

    part->line = 0;
    if (json_is_array(jobs)) {
        json_array_foreach(jobs, number, record)
        {
            part->line = (int64_t)number + 1;
            part_begin_row(part);
            if (json_is_object(record))
                TRY(take_job(part, NULL, record));
            else
                TRY(part_refuse(part, REASON_VALUE, "job %zu is no object", number + 1));
        }
        return STATUS_OK;
    }
    json_object_foreach(document, key, record)
    {
        part->line++;
        if (!json_is_object(record) || !either(record, "start", "jobid")) continue;
        part_begin_row(part);
        TRY(take_job(part, key, record));
    }
    return STATUS_OK;
}

static status read_json(struct part *part)
{
    json_t *document;
    status st;

    TRY(json_part_read(part, &document));
    st = take_document(part, document);
    json_decref(document);
    return st;
}

const struct source source_slurm_json = {"slurm-json", "sacct --json", recognise, read_json};
