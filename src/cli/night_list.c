// SPDX-License-Identifier: BSD-3-Clause
#include "night.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a night of this date has its results. */
static char *folder_of(const struct nightly *nightly, int64_t start_unix_s)
{
    struct text folder = {0};
    char date[DATE_BYTES];

    text_printf(&folder, "%s/%s", nightly->output, date_text(start_unix_s, date));
    return folder.bytes;
}

static bool is_finished(const struct nightly *nightly, const char *path, int64_t start_unix_s)
{
    char *folder = folder_of(nightly, start_unix_s);
    struct record *record;
    bool is_complete;

    record_open(nightly->comm, folder, &record);
    is_complete = record_is_complete(record, path);
    record_close(&record);
    mem_free(&folder);
    return is_complete;
}

static void append(struct nightly *nightly, const char *path, int64_t start_unix_s, bool is_due)
{
    const size_t room = (size_t)nightly->night_count + 1;

    nightly->facility_paths =
        mem_resize(nightly->facility_paths, room, sizeof *nightly->facility_paths);
    nightly->start_unix_s = mem_resize(nightly->start_unix_s, room, sizeof *nightly->start_unix_s);
    nightly->is_due = mem_resize(nightly->is_due, room, sizeof *nightly->is_due);
    nightly->facility_paths[nightly->night_count] = mem_text(path);
    nightly->start_unix_s[nightly->night_count] = start_unix_s;
    nightly->is_due[nightly->night_count++] = is_due;
}

/* Which of the listed files are to be scored? */
enum due { DUE_NEVER, DUE_UNFINISHED, DUE_ALWAYS };

static status add_night(struct nightly *nightly, const char *path, enum due due)
{
    struct store *store = NULL;
    int64_t start_unix_s;
    bool is_due;

    for (int i = 0; i < nightly->night_count; i++) {
        if (strcmp(nightly->facility_paths[i], path) == 0) return STATUS_OK;
    }
    TRY(store_open(nightly->comm, path, &store));
    start_unix_s = store_facility(store)->start_unix_s;
    store_close(&store);
    is_due =
        due == DUE_ALWAYS || (due == DUE_UNFINISHED && !is_finished(nightly, path, start_unix_s));
    if (due == DUE_UNFINISHED && !is_due) nightly->finished_count++;
    append(nightly, path, start_unix_s, is_due);
    return STATUS_OK;
}

static status add_matches(struct nightly *nightly, const char *pattern, enum due due,
                          bool is_needed)
{
    struct paths paths = {0};
    status st = STATUS_OK;

    paths_add(nightly->comm, &paths, pattern);
    for (int i = 0; i < paths.count && !st; i++) st = add_night(nightly, paths.path[i], due);
    if (!st && is_needed && paths.count == 0)
        st = fail(STATUS_BAD_INPUT, "no file is named like %s", pattern);
    paths_release(&paths);
    return st;
}

static void sort_by_start(struct nightly *nightly)
{
    for (int i = 1; i < nightly->night_count; i++) {
        for (int j = i; j > 0 && nightly->start_unix_s[j] < nightly->start_unix_s[j - 1]; j--) {
            const int64_t start_unix_s = nightly->start_unix_s[j];
            char *path = nightly->facility_paths[j];
            const bool is_due = nightly->is_due[j];

            nightly->start_unix_s[j] = nightly->start_unix_s[j - 1];
            nightly->facility_paths[j] = nightly->facility_paths[j - 1];
            nightly->is_due[j] = nightly->is_due[j - 1];
            nightly->start_unix_s[j - 1] = start_unix_s;
            nightly->facility_paths[j - 1] = path;
            nightly->is_due[j - 1] = is_due;
        }
    }
}

/* A night's folder is named by its date: two nights of one date would overwrite each other. */
static status check_dates(const struct nightly *nightly)
{
    const char *previous = NULL;
    char date[DATE_BYTES];
    char previous_date[DATE_BYTES];

    for (int i = 0; i < nightly->night_count; i++) {
        if (!nightly->is_due[i]) continue; /* others write nothing */
        date_text(nightly->start_unix_s[i], date);
        if (previous && strcmp(date, previous_date) == 0) {
            return fail(STATUS_BAD_INPUT, "%s and %s both begin on %s; a date is one night",
                        previous, nightly->facility_paths[i], date);
        }
        previous = nightly->facility_paths[i];
        memcpy(previous_date, date, sizeof date);
    }
    return STATUS_OK;
}

static status add_list(struct nightly *nightly, const char *setting, enum due due)
{
    const struct settings *settings = nightly->context->settings;

    for (int i = 0; i < settings_list_count(settings, setting); i++)
        TRY(add_matches(nightly, settings_list_item(settings, setting, i), due, due != DUE_NEVER));
    return STATUS_OK;
}

status nightly_list(struct nightly *nightly)
{
    const struct context *context = nightly->context;
    const bool are_given = context->operand_count > 0;
    struct text imported = {0};
    status st;

    for (int i = 0; i < context->operand_count; i++)
        TRY(add_night(nightly, context->operands[i], DUE_ALWAYS));
    TRY(add_list(nightly, "history_files", DUE_NEVER));
    TRY(add_list(nightly, "facility_files", are_given ? DUE_NEVER : DUE_UNFINISHED));
    text_printf(&imported, "%s/facility/*.h5", nightly->output);
    st = add_matches(nightly, imported.bytes, are_given ? DUE_NEVER : DUE_UNFINISHED, false);
    text_release(&imported);
    TRY(st);
    sort_by_start(nightly);
    return check_dates(nightly);
}
