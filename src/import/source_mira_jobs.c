// SPDX-License-Identifier: BSD-3-Clause
/* When Mira was not the users': reservations (CSV without header, 16 fields) and periods of maintenance
 * (start, end). Both become jobs, so that what happened then is not held against the nodes. */
#include "job_log.h"

#include <stdio.h>
#include <string.h>

enum reservation_field {
    RESERVATION_START,
    RESERVATION_END,
    RESERVATION_NAME,
    RESERVATION_MACHINE,
    RESERVATION_USER = 6,
    RESERVATION_NUMBER,
    RESERVATION_LIMIT = 9,
    RESERVATION_NODES,
    RESERVATION_STATE = 15,
    RESERVATION_FIELDS
};
enum { MAINTENANCE_FIELDS = 2 };

static int count_fields(const char *head, size_t length, struct row *row)
{
    const struct piece line = head_line(head, length, 0);

    return row_split_quoted(row, line.bytes, line.length, ',') ? row->count : 0;
}

/** Two moments at the beginning of a row: "2013-04-01 14:00:09". */
static bool starts_with_span(const struct row *row)
{
    double unix_s;

    for (int field = 0; field < 2; field++)
        if (row->fields[field].length < 19
            || !clock_parse(row->fields[field].bytes, row->fields[field].length, 0, &unix_s))
            return false;
    return true;
}

static bool has_shape(const char *head, size_t length, int fields)
{
    struct row row = {0};
    const bool is_one = count_fields(head, length, &row) == fields && starts_with_span(&row);

    row_release(&row);
    return is_one;
}

static bool recognise_reservations(const char *place, const char *head, size_t length)
{
    (void)place;
    return has_shape(head, length, RESERVATION_FIELDS);
}

static bool recognise_maintenance(const char *place, const char *head, size_t length)
{
    (void)place;
    return has_shape(head, length, MAINTENANCE_FIELDS);
}

/** Begin a job from the first two fields; NULL where the row is refused or the import ends. */
static status begin_job(struct part *part, const char *queue, struct found_job **job)
{
    const struct row *row = &part->row;
    double start, end;

    *job = NULL;
    if (!part_time(part, row->fields[0], &start) || !part_time(part, row->fields[1], &end))
        return part_refuse(part, REASON_TIME, "start or end is no moment between 1980 and 2100");
    *job = builder_job(part);
    (*job)->start_unix_s = (int64_t)start;
    (*job)->end_unix_s = (int64_t)end;
    (*job)->queue = builder_text(&part->import->builder, queue, strlen(queue));
    return STATUS_OK;
}

static status use_reservation(struct part *part)
{
    static const struct {
        int field;
        bool (*take)(struct part *part, struct found_job *job, struct piece field_text);
    } columns[] = {
        {RESERVATION_NUMBER,  job_take_id        },
        {RESERVATION_NAME,    job_take_name      },
        {RESERVATION_MACHINE, job_take_project   },
        {RESERVATION_USER,    job_take_user      },
        {RESERVATION_LIMIT,   job_take_limit_s   },
        {RESERVATION_NODES,   job_take_node_count},
        {RESERVATION_STATE,   job_take_state     },
    };
    struct found_job *job;

    TRY(begin_job(part, "reservation", &job));
    if (!job) return STATUS_OK;
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        if (!columns[i].take(part, job, part->row.fields[columns[i].field]))
            part_repair(part, REASON_WORD);
    return job_finish(part);
}

static status use_maintenance(struct part *part)
{
    struct found_job *job;
    char id[48];

    TRY(begin_job(part, "maintenance", &job));
    if (!job) return STATUS_OK;
    snprintf(id, sizeof id, "maintenance-%lld", (long long)part->line);
    job->id = builder_text(&part->import->builder, id, strlen(id));
    job->name = job->queue;
    return job_finish(part);
}

static status read_rows(struct part *part, int fields, status (*use)(struct part *part))
{
    bool has_row;

    for (;;) {
        TRY(part_next_row(part, ',', true, &has_row));
        if (!has_row) return STATUS_OK;
        if (part->row.count == fields)
            TRY(use(part));
        else
            TRY(part_refuse(part, part->row.count < fields ? REASON_FEW_FIELDS : REASON_MANY_FIELDS,
                            "%d fields where there are %d", part->row.count, fields));
    }
}

static status read_reservations(struct part *part)
{
    return read_rows(part, RESERVATION_FIELDS, use_reservation);
}

static status read_maintenance(struct part *part)
{
    return read_rows(part, MAINTENANCE_FIELDS, use_maintenance);
}

const struct source source_mira_reservations = {"mira-reservations", "Mira's reservations, as jobs",
                                                recognise_reservations, read_reservations};
const struct source source_mira_maintenance = {"mira-maintenance",
                                               "Mira's periods of maintenance, as jobs",
                                               recognise_maintenance, read_maintenance};
