// SPDX-License-Identifier: BSD-3-Clause
/* Real names of jobs hold the delimiter and newlines, and sacct does not quote. A row that was torn is put
 * together again where only one column can hold such text, and what comes out reads as a row. */
#include "job_log.h"

#include <string.h>

enum { LINES_OF_A_ROW = 256 };

bool job_row_starts(const struct row *row, const struct job_table *table)
{
    static const char allowed[] = "0123456789_.[]-+,%abcdefghijklmnopqrstuvwxyz";
    struct piece id;

    if (row->count <= table->id_field) return false;
    id = piece_trim(row->fields[table->id_field]);
    if (id.length == 0 || id.bytes[0] < '0' || id.bytes[0] > '9') return false;
    for (size_t i = 0; i < id.length; i++)
        if (!memchr(allowed, id.bytes[i], sizeof allowed - 1)) return false;
    return true;
}

/** Join the fields that are too many into the free one. */
static void fold(struct row *row, const struct job_table *table)
{
    const int extra = row->count - table->field_count;
    struct piece *free_field = &row->fields[table->free_field];
    const struct piece last = row->fields[table->free_field + extra];

    free_field->length = (size_t)(last.bytes + last.length - free_field->bytes);
    for (int field = table->free_field + 1; field < table->field_count; field++)
        row->fields[field] = row->fields[field + extra];
    row->count = table->field_count;
}

/** Do the fields whose form is known have it? Tried on a job that is thrown away. */
static bool reads_as_row(struct part *part, const struct job_table *table)
{
    struct found_job trial = {.id = "", .user = ""};

    if (!job_row_starts(&part->row, table)) return false;
    for (int field = 0; field < table->field_count; field++) {
        const struct job_column *column = table->of_field[field];

        if (column && !column->is_free && !column->take(part, &trial, part->row.fields[field]))
            return false;
    }
    return true;
}

/** Take the next line to the row, unless it begins a row of its own. */
static status take_line(struct part *part, const struct job_table *table, bool *was_taken)
{
    struct row *row = &part->row, next = {0};
    struct line line;
    bool has_line;

    *was_taken = false;
    TRY(lines_next(&part->lines, &line, &has_line));
    if (!has_line) return STATUS_OK;
    row_split(&next, line.bytes, line.length, table->delimiter);
    if (line.is_huge || line.has_nul
        || (next.count >= table->field_count && job_row_starts(&next, table))
        || row->joined.length + line.length > part->import->field_limit) {
        lines_unread(&part->lines);
    } else {
        text_add(&row->joined, "\n", 1);
        text_add(&row->joined, line.bytes, line.length);
        row_split(row, row->joined.bytes, row->joined.length, table->delimiter);
        *was_taken = true;
    }
    row_release(&next);
    return STATUS_OK;
}

/** The row at work in a buffer of its own: lines that follow move the other. */
static void keep_row(struct part *part, const struct job_table *table)
{
    struct row *row = &part->row;
    const struct piece last = row->fields[row->count - 1];

    row->joined.length = 0;
    text_add(&row->joined, row->fields[0].bytes,
             (size_t)(last.bytes + last.length - row->fields[0].bytes));
    row_split(row, row->joined.bytes, row->joined.length, table->delimiter);
}

static status join_lines(struct part *part, const struct job_table *table)
{
    bool was_taken = true;

    keep_row(part, table);
    for (int lines = 0; was_taken && lines < LINES_OF_A_ROW && part->row.count < table->field_count;
         lines++)
        TRY(take_line(part, table, &was_taken));
    return STATUS_OK;
}

status job_row_mend(struct part *part, const struct job_table *table, bool *is_row)
{
    struct row *row = &part->row;
    const bool can_mend = table->free_field >= 0 && !table->is_quoted;
    const int found = row->count;

    *is_row = row->count == table->field_count;
    if (*is_row) return STATUS_OK;
    if (can_mend && row->count < table->field_count) TRY(join_lines(part, table));
    if (can_mend && row->count > table->field_count) fold(row, table);
    if (row->count == table->field_count && reads_as_row(part, table)) {
        part->is_repaired = false;
        part_repair(part, REASON_REJOINED);
        *is_row = true;
        return STATUS_OK;
    }
    return part_refuse(part, found < table->field_count ? REASON_FEW_FIELDS : REASON_MANY_FIELDS,
                       "%d fields where the header has %d, and they cannot be rejoined without "
                       "doubt; a delimiter that no name holds is safer",
                       found, table->field_count);
}
