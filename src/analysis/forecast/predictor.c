// SPDX-License-Identifier: BSD-3-Clause
#include "forecast.h"

#include <string.h>

static struct mixer_shape mixer_shape_of(const struct forecast_settings *settings, int metrics)
{
    const bool is_original = settings->kind == FORECAST_SYSMIXER;

    return (struct mixer_shape){.length = settings->window,
                                .channels = metrics,
                                .horizon = settings->horizon,
                                .hidden = settings->hidden,
                                .blocks = settings->blocks,
                                .norm = is_original ? NN_NORM_SCALAR : settings->norm,
                                .norm_eps = 1e-5,
                                .dropout = settings->dropout,
                                .has_revin = is_original || settings->has_revin,
                                .is_revin_detached = !is_original,
                                .revin_eps = 1e-5};
}

void predictor_init(const struct forecast_settings *settings, int metrics,
                    struct predictor *predictor)
{
    const enum forecast_kind kind = settings->kind;

    *predictor = (struct predictor){
        .has_linear = kind == FORECAST_HYBRID || kind == FORECAST_RIDGE,
        .has_mixer = kind != FORECAST_RIDGE,
        .lagged = {settings->window, metrics, settings->horizon, settings->lags}
    };
    if (predictor->has_linear) predictor->linear_count = lagged_parameter_count(&predictor->lagged);
    predictor->parameter_count = predictor->linear_count;
    if (!predictor->has_mixer) return;
    {
        const struct mixer_shape shape = mixer_shape_of(settings, metrics);

        predictor->mixer = mixer_create(&shape);
    }
    predictor->parameter_count += mixer_parameter_count(predictor->mixer);
    predictor->state_count = mixer_state_count(predictor->mixer);
}

void predictor_release(struct predictor *predictor)
{
    mixer_destroy(&predictor->mixer);
}

int predictor_tile(const struct predictor *predictor)
{
    /* 6 arrays of cells and 2 of hidden units a block, within one and a quarter megabytes; but so many samples that
       weights and gradients, which every tile reads, are less than what it works on. */
    const struct lagged *lagged = &predictor->lagged;
    const int64_t budget = 5 << 18;
    const int64_t weights = 2 * predictor->parameter_count * (int64_t)sizeof(real);
    int64_t bytes = (int64_t)lagged->length * lagged->channels * 4 * (int64_t)sizeof(real);
    int tile = 1;

    if (predictor->mixer) {
        const struct mixer_shape *shape = mixer_shape(predictor->mixer);
        const int64_t hidden = (int64_t)lagged->length * shape->hidden;

        bytes += shape->blocks * (3 * bytes / 4 + hidden * (int64_t)sizeof(real));
    }
    while (tile < 16 && (2 * tile * bytes <= budget || tile * bytes < weights)) tile *= 2;
    return tile;
}

void predictor_work_init(const struct predictor *predictor, int shards, int samples,
                         struct predictor_work *work)
{
    const struct lagged *lagged = &predictor->lagged;
    const size_t columns = (size_t)shards * (size_t)samples * (size_t)lagged->channels;
    const size_t outputs = columns * (size_t)lagged->horizon;

    *work = (struct predictor_work){
        .pass = predictor->mixer ? mixer_pass_create(predictor->mixer, shards, samples) : NULL,
        .shards = shards,
        .samples = samples,
        .input = mem_array(columns * (size_t)lagged->length + 1, sizeof(real)),
        .output = mem_array(outputs + 1, sizeof(real)),
        .linear = mem_array(outputs + 1, sizeof(real)),
        .d_output = mem_array(outputs + 1, sizeof(real)),
        .panel = mem_array(NN_PANEL_REALS, sizeof(real))};
}

void predictor_work_release(struct predictor_work *work)
{
    mixer_pass_destroy(&work->pass);
    mem_free(&work->input);
    mem_free(&work->output);
    mem_free(&work->linear);
    mem_free(&work->d_output);
    mem_free(&work->panel);
}

void predictor_gather(int window, int metrics, int samples, const float *const *windows,
                      real *input)
{
    for (int t = 0; t < window; t++)
        for (int s = 0; s < samples; s++)
            memcpy(input + ((int64_t)t * samples + s) * metrics, windows[s] + (int64_t)t * metrics,
                   (size_t)metrics * sizeof *input);
}

void predictor_predict(const struct predictor *predictor, const real *parameters, int samples,
                       struct predictor_work *work)
{
    const struct lagged *lagged = &predictor->lagged;
    const int64_t outputs = (int64_t)lagged->horizon * samples * lagged->channels;
    const struct mixer_batch batch = {.shards = 1, .samples = samples, .input = work->input};

    if (predictor->has_mixer) {
        mixer_pass_load(work->pass, parameters + predictor->linear_count);
        mixer_forward(predictor->mixer, &batch, work->pass, work->output);
    }
    if (!predictor->has_linear) return;
    lagged_forward(lagged, parameters, samples, work->input, work->panel, work->linear);
    if (!predictor->has_mixer)
        memcpy(work->output, work->linear, (size_t)outputs * sizeof(real));
    else
        for (int64_t i = 0; i < outputs; i++) work->output[i] += work->linear[i];
}
