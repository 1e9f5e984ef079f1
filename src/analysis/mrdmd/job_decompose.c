// SPDX-License-Identifier: BSD-3-Clause
#include "job_decompose.h"

#include "job_roots.h"

#include <string.h>

bool job_decompose_is_asked(const struct settings *settings)
{
    return strcmp(settings_text(settings, "roots"), "cut") != 0;
}

/* The settings that belong to one cut of everything. */
static status check(const struct mrdmd_source *source, const struct settings *settings)
{
    if (!source->view)
        return fail(STATUS_BAD_USE, "--roots %s: a --dataset has no jobs",
                    settings_text(settings, "roots"));
    if (strcmp(settings_text(settings, "sampling"), "whole") == 0)
        return fail(STATUS_BAD_USE, "--roots %s: whole windows are there for --roots cut alone",
                    settings_text(settings, "roots"));
    if (settings_flag(settings, "save_modes") || settings_flag(settings, "reconstruct")
        || settings_int(settings, "extrapolate") > 0)
        return fail(STATUS_BAD_USE,
                    "--roots %s: modes at the readings are there for --roots cut alone",
                    settings_text(settings, "roots"));
    return STATUS_OK;
}

/* All jobs as one root each, dealt out like cards. */
static status solve_jobs(struct mrdmd_source *source, const struct settings *settings,
                         struct job_solver *solver, struct forest *mine)
{
    const char *precision = settings_text(settings, "precision");
    struct job_root *roots;
    const int64_t count =
        job_roots_find(source->view, mrdmd_nyquist_samples(&solver->options), &roots);
    status st = STATUS_OK;

    for (int64_t i = 0; i < count && st == STATUS_OK; i++) {
        const double readings =
            (double)roots[i].host_count * (double)view_facility(source->view)->metric_count;
        struct mrdmd_plan *plan = NULL;
        struct mrdmd_result *result = NULL;

        if (!comm_deals_me(source->comm, i)) continue;
        solver->is_precise = strcmp(precision, "precise") == 0
                             || (strcmp(precision, "auto") == 0
                                 && readings * (double)roots[i].times.count <= MRDMD_SMALL_CELLS);
        st = job_root_solve(solver, &roots[i], &plan, &result);
        if (st != STATUS_OK) break;
        forest_add(mine, plan, result, roots[i].times.first, roots[i].job);
        mrdmd_result_destroy(&result);
        mrdmd_plan_destroy(&plan);
        log_progress("mrdmd: jobs", i + 1, count);
    }
    mem_free(&roots);
    return st;
}

static status add_jobs(struct mrdmd_source *source, const struct settings *settings,
                       const struct mrdmd_options *options, struct forest *forest)
{
    struct comm *alone = comm_alone_create();
    struct job_solver solver = {.alone = alone,
                                .view = source->view,
                                .options = *options,
                                .block_hosts = settings_int(settings, "tile_hosts")};
    struct forest mine = {0};
    status st;

    comm_stage_begin(source->comm, "mrdmd jobs");
    st = comm_agree(source->comm, solve_jobs(source, settings, &solver, &mine));
    if (st == STATUS_OK) forest_gather(source->comm, &mine, options, forest);
    comm_stage_end(source->comm);
    forest_release(&mine);
    comm_alone_destroy(&alone);
    return st;
}

static status add_cut(struct mrdmd_source *source, const struct settings *settings,
                      struct forest *forest)
{
    struct mrdmd_plan *plan = NULL;
    struct mrdmd_result *result = NULL;
    status st = mrdmd_source_plan(source, settings, 0, &plan);

    if (st == STATUS_OK)
        st = mrdmd_source_solve(source, plan, settings_text(settings, "precision"), &result);
    if (st == STATUS_OK) forest_add(forest, plan, result, 0, -1);
    mrdmd_result_destroy(&result);
    mrdmd_plan_destroy(&plan);
    return st;
}

static status write(struct mrdmd_source *source, const struct settings *settings,
                    const struct mrdmd_options *options, struct forest *forest, const char *output)
{
    struct mrdmd_bands bands = {0};
    struct archive *archive = NULL;
    struct text yaml = {0};
    status st = mrdmd_bands_make(settings, options, source->times, &bands);

    if (st == STATUS_OK && mrdmd_bands_are_auto(settings)) {
        struct mrdmd_result *const results[] = {&forest->result};

        mrdmd_bands_auto(results, 1, &bands);
    }
    if (st == STATUS_OK)
        st = archive_create(source->comm, output, SCORES_FORMAT, SCORES_VERSION, &archive);
    if (st == STATUS_OK) {
        settings_write(settings, 0, &yaml);
        archive_put_text(archive, "/", "settings", yaml.bytes);
        archive_put_real(archive, "/", "period_s", source->period_s);
        forest->plan.options = *options;
        forest_write(source->comm, archive, forest, &bands);
        st = archive_commit(&archive);
    }
    text_release(&yaml);
    mrdmd_bands_release(&bands);
    return st;
}

status job_decompose(struct mrdmd_source *source, const struct settings *settings,
                     const char *output, struct text *summary)
{
    const bool has_cut = strcmp(settings_text(settings, "roots"), "both") == 0;
    struct forest forest = {0};
    struct mrdmd_options options;
    status st;

    TRY(check(source, settings));
    TRY(mrdmd_options_read(settings, &options));
    options.period_s = source->period_s;
    st = has_cut ? add_cut(source, settings, &forest) : STATUS_OK;
    if (st == STATUS_OK) st = add_jobs(source, settings, &options, &forest);
    if (st == STATUS_OK && forest.root_count == 0)
        st = fail(STATUS_BAD_INPUT,
                  "%s: no job has hosts and %lld samples of them; expected one for --roots job",
                  view_path(source->view), (long long)mrdmd_nyquist_samples(&options));
    if (st == STATUS_OK) st = write(source, settings, &options, &forest, output);
    if (st == STATUS_OK)
        text_printf(summary,
                    "%lld readings x %lld samples every %g s: %d jobs%s, %d windows, %lld modes\n",
                    (long long)source->readings, (long long)source->times, source->period_s,
                    forest.root_count - has_cut, has_cut ? " and the cut of all hosts" : "",
                    forest.plan.window_count, (long long)forest.result.mode_total);
    forest_release(&forest);
    return st;
}
