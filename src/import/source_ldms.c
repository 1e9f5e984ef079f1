// SPDX-License-Identifier: BSD-3-Clause
/* LDMS store_csv: https://ovis-hpc.readthedocs.io, plugin store_csv. The first columns say when, where
 * and for which job; every other one is a metric of the set, which the file is named after. */
#include "import_private.h"

#include <glob.h>
#include <string.h>

enum { SET_NAME_BYTES = 256, HEADER_LIMIT = 4 * 1024 * 1024 };

struct ldms {
    char set[SET_NAME_BYTES];
    int time_column, producer_column, field_count;
    int32_t schema, metric_count;
    int *columns;   /**< owned, of the metrics */
    double *values; /**< owned */
    bool has_header;
};

static bool recognise(const char *place, const char *head, size_t length)
{
    static const char mark[] = "#Time";

    (void)place;
    return length > sizeof mark && memcmp(head, mark, sizeof mark - 1) == 0;
}

static bool is_key(struct piece name)
{
    static const char *const keys[] = {"#Time",        "Time",    "Time_usec", "#Time_usec",
                                       "ProducerName", "job_id",  "app_id",    "component_id",
                                       "DT",           "DT_usec", "producer",  "compid"};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (piece_is(name, keys[i])) return true;
    return false;
}

/** "meminfo", "meminfo.csv", "meminfo.1746580426", "meminfo.HEADER.1746580426": the set. */
static void set_name(const char *place, char *set)
{
    const char *name = place_name(place);
    size_t length = strcspn(name, ".");

    if (length >= SET_NAME_BYTES) length = SET_NAME_BYTES - 1;
    memcpy(set, name, length);
    set[length] = '\0';
}

/** The header file that store_csv writes with altheader=1: SET.HEADER.TIME beside SET.TIME. */
static void header_beside(const struct part *part, const char *set, struct text *path)
{
    const char *name = place_name(part->file);
    const int folder = (int)(name - part->file);
    glob_t found;

    text_printf(path, "%.*s%s.HEADER*", folder, part->file, set);
    if (glob(path->bytes, 0, NULL, &found) == 0) {
        text_release(path);
        text_printf(path, "%s", found.gl_pathv[found.gl_pathc - 1]);
        globfree(&found);
    } else {
        text_release(path);
    }
}

static status starts_with_header(struct part *part, bool *it_does)
{
    const char *head;
    size_t length;

    TRY(lines_head(&part->lines, &head, &length));
    *it_does = length > 0 && head[0] == '#';
    return STATUS_OK;
}

/** Columns of the header in the row at work. */
static status take_header(struct part *part, struct ldms *ldms)
{
    const struct row *row = &part->row;
    const bool wants_cores = settings_flag(part->import->settings, "per_core");
    int32_t *metrics = mem_zero((size_t)row->count, sizeof *metrics);

    ldms->columns = mem_resize(ldms->columns, (size_t)row->count, sizeof *ldms->columns);
    ldms->values = mem_resize(ldms->values, (size_t)row->count, sizeof *ldms->values);
    ldms->field_count = row->count;
    ldms->time_column = ldms->producer_column = -1;
    ldms->metric_count = 0;
    for (int column = 0; column < row->count; column++) {
        const struct piece name = piece_trim(row->fields[column]);
        int32_t metric;

        if (piece_is(name, "#Time") || piece_is(name, "Time")) ldms->time_column = column;
        if (piece_is(name, "ProducerName")) ldms->producer_column = column;
        if (is_key(name) || name.length == 0) continue;
        if (!wants_cores && name.length > 8 && memcmp(name.bytes, "per_core", 8) == 0) continue;
        metric = builder_metric(part, part_text(part, name), ldms->set, "", column);
        if (metric < 0) continue;
        metrics[ldms->metric_count] = metric;
        ldms->columns[ldms->metric_count++] = column;
    }
    ldms->schema = builder_schema(part, metrics, ldms->metric_count);
    mem_free(&metrics);
    part->is_repaired = false;
    ldms->has_header = true;
    if (ldms->time_column < 0) return part_fail(part, "the header has no column #Time");
    if (ldms->producer_column < 0) return part_fail(part, "the header has no column ProducerName");
    return STATUS_OK;
}

/** Read the header from a file of its own. */
static status header_from(struct part *part, struct ldms *ldms, const char *path)
{
    struct part header = *part;
    struct input *input = NULL;
    const char *name;
    bool has_row = false;
    status st;

    TRY(input_open(path, &input));
    memset(&header.row, 0, sizeof header.row);
    header.place = path;
    lines_init(&header.lines, input, HEADER_LIMIT);
    st = input_next(input, &name);
    if (!st) st = part_next_row(&header, ',', false, &has_row);
    if (!st && !has_row) st = fail(STATUS_BAD_INPUT, "%s: no header in it", path);
    if (!st) st = take_header(&header, ldms);
    if (!st) part_not_a_row(&header);
    lines_release(&header.lines);
    row_release(&header.row);
    input_close(&input);
    return st;
}

static status use_row(struct part *part, struct ldms *ldms)
{
    const struct row *row = &part->row;
    int32_t host;
    double unix_s;

    if (row->count < ldms->field_count)
        return part_refuse(part, REASON_FEW_FIELDS, "%d fields where the header has %d%s",
                           row->count, ldms->field_count,
                           row->is_ended ? "" : "; the file is cut off here");
    if (row->count > ldms->field_count)
        return part_refuse(part, REASON_MANY_FIELDS, "%d fields where the header has %d",
                           row->count, ldms->field_count);
    if (!part_time(part, row->fields[ldms->time_column], &unix_s))
        return part_refuse(part, REASON_TIME, "'%.*s' is no moment between 1980 and 2100",
                           (int)row->fields[ldms->time_column].length,
                           row->fields[ldms->time_column].bytes);
    if (row->fields[ldms->producer_column].length == 0)
        return part_refuse(part, REASON_NAME, "no ProducerName");
    host = builder_host(part, row->fields[ldms->producer_column]);
    if (!row->is_ended) {
        /* The store was stopped while it wrote: what looks like a number may be its beginning. */
        row->fields[row->count - 1].length = 0;
        part_repair(part, REASON_CUT_END);
    }
    builder_cells(part, row->fields, ldms->columns, ldms->metric_count, ldms->values);
    return builder_row(part, host, ldms->schema, unix_s, ldms->values);
}

static status read_rows(struct part *part, struct ldms *ldms)
{
    bool has_row;

    for (;;) {
        TRY(part_next_row(part, ',', false, &has_row));
        if (!has_row) return STATUS_OK;
        if (part->row.fields[0].length > 0 && part->row.fields[0].bytes[0] == '#') {
            if (piece_is(part->row.fields[0], "#Time")) TRY(take_header(part, ldms));
            part_not_a_row(part);
            continue;
        }
        if (!ldms->has_header)
            return part_fail(part,
                             "no header before the first row; name its file by --header-file");
        TRY(use_row(part, ldms));
    }
}

static status read_ldms(struct part *part)
{
    struct ldms ldms = {0};
    const char *header = settings_text(part->import->settings, "header_file");
    struct text beside = {0};
    bool has_own;
    status st = STATUS_OK;

    TRY(starts_with_header(part, &has_own));
    set_name(part->place, ldms.set);
    if (!has_own && !header && !part->is_member) header_beside(part, ldms.set, &beside);
    if (!has_own && (header || beside.length > 0))
        st = header_from(part, &ldms, header ? header : beside.bytes);
    if (!st) st = read_rows(part, &ldms);
    text_release(&beside);
    mem_free(&ldms.columns);
    mem_free(&ldms.values);
    return st;
}

const struct source source_ldms = {"ldms", "LDMS store_csv, a file a set", recognise, read_ldms};
