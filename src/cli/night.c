// SPDX-License-Identifier: BSD-3-Clause
#include "night_models.h"

#include <stdio.h>
#include <string.h>

static char *path_of(const char *folder, const char *name)
{
    struct text path = {0};

    text_printf(&path, "%s/%s", folder, name);
    return path.bytes;
}

static status check_stop(const struct nightly *nightly)
{
    return comm_agree(nightly->comm, comm_check_stop());
}

/* What an analysis cannot do with its input costs that analysis, and the night where none is left. */
static status leave_out_if_refused(const struct night *night, struct chapter *chapter, status st)
{
    const struct nightly *nightly = night->nightly;

    if (st != STATUS_BAD_INPUT) return st;
    chapter_release(chapter);
    chapter_leave_out(chapter, status_message());
    if (chapters_left_out(nightly->chapters, nightly->chapter_count) == nightly->chapter_count)
        return st;
    return STATUS_OK;
}

/* ---- scores --------------------------------------------------------------------------------- */

static char *score_inputs(const struct night *night)
{
    const struct nightly *nightly = night->nightly;
    struct text inputs = {0};

    text_printf(&inputs, "%s\n%s\ntiles of %lld\n", program_version(), night->facility,
                (long long)night_view_options(nightly).tile_hosts);
    chapters_settings(nightly->chapters, nightly->chapter_count, &inputs);
    inputs_add_file(nightly->comm, &inputs, night->facility);
    for (int i = 0; i < nightly->chapter_count; i++) {
        char *path = model_path(nightly, &nightly->chapters[i]);

        inputs_add_bytes(nightly->comm, &inputs, path);
        night_add_recalled(night, &nightly->chapters[i], &inputs);
        mem_free(&path);
    }
    return inputs.bytes;
}

static status load_and_score(const struct night *night, const struct nights *nights)
{
    const struct nightly *nightly = night->nightly;

    for (int i = 0; i < nightly->chapter_count; i++) {
        struct chapter *chapter = &nightly->chapters[i];
        char *path = model_path(nightly, chapter);
        status st = STATUS_OK;

        if (!chapter->left_out) st = chapter_load(nightly->comm, chapter, path);
        if (!chapter->left_out && !st) st = night_recall(night, chapter);
        mem_free(&path);
        TRY(leave_out_if_refused(night, chapter, comm_agree(nightly->comm, st)));
    }
    return chapters_score(nightly->comm, nightly->chapters, nightly->chapter_count, nights,
                          night->scores);
}

/* Which analyses the night goes without, from the file: this start may have found it whole. */
static status note_left_out(const struct night *night)
{
    struct nightly *nightly = night->nightly;
    struct archive *archive = NULL;

    TRY(archive_open(nightly->comm, night->scores, SCORES_FORMAT, SCORES_VERSION, &archive));
    for (int i = 0; i < nightly->chapter_count; i++) {
        struct chapter *chapter = &nightly->chapters[i];

        mem_free(&chapter->left_out);
        chapter->left_out = left_out_reason(archive, chapter->analysis->name);
        if (!chapter->left_out) continue;
        warn("night %s: %s is left out: %s", night->date, chapter->analysis->name,
             chapter->left_out);
        nightly_note_failure(nightly, "%s is left out of night %s: %s", chapter->analysis->name,
                             night->date, chapter->left_out);
    }
    archive_close(&archive);
    return STATUS_OK;
}

static status score(const struct night *night)
{
    static const char *const files[] = {"scores.h5", NULL};
    const struct nightly *nightly = night->nightly;
    const struct view_options options = night_view_options(nightly);
    char *inputs = score_inputs(night);
    struct nights nights;
    status st = STATUS_OK;

    if (record_is_done(night->record, "score", inputs)) {
        say(nightly->context, "%s%s: whole, from an earlier start\n", nightly->is_dry ? "  " : "",
            night->scores);
    } else if (nightly->is_dry) {
        say(nightly->context, "  would score into %s\n", night->scores);
    } else {
        st = nights_open(nightly->comm, &night->facility, 1, &options, &nights);
        if (!st) {
            st = load_and_score(night, &nights);
            nights_close(&nights);
        }
        if (!st) st = record_note(night->record, "score", inputs, files);
    }
    for (int i = 0; i < nightly->chapter_count; i++) chapter_release(&nightly->chapters[i]);
    mem_free(&inputs);
    if (!st && !nightly->is_dry) st = note_left_out(night);
    return st;
}

/* ---- page ----------------------------------------------------------------------------------- */

/* @param graph  path, or NULL */
static char *page_inputs(const struct night *night, const char *graph)
{
    const struct settings *settings = night->nightly->context->settings;
    struct text inputs = {0};

    text_printf(&inputs, "%s\n%s\n%.17g MB\n", program_version(), night->facility,
                settings_real(settings, "page_mb"));
    inputs_add_file(night->nightly->comm, &inputs, night->facility);
    inputs_add_bytes(night->nightly->comm, &inputs, night->scores);
    if (graph) inputs_add_bytes(night->nightly->comm, &inputs, graph);
    return inputs.bytes;
}

static status write_page(const struct night *night, const char *graph)
{
    static const char *const files[] = {"summary.json", "report.html", NULL};
    static const char *const without_page[] = {"summary.json", NULL};
    const struct nightly *nightly = night->nightly;
    char *inputs = page_inputs(night, graph);
    char *page = path_of(night->folder, "report.html");
    char *summary = path_of(night->folder, "summary.json");
    const double page_mb = settings_real(nightly->context->settings, "page_mb");
    const struct page_job job = {.scores = night->scores,
                                 .facilities = &night->facility,
                                 .facility_count = 1,
                                 .page = report_has_page() ? page : NULL,
                                 .summary = summary,
                                 .graph = graph,
                                 .budget_bytes = (int64_t)(page_mb * 1048576.0),
                                 .tile_hosts = night_view_options(nightly).tile_hosts};
    status st = STATUS_OK;

    if (record_is_done(night->record, "page", inputs)) {
        say(nightly->context, "%s%s: whole, from an earlier start\n", nightly->is_dry ? "  " : "",
            page);
    } else if (nightly->is_dry) {
        say(nightly->context, "  would write %s and %s\n", summary, page);
    } else {
        if (!job.page)
            warn("this telltale was built without the page: only summary.json is written");
        st = page_write(nightly->comm, &job);
        if (!st) st = record_note(night->record, "page", inputs, job.page ? files : without_page);
    }
    mem_free(&inputs);
    mem_free(&page);
    mem_free(&summary);
    return st;
}

/* ---- the night ------------------------------------------------------------------------------ */

static status tell_chapter(const struct night *night, struct archive *archive,
                           struct chapter *chapter, const struct facility *facility)
{
    struct nightly *nightly = night->nightly;
    struct name_table *labels = names_create();
    struct verdict verdict;
    status st;

    st = score_table_read(archive, chapter->analysis->name, labels, &chapter->table);
    names_destroy(&labels);
    TRY(st);
    mem_free(&chapter->notes);
    chapter->notes = notes_of(archive, chapter->analysis->name);
    verdict = table_verdict(nightly->comm, &chapter->table);
    nightly->verdict.anomaly_count += verdict.anomaly_count;
    nightly->verdict.host_count += verdict.host_count;
    if (comm_rank(nightly->comm) == 0) chapter_print(chapter, facility);
    return STATUS_OK;
}

/* What was found is read from the scores file, so that it is the same whoever wrote it. */
static status tell(const struct night *night)
{
    const struct nightly *nightly = night->nightly;
    struct archive *archive = NULL;
    struct store *store = NULL;
    status st;

    TRY(store_open(nightly->comm, night->facility, &store));
    st = archive_open(nightly->comm, night->scores, SCORES_FORMAT, SCORES_VERSION, &archive);
    for (int i = 0; i < nightly->chapter_count && !st; i++) {
        if (nightly->chapters[i].left_out) continue;
        st = tell_chapter(night, archive, &nightly->chapters[i], store_facility(store));
    }
    if (!st && comm_rank(nightly->comm) == 0
        && settings_flag(nightly->context->settings, "planted"))
        chapters_print_labels(nightly->chapters, nightly->chapter_count, store_facility(store));
    archive_close(&archive);
    store_close(&store);
    return st;
}

static status fit_missing(const struct night *night)
{
    const struct nightly *nightly = night->nightly;

    for (int i = 0; i < nightly->chapter_count; i++) {
        struct chapter *chapter = &nightly->chapters[i];

        TRY(leave_out_if_refused(night, chapter, night_fit_if_missing(night, chapter)));
        TRY(check_stop(nightly));
    }
    return STATUS_OK;
}

static status complete(const struct night *night)
{
    const struct nightly *nightly = night->nightly;
    const size_t room = (size_t)nightly->chapter_count;
    struct record_left_out *left_out = mem_zero(room, sizeof *left_out);
    int count = 0;
    status st;

    for (int i = 0; i < nightly->chapter_count; i++) {
        const struct chapter *chapter = &nightly->chapters[i];

        if (!chapter->left_out) continue;
        left_out[count++] = (struct record_left_out){chapter->analysis->name, chapter->left_out,
                                                     model_path(nightly, chapter)};
    }
    st = record_complete(night->record, night->date, night->facility, left_out, count);
    for (int i = 0; i < count; i++) mem_free(&left_out[i].model);
    mem_free(&left_out);
    return st;
}

static status finish(const struct night *night)
{
    TRY(complete(night));
    TRY(tell(night));
    say(night->nightly->context, "\nwrote %s: scores.h5, summary.json, manifest.json%s\n",
        night->folder, report_has_page() ? " and the page, report.html" : "");
    return STATUS_OK;
}

static status do_steps(const struct night *night)
{
    char *graph = NULL;
    status st;

    TRY(fit_missing(night));
    TRY(score(night));
    TRY(check_stop(night->nightly));
    TRY(night_graph(night, &graph));
    st = check_stop(night->nightly);
    if (!st) st = write_page(night, graph);
    mem_free(&graph);
    TRY(st);
    return night->nightly->is_dry ? STATUS_OK : finish(night);
}

status night_do(struct nightly *nightly, int number)
{
    struct night night = {
        .nightly = nightly, .number = number, .facility = nightly->facility_paths[number]};
    status st = STATUS_OK;

    date_text(nightly->start_unix_s[number], night.date);
    night.folder = path_of(nightly->output, night.date);
    night.scores = night_scores_path(nightly, number);
    say(nightly->context, "night %s: %s\n", night.date, night.facility);
    if (!nightly->is_dry) st = folder_make(nightly->comm, night.folder);
    if (!st && !nightly->is_dry) st = folder_make(nightly->comm, nightly->models);
    if (!st) {
        record_open(nightly->comm, night.folder, &night.record);
        st = do_steps(&night);
        record_close(&night.record);
    }
    for (int i = 0; i < nightly->chapter_count; i++) {
        chapter_release(&nightly->chapters[i]);
        mem_free(&nightly->chapters[i].left_out);
    }
    mem_free(&night.folder);
    mem_free(&night.scores);
    return st;
}
