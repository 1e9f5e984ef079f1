// SPDX-License-Identifier: BSD-3-Clause
/* The Lonestar6 log: a count, a header cut to the width of its columns, dashes, then rows cut by tabs. */
#include "job_log.h"

#include <string.h>

/* In the order of the file: the header's names are padded and cut ("TimelimitR"). */
static const struct job_column columns[] = {
    {"JobID",      job_take_id,            false},
    {"JobName",    job_take_name,          true },
    {"UID",        job_take_user_number,   false},
    {"Start",      job_take_start,         false},
    {"Submit",     job_take_submit,        false},
    {"End",        job_take_end,           false},
    {"Priority",   NULL,                   false},
    {"TimelimitR", job_take_limit_minutes, false},
    {"ExitCode",   job_take_exit_code,     false},
    {"NNodes",     job_take_node_count,    false},
    {NULL,         NULL,                   false}
};

static bool is_count(struct piece line)
{
    if (line.length == 0 || line.length > 12) return false;
    for (size_t i = 0; i < line.length; i++)
        if (line.bytes[i] < '0' || line.bytes[i] > '9') return false;
    return true;
}

static bool recognise(const char *place, const char *head, size_t length)
{
    const struct piece second = piece_trim(head_line(head, length, 1));

    (void)place;
    return is_count(head_line(head, length, 0)) && second.length > 13
           && memcmp(second.bytes, "JobID", 5) == 0 && memchr(second.bytes, ' ', second.length);
}

static status read_tacc(struct part *part)
{
    struct job_table table = {.known = columns, .delimiter = '\t'};
    const int64_t before = part->import->builder.jobs.count;
    double count = 0, found;
    bool has_row;
    status st;

    TRY(part_next_row(part, '\0', false, &has_row));
    if (has_row) {
        number_parse(part->row.fields[0].bytes, part->row.fields[0].length, &count);
        part_not_a_row(part);
    }
    TRY(part_next_row(part, '\0', false, &has_row));
    if (!has_row) return part_fail(part, "no header after the count");
    row_split_words(&part->row, part->row.fields[0].bytes, part->row.fields[0].length);
    st = job_table_header(part, &table);
    if (!st) part_not_a_row(part);
    if (!st) st = part_next_row(part, '\0', false, &has_row);
    if (!st && (!has_row || part->row.fields[0].bytes[0] != '-'))
        st = part_fail(part, "no dashes below the header");
    if (!st) part_not_a_row(part);
    if (!st) st = job_table_read(part, &table);
    job_table_release(&table);
    found = (double)(part->import->builder.jobs.count - before);
    if (!st && found != count)
        text_printf(&part->import->notes, "%s: %.0f jobs where its first line says %.0f\n",
                    part->place, found, count);
    return st;
}

const struct source source_slurm_tacc = {
    "slurm-tacc", "the job log of Lonestar6: count, header, dashes, tabs", recognise, read_tacc};
