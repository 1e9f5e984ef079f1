// SPDX-License-Identifier: BSD-3-Clause
#include "job_log.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool is_unknown(struct piece field)
{
    static const char *const words[] = {"",        "Unknown", "None",      "N/A",
                                        "NOT_SET", "INVALID", "UNLIMITED", "Partition_Limit"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (piece_is_like(field, words[i])) return true;
    return false;
}

static bool read_whole(struct piece field, double high, int64_t *value)
{
    double number;

    if (number_parse(field.bytes, field.length, &number) != NUMBER_READ) return false;
    if (!(number >= 0 && number <= high)) return false;
    *value = (int64_t)number;
    return true;
}

bool job_take_id(struct part *part, struct found_job *job, struct piece field)
{
    field = piece_trim(field);
    if (*job->id == '\0') job->id = part_text(part, field);
    return field.length > 0;
}

bool job_take_user(struct part *part, struct found_job *job, struct piece field)
{
    if (field.length > 0) job->user = part_text(part, piece_trim(field));
    return true;
}

/** A number where the log has no name: used where no name came. */
bool job_take_user_number(struct part *part, struct found_job *job, struct piece field)
{
    if (*job->user == '\0') job->user = part_text(part, piece_trim(field));
    return true;
}

bool job_take_project(struct part *part, struct found_job *job, struct piece field)
{
    job->project = part_text(part, piece_trim(field));
    return true;
}

bool job_take_name(struct part *part, struct found_job *job, struct piece field)
{
    job->name = part_text(part, field);
    return true;
}

bool job_take_queue(struct part *part, struct found_job *job, struct piece field)
{
    job->queue = part_text(part, piece_trim(field));
    return true;
}

/** "CANCELLED by 1001": the state is the first word. */
bool job_take_state(struct part *part, struct found_job *job, struct piece field)
{
    const char *space;

    field = piece_trim(field);
    space = memchr(field.bytes, ' ', field.length);
    if (space) field.length = (size_t)(space - field.bytes);
    job->state = part_text(part, field);
    return true;
}

bool job_take_hosts(struct part *part, struct found_job *job, struct piece field)
{
    field = piece_trim(field);
    if (!piece_is_like(field, "None assigned") && !is_unknown(field))
        job->hosts = part_text(part, field);
    return true;
}

/** "1:0" is exit code and signal; a signal counts as 128 more, as shells have it. */
bool job_take_exit_code(struct part *part, struct found_job *job, struct piece field)
{
    const char *colon;
    struct piece code = piece_trim(field), signal = {"", 0};
    int64_t number, signal_number = 0;

    (void)part;
    if (is_unknown(code)) return true;
    colon = memchr(code.bytes, ':', code.length);
    if (colon) {
        signal.bytes = colon + 1;
        signal.length = code.length - (size_t)(colon + 1 - code.bytes);
        code.length = (size_t)(colon - code.bytes);
        if (!read_whole(signal, 255, &signal_number)) return false;
    }
    if (!read_whole(code, INT32_MAX, &number)) return false;
    job->exit_code = (int32_t)(number == 0 && signal_number > 0 ? 128 + signal_number : number);
    return true;
}

static bool take_time(struct part *part, struct piece field, int64_t *unix_s)
{
    double moment;

    field = piece_trim(field);
    if (is_unknown(field) || piece_is(field, "0")) return true;
    if (!part_time(part, field, &moment)) return false;
    *unix_s = (int64_t)floor(moment);
    return true;
}

bool job_take_submit(struct part *part, struct found_job *job, struct piece field)
{
    return take_time(part, field, &job->submit_unix_s);
}

bool job_take_start(struct part *part, struct found_job *job, struct piece field)
{
    return take_time(part, field, &job->start_unix_s);
}

bool job_take_end(struct part *part, struct found_job *job, struct piece field)
{
    return take_time(part, field, &job->end_unix_s);
}

/** "2-00:00:00", "10:00:00", "30:00": days, hours, minutes, seconds; from the right. */
bool job_take_limit(struct part *part, struct found_job *job, struct piece field)
{
    char text[32];
    long days = 0, a, b, c;
    int used = 0;
    const char *clock = text;

    (void)part;
    field = piece_trim(field);
    if (is_unknown(field)) return true;
    if (field.length >= sizeof text) return false;
    memcpy(text, field.bytes, field.length);
    text[field.length] = '\0';
    if (strchr(text, '-')) {
        if (sscanf(text, "%6ld-%n", &days, &used) != 1 || used == 0) return false;
        clock = text + used;
    }
    used = 0;
    if (sscanf(clock, "%9ld:%2ld:%2ld%n", &a, &b, &c, &used) == 3) {
        if (clock[used] != '\0') return false;
        job->limit_s = days * 86400 + a * 3600 + b * 60 + c;
        return true;
    }
    used = 0;
    if (sscanf(clock, "%9ld:%2ld%n", &a, &b, &used) != 2 || clock[used] != '\0') return false;
    job->limit_s = days > 0 ? days * 86400 + a * 3600 + b * 60 : a * 60 + b;
    return true;
}

static bool take_limit(struct piece field, int64_t unit_s, int64_t *limit_s)
{
    int64_t limit;

    field = piece_trim(field);
    if (is_unknown(field)) return true;
    if (!read_whole(field, 1e12, &limit)) return false;
    *limit_s = limit * unit_s;
    return true;
}

bool job_take_limit_minutes(struct part *part, struct found_job *job, struct piece field)
{
    (void)part;
    return take_limit(field, 60, &job->limit_s);
}

bool job_take_limit_s(struct part *part, struct found_job *job, struct piece field)
{
    (void)part;
    return take_limit(field, 1, &job->limit_s);
}

bool job_take_node_count(struct part *part, struct found_job *job, struct piece field)
{
    int64_t count;

    (void)part;
    field = piece_trim(field);
    if (is_unknown(field)) return true;
    if (!read_whole(field, INT32_MAX, &count)) return false;
    job->node_count = (int32_t)count;
    return true;
}
