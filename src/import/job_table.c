// SPDX-License-Identifier: BSD-3-Clause
#include "job_log.h"

#include <telltale/telemetry.h>

#include <string.h>

void job_table_release(struct job_table *table)
{
    mem_free(&table->of_field);
}

status job_table_header(struct part *part, struct job_table *table)
{
    const struct row *row = &part->row;
    int free_count = 0;

    table->of_field = mem_resize(table->of_field, (size_t)row->count, sizeof(struct job_column *));
    table->field_count = row->count;
    table->id_field = table->free_field = -1;
    for (int field = 0; field < row->count; field++) {
        const struct piece name = piece_trim(row->fields[field]);

        table->of_field[field] = NULL;
        for (const struct job_column *column = table->known; column->name; column++) {
            if (!piece_is_like(name, column->name)) continue;
            if (column->take) table->of_field[field] = column;
            if (column->take == job_take_id && table->id_field < 0) table->id_field = field;
            if (column->is_free) {
                table->free_field = field;
                free_count++;
            }
        }
    }
    if (free_count > 1) table->free_field = -1;
    if (table->id_field < 0)
        return part_fail(part, "the header has no column that names the job (JobID)");
    return STATUS_OK;
}

static bool is_step(struct piece id)
{
    return memchr(id.bytes, '.', id.length) != NULL;
}

/** What the row at work could not mean. */
static status refuse_job(struct part *part, enum reason reason, const char *words)
{
    part->import->builder.jobs.count--;
    return part_refuse(part, reason, "%s", words);
}

static void ignore_host(void *context, const char *name)
{
    (void)context;
    (void)name;
}

/** Did it end before, or begin after, the span that is wanted? */
static bool is_outside(const struct import *import, const struct found_job *job)
{
    const int64_t begin = job->start_unix_s >= 0 ? job->start_unix_s : job->submit_unix_s;

    return (job->end_unix_s >= 0 && (double)job->end_unix_s < import->from_unix_s)
           || (begin >= 0 && (double)begin >= import->to_unix_s);
}

status job_finish(struct part *part)
{
    const int64_t host_limit = settings_int(part->import->settings, "host_limit");
    struct list *jobs = &part->import->builder.jobs;
    struct found_job *job = list_at(jobs, jobs->count - 1);

    if (*job->id == '\0') return refuse_job(part, REASON_NAME, "the job has no number");
    if (job->start_unix_s >= 0 && job->end_unix_s >= 0 && job->end_unix_s < job->start_unix_s)
        return refuse_job(part, REASON_ORDER, "the job ends before it starts");
    if (is_outside(part->import, job)) {
        jobs->count--;
        part_leave_out(part, REASON_OUTSIDE);
        return STATUS_OK;
    }
    if (*job->hosts != '\0' && host_list_expand(job->hosts, host_limit, ignore_host, NULL)) {
        job->hosts = "";
        part_repair(part, REASON_HOSTS);
    }
    part_use(part);
    return STATUS_OK;
}

static status use_row(struct part *part, const struct job_table *table)
{
    const struct row *row = &part->row;
    struct found_job *job;

    if (is_step(row->fields[table->id_field])) {
        part_leave_out(part, REASON_STEP);
        return STATUS_OK;
    }
    job = builder_job(part);
    for (int field = 0; field < row->count; field++) {
        const struct job_column *column = table->of_field[field];

        if (column && !column->take(part, job, row->fields[field])) part_repair(part, REASON_WORD);
    }
    return job_finish(part);
}

status job_table_read(struct part *part, struct job_table *table)
{
    bool has_row, is_row;

    for (;;) {
        TRY(part_next_row(part, table->delimiter, table->is_quoted, &has_row));
        if (!has_row) return STATUS_OK;
        TRY(job_row_mend(part, table, &is_row));
        if (is_row) TRY(use_row(part, table));
    }
}
