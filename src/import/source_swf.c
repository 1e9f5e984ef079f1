// SPDX-License-Identifier: BSD-3-Clause
/* The Standard Workload Format: comments `; Key: value`, then 18 numbers a job, -1 unknown, times in seconds
 * from UnixStartTime. S. Chapin et al., "Benchmarks and standards for the evaluation of parallel job
 * schedulers", JSSPP 1999; https://www.cs.huji.ac.il/labs/parallel/workload/swf.html, version 2.2. */
/* For memmem(). */
#define _GNU_SOURCE

#include "job_log.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum swf_field {
    SWF_JOB,
    SWF_SUBMIT,
    SWF_WAIT,
    SWF_RUN,
    SWF_PROCESSORS,
    SWF_REQUESTED_PROCESSORS = 7,
    SWF_REQUESTED_TIME,
    SWF_STATUS = 10,
    SWF_USER,
    SWF_GROUP,
    SWF_EXECUTABLE,
    SWF_QUEUE,
    SWF_PARTITION,
    SWF_FIELDS = 18
};

struct swf {
    double numbers[SWF_FIELDS]; /**< of the row at work */
    int64_t start_unix_s;       /**< -1: not known yet */
    double processors, nodes;   /**< of the machine; 0 unknown */
    char zone[64];
};

static bool is_job(struct piece line)
{
    struct row row = {0};
    double number;
    bool is_one;

    row_split_words(&row, line.bytes, line.length);
    is_one = row.count == SWF_FIELDS;
    for (int field = 0; field < row.count && is_one; field++)
        is_one =
            number_parse(row.fields[field].bytes, row.fields[field].length, &number) == NUMBER_READ;
    row_release(&row);
    return is_one;
}

static bool recognise(const char *place, const char *head, size_t length)
{
    enum { LINES = 200 };

    (void)place;
    for (int number = 0; number < LINES; number++) {
        const struct piece line = piece_trim(head_line(head, length, number));

        if (line.length == 0) continue;
        if (*line.bytes != ';') return is_job(line);
        if (memmem(line.bytes, line.length, "UnixStartTime", 13)) return true;
    }
    return false;
}

/** "; MaxProcs: 1152 (see notes)": the number behind the key. */
static bool read_key(struct piece line, const char *key, double *value)
{
    const size_t length = strlen(key);
    size_t digits = 0;

    while (line.length > 0 && strchr("; \t", *line.bytes)) {
        line.bytes++;
        line.length--;
    }
    if (line.length <= length || strncasecmp(line.bytes, key, length) != 0
        || line.bytes[length] != ':')
        return false;
    line.bytes += length + 1;
    line.length -= length + 1;
    line = piece_trim(line);
    while (digits < line.length && line.bytes[digits] >= '0' && line.bytes[digits] <= '9') digits++;
    return number_parse(line.bytes, digits, value) == NUMBER_READ;
}

/** A comment; keys that say nothing of jobs are passed over. */
static void take_comment(struct part *part, struct swf *swf)
{
    static const char zone_key[] = "TimeZoneString:";
    const struct piece line = piece_trim(part->row.fields[0]);
    const char *zone = memmem(line.bytes, line.length, zone_key, sizeof zone_key - 1);
    double value;

    if (read_key(line, "UnixStartTime", &value) && time_is_plausible(value))
        swf->start_unix_s = (int64_t)value;
    if (read_key(line, "MaxNodes", &value)) swf->nodes = value;
    if (read_key(line, "MaxProcs", &value)) swf->processors = value;
    if (zone) {
        const char *name = zone + sizeof zone_key - 1;
        const struct piece rest =
            piece_trim((struct piece){name, line.length - (size_t)(name - line.bytes)});

        snprintf(swf->zone, sizeof swf->zone, "%.*s", (int)rest.length, rest.bytes);
    }
}

/** A number as text; "" where it is unknown. */
static const char *number_text(struct part *part, double number)
{
    char text[32];

    if (number < 0) return "";
    snprintf(text, sizeof text, "%.0f", number);
    return builder_text(&part->import->builder, text, strlen(text));
}

static const char *state_text(struct part *part, double code)
{
    static const char *const words[] = {"FAILED", "COMPLETED", NULL, NULL, NULL, "CANCELLED"};
    const char *word = NULL;

    for (int known = 0; known < 6; known++)
        if (code == known) word = words[known];
    if (!word && code != -1) part_repair(part, REASON_WORD);
    return word ? word : "";
}

/** Processors as nodes, where the header says how many of them are a node. */
static int32_t node_count(const struct swf *swf)
{
    const double *numbers = swf->numbers;
    double count =
        numbers[SWF_PROCESSORS] > 0 ? numbers[SWF_PROCESSORS] : numbers[SWF_REQUESTED_PROCESSORS];

    if (count <= 0) return -1;
    if (swf->nodes > 0 && swf->processors > swf->nodes)
        count = ceil(count * swf->nodes / swf->processors);
    return count <= INT32_MAX ? (int32_t)count : -1;
}

static void fill_job(struct part *part, const struct swf *swf, struct found_job *job)
{
    const double *numbers = swf->numbers;

    job->id = number_text(part, numbers[SWF_JOB]);
    job->user = number_text(part, numbers[SWF_USER]);
    job->project = number_text(part, numbers[SWF_GROUP]);
    job->application = number_text(part, numbers[SWF_EXECUTABLE]);
    job->queue = number_text(part, numbers[numbers[SWF_QUEUE] >= 0 ? SWF_QUEUE : SWF_PARTITION]);
    job->state = state_text(part, numbers[SWF_STATUS]);
    job->node_count = node_count(swf);
    if (numbers[SWF_REQUESTED_TIME] >= 0) job->limit_s = (int64_t)numbers[SWF_REQUESTED_TIME];
    job->submit_unix_s = swf->start_unix_s + (int64_t)numbers[SWF_SUBMIT];
    if (numbers[SWF_WAIT] < 0) return;
    job->start_unix_s = job->submit_unix_s + (int64_t)numbers[SWF_WAIT];
    if (numbers[SWF_RUN] >= 0) job->end_unix_s = job->start_unix_s + (int64_t)numbers[SWF_RUN];
}

static bool are_times_plausible(const struct swf *swf)
{
    const double *numbers = swf->numbers;
    double moment = (double)swf->start_unix_s + numbers[SWF_SUBMIT];
    static const int spans[] = {SWF_WAIT, SWF_RUN};

    for (int i = 0; i < 2; i++) {
        if (!time_is_plausible(moment)) return false;
        if (numbers[spans[i]] > 0) moment += numbers[spans[i]];
    }
    return time_is_plausible(moment) && numbers[SWF_REQUESTED_TIME] < 1e12;
}

static status use_row(struct part *part, struct swf *swf)
{
    const struct row *row = &part->row;

    if (row->count != SWF_FIELDS)
        return part_refuse(part, row->count < SWF_FIELDS ? REASON_FEW_FIELDS : REASON_MANY_FIELDS,
                           "%d fields where the format has %d%s", row->count, SWF_FIELDS,
                           row->is_ended ? "" : "; the file is cut off here");
    for (int field = 0; field < SWF_FIELDS; field++) {
        const struct piece text = row->fields[field];

        if (number_parse(text.bytes, text.length, &swf->numbers[field]) != NUMBER_READ)
            return part_refuse(part, REASON_VALUE, "field %d is no number", field + 1);
    }
    /* Pieces of a job that was swapped out and in; the job itself stands above them. */
    if (swf->numbers[SWF_STATUS] >= 2 && swf->numbers[SWF_STATUS] <= 4) {
        part_leave_out(part, REASON_STEP);
        return STATUS_OK;
    }
    if (!are_times_plausible(swf))
        return part_refuse(part, REASON_TIME,
                           "submitted, started or ended not within 1980 to 2100");
    fill_job(part, swf, builder_job(part));
    return job_finish(part);
}

static status find_start(struct part *part, struct swf *swf)
{
    const char *text = settings_text(part->import->settings, "file_time");
    double unix_s;

    if (swf->start_unix_s >= 0) return STATUS_OK;
    if (!text)
        return part_fail(part, "no UnixStartTime above the first job: name the log's beginning by "
                               "--file-time");
    if (!clock_parse(text, strlen(text), part->import->time_style.zone_offset_s, &unix_s))
        return fail(STATUS_BAD_USE, "file_time '%s' is no moment such as 2026-11-21T08:00:00Z",
                    text);
    swf->start_unix_s = (int64_t)floor(unix_s);
    return STATUS_OK;
}

static status read_swf(struct part *part)
{
    struct swf swf = {.start_unix_s = -1};
    bool has_row;

    for (;;) {
        TRY(part_next_row(part, '\0', false, &has_row));
        if (!has_row) break;
        if (part->row.fields[0].bytes[0] == ';') {
            take_comment(part, &swf);
            part_not_a_row(part);
            continue;
        }
        row_split_words(&part->row, part->row.fields[0].bytes, part->row.fields[0].length);
        if (part->row.count == 0) {
            part_not_a_row(part);
            continue;
        }
        TRY(find_start(part, &swf));
        TRY(use_row(part, &swf));
    }
    if (swf.zone[0] != '\0') {
        char zone[64];

        text_printf(&part->import->notes,
                    "%s: times are UTC from UnixStartTime on; the log's own zone is %s\n",
                    part->place, text_printable(swf.zone, zone, sizeof zone));
    }
    return STATUS_OK;
}

const struct source source_swf = {"swf", "job logs in the Standard Workload Format", recognise,
                                  read_swf};
