// SPDX-License-Identifier: BSD-3-Clause
#include "job_scores.h"

#include <string.h>

static status create(const struct comm *comm, const struct settings *settings, void **self)
{
    struct mrdmd_analysis *analysis = mem_zero(1, sizeof *analysis);
    const char *baseline = settings_text(settings, "baseline");
    status st = mrdmd_options_read(settings, &analysis->options);

    analysis->comm = comm;
    analysis->settings = settings;
    analysis->window_s = settings_real(settings, "window_s");
    analysis->kind = strcmp(baseline, "range") == 0 ? BASELINE_RANGE
                     : strcmp(baseline, "job") == 0 ? BASELINE_JOB
                                                    : BASELINE_HISTORY;
    if (st == STATUS_OK && analysis->kind == BASELINE_RANGE
        && settings_list_count(settings, "baseline_ranges") == 0)
        st = fail(STATUS_BAD_USE, "baseline range needs baseline_ranges: METRIC=LOW:HIGH");
    if (st == STATUS_OK && analysis->kind == BASELINE_JOB
        && !settings_text(settings, "baseline_user"))
        st = fail(STATUS_BAD_USE, "baseline job needs baseline_user: the name of a user");
    if (st == STATUS_OK)
        *self = analysis;
    else
        mem_free(&analysis);
    return st;
}

static void destroy(void **self)
{
    struct mrdmd_analysis *analysis = *self;

    if (!analysis) return;
    mrdmd_model_release(&analysis->model);
    mrdmd_night_release(&analysis->night);
    mem_free(&analysis->ranges);
    mem_free(&analysis->zscore);
    mem_free(&analysis->band_power_z);
    mem_free(&analysis->is_anomaly);
    mem_free(&analysis->residual_z);
    if (analysis->jobs) job_scores_release(analysis->jobs);
    mem_free(&analysis->jobs);
    mem_free(&analysis->known_host);
    mem_free(&analysis->known_metric);
    mem_free(self);
}

const struct analysis analysis_mrdmd = {
    .name = "mrdmd",
    .summary = "multiresolution dynamic mode decomposition: z-scores of readings by frequency band",
    .parameters = mrdmd_parameters,
    .create = create,
    .destroy = destroy,
    .fit = mrdmd_fit,
    .score = mrdmd_score,
    .save = mrdmd_save,
    .load = mrdmd_load,
    .write = mrdmd_write,
    .notes = mrdmd_notes,
};
