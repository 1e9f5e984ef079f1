// SPDX-License-Identifier: BSD-3-Clause
#include "info.h"

#include <jansson.h>

#include <stdio.h>
#include <string.h>

/* Files that are told of alike. */
static const struct archive_kind {
    const char *format, *name, *files_title;
    int version;
} kinds[] = {
    {MODEL_FORMAT,  "model",  "fitted on", MODEL_VERSION },
    {SCORES_FORMAT, "scores", "scores of", SCORES_VERSION},
    {GRAPH_FORMAT,  "graph",  "graph of",  GRAPH_VERSION },
};
enum { KIND_COUNT = sizeof kinds / sizeof kinds[0] };

/* A model, scores or graph file, open. */
struct opened {
    struct context *context;
    struct archive *archive;
    const char *path;
    const struct archive_kind *kind;
    bool is_model;
    json_t *document; /* on every rank; NULL for text */
};

/* Print lines, @p title before the first and blanks before the others; writes NULs into @p text. */
static void say_lines(const struct opened *opened, const char *title, char *text)
{
    char shown[SHOWN_BYTES];

    for (char *part = text; *part; title = "") {
        char *end = strchr(part, '\n');

        if (end) *end = '\0';
        say(opened->context, "%-14s %s\n", title, text_printable(part, shown, sizeof shown));
        part = end ? end + 1 : part + strlen(part);
    }
}

/* Print or note an attribute of the root; what is not there is passed over. */
static void tell_attribute(const struct opened *opened, const char *attribute, const char *title)
{
    struct text text = {0};

    if (archive_get_text(opened->archive, "/", attribute, &text)) return;
    if (opened->document) {
        json_object_set_new(opened->document, attribute, json_string(text.bytes));
    } else {
        say_lines(opened, title, text.bytes);
    }
    text_release(&text);
}

/* Were the files one span of time? */
static void tell_joined(const struct opened *opened)
{
    int64_t joined;

    if (archive_get_int(opened->archive, "/", "joined", &joined) || joined == 0) return;
    if (opened->document)
        json_object_set_new(opened->document, "joined", json_true());
    else
        say(opened->context, "%-14s as one span of time\n", "");
}

/* Rows, anomalies, hosts with anomalies of one analysis. */
static status tell_scores(const struct opened *opened, const char *analysis, json_t *list)
{
    struct score_table table = {0};
    struct name_table *labels = names_create();
    status st = score_table_read(opened->archive, analysis, labels, &table);
    int64_t anomalies = 0;
    int64_t scored = 0;

    names_destroy(&labels);
    if (st) return st;
    for (int64_t row = 0; row < table.row_count; row++) {
        anomalies += table.rows[row].is_anomaly != 0;
        scored += table.rows[row].value == table.rows[row].value; /* NaN: no score */
    }
    if (list) {
        json_array_append_new(list,
                              json_pack("{s:s, s:I, s:I, s:I}", "name", analysis, "rows",
                                        (json_int_t)table.row_count, "scored", (json_int_t)scored,
                                        "anomalies", (json_int_t)anomalies));
    } else {
        say(opened->context, "%-14s %lld rows, %lld with a score, %lld anomalies\n", analysis,
            (long long)table.row_count, (long long)scored, (long long)anomalies);
    }
    score_table_release(&table);
    return STATUS_OK;
}

static status tell_analyses(const struct opened *opened)
{
    json_t *list = opened->document ? json_array() : NULL;
    status st = STATUS_OK;

    for (int i = 0; !st && analyses[i]; i++) {
        char group[64];

        snprintf(group, sizeof group, opened->is_model ? "/%s" : "/scores/%s", analyses[i]->name);
        if (!archive_has(opened->archive, group)) continue;
        if (!opened->is_model) {
            st = tell_scores(opened, analyses[i]->name, list);
        } else if (list) {
            json_array_append_new(list, json_pack("{s:s}", "name", analyses[i]->name));
        }
    }
    if (list) json_object_set_new(opened->document, "analyses", list);
    return st;
}

static void write_shape(const struct archive_shape *shape, struct text *text)
{
    for (int i = 0; i < shape->dimensions; i++)
        text_printf(text, "%s%lld", i ? " x " : "", (long long)shape->extent[i]);
}

/* Path and shape of an array; columns of texts have no shape here. */
static void tell_array(const struct opened *opened, const char *path, json_t *list)
{
    struct archive_shape shape;
    struct text extents = {0};
    char shown[SHOWN_BYTES];

    if (archive_shape(opened->archive, path, &shape)) {
        text_printf(&extents, "texts");
    } else {
        write_shape(&shape, &extents);
    }
    if (list) {
        json_object_set_new(list, path, json_string(extents.bytes ? extents.bytes : ""));
    } else {
        say(opened->context, "  %-36s %s\n", text_printable(path, shown, sizeof shown),
            extents.bytes ? extents.bytes : "single");
    }
    text_release(&extents);
}

static void tell_arrays(const struct opened *opened)
{
    struct name_table *paths = names_create();
    json_t *list = opened->document ? json_object() : NULL;

    archive_list(opened->archive, paths);
    if (!list) say(opened->context, "arrays\n");
    for (int64_t n = 0; n < names_count(paths); n++) tell_array(opened, names_text(paths, n), list);
    if (list) json_object_set_new(opened->document, "arrays", list);
    names_destroy(&paths);
}

static status tell(const struct opened *opened)
{
    char shown[SHOWN_BYTES];

    if (opened->document) {
        json_object_set_new(opened->document, "file", json_string(opened->path));
        json_object_set_new(opened->document, "format", json_string(opened->kind->format));
    } else {
        say(opened->context, "%s: a %s file\n", text_printable(opened->path, shown, sizeof shown),
            opened->kind->name);
    }
    tell_attribute(opened, "program_version", "written by");
    tell_attribute(opened, "analysis", "analysis");
    tell_attribute(opened, "fitted_on", "fitted on");
    tell_attribute(opened, "facility", "facility");
    tell_attribute(opened, "facility_files", opened->kind->files_title);
    tell_joined(opened);
    tell_attribute(opened, "left_out", "left out");
    TRY(tell_analyses(opened));
    tell_arrays(opened);
    tell_attribute(opened, "settings", "settings used");
    return STATUS_OK;
}

bool info_knows_archive(const char *format)
{
    for (int k = 0; k < KIND_COUNT; k++)
        if (strcmp(kinds[k].format, format) == 0) return true;
    return false;
}

status info_archive(struct context *context, const char *path, const char *format)
{
    struct opened opened = {.context = context, .path = path, .kind = kinds};
    status st;

    while (strcmp(opened.kind->format, format) != 0) opened.kind++;
    opened.is_model = opened.kind == kinds;
    TRY(archive_open(context->comm, path, format, opened.kind->version, &opened.archive));
    if (settings_flag(context->settings, "json")) opened.document = json_object();
    st = tell(&opened);
    if (!st) {
        say_json(context, opened.document);
    } else {
        json_decref(opened.document);
    }
    archive_close(&opened.archive);
    return st;
}
