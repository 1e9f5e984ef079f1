// SPDX-License-Identifier: BSD-3-Clause
#include "work.h"

#include <stdio.h>
#include <string.h>

void chapter_release(struct chapter *chapter)
{
    if (chapter->self) chapter->analysis->destroy(&chapter->self);
    score_table_release(&chapter->table);
    mem_free(&chapter->notes);
}

void chapters_settings(const struct chapter *chapters, int count, struct text *yaml)
{
    for (int i = 0; i < count; i++) {
        text_printf(yaml, "%s:\n", chapters[i].analysis->name);
        settings_write(chapters[i].settings, 2, yaml);
    }
}

static void begin_stage(const struct comm *comm, const char *verb, const struct analysis *analysis)
{
    char stage[48];

    snprintf(stage, sizeof stage, "%s %s", verb, analysis->name);
    comm_stage_begin(comm, stage);
}

static void put_origin(struct archive *archive, const struct chapter *chapters, int count,
                       const struct nights *nights)
{
    struct text yaml = {0};

    chapters_settings(chapters, count, &yaml);
    text_printf(&yaml, "view:\n  tile_hosts: %lld\n",
                (long long)view_tile_hosts(nights->views[0], 0).count);
    if (nights->are_joined) text_printf(&yaml, "  join: true\n");
    archive_put_text(archive, "/", "program_version", program_version());
    archive_put_text(archive, "/", "settings", yaml.bytes);
    text_release(&yaml);
}

static status write_model(const struct comm *comm, const struct chapter *chapter,
                          const struct nights *nights, const char *path)
{
    struct archive *archive = NULL;
    struct text origin = {0};

    TRY(archive_create(comm, path, MODEL_FORMAT, MODEL_VERSION, &archive));
    put_origin(archive, chapter, 1, nights);
    nights_describe(nights, &origin);
    archive_put_real(archive, "/", "fitted_until_unix_s", nights_end(nights));
    archive_put_text(archive, "/", "analysis", chapter->analysis->name);
    archive_put_text(archive, "/", "fitted_on", origin.bytes);
    text_release(&origin);
    chapter->analysis->save(chapter->self, archive);
    return archive_commit(&archive);
}

static status create(const struct comm *comm, struct chapter *chapter)
{
    return comm_agree(comm, chapter->analysis->create(comm, chapter->settings, &chapter->self));
}

/* Beside the model; gone once that is whole. */
static char *checkpoint_path(const char *model_path)
{
    struct text path = {0};

    text_printf(&path, "%s.checkpoint", model_path);
    return path.bytes;
}

static status fit_and_write(const struct comm *comm, struct chapter *chapter,
                            const struct nights *nights, const char *path)
{
    status st;

    begin_stage(comm, "fit", chapter->analysis);
    st = chapter->analysis->fit(chapter->self, nights->views, nights->count);
    comm_stage_end(comm);
    TRY(st);
    comm_stage_begin(comm, "write model");
    st = write_model(comm, chapter, nights, path);
    comm_stage_end(comm);
    return st;
}

status chapter_fit(const struct comm *comm, struct chapter *chapter, const struct nights *nights,
                   const char *path, enum fit_resume resume)
{
    char *checkpoint;
    status st;

    TRY(create(comm, chapter));
    if (!chapter->analysis->checkpoint) {
        if (resume == FIT_RESUME)
            return fail(STATUS_BAD_USE, "resume: %s keeps no checkpoints, it is fitted anew",
                        chapter->analysis->name);
        return fit_and_write(comm, chapter, nights, path);
    }
    checkpoint = checkpoint_path(path);
    chapter->analysis->checkpoint(chapter->self, checkpoint, resume);
    st = fit_and_write(comm, chapter, nights, path);
    if (!st && comm_rank(comm) == 0) remove(checkpoint);
    mem_free(&checkpoint);
    return st;
}

static status check_model(struct archive *archive, const struct chapter *chapter, const char *path)
{
    struct text name = {0};
    status st = archive_get_text(archive, "/", "analysis", &name);

    if (!st && strcmp(name.bytes ? name.bytes : "", chapter->analysis->name) != 0) {
        st = fail(STATUS_BAD_INPUT, "%s: is a model of %.40s, expected one of %s", path,
                  name.bytes ? name.bytes : "", chapter->analysis->name);
    }
    text_release(&name);
    return st;
}

status chapter_recall(const struct comm *comm, struct chapter *chapter, const char *path)
{
    struct archive *archive = NULL;
    status st;

    TRY(archive_open(comm, path, SCORES_FORMAT, SCORES_VERSION, &archive));
    st = comm_agree(comm, chapter->analysis->recall(chapter->self, archive));
    archive_close(&archive);
    return st;
}

/* The files that the settings name. */
static status recall_named(const struct comm *comm, struct chapter *chapter)
{
    const int count =
        chapter->analysis->recall ? settings_list_count(chapter->settings, "earlier_scores") : 0;

    for (int i = 0; i < count; i++)
        TRY(chapter_recall(comm, chapter,
                           settings_list_item(chapter->settings, "earlier_scores", i)));
    return STATUS_OK;
}

status chapter_load(const struct comm *comm, struct chapter *chapter, const char *path)
{
    struct archive *archive = NULL;
    status st;

    TRY(create(comm, chapter));
    TRY(archive_open(comm, path, MODEL_FORMAT, MODEL_VERSION, &archive));
    st = comm_agree(comm, check_model(archive, chapter, path));
    if (!st) st = chapter->analysis->load(chapter->self, archive);
    archive_close(&archive);
    return st ? st : recall_named(comm, chapter);
}

/* ---- scores --------------------------------------------------------------------------------- */

static status score_nights(const struct comm *comm, struct chapter *chapter,
                           const struct nights *nights)
{
    status st = STATUS_OK;

    begin_stage(comm, "score", chapter->analysis);
    for (int i = 0; i < nights->count && !st; i++) {
        st = comm_agree(comm, comm_check_stop());
        if (!st) st = chapter->analysis->score(chapter->self, nights->views[i], &chapter->table);
    }
    st = comm_agree(comm, st);
    if (!st) score_table_gather(comm, &chapter->table);
    comm_stage_end(comm);
    return st;
}

/* Names of hosts and metrics, so that rows can be read without the facility file. */
static void put_names(struct archive *archive, const struct facility *facility)
{
    const int64_t most = facility->host_count > facility->metric_count ? facility->host_count
                                                                       : facility->metric_count;
    const char **texts = mem_zero((size_t)most, sizeof *texts);

    for (int64_t h = 0; h < facility->host_count; h++) texts[h] = facility->hosts[h].name;
    archive_put_texts(archive, "/hosts/name", texts, facility->host_count);
    for (int64_t m = 0; m < facility->metric_count; m++) texts[m] = facility->metrics[m].name;
    archive_put_texts(archive, "/metrics/name", texts, facility->metric_count);
    for (int64_t m = 0; m < facility->metric_count; m++) texts[m] = facility->metrics[m].unit;
    archive_put_texts(archive, "/metrics/unit", texts, facility->metric_count);
    for (int64_t m = 0; m < facility->metric_count; m++) texts[m] = facility->metrics[m].source;
    archive_put_texts(archive, "/metrics/source", texts, facility->metric_count);
    mem_free(&texts);
}

static void put_head(struct archive *archive, const struct chapter *chapters, int count,
                     const struct nights *nights)
{
    const struct facility *facility = view_facility(nights->views[0]);
    struct text paths = {0};

    archive_put_text(archive, "/", "facility", facility->name);
    archive_put_int(archive, "/", "start_unix_s", facility->start_unix_s);
    archive_put_real(archive, "/", "period_s", facility->period_s);
    nights_list_files(nights, &paths);
    archive_put_text(archive, "/", "facility_files", paths.bytes);
    if (nights->are_joined) archive_put_int(archive, "/", "joined", 1);
    text_release(&paths);
    left_out_put(archive, chapters, count);
    put_origin(archive, chapters, count, nights);
    put_names(archive, facility);
}

static status write_scores(const struct comm *comm, const struct chapter *chapters, int count,
                           const struct nights *nights, const char *path)
{
    struct archive *archive = NULL;

    TRY(archive_create(comm, path, SCORES_FORMAT, SCORES_VERSION, &archive));
    put_head(archive, chapters, count, nights);
    for (int i = 0; i < count; i++) {
        if (chapters[i].left_out) continue;
        score_table_write(comm, &chapters[i].table, chapters[i].analysis->name, NULL, archive);
        notes_put(archive, &chapters[i]);
        if (chapters[i].analysis->write) chapters[i].analysis->write(chapters[i].self, archive);
    }
    return archive_commit(&archive);
}

status chapters_score(const struct comm *comm, struct chapter *chapters, int count,
                      const struct nights *nights, const char *path)
{
    status st;

    for (int i = 0; i < count; i++) {
        if (chapters[i].left_out) continue;
        st = score_nights(comm, &chapters[i], nights);
        if (st && st != STATUS_BAD_INPUT) return st;
        if (st) chapter_leave_out(&chapters[i], status_message());
        if (st && chapters_left_out(chapters, count) == count) return st;
        if (!st) notes_take(comm, &chapters[i], view_facility(nights->views[nights->count - 1]));
    }
    comm_stage_begin(comm, "write scores");
    st = write_scores(comm, chapters, count, nights, path);
    comm_stage_end(comm);
    return st;
}
