// SPDX-License-Identifier: BSD-3-Clause
#include "job_scores.h"

#include <math.h>

/* Columns that are built row by row on rank 0. */
struct columns {
    const struct comm *comm;
    struct archive *archive;
    int64_t count;
};

static void put_int64(const struct columns *columns, const char *name, const int64_t *values)
{
    const struct archive_shape shape = {ARCHIVE_INT64, 1, {columns->count}};

    archive_put(columns->archive, name, shape, values);
}

static void put_double(const struct columns *columns, const char *name, const double *values)
{
    const struct archive_shape shape = {ARCHIVE_DOUBLE, 1, {columns->count}};

    archive_put(columns->archive, name, shape, values);
}

enum { WINDOW_COLUMNS = 8 };
static const char *const window_names[WINDOW_COLUMNS] = {
    "/mrdmd/windows/level",      "/mrdmd/windows/first", "/mrdmd/windows/count",
    "/mrdmd/windows/step",       "/mrdmd/windows/rank",  "/mrdmd/windows/mode_first",
    "/mrdmd/windows/mode_count", "/mrdmd/windows/group"};

static void put_windows(const struct comm *comm, struct archive *archive,
                        const struct mrdmd_plan *plan, struct mrdmd_result *const *results,
                        int groups)
{
    const struct columns columns = {comm, archive, (int64_t)plan->window_count * groups};
    int64_t *values = mem_zero((size_t)(columns.count * WINDOW_COLUMNS), sizeof *values);
    int64_t mode = 0;
    int64_t row = 0;

    for (int g = 0; g < groups; g++) {
        for (int w = 0; w < plan->window_count; w++, row++) {
            const struct mrdmd_window *window = &plan->windows[w];
            const int64_t cells[WINDOW_COLUMNS] = {
                window->level,
                window->first,
                window->count,
                window->step,
                results[g]->rank[w],
                mode,
                results[g]->mode_count[w],
                g,
            };

            for (int i = 0; i < WINDOW_COLUMNS; i++) values[i * columns.count + row] = cells[i];
            mode += results[g]->mode_count[w];
        }
    }
    for (int i = 0; i < WINDOW_COLUMNS; i++)
        put_int64(&columns, window_names[i], values + i * columns.count);
    mem_free(&values);
}

enum { MODE_COLUMNS = 8 };
static const char *const mode_names[MODE_COLUMNS] = {
    "/mrdmd/modes/mu_re",        "/mrdmd/modes/mu_im",        "/mrdmd/modes/omega_re",
    "/mrdmd/modes/omega_im",     "/mrdmd/modes/frequency_hz", "/mrdmd/modes/power",
    "/mrdmd/modes/amplitude_re", "/mrdmd/modes/amplitude_im"};

static void fill_mode(const struct mrdmd_mode *mode, double *cells)
{
    cells[0] = creal(mode->mu);
    cells[1] = cimag(mode->mu);
    cells[2] = creal(mode->omega);
    cells[3] = cimag(mode->omega);
    cells[4] = mode->frequency_hz;
    cells[5] = mode->power;
    cells[6] = creal(mode->amplitude);
    cells[7] = cimag(mode->amplitude);
}

static void put_modes(const struct comm *comm, struct archive *archive,
                      const struct mrdmd_plan *plan, struct mrdmd_result *const *results,
                      int groups)
{
    struct columns columns = {comm, archive, 0};
    int64_t *window;
    double *values;
    int8_t *is_kept;
    int64_t row = 0;

    for (int g = 0; g < groups; g++) columns.count += results[g]->mode_total;
    window = mem_zero((size_t)columns.count, sizeof *window);
    values = mem_zero((size_t)(columns.count * MODE_COLUMNS), sizeof *values);
    is_kept = mem_zero((size_t)columns.count, sizeof *is_kept);
    for (int g = 0; g < groups; g++) {
        for (int64_t j = 0; j < results[g]->mode_total; j++, row++) {
            double cells[MODE_COLUMNS];

            fill_mode(&results[g]->modes[j], cells);
            for (int i = 0; i < MODE_COLUMNS; i++) values[i * columns.count + row] = cells[i];
            window[row] = results[g]->modes[j].window + (int64_t)g * plan->window_count;
            is_kept[row] = results[g]->modes[j].is_kept;
        }
    }
    put_int64(&columns, "/mrdmd/modes/window", window);
    for (int i = 0; i < MODE_COLUMNS; i++)
        put_double(&columns, mode_names[i], values + i * columns.count);
    archive_put(archive, "/mrdmd/modes/is_kept",
                (struct archive_shape){ARCHIVE_INT8, 1, {columns.count}}, is_kept);
    mem_free(&is_kept);
    mem_free(&values);
    mem_free(&window);
}

void mrdmd_write_tables(const struct comm *comm, struct archive *archive,
                        const struct mrdmd_plan *plan, struct mrdmd_result *const *results,
                        const struct mrdmd_groups *groups, const struct mrdmd_bands *bands)
{
    const char **names = mem_zero((size_t)groups->count, sizeof *names);

    for (int g = 0; g < groups->count; g++) names[g] = groups->groups[g].name;
    put_windows(comm, archive, plan, results, groups->count);
    put_modes(comm, archive, plan, results, groups->count);
    archive_put_texts(archive, "/mrdmd/groups", names, groups->count);
    archive_put(archive, "/mrdmd/bands",
                (struct archive_shape){
                    ARCHIVE_DOUBLE, 2, {bands->count, 2}
    },
                bands->hz);
    archive_put_real(archive, "/mrdmd", "power_threshold", plan->options.power_threshold);
    archive_put_int(archive, "/mrdmd", "window_samples", plan->options.root_samples);
    mem_free(&names);
}

/* The model's entry [readings][cells] for the night's reading and cell, NaN where it knows none. */
static double of_model(const struct mrdmd_analysis *self, const double *values, int64_t cells,
                       int64_t reading, int64_t cell)
{
    const int64_t metrics = self->night.metric_count;
    const int64_t known =
        reading_list_find(&self->model.readings, self->known_host[reading / metrics],
                          self->known_metric[reading % metrics]);

    return known < 0 ? (double)NAN : values[known * cells + cell];
}

/* Collective. Some cells of an array of the model as [cells][hosts][metrics] of the night. */
static void put_of_model(const struct mrdmd_analysis *self, struct archive *archive,
                         const char *name, const double *values, int64_t cells, struct span some)
{
    const int64_t readings = self->hosts_scored * self->night.metric_count;
    const struct archive_shape shape = {
        ARCHIVE_DOUBLE, 3, {some.count, self->hosts_scored, self->night.metric_count}
    };
    double *turned = mem_zero((size_t)(readings * some.count), sizeof *turned);

    for (int64_t cell = 0; cell < some.count; cell++) {
        for (int64_t reading = 0; reading < readings; reading++)
            turned[cell * readings + reading] =
                of_model(self, values, cells, reading, some.first + cell);
    }
    archive_put(archive, name, shape, turned);
    mem_free(&turned);
}

static void put_baseline(const struct mrdmd_analysis *self, struct archive *archive)
{
    const struct mrdmd_model *model = &self->model;
    const struct span bands = {0, model->bands.count};
    const struct span residual = {model->bands.count, 1};
    const struct span all = {0, 1};
    const int64_t sizes = self->night.sizes;

    put_of_model(self, archive, "/mrdmd/baseline/mean", model->mean, sizes, bands);
    put_of_model(self, archive, "/mrdmd/baseline/std", model->std, sizes, bands);
    put_of_model(self, archive, "/mrdmd/baseline/residual_mean", model->mean, sizes, residual);
    put_of_model(self, archive, "/mrdmd/baseline/residual_std", model->std, sizes, residual);
    put_of_model(self, archive, "/mrdmd/baseline/coverage", model->coverage, 1, all);
    archive_put_int(archive, "/mrdmd", "bootstrap_seed",
                    settings_int(self->settings, "bootstrap_seed"));
    archive_put_int(archive, "/mrdmd", "bootstrap_count",
                    settings_int(self->settings, "bootstrap_count"));
    archive_put_int(archive, "/mrdmd", "trial_windows", model->trial_windows);
    archive_put_text(archive, "/mrdmd", "baseline_kind", settings_text(self->settings, "baseline"));
    archive_put_real(archive, "/mrdmd", "fdr", settings_real(self->settings, "fdr"));
}

/* Collective. What no mode explains, window by window: its share of the energy, and z against the trial windows. */
static void put_residual(const struct mrdmd_analysis *self, struct archive *archive)
{
    const struct mrdmd_night *night = &self->night;
    const struct archive_shape shape = {
        ARCHIVE_FLOAT, 3, {night->root_count, self->hosts_scored, night->metric_count}
    };
    const struct archive_shape shares = {
        ARCHIVE_DOUBLE, 2, {night->root_count, night->metric_count}
    };
    const int64_t cells = night->root_count * night->metric_count;
    double *share = mem_zero((size_t)cells, sizeof *share);

    for (int64_t i = 0; i < cells; i++) share[i] = mrdmd_residual_share(&night->energy[i]);
    archive_put(archive, "/mrdmd/residual_z", shape, self->residual_z);
    archive_put(archive, "/mrdmd/residual_share", shares, share);
    mem_free(&share);
}

void mrdmd_write(const void *analysis, struct archive *archive)
{
    const struct mrdmd_analysis *self = analysis;
    const struct mrdmd_night *night = &self->night;
    const struct archive_shape shape = {
        ARCHIVE_FLOAT, 3, {night->bands.count, self->hosts_scored, night->metric_count}
    };
    struct archive_shape flags = shape;

    flags.type = ARCHIVE_INT8;
    mrdmd_write_tables(self->comm, archive, night->plan, night->results, &night->groups,
                       &night->bands);
    archive_put(archive, "/mrdmd/zscore", shape, self->zscore);
    archive_put(archive, "/mrdmd/band_power_z", shape, self->band_power_z);
    archive_put(archive, "/mrdmd/is_anomaly", flags, self->is_anomaly);
    put_residual(self, archive);
    if (self->jobs) {
        archive_put_int(archive, "/mrdmd", "trial_jobs", self->model.trial_jobs);
        job_scores_write(self->jobs, archive);
    }
    put_baseline(self, archive);
}
