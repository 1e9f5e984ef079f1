// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file job_log.h
 * What the dialects of job logs share: a dialect is a table of columns.
 */
#pragma once

#include "import_private.h"

/* ---- job logs ------------------------------------------------------------------------------- */

/** What a column of a job log is; false where the field is not understood. */
struct job_column {
    const char *name; /**< in the header, without regard to case */
    bool (*take)(struct part *part, struct found_job *job, struct piece field);
    bool is_free; /**< any text may stand there, delimiters included */
};

/** Columns of one dialect; ended by a NULL name. */
struct job_table {
    const struct job_column *known;
    const struct job_column **of_field; /**< owned, [field_count]; NULL: not wanted */
    int field_count;
    int free_field; /**< the only one that may hold delimiters; -1: none or several */
    int id_field;
    char delimiter;
    bool is_quoted;
};

/** Take the row at work as the header. */
status job_table_header(struct part *part, struct job_table *table);
void job_table_release(struct job_table *table);

/** Read all rows after the header. */
status job_table_read(struct part *part, struct job_table *table);

/** Put a row that a name's delimiters or newlines have torn together again; false where refused. */
status job_row_mend(struct part *part, const struct job_table *table, bool *is_row);

/** Does the row at work begin with the number of a job? */
bool job_row_starts(const struct row *row, const struct job_table *table);

/** Check and count a job that was taken from the row at work; drops it where refused. */
status job_finish(struct part *part);

bool job_take_id(struct part *part, struct found_job *job, struct piece field);
bool job_take_user(struct part *part, struct found_job *job, struct piece field);
bool job_take_user_number(struct part *part, struct found_job *job, struct piece field);
bool job_take_project(struct part *part, struct found_job *job, struct piece field);
bool job_take_name(struct part *part, struct found_job *job, struct piece field);
bool job_take_queue(struct part *part, struct found_job *job, struct piece field);
bool job_take_state(struct part *part, struct found_job *job, struct piece field);
bool job_take_hosts(struct part *part, struct found_job *job, struct piece field);
bool job_take_exit_code(struct part *part, struct found_job *job, struct piece field);
bool job_take_submit(struct part *part, struct found_job *job, struct piece field);
bool job_take_start(struct part *part, struct found_job *job, struct piece field);
bool job_take_end(struct part *part, struct found_job *job, struct piece field);
bool job_take_limit(struct part *part, struct found_job *job, struct piece field);
bool job_take_limit_minutes(struct part *part, struct found_job *job, struct piece field);
bool job_take_limit_s(struct part *part, struct found_job *job, struct piece field);
bool job_take_node_count(struct part *part, struct found_job *job, struct piece field);
