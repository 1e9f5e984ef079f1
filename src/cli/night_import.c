// SPDX-License-Identifier: BSD-3-Clause
#include "imports.h"
#include "night.h"

#include <telltale/import.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The sources of a configuration on the way into one facility file. */
struct intake {
    struct nightly *nightly;
    struct settings *settings; /* owned; of all entries together */
    struct imports *imports;   /* owned */
    char *folder;              /* owned; OUTPUT/facility */
    struct paths inputs;       /* to import: what is new */
    bool has_changed;          /* some were imported before, when they were shorter */
    bool has_start;            /* rows of earlier nights stay out */
};

/* ---- one import from all entries ------------------------------------------------------------ */

/* The list that the inputs of a source go into: job logs, events and labels belong to the telemetry. */
static const char *list_of(const char *source)
{
    if (strncmp(source, "slurm", 5) == 0) return "jobs";
    if (strcmp(source, "events") == 0) return "events";
    return strcmp(source, "labels") == 0 ? "labels" : "inputs";
}

static status set_text(struct settings *settings, const char *name, const char *text)
{
    return settings_set(settings, name, text, name);
}

/* Job logs, events and labels may have a time zone and clock of their own. */
static status move_clock(struct settings *entry, const char *list)
{
    static const char *const names[] = {"time_zone", "clock_offset_s"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char own[40], value[64];

        if (!settings_is_given(entry, names[i])) continue;
        snprintf(own, sizeof own, "%s_%s", list, names[i]);
        if (i == 0)
            snprintf(value, sizeof value, "%s", settings_text(entry, names[i]));
        else
            snprintf(value, sizeof value, "%.17g", settings_real(entry, names[i]));
        TRY(set_text(entry, own, value));
        settings_reset(entry, names[i]);
    }
    return STATUS_OK;
}

/* Job logs, events and labels: their kind is known by the list they stand in. */
static status merge_entry(struct intake *intake, struct settings *entry, const char *origin)
{
    const char *list = list_of(settings_text(entry, "source"));

    if (settings_is_given(entry, "output") || settings_is_given(entry, "json"))
        return fail(STATUS_BAD_USE, "%s: output and json have no place in a source", origin);
    if (strcmp(list, "inputs") != 0) {
        settings_move_list(entry, "inputs", list);
        settings_reset(entry, "source");
        TRY(move_clock(entry, list));
    }
    return settings_merge(intake->settings, entry, origin);
}

static status merge_entries(struct intake *intake)
{
    const struct config *config = intake->nightly->context->config;
    int count;

    TRY(config_item_count(config, "sources", &count));
    for (int item = 0; item < count; item++) {
        struct settings *entry = settings_create(import_parameters);
        char origin[40];
        status st;

        snprintf(origin, sizeof origin, "sources, entry %d", item + 1);
        st = config_apply_item(config, "sources", item, entry);
        if (!st) st = merge_entry(intake, entry, origin);
        settings_destroy(&entry);
        TRY(st);
    }
    return STATUS_OK;
}

/* Replace the patterns of a list by the files that are there. */
static void expand_list(struct intake *intake, const char *name)
{
    const struct comm *comm = intake->nightly->comm;
    struct paths paths = {0};

    for (int i = 0; i < settings_list_count(intake->settings, name); i++)
        paths_add(comm, &paths, settings_list_item(intake->settings, name, i));
    settings_set_list(intake->settings, name, paths.path, paths.count);
    paths_release(&paths);
}

/* ---- what is new ---------------------------------------------------------------------------- */

static void add_input(void *paths, const char *path)
{
    struct paths *inputs = paths;

    for (int i = 0; i < inputs->count; i++) {
        if (strcmp(inputs->path[i], path) == 0) return;
    }
    inputs->path = mem_resize(inputs->path, (size_t)inputs->count + 1, sizeof *inputs->path);
    inputs->path[inputs->count++] = mem_text(path);
}

static status find_new(struct intake *intake)
{
    struct paths matches = {0};
    status st = STATUS_OK;

    for (int i = 0; i < settings_list_count(intake->settings, "inputs"); i++) {
        paths_add(intake->nightly->comm, &matches,
                  settings_list_item(intake->settings, "inputs", i));
    }
    for (int i = 0; i < matches.count && !st; i++) {
        const enum input_news news = imports_news(intake->imports, matches.path[i]);

        if (news == INPUT_MISSING)
            st = fail(STATUS_BAD_INPUT, "%s: there is no such file or folder", matches.path[i]);
        if (news == INPUT_CHANGED) intake->has_changed = true;
        if (news == INPUT_NEW || news == INPUT_CHANGED) add_input(&intake->inputs, matches.path[i]);
    }
    paths_release(&matches);
    return st;
}

/* ---- into a facility file ------------------------------------------------------------------- */

/* Rows that went into an earlier night stay out where an input has grown since. */
static status skip_what_was_read(struct intake *intake)
{
    const double end_unix_s = imports_end_unix_s(intake->imports);
    char start[CLOCK_TEXT_BYTES];

    if (!intake->has_changed || end_unix_s <= 0.0 || settings_is_given(intake->settings, "start"))
        return STATUS_OK;
    notice("rows before %s were imported on an earlier night",
           clock_text((int64_t)end_unix_s, start));
    intake->has_start = true;
    return set_text(intake->settings, "start", start);
}

/* @p is_new: false where an input has grown, but not by a sample. */
static status import_into(struct intake *intake, const char *path, bool *is_new)
{
    const struct nightly *nightly = intake->nightly;
    struct import_report *report;
    bool is_outside;
    struct text table = {0};

    TRY(set_text(intake->settings, "output", path));
    settings_set_list(intake->settings, "inputs", intake->inputs.path, intake->inputs.count);
    comm_stage_begin(nightly->comm, "import");
    {
        const status st =
            import_run_new(nightly->comm, intake->settings, NULL, 0, &report, &is_outside);

        comm_stage_end(nightly->comm);
        *is_new = !intake->has_start || !is_outside;
        if (!*is_new) return STATUS_OK;
        TRY(st);
    }
    *is_new = !intake->has_start || import_report_samples(report) > 0;
    import_report_table(report, &table);
    if (*is_new) say(nightly->context, "%s", table.bytes);
    text_release(&table);
    import_report_destroy(&report);
    return STATUS_OK;
}

static status read_span(const struct comm *comm, const char *path, char *date, double *end_unix_s)
{
    const struct facility *facility;
    struct store *store = NULL;

    TRY(store_open(comm, path, &store));
    facility = store_facility(store);
    date_text(facility->start_unix_s, date);
    *end_unix_s =
        (double)facility->start_unix_s + facility->period_s * (double)facility->sample_count;
    store_close(&store);
    return STATUS_OK;
}

static status move_file(const struct comm *comm, const char *from, const char *to)
{
    status st = STATUS_OK;

    if (comm_rank(comm) == 0 && rename(from, to) != 0) {
        st =
            fail(STATUS_CANNOT_WRITE, "%s: cannot be renamed to %s: %s", from, to, strerror(errno));
    }
    return comm_agree(comm, st);
}

/* A date that is there already is made anew, from all inputs that belong to it. */
static status import_again(struct intake *intake, const char *incoming, char *date,
                           double *end_unix_s)
{
    bool is_new;

    if (!imports_has_night(intake->imports, date)) return STATUS_OK;
    if (intake->has_start) settings_reset(intake->settings, "start");
    intake->has_start = false;
    imports_inputs(intake->imports, date, add_input, &intake->inputs);
    TRY(import_into(intake, incoming, &is_new));
    return read_span(intake->nightly->comm, incoming, date, end_unix_s);
}

/* What has grown holds nothing new: the next start need not read it again. */
static status nothing_new(struct intake *intake, const char *incoming)
{
    const struct nightly *nightly = intake->nightly;

    if (comm_rank(nightly->comm) == 0) unlink(incoming);
    say(nightly->context, "sources: %d inputs have changed, but hold no new sample\n",
        intake->inputs.count);
    return imports_note_known(intake->imports, intake->inputs.path, intake->inputs.count);
}

/* The date is known when the file is there. */
static status import_night(struct intake *intake, const char *incoming)
{
    struct text path = {0};
    char date[DATE_BYTES];
    double end_unix_s;
    bool is_new;
    status st;

    TRY(import_into(intake, incoming, &is_new));
    if (!is_new) return nothing_new(intake, incoming);
    TRY(read_span(intake->nightly->comm, incoming, date, &end_unix_s));
    TRY(import_again(intake, incoming, date, &end_unix_s));
    text_printf(&path, "%s/%s.h5", intake->folder, date);
    st = move_file(intake->nightly->comm, incoming, path.bytes);
    if (!st) {
        st = imports_note(intake->imports, date, end_unix_s, intake->inputs.path,
                          intake->inputs.count);
    }
    if (!st) say(intake->nightly->context, "imported %s\n", path.bytes);
    text_release(&path);
    return st;
}

static status take_in(struct intake *intake)
{
    struct text incoming = {0};
    status st;

    TRY(skip_what_was_read(intake));
    expand_list(intake, "jobs");
    expand_list(intake, "events");
    expand_list(intake, "labels");
    TRY(folder_make(intake->nightly->comm, intake->folder));
    text_printf(&incoming, "%s/.incoming.h5", intake->folder);
    st = import_night(intake, incoming.bytes);
    text_release(&incoming);
    return st;
}

static status import_new(struct intake *intake)
{
    const struct nightly *nightly = intake->nightly;

    TRY(find_new(intake));
    if (intake->inputs.count == 0) {
        say(nightly->context, "sources: nothing is new\n");
        return STATUS_OK;
    }
    if (!nightly->is_dry) return take_in(intake);
    say(nightly->context, "would import %d inputs, the first %s, then fit and score that night\n",
        intake->inputs.count, intake->inputs.path[0]);
    return STATUS_OK;
}

status nightly_import(struct nightly *nightly)
{
    struct intake intake = {.nightly = nightly};
    struct text folder = {0};
    int source_count = 0;
    status st;

    if (nightly->context->config)
        TRY(config_item_count(nightly->context->config, "sources", &source_count));
    if (source_count == 0 || nightly->context->operand_count > 0) return STATUS_OK;
    text_printf(&folder, "%s/facility", nightly->output);
    intake.folder = folder.bytes;
    intake.settings = settings_create(import_parameters);
    imports_open(nightly->comm, intake.folder, &intake.imports);
    st = merge_entries(&intake);
    if (!st) st = import_new(&intake);
    imports_close(&intake.imports);
    paths_release(&intake.inputs);
    settings_destroy(&intake.settings);
    text_release(&folder);
    return st;
}
