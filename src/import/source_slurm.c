// SPDX-License-Identifier: BSD-3-Clause
/* Slurm accounting: sacct --parsable2, https://slurm.schedmd.com/sacct.html, any columns in any order. */
#include "job_log.h"

#include <string.h>

static const struct job_column columns[] = {
    {"JobID",         job_take_id,            false},
    {"JobIDRaw",      job_take_id,            false},
    {"JobName",       job_take_name,          true },
    {"User",          job_take_user,          false},
    {"UID",           job_take_user_number,   false},
    {"Account",       job_take_project,       false},
    {"Partition",     job_take_queue,         false},
    {"State",         job_take_state,         false},
    {"ExitCode",      job_take_exit_code,     false},
    {"Submit",        job_take_submit,        false},
    {"Start",         job_take_start,         false},
    {"End",           job_take_end,           false},
    {"Timelimit",     job_take_limit,         false},
    {"TimelimitRaw",  job_take_limit_minutes, false},
    {"NNodes",        job_take_node_count,    false},
    {"AllocNodes",    job_take_node_count,    false},
    {"NodeList",      job_take_hosts,         false},
    {"Comment",       NULL,                   true },
    {"AdminComment",  NULL,                   true },
    {"SystemComment", NULL,                   true },
    {"WorkDir",       NULL,                   true },
    {"SubmitLine",    NULL,                   true },
    {"Reason",        NULL,                   true },
    {NULL,            NULL,                   false}
};

static bool recognise(const char *place, const char *head, size_t length)
{
    const struct piece line = head_line(head, length, 0);
    struct row row = {0};
    bool is_one;

    (void)place;
    row_split(&row, line.bytes, line.length, line_delimiter(line));
    is_one = row.count > 2 && (row_find(&row, "JobID") >= 0 || row_find(&row, "JobIDRaw") >= 0)
             && (row_find(&row, "State") >= 0 || row_find(&row, "Submit") >= 0
                 || row_find(&row, "Start") >= 0 || row_find(&row, "End") >= 0);
    row_release(&row);
    return is_one;
}

static status read_slurm(struct part *part)
{
    const char *given = settings_text(part->import->settings, "delimiter");
    struct job_table table = {.known = columns};
    const char *head;
    size_t length;
    bool has_row;
    status st;

    TRY(lines_head(&part->lines, &head, &length));
    table.delimiter = line_delimiter(head_line(head, length, 0));
    if (given) TRY(delimiter_read(given, &table.delimiter));
    TRY(part_next_row(part, table.delimiter, false, &has_row));
    if (!has_row) return part_fail(part, "no header");
    st = job_table_header(part, &table);
    if (!st) part_not_a_row(part);
    if (!st) st = job_table_read(part, &table);
    job_table_release(&table);
    return st;
}

const struct source source_slurm = {"slurm", "sacct --parsable2, any columns in any order",
                                    recognise, read_slurm};
