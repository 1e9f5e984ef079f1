// SPDX-License-Identifier: BSD-3-Clause
/* Tables of samples: wide (a column a metric) or long (a row a sample). */
#include "import_private.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME_BYTES = 512 };

struct csv {
    char delimiter;
    bool is_long;
    char file_host[NAME_BYTES]; /**< where no column names the host */
    int time_column, host_column, metric_column, value_column, field_count;
    int32_t schema, metric_count;
    int *columns;     /**< owned, [metric_count] */
    double *values;   /**< owned */
    int32_t *metrics; /**< owned */
};

static const char *const time_names[] = {"time",      "timestamp", "date",        "datetime",
                                         "unix_time", "epoch",     "unixtime",    "time_stamp",
                                         "#time",     "date_time", "time_unix_s", NULL};
static const char *const host_names[] = {"host", "hostname", "node", "nodename", "instance", NULL};
static const char *const metric_names[] = {"metric", "metric_name", "sensor", "variable", NULL};
static const char *const value_names[] = {"value", "reading", NULL};

static bool recognise(const char *place, const char *head, size_t length)
{
    const struct piece line = head_line(head, length, 0);
    const char delimiter = line_delimiter(line);
    struct row row = {0};
    bool is_one;

    (void)place;
    if (delimiter == '\0') return false;
    is_one = row_split_quoted(&row, line.bytes, line.length, delimiter)
             && row_find_any(&row, time_names) >= 0;
    row_release(&row);
    return is_one;
}

/** "MemFree [KiB]" and "MemFree (KiB)": name and unit. */
static void split_unit(struct piece *name, struct piece *unit)
{
    const char last = name->length > 0 ? name->bytes[name->length - 1] : '\0';
    const char opening = last == ']' ? '[' : last == ')' ? '(' : '\0';
    size_t at = name->length;

    unit->length = 0;
    if (opening == '\0') return;
    while (at > 0 && name->bytes[at - 1] != opening) at--;
    if (at < 2 || name->bytes[at - 2] != ' ') return;
    unit->bytes = name->bytes + at;
    unit->length = name->length - at - 1;
    name->length = at - 1;
    *name = piece_trim(*name);
}

static int32_t add_metric(struct part *part, struct piece name, int64_t column)
{
    const char *source = settings_text(part->import->settings, "metric_source");
    struct piece unit;

    name = piece_trim(name);
    split_unit(&name, &unit);
    return builder_metric(part, part_text(part, name), source,
                          unit.length > 0 ? part_text(part, unit) : "", column);
}

static void make_room(struct csv *csv, int count)
{
    csv->field_count = count;
    csv->columns = mem_resize(csv->columns, (size_t)count + 1, sizeof *csv->columns);
    csv->values = mem_resize(csv->values, (size_t)count + 1, sizeof *csv->values);
    csv->metrics = mem_resize(csv->metrics, (size_t)count + 1, sizeof *csv->metrics);
}

static status take_wide_header(struct part *part, struct csv *csv)
{
    csv->metric_count = 0;
    for (int column = 0; column < part->row.count; column++) {
        int32_t metric;

        if (column == csv->time_column || column == csv->host_column) continue;
        if (piece_trim(part->row.fields[column]).length == 0) continue;
        metric = add_metric(part, part->row.fields[column], column);
        if (metric < 0) continue;
        csv->metrics[csv->metric_count] = metric;
        csv->columns[csv->metric_count++] = column;
    }
    csv->schema = builder_schema(part, csv->metrics, csv->metric_count);
    return STATUS_OK;
}

/** Columns of the header in the row at work. */
static status take_header(struct part *part, struct csv *csv)
{
    const char *layout = settings_text(part->import->settings, "layout");
    const bool has_fixed_host = settings_text(part->import->settings, "host") != NULL;

    make_room(csv, part->row.count);
    TRY(part_find_column(part, "time_column", time_names, &csv->time_column));
    csv->host_column = -1;
    if (!has_fixed_host) TRY(part_find_column(part, "host_column", host_names, &csv->host_column));
    TRY(part_find_column(part, "metric_column", metric_names, &csv->metric_column));
    TRY(part_find_column(part, "value_column", value_names, &csv->value_column));
    csv->is_long = csv->metric_column >= 0 && csv->value_column >= 0;
    if (strcmp(layout, "wide") == 0) csv->is_long = false;
    if (csv->time_column < 0)
        return part_fail(part, "no column of the header is a time; name one by --time-column");
    if (strcmp(layout, "long") == 0 && !csv->is_long)
        return part_fail(part, "a long table needs columns for metric and value; name them by "
                               "--metric-column and --value-column");
    if (!csv->is_long) TRY(take_wide_header(part, csv));
    part->is_repaired = false;
    return STATUS_OK;
}

/** A header from --columns, or time, m1, m2, ... for as many fields as the first row has. */
static status invent_header(struct part *part, struct csv *csv)
{
    const struct settings *settings = part->import->settings;
    const int given = settings_list_count(settings, "columns");
    struct text names = {0};
    struct row row = part->row;
    const char *head;
    size_t length;
    status st;

    TRY(lines_head(&part->lines, &head, &length));
    memset(&part->row, 0, sizeof part->row);
    if (given == 0) {
        const struct piece line = head_line(head, length, 0);

        row_split(&part->row, line.bytes, line.length, csv->delimiter);
        text_printf(&names, "time");
        for (int column = 1; column < part->row.count; column++)
            text_printf(&names, "%cm%d", csv->delimiter, column);
    }
    for (int column = 0; column < given; column++) {
        text_printf(&names, "%s", settings_list_item(settings, "columns", column));
        if (column + 1 < given) text_add(&names, &csv->delimiter, 1);
    }
    row_split(&part->row, names.bytes, names.length, csv->delimiter);
    st = take_header(part, csv);
    row_release(&part->row);
    part->row = row;
    text_release(&names);
    return st;
}

static status choose_delimiter(struct part *part, struct csv *csv)
{
    const char *given = settings_text(part->import->settings, "delimiter");
    const char *head;
    size_t length;

    TRY(lines_head(&part->lines, &head, &length));
    part->line = 1;
    csv->delimiter = line_delimiter(head_line(head, length, 0));
    if (given) TRY(delimiter_read(given, &csv->delimiter));
    if (csv->delimiter == '\0')
        return part_fail(part, "no delimiter in the first line (comma, tab, semicolon or |)");
    return STATUS_OK;
}

static status use_long_row(struct part *part, struct csv *csv, int32_t host, double unix_s)
{
    const struct piece name = part->row.fields[csv->metric_column];
    const struct piece value = part->row.fields[csv->value_column];
    enum number outcome;
    int32_t metric, schema;

    if (name.length == 0) return part_refuse(part, REASON_NAME, "no name of a metric");
    outcome = number_parse(value.bytes, value.length, csv->values);
    if (outcome == NUMBER_READ && fabs(*csv->values) > (double)FLT_MAX) outcome = NUMBER_REFUSED;
    part->import->tally.cells++;
    part->import->tally.cells_missing += outcome == NUMBER_MISSING;
    if (outcome == NUMBER_REFUSED) {
        part->import->tally.cells_refused++;
        return part_refuse(part, REASON_VALUE, "'%.*s' is no number",
                           (int)(value.length < 64 ? value.length : 64), value.bytes);
    }
    metric = add_metric(part, name, part->line);
    if (metric < 0) {
        part_use(part);
        return STATUS_OK;
    }
    schema = builder_schema_of_one(part, metric);
    return builder_row(part, host, schema, unix_s, csv->values);
}

static status use_row(struct part *part, struct csv *csv)
{
    const struct row *row = &part->row;
    struct piece host = {csv->file_host, strlen(csv->file_host)};
    double unix_s;

    if (row->count != csv->field_count)
        return part_refuse(part,
                           row->count < csv->field_count ? REASON_FEW_FIELDS : REASON_MANY_FIELDS,
                           "%d fields where the header has %d", row->count, csv->field_count);
    if (!part_time(part, row->fields[csv->time_column], &unix_s)) {
        const struct piece field = row->fields[csv->time_column];

        return part_refuse(part, REASON_TIME, "'%.*s' is no moment between 1980 and 2100",
                           (int)(field.length < 64 ? field.length : 64), field.bytes);
    }
    if (csv->host_column >= 0) host = piece_trim(row->fields[csv->host_column]);
    if (host.length == 0) return part_refuse(part, REASON_NAME, "no name of a host");
    if (csv->is_long) return use_long_row(part, csv, builder_host(part, host), unix_s);
    builder_cells(part, row->fields, csv->columns, csv->metric_count, csv->values);
    return builder_row(part, builder_host(part, host), csv->schema, unix_s, csv->values);
}

/** Does the row at work name columns: did the writer begin anew? */
static bool is_header_again(const struct part *part, const struct csv *csv)
{
    const struct row *row = &part->row;
    const char *name;
    const int column = csv->time_column < row->count ? csv->time_column : row->count - 1;
    const struct piece field = piece_trim(row->fields[column]);

    if (field.length == 0 || (field.bytes[0] >= '0' && field.bytes[0] <= '9')) return false;
    name = settings_text(part->import->settings, "time_column");
    return name ? row_find(row, name) >= 0 : row_find_any(row, time_names) >= 0;
}

static status read_rows(struct part *part, struct csv *csv)
{
    bool has_row;

    TRY(choose_delimiter(part, csv));
    if (!settings_flag(part->import->settings, "header")) {
        TRY(invent_header(part, csv));
    } else {
        TRY(part_next_row(part, csv->delimiter, true, &has_row));
        if (!has_row) return part_fail(part, "no header");
        TRY(take_header(part, csv));
        part_not_a_row(part);
    }
    for (;;) {
        TRY(part_next_row(part, csv->delimiter, true, &has_row));
        if (!has_row) return STATUS_OK;
        if (is_header_again(part, csv)) {
            TRY(take_header(part, csv));
            part_not_a_row(part);
            continue;
        }
        TRY(use_row(part, csv));
    }
}

static status read_csv(struct part *part)
{
    const char *host = settings_text(part->import->settings, "host");
    struct csv csv = {0};
    status st;

    if (host)
        snprintf(csv.file_host, sizeof csv.file_host, "%s", host);
    else
        place_stem(part->place, csv.file_host, sizeof csv.file_host);
    st = read_rows(part, &csv);
    mem_free(&csv.columns);
    mem_free(&csv.values);
    mem_free(&csv.metrics);
    return st;
}

const struct source source_csv = {
    "csv", "tables of samples: a column a metric, or time, host, metric, value", recognise,
    read_csv};
