// SPDX-License-Identifier: BSD-3-Clause
#include "calibration.h"

#include <string.h>

void mrdmd_model_release(struct mrdmd_model *model)
{
    names_destroy(&model->hosts);
    names_destroy(&model->metrics);
    mrdmd_bands_release(&model->bands);
    reading_list_release(&model->readings);
    mem_free(&model->scales);
    mem_free(&model->mean);
    mem_free(&model->std);
    mem_free(&model->coverage);
    mem_free(&model->companion);
    mem_free(&model->priors);
    mem_free(&model->tails);
    mem_free(&model->job_mean);
    mem_free(&model->job_std);
    memset(model, 0, sizeof *model);
}

static void put_names(struct archive *archive, const char *name, const struct name_table *names)
{
    const int64_t count = names_count(names);
    const char **texts = mem_zero((size_t)count, sizeof *texts);

    for (int64_t i = 0; i < count; i++) texts[i] = names_text(names, i);
    archive_put_texts(archive, name, texts, count);
    mem_free(&texts);
}

static void put_doubles(struct archive *archive, const char *name, int64_t rows, int64_t columns,
                        int64_t cells, const void *values)
{
    const struct archive_shape shape = {
        ARCHIVE_DOUBLE, 3, {rows, columns, cells}
    };

    archive_put(archive, name, shape, values);
}

enum {
    BASELINE_DOUBLES = sizeof(struct band_baseline) / sizeof(double),
    PRIOR_DOUBLES = sizeof(struct band_prior) / sizeof(double),
    TAIL_DOUBLES = sizeof(struct tail_law) / sizeof(double),
    SCALE_DOUBLES = sizeof(struct mrdmd_scale) / sizeof(double)
};

/* What is known of each reading; `reading` tells of which: host * metrics + metric, rising. */
static void put_readings(struct archive *archive, const struct mrdmd_model *model)
{
    const int64_t count = model->readings.count;
    const int sizes = model->bands.count + 1;
    int64_t *keys = mem_zero((size_t)count, sizeof *keys);

    reading_list_keys(&model->readings, 0, names_count(model->metrics), keys);
    archive_put(archive, "/mrdmd/reading", (struct archive_shape){ARCHIVE_INT64, 1, {count}}, keys);
    put_doubles(archive, "/mrdmd/mean", 1, count, sizes, model->mean);
    put_doubles(archive, "/mrdmd/std", 1, count, sizes, model->std);
    put_doubles(archive, "/mrdmd/coverage", 1, count, 1, model->coverage);
    put_doubles(archive, "/mrdmd/companion", 1, count, model->items * BASELINE_DOUBLES,
                model->companion);
    mem_free(&keys);
}

void mrdmd_save(const void *analysis, struct archive *archive)
{
    const struct mrdmd_analysis *self = analysis;
    const struct mrdmd_model *model = &self->model;
    const int64_t metrics = names_count(model->metrics);

    put_names(archive, "/mrdmd/hosts", model->hosts);
    put_names(archive, "/mrdmd/metrics", model->metrics);
    put_doubles(archive, "/mrdmd/bands_hz", 1, model->bands.count, 2, model->bands.hz);
    put_doubles(archive, "/mrdmd/scales", 1, metrics, SCALE_DOUBLES, model->scales);
    put_readings(archive, model);
    put_doubles(archive, "/mrdmd/priors", 1, metrics, model->items * PRIOR_DOUBLES, model->priors);
    put_doubles(archive, "/mrdmd/tails", 1, metrics, model->items * TAIL_DOUBLES, model->tails);
    if (model->job_mean) {
        put_doubles(archive, "/mrdmd/job_mean", 1, metrics, model->bands.count + 1,
                    model->job_mean);
        put_doubles(archive, "/mrdmd/job_std", 1, metrics, model->bands.count + 1, model->job_std);
        archive_put_int(archive, "/mrdmd", "trial_jobs", model->trial_jobs);
    }
    archive_put_real(archive, "/mrdmd", "period_s", model->period_s);
    archive_put_int(archive, "/mrdmd", "window_samples", model->window_samples);
    archive_put_int(archive, "/mrdmd", "trial_windows", model->trial_windows);
    archive_put_text(archive, "/mrdmd", "baseline", settings_text(self->settings, "baseline"));
}

static status get_names(struct archive *archive, const char *name, struct name_table **names)
{
    struct name_table *found = names_create();
    int64_t *numbers = NULL;
    int64_t count;
    status st = archive_get_texts(archive, name, found, &numbers, &count);

    mem_free(&numbers);
    if (st == STATUS_OK && names_count(found) != count)
        st = fail(STATUS_BAD_INPUT, "%s: %s holds a name twice", archive_path(archive), name);
    if (st != STATUS_OK)
        names_destroy(&found);
    else
        *names = found;
    return st;
}

static status get_doubles(struct archive *archive, const char *name, int64_t rows, int64_t columns,
                          int64_t cells, void *values)
{
    struct archive_shape shape = {
        ARCHIVE_DOUBLE, 3, {rows, columns, cells}
    };

    return archive_get(archive, name, &shape, values);
}

static status load_bands(struct archive *archive, struct mrdmd_model *model)
{
    struct archive_shape shape = {
        ARCHIVE_DOUBLE, 3, {1, -1, 2}
    };
    void *hz;

    TRY(archive_get(archive, "/mrdmd/bands_hz", &shape, &hz));
    model->bands.hz = hz;
    model->bands.count = (int)shape.extent[1];
    if (model->bands.count < 2 || model->bands.count > 1000)
        return fail(STATUS_BAD_INPUT, "%s: /mrdmd/bands_hz has %d bands", archive_path(archive),
                    model->bands.count);
    model->items = 2 * (BAND_FIRST + model->bands.count - 1); /* companion.h */
    return STATUS_OK;
}

/* What it knows of jobs, if anything. */
static status load_jobs(struct archive *archive, struct mrdmd_model *model)
{
    const int64_t metrics = names_count(model->metrics);

    if (!archive_has(archive, "/mrdmd/job_mean")) return STATUS_OK;
    TRY(get_doubles(archive, "/mrdmd/job_mean", 1, metrics, model->bands.count + 1,
                    &model->job_mean));
    TRY(get_doubles(archive, "/mrdmd/job_std", 1, metrics, model->bands.count + 1,
                    &model->job_std));
    return archive_get_int(archive, "/mrdmd", "trial_jobs", &model->trial_jobs);
}

/* The list of readings. */
static status load_list(struct archive *archive, struct mrdmd_model *model)
{
    const int64_t hosts = names_count(model->hosts);
    const int64_t metrics = names_count(model->metrics);
    struct archive_shape shape = {ARCHIVE_INT64, 1, {-1}};
    int64_t *keys;
    int64_t last = -1;
    bool is_rising = true;
    void *values;

    if (!archive_has(archive, "/mrdmd/reading") && archive_has(archive, "/mrdmd/companion"))
        return fail(STATUS_BAD_INPUT, "%s: was fitted by an earlier build; fit it again",
                    archive_path(archive));
    TRY(archive_get(archive, "/mrdmd/reading", &shape, &values));
    keys = values;
    for (int64_t i = 0; i < shape.extent[0]; i++) {
        is_rising = is_rising && keys[i] > last;
        last = keys[i];
    }
    if (is_rising && last < hosts * metrics)
        reading_list_of_keys(&model->readings, keys, shape.extent[0], hosts, metrics);
    else
        is_rising = false;
    mem_free(&keys);
    return is_rising ? STATUS_OK
                     : fail(STATUS_BAD_INPUT, "%s: /mrdmd/reading names what there is not",
                            archive_path(archive));
}

static status load_readings(struct archive *archive, struct mrdmd_model *model)
{
    const int sizes = model->bands.count + 1;
    int64_t count;

    TRY(load_list(archive, model));
    count = model->readings.count;
    TRY(get_doubles(archive, "/mrdmd/mean", 1, count, sizes, &model->mean));
    TRY(get_doubles(archive, "/mrdmd/std", 1, count, sizes, &model->std));
    TRY(get_doubles(archive, "/mrdmd/coverage", 1, count, 1, &model->coverage));
    return get_doubles(archive, "/mrdmd/companion", 1, count, model->items * BASELINE_DOUBLES,
                       &model->companion);
}

static status load_arrays(struct archive *archive, struct mrdmd_model *model)
{
    const int64_t metrics = names_count(model->metrics);

    TRY(get_doubles(archive, "/mrdmd/scales", 1, metrics, SCALE_DOUBLES, &model->scales));
    TRY(load_readings(archive, model));
    TRY(get_doubles(archive, "/mrdmd/priors", 1, metrics, model->items * PRIOR_DOUBLES,
                    &model->priors));
    TRY(get_doubles(archive, "/mrdmd/tails", 1, metrics, model->items * TAIL_DOUBLES,
                    &model->tails));
    TRY(archive_get_real(archive, "/mrdmd", "period_s", &model->period_s));
    TRY(archive_get_int(archive, "/mrdmd", "window_samples", &model->window_samples));
    TRY(archive_get_int(archive, "/mrdmd", "trial_windows", &model->trial_windows));
    if (!(model->period_s > 0.0) || model->window_samples < 8)
        return fail(STATUS_BAD_INPUT, "%s: /mrdmd has period_s %g and window_samples %lld",
                    archive_path(archive), model->period_s, (long long)model->window_samples);
    return STATUS_OK;
}

status mrdmd_load(void *analysis, struct archive *archive)
{
    struct mrdmd_analysis *self = analysis;
    struct mrdmd_model model = {0};
    status st = get_names(archive, "/mrdmd/hosts", &model.hosts);

    if (st == STATUS_OK) st = get_names(archive, "/mrdmd/metrics", &model.metrics);
    if (st == STATUS_OK) st = load_bands(archive, &model);
    if (st == STATUS_OK) st = load_arrays(archive, &model);
    if (st == STATUS_OK) st = load_jobs(archive, &model);
    if (st != STATUS_OK) {
        mrdmd_model_release(&model);
        return st;
    }
    mrdmd_model_release(&self->model);
    self->model = model;
    self->has_model = true;
    return STATUS_OK;
}
