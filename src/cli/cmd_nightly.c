// SPDX-License-Identifier: BSD-3-Clause
#include "night.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* clang-format off */
static const struct parameter parameters[] = {
    {"output", PARAMETER_PATH, "nights", 0, 0, NULL,
     "Folder of the nights: DATE/ for results, models/, facility/ for what was imported"},
    {"models", PARAMETER_PATH, NULL, 0, 0, NULL, "Folder of the models; OUTPUT/models where unset"},
    {"facility_files", PARAMETER_LIST, NULL, 0, 0, NULL,
     "Facility files to score, patterns with * allowed; files of the command line take their place"},
    {"history_files", PARAMETER_LIST, NULL, 0, 0, NULL,
     "Facility files of earlier nights, to fit on only; patterns allowed"},
    {"history_days", PARAMETER_INT, "28", 0, 3660, NULL,
     "Fit on nights up to so many days earlier, if there are any, else on the night itself"},
    {"analyses", PARAMETER_LIST, "baseline,mrdmd", 0, 0, NULL,
     "Analyses to run, in order; empty: all of them"},
    VIEW_PARAMETERS,
    PAGE_PARAMETERS,
    {"graph", PARAMETER_FLAG, "true", 0, 0, NULL,
     "Make the relation graph of each night that has a forecast (settings: section graph)"},
    {"planted", PARAMETER_FLAG, "true", 0, 0, NULL,
     "Where a facility has labels, print what was found against them"},
    {"dry_run", PARAMETER_FLAG, "false", 0, 0, NULL,
     "Check everything, say what would be done, and write nothing"},
    {0},
};
/* clang-format on */

static int analysis_number(const char *name)
{
    int i = 0;

    while (analyses[i] && strcmp(analyses[i]->name, name) != 0) i++;
    return analyses[i] ? i : -1;
}

static void add_chapter(struct nightly *nightly, int number)
{
    const size_t room = (size_t)nightly->chapter_count + 1;

    nightly->chapters = mem_resize(nightly->chapters, room, sizeof *nightly->chapters);
    nightly->chapters[nightly->chapter_count++] = (struct chapter){
        .analysis = analyses[number],
        .settings = nightly->context->analyses_settings[number],
    };
}

/* Settings that an analysis refuses are met now, not after hours. */
static status check_chapters(const struct nightly *nightly)
{
    for (int i = 0; i < nightly->chapter_count; i++) {
        struct chapter *chapter = &nightly->chapters[i];

        TRY(chapter->analysis->create(nightly->comm, chapter->settings, &chapter->self));
        chapter_release(chapter);
    }
    return STATUS_OK;
}

static status choose_chapters(struct nightly *nightly)
{
    const struct settings *settings = nightly->context->settings;
    const int named = settings_list_count(settings, "analyses");

    for (int i = 0; named == 0 && analyses[i]; i++) add_chapter(nightly, i);
    for (int i = 0; i < named; i++) {
        const char *name = settings_list_item(settings, "analyses", i);
        const int number = analysis_number(name);

        if (number < 0)
            return fail(STATUS_BAD_USE, "analyses: there is no analysis \"%.60s\"", name);
        for (int j = 0; j < nightly->chapter_count; j++) {
            if (nightly->chapters[j].analysis == analyses[number])
                return fail(STATUS_BAD_USE, "analyses: %s stands twice", name);
        }
        add_chapter(nightly, number);
    }
    return check_chapters(nightly);
}

/* Only trying tells: rights are not all there is, for root and in /proc least of all. */
static bool can_make_folder(const char *folder)
{
    struct text trial = {0};
    bool can;

    text_printf(&trial, "%s/.telltale-XXXXXX", folder);
    can = mkdtemp(trial.bytes) != NULL;
    if (can) rmdir(trial.bytes);
    text_release(&trial);
    return can;
}

/* Can the output be written to, or made? Only for --dry-run: the run itself finds out. */
static status check_writable(const struct nightly *nightly)
{
    char folder[1024];
    struct stat about;
    char *slash;

    snprintf(folder, sizeof folder, "%s", nightly->output);
    while (lstat(folder, &about) != 0 && (slash = strrchr(folder, '/')) && slash != folder)
        *slash = '\0';
    if (lstat(folder, &about) != 0) snprintf(folder, sizeof folder, ".");
    if (stat(folder, &about) == 0 && S_ISDIR(about.st_mode) && can_make_folder(folder))
        return STATUS_OK;
    return fail(STATUS_CANNOT_WRITE, "%s: no folder can be made in there", folder);
}

void nightly_note_failure(struct nightly *nightly, const char *format, ...)
{
    char message[STATUS_MESSAGE_BYTES];
    va_list args;

    if (nightly->failure_count++ > 0) return;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    text_printf(&nightly->failure, "%s", message);
}

/* A night of which nothing can be done is not in the way of those after it. */
static status pass_over_if_refused(struct nightly *nightly, int number, status st)
{
    char date[DATE_BYTES];

    if (st != STATUS_BAD_INPUT) return st;
    date_text(nightly->start_unix_s[number], date);
    nightly_note_failure(nightly, "night %s cannot be done: %s", date, status_message());
    for (int i = number + 1; i < nightly->night_count; i++) {
        if (!nightly->is_due[i]) continue;
        warn("night %s cannot be done: %s", date, status_message());
        break;
    }
    return STATUS_OK;
}

static status fail_at_last(const struct nightly *nightly)
{
    if (nightly->failure_count == 1) return fail(STATUS_BAD_INPUT, "%s", nightly->failure.bytes);
    return fail(STATUS_BAD_INPUT, "%s; and %d more like this, named above", nightly->failure.bytes,
                nightly->failure_count - 1);
}

static status check_output(const struct nightly *nightly)
{
    const bool is_mine = comm_rank(nightly->comm) == 0;

    return comm_agree(nightly->comm, is_mine ? check_writable(nightly) : STATUS_OK);
}

static status do_nights(struct nightly *nightly)
{
    int due = 0;

    TRY(nightly_import(nightly));
    TRY(nightly_list(nightly));
    for (int i = 0; i < nightly->night_count; i++) {
        if (!nightly->is_due[i]) continue;
        due++;
        TRY(pass_over_if_refused(nightly, i, night_do(nightly, i)));
    }
    if (due == 0 && nightly->finished_count > 0) {
        say(nightly->context, "nothing to do: %d nights are finished already\n",
            nightly->finished_count);
    }
    if (nightly->is_dry) say(nightly->context, "nothing was written\n");
    if (nightly->failure_count > 0) return fail_at_last(nightly);
    return check_anomalies(nightly->context, nightly->verdict);
}

static status check_nights_named(const struct context *context)
{
    int source_count = 0;

    if (context->config) TRY(config_item_count(context->config, "sources", &source_count));
    if (context->operand_count > 0 || source_count > 0
        || settings_list_count(context->settings, "facility_files") > 0)
        return STATUS_OK;
    return fail(STATUS_BAD_USE, "nightly: there is no night to do: give facility files, or name "
                                "facility_files or sources in the configuration");
}

static status run_locked(struct nightly *nightly)
{
    struct folder_lock *lock = NULL;
    status st;

    if (nightly->is_dry) {
        TRY(check_output(nightly));
        return do_nights(nightly);
    }
    TRY(folder_lock(nightly->comm, nightly->output, &lock));
    st = do_nights(nightly);
    folder_unlock(&lock);
    return st;
}

static void release(struct nightly *nightly)
{
    for (int i = 0; i < nightly->night_count; i++) mem_free(&nightly->facility_paths[i]);
    mem_free(&nightly->facility_paths);
    mem_free(&nightly->start_unix_s);
    mem_free(&nightly->is_due);
    for (int i = 0; i < nightly->chapter_count; i++) chapter_release(&nightly->chapters[i]);
    mem_free(&nightly->chapters);
    mem_free(&nightly->models);
    text_release(&nightly->failure);
}

static status run(struct context *context)
{
    const char *models = settings_text(context->settings, "models");
    struct nightly nightly = {.context = context,
                              .comm = context->comm,
                              .output = settings_text(context->settings, "output"),
                              .is_dry = settings_flag(context->settings, "dry_run")};
    struct text folder = {0};
    status st;

    if (!models) text_printf(&folder, "%s/models", nightly.output);
    nightly.models = models ? mem_text(models) : folder.bytes;
    st = check_nights_named(context);
    if (!st) st = comm_agree(context->comm, choose_chapters(&nightly));
    if (!st) st = run_locked(&nightly);
    release(&nightly);
    return st;
}

const struct command command_nightly = {
    .name = "nightly",
    .summary = "everything that the configuration names, in order, into a folder named by the date",
    .usage = "--config FILE [FACILITY-FILE...]",
    "Imports what is new, fits where there is no model, scores, and writes scores.h5, graph.h5\n"
    "(where a forecast is among the analyses), summary.json, report.html and, last,\n"
    "manifest.json into OUTPUT/DATE/. A run that was interrupted or killed is taken up by the\n"
    "same command where it stopped.",
    .parameters = parameters,
    .operands_min = 0,
    .operands_max = -1,
    .analysis_use = ANALYSIS_NONE,
    .run = run,
};
