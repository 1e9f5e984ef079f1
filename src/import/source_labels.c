// SPDX-License-Identifier: BSD-3-Clause
/* Known truth: rows of host, start, end, name, and job where the label is of one. */
#include "import_private.h"

struct label_columns {
    int host, job, start, end, name, field_count;
    char delimiter;
};

static bool recognise(const char *place, const char *head, size_t length)
{
    const struct piece line = head_line(head, length, 0);
    struct row row = {0};
    bool is_one;

    (void)place;
    is_one = row_split_quoted(&row, line.bytes, line.length, line_delimiter(line))
             && row_find(&row, "start") >= 0 && row_find(&row, "end") >= 0
             && row_find(&row, "name") >= 0
             && (row_find(&row, "host") >= 0 || row_find(&row, "job") >= 0);
    row_release(&row);
    return is_one;
}

static status use_row(struct part *part, const struct label_columns *columns)
{
    const struct row *row = &part->row;
    struct found_label *label;
    double start, end;

    if (row->count != columns->field_count)
        return part_refuse(
            part, row->count < columns->field_count ? REASON_FEW_FIELDS : REASON_MANY_FIELDS,
            "%d fields where the header has %d", row->count, columns->field_count);
    if (!part_time(part, row->fields[columns->start], &start)
        || !part_time(part, row->fields[columns->end], &end))
        return part_refuse(part, REASON_TIME, "start or end is no moment between 1980 and 2100");
    if (end < start) return part_refuse(part, REASON_ORDER, "the label ends before it starts");
    if (piece_trim(row->fields[columns->name]).length == 0)
        return part_refuse(part, REASON_NAME, "the label has no name");
    if (end < part->import->from_unix_s || start >= part->import->to_unix_s) {
        part_leave_out(part, REASON_OUTSIDE);
        return STATUS_OK;
    }
    label = builder_label(part);
    label->start_unix_s = start;
    label->end_unix_s = end;
    label->name = part_text(part, piece_trim(row->fields[columns->name]));
    if (columns->host >= 0) label->host = part_text(part, piece_trim(row->fields[columns->host]));
    if (columns->job >= 0) label->job = part_text(part, piece_trim(row->fields[columns->job]));
    part_use(part);
    return STATUS_OK;
}

static status read_labels(struct part *part)
{
    struct label_columns columns;
    const char *head;
    size_t length;
    bool has_row;

    TRY(lines_head(&part->lines, &head, &length));
    columns.delimiter = line_delimiter(head_line(head, length, 0));
    TRY(part_next_row(part, columns.delimiter, true, &has_row));
    if (!has_row) return part_fail(part, "no header");
    columns.field_count = part->row.count;
    columns.host = row_find(&part->row, "host");
    columns.job = row_find(&part->row, "job");
    columns.start = row_find(&part->row, "start");
    columns.end = row_find(&part->row, "end");
    columns.name = row_find(&part->row, "name");
    if (columns.start < 0 || columns.end < 0 || columns.name < 0)
        return part_fail(part, "labels need columns host (or job), start, end and name");
    part_not_a_row(part);
    for (;;) {
        TRY(part_next_row(part, columns.delimiter, true, &has_row));
        if (!has_row) return STATUS_OK;
        TRY(use_row(part, &columns));
    }
}

const struct source source_labels = {"labels", "known truth: host, start, end, name", recognise,
                                     read_labels};
