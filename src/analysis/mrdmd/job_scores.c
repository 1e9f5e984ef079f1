// SPDX-License-Identifier: BSD-3-Clause
#include "job_scores.h"

#include <math.h>
#include <string.h>

/* ---- fit: what healthy jobs show -------------------------------------------------------------- */

void job_sums_release(struct job_sums *sums)
{
    mem_free(&sums->sums);
    sums->jobs = 0;
}

static bool is_healthy(const struct mrdmd_analysis *self, const struct facility *facility,
                       const struct job *job)
{
    if (job->state && *job->state && strncmp(job->state, "COMPLETED", 9) != 0) return false;
    if (!settings_flag(self->settings, "skip_labelled")) return true;
    for (int64_t i = 0; i < facility->label_count; i++) {
        const struct label *label = &facility->labels[i];

        if (label->start_unix_s >= (double)job->end_unix_s) break;
        if (label->end_unix_s <= (double)job->start_unix_s || !label_is_trouble(label)) continue;
        for (int64_t h = 0; h < job->host_count; h++)
            if (label_is_of_host(facility, label, facility->job_hosts[job->host_first + h]))
                return false;
    }
    return true;
}

static void add_row(const struct job_scores *scores, int64_t row, double *sums)
{
    for (int size = 0; size < scores->sizes; size++) {
        const double value = (double)scores->size[row * scores->sizes + size];
        double *to = sums + (scores->metric[row] * scores->sizes + size) * MRDMD_MOMENTS;

        if (isnan(value)) continue;
        to[0] += 1.0;
        to[1] += value;
        to[2] += value * value;
    }
}

status job_sums_add(struct job_sums *sums, const struct mrdmd_analysis *self, struct view *view,
                    const struct mrdmd_night *night)
{
    const struct facility *facility = view_facility(view);
    const int64_t cells = night->metric_count * night->sizes * MRDMD_MOMENTS;
    struct job_scores scores = {0};
    int32_t job = -1;
    bool is_in = false;

    TRY(job_scores_find(self, view, self->model.scales, night, &scores));
    for (int64_t row = 0; row < scores.count; row++) {
        if (scores.job[row] != job) {
            job = scores.job[row];
            is_in = is_healthy(self, facility, &facility->jobs[job]);
            if (is_in) {
                sums->sums =
                    mem_resize(sums->sums, (size_t)((sums->jobs + 1) * cells), sizeof *sums->sums);
                memset(sums->sums + sums->jobs++ * cells, 0, (size_t)cells * sizeof *sums->sums);
            }
        }
        if (is_in) add_row(&scores, row, sums->sums + (sums->jobs - 1) * cells);
    }
    job_scores_release(&scores);
    return STATUS_OK;
}

status job_sums_fit(const struct job_sums *sums, const struct mrdmd_analysis *self,
                    struct mrdmd_model *model)
{
    const int64_t count = settings_int(self->settings, "bootstrap_count");
    const int64_t cells = names_count(model->metrics) * (model->bands.count + 1);
    float *weights;
    double *of_cell;

    if (sums->jobs < 2)
        return fail(STATUS_BAD_INPUT,
                    "mrdmd: roots both: of the jobs with samples %lld are healthy; expected two",
                    (long long)sums->jobs);
    weights = mem_array((size_t)(count * sums->jobs), sizeof *weights);
    of_cell = mem_array((size_t)(sums->jobs * MRDMD_MOMENTS), sizeof *of_cell);
    mrdmd_bootstrap_weights((uint64_t)settings_int(self->settings, "bootstrap_seed"), count,
                            sums->jobs, weights);
    model->job_mean = mem_array((size_t)cells, sizeof *model->job_mean);
    model->job_std = mem_array((size_t)cells, sizeof *model->job_std);
    model->trial_jobs = sums->jobs;
    for (int64_t i = 0; i < cells; i++) {
        for (int64_t j = 0; j < sums->jobs; j++)
            memcpy(of_cell + j * MRDMD_MOMENTS, sums->sums + (j * cells + i) * MRDMD_MOMENTS,
                   MRDMD_MOMENTS * sizeof *of_cell);
        mrdmd_bootstrap_population(of_cell, sums->jobs, weights, count, &model->job_mean[i],
                                   &model->job_std[i]);
    }
    mem_free(&of_cell);
    mem_free(&weights);
    return STATUS_OK;
}

/* ---- score ------------------------------------------------------------------------------------ */

void job_scores_judge(struct job_scores *scores, const struct mrdmd_model *model,
                      const int64_t *known_metric)
{
    const int sizes = scores->sizes;

    scores->z = mem_array((size_t)(scores->count * sizes) + 1, sizeof *scores->z);
    for (int64_t row = 0; row < scores->count; row++) {
        const int64_t first = known_metric[scores->metric[row]] * sizes;

        for (int size = 0; size < sizes; size++) {
            const int64_t at = row * sizes + size;
            const bool is_known = first >= 0 && model->job_mean[first + size] > 0.0;

            scores->z[at] = is_known ? (float)mrdmd_standard_score((double)scores->size[at],
                                                                   model->job_mean[first + size],
                                                                   model->job_std[first + size])
                                     : NAN;
        }
    }
}

void job_scores_write(const struct job_scores *scores, struct archive *archive)
{
    const struct archive_shape keys = {ARCHIVE_INT32, 1, {scores->count}};
    const struct archive_shape values = {
        ARCHIVE_FLOAT, 2, {scores->count, scores->sizes}
    };

    archive_put(archive, "/mrdmd/job_scores/job", keys, scores->job);
    archive_put(archive, "/mrdmd/job_scores/host", keys, scores->host);
    archive_put(archive, "/mrdmd/job_scores/metric", keys, scores->metric);
    archive_put(archive, "/mrdmd/job_scores/size", values, scores->size);
    archive_put(archive, "/mrdmd/job_scores/z", values, scores->z);
}

/* The farthest size of all rows, -1 where there is none. */
static int64_t find_farthest(const struct job_scores *scores, int64_t *jobs)
{
    int64_t farthest = -1;

    *jobs = 0;
    for (int64_t i = 0; i < scores->count * scores->sizes; i++) {
        const int64_t row = i / scores->sizes;

        if (i % scores->sizes == 0 && (row == 0 || scores->job[row] != scores->job[row - 1]))
            (*jobs)++;
        if (isnan(scores->z[i])) continue;
        if (farthest < 0 || fabsf(scores->z[i]) > fabsf(scores->z[farthest])) farthest = i;
    }
    return farthest;
}

void job_scores_notes(const struct job_scores *scores, const struct facility *facility,
                      const struct mrdmd_model *model, struct text *lines)
{
    enum { NAME_BYTES = 48 };
    char job[NAME_BYTES], host[NAME_BYTES], metric[NAME_BYTES];
    int64_t jobs;
    const int64_t farthest = find_farthest(scores, &jobs);

    text_printf(lines, "jobs: %lld held against %lld healthy ones", (long long)jobs,
                (long long)model->trial_jobs);
    if (farthest >= 0) {
        const int64_t row = farthest / scores->sizes;
        const int size = (int)(farthest % scores->sizes);

        text_printf(lines, ", farthest %s on %s, %s with z %.3g in ",
                    text_printable(facility->jobs[scores->job[row]].id, job, NAME_BYTES),
                    text_printable(facility->hosts[scores->host[row]].name, host, NAME_BYTES),
                    text_printable(facility->metrics[scores->metric[row]].name, metric, NAME_BYTES),
                    (double)scores->z[farthest]);
        if (size == scores->sizes - 1)
            text_printf(lines, "the residual");
        else
            text_printf(lines, "band %d", size);
    }
    text_printf(lines, "\n");
}
