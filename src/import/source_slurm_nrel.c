// SPDX-License-Identifier: BSD-3-Clause
/* Job records of Eagle as NREL publishes them: CSV with job_id, wallclock_req, nodes_req, ... */
#include "job_log.h"

static const struct job_column columns[] = {
    {"job_id",        job_take_id,         false},
    {"user",          job_take_user,       false},
    {"account",       job_take_project,    false},
    {"partition",     job_take_queue,      false},
    {"wallclock_req", job_take_limit_s,    false},
    {"nodes_req",     job_take_node_count, false},
    {"submit_time",   job_take_submit,     false},
    {"start_time",    job_take_start,      false},
    {"end_time",      job_take_end,        false},
    {"state",         job_take_state,      false},
    {"name",          job_take_name,       true },
    {"nodelist",      job_take_hosts,      false},
    {NULL,            NULL,                false}
};

static bool recognise(const char *place, const char *head, size_t length)
{
    const struct piece line = head_line(head, length, 0);
    struct row row = {0};
    bool is_one;

    (void)place;
    row_split(&row, line.bytes, line.length, ',');
    is_one = row_find(&row, "job_id") >= 0 && row_find(&row, "wallclock_req") >= 0;
    row_release(&row);
    return is_one;
}

static status read_nrel(struct part *part)
{
    struct job_table table = {.known = columns, .delimiter = ',', .is_quoted = true};
    bool has_row;
    status st;

    TRY(part_next_row(part, ',', true, &has_row));
    if (!has_row) return part_fail(part, "no header");
    st = job_table_header(part, &table);
    if (!st) part_not_a_row(part);
    if (!st) st = job_table_read(part, &table);
    job_table_release(&table);
    return st;
}

const struct source source_slurm_nrel = {
    "slurm-nrel", "the job records of Eagle: CSV with job_id, wallclock_req", recognise, read_nrel};
