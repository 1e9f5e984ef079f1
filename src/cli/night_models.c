// SPDX-License-Identifier: BSD-3-Clause
#include "night_models.h"

#include <string.h>

char *model_path(const struct nightly *nightly, const struct chapter *chapter)
{
    struct text path = {0};

    text_printf(&path, "%s/%s.h5", nightly->models, chapter->analysis->name);
    return path.bytes;
}

struct view_options night_view_options(const struct nightly *nightly)
{
    return (struct view_options){.tile_hosts =
                                     settings_int(nightly->context->settings, "tile_hosts")};
}

char *night_scores_path(const struct nightly *nightly, int number)
{
    struct text path = {0};
    char date[DATE_BYTES];

    date_text(nightly->start_unix_s[number], date);
    text_printf(&path, "%s/%s/scores.h5", nightly->output, date);
    return path.bytes;
}

/* The first of the nights that began at most so many days before; the night itself where none did. */
static int nights_within(const struct night *night, double days)
{
    const int64_t *start_unix_s = night->nightly->start_unix_s;
    int first = night->number;

    while (first > 0
           && (double)(start_unix_s[night->number] - start_unix_s[first - 1]) <= days * 86400)
        first--;
    return first;
}

/* Earlier nights within `history_days` that are like this one; those that are not are passed over. */
static void find_history(const struct night *night, const char **paths, int *count)
{
    const struct nightly *nightly = night->nightly;
    const struct view_options options = night_view_options(nightly);
    const double days = (double)settings_int(nightly->context->settings, "history_days");

    *count = 0;
    for (int i = nights_within(night, days); i < night->number; i++) {
        const char *both[] = {night->facility, nightly->facility_paths[i]};
        struct nights nights;

        if (nights_open(nightly->comm, both, 2, &options, &nights)) {
            warn("%s is no history for this night: %s", both[1], status_message());
            continue;
        }
        nights_close(&nights);
        paths[(*count)++] = both[1];
    }
}

static status fit_on(const struct night *night, struct chapter *chapter, const char *const *paths,
                     int count, const char *path)
{
    const struct view_options options = night_view_options(night->nightly);
    const struct comm *comm = night->nightly->comm;
    struct text origin = {0};
    struct nights nights;
    status st;

    TRY(nights_open(comm, paths, count, &options, &nights));
    st = chapter_fit(comm, chapter, &nights, path, FIT_RESUME_IF_SAME);
    st = comm_agree(comm, st);
    if (!st) {
        nights_describe(&nights, &origin);
        say(night->nightly->context, "%s: fitted on %s%s", chapter->analysis->name,
            strcmp(paths[0], night->facility) == 0 ? "the night itself: " : "earlier nights:\n",
            origin.bytes);
    }
    text_release(&origin);
    nights_close(&nights);
    return st;
}

/* Where the earlier nights do not do, perhaps because they were short, the night itself may. */
static status fit(const struct night *night, struct chapter *chapter, const char *const *paths,
                  int count, const char *path)
{
    const status st = fit_on(night, chapter, paths, count, path);

    if (st != STATUS_BAD_INPUT || strcmp(paths[0], night->facility) == 0) return st;
    warn("%s cannot be fitted on earlier nights: %s", chapter->analysis->name, status_message());
    chapter_release(chapter);
    return fit_on(night, chapter, &night->facility, 1, path);
}

/* A model wears out where its analysis says after how many days, counted from the last sample it has seen. */
static bool is_worn(const struct night *night, const struct chapter *chapter, const char *path)
{
    const struct nightly *nightly = night->nightly;
    struct archive *archive = NULL;
    double until_unix_s, age_days, most_days;
    status st;

    if (!settings_has(chapter->settings, "retrain_days")) return false;
    most_days = settings_real(chapter->settings, "retrain_days");
    if (most_days <= 0) return false;
    if (archive_open(nightly->comm, path, MODEL_FORMAT, MODEL_VERSION, &archive)) return false;
    st = archive_get_real(archive, "/", "fitted_until_unix_s", &until_unix_s);
    archive_close(&archive);
    age_days = ((double)nightly->start_unix_s[night->number] - until_unix_s) / 86400;
    if (st || age_days <= most_days) return false;
    say(nightly->context, "%s%s: the model %s is %.0f days old, retrain_days is %g\n",
        nightly->is_dry ? "  " : "", chapter->analysis->name, path, age_days, most_days);
    return true;
}

status night_fit_if_missing(const struct night *night, struct chapter *chapter)
{
    const struct nightly *nightly = night->nightly;
    const char **paths = mem_zero((size_t)nightly->night_count + 1, sizeof *paths);
    char *path = model_path(nightly, chapter);
    status st = STATUS_OK;
    int count;

    if (!file_is_there(nightly->comm, path) || is_worn(night, chapter, path)) {
        find_history(night, paths, &count);
        if (count == 0) paths[count++] = night->facility;
        if (nightly->is_dry) {
            say(nightly->context, "  would fit %s on %s%s into %s\n", chapter->analysis->name,
                paths[0], count > 1 ? " and later nights" : "", path);
        } else {
            st = fit(night, chapter, paths, count, path);
        }
    } else {
        say(nightly->context, "%s%s: the model is %s\n", nightly->is_dry ? "  " : "",
            chapter->analysis->name, path);
    }
    chapter_release(chapter);
    mem_free(&path);
    mem_free(&paths);
    return st;
}

/* The earliest night whose scores the analysis learns from; the night itself where it does not. */
static int first_recalled(const struct night *night, const struct chapter *chapter)
{
    if (!chapter->analysis->recall) return night->number;
    return nights_within(night, settings_real(chapter->settings, "recalibrate_days"));
}

void night_add_recalled(const struct night *night, const struct chapter *chapter,
                        struct text *inputs)
{
    for (int i = first_recalled(night, chapter); i < night->number; i++) {
        char *path = night_scores_path(night->nightly, i);

        inputs_add_file(night->nightly->comm, inputs, path);
        mem_free(&path);
    }
}

status night_recall(const struct night *night, struct chapter *chapter)
{
    const struct comm *comm = night->nightly->comm;
    status st = STATUS_OK;

    for (int i = first_recalled(night, chapter); i < night->number && !st; i++) {
        char *path = night_scores_path(night->nightly, i);

        if (file_is_there(comm, path)) st = chapter_recall(comm, chapter, path);
        if (st == STATUS_BAD_INPUT) {
            detail("%s is not calibrated by it: %s", chapter->analysis->name, status_message());
            st = STATUS_OK;
        }
        mem_free(&path);
    }
    return st;
}
