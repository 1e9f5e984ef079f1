// SPDX-License-Identifier: BSD-3-Clause
#include "forecast.h"
#include "analysis.h"

static status forecast_create(const struct comm *comm, const struct settings *settings, void **self)
{
    struct forecast_settings checked;
    struct forecast *forecast;

    TRY(forecast_settings_of(settings, &checked));
    forecast = mem_zero(1, sizeof *forecast);
    forecast->comm = comm;
    forecast->settings = checked;
    forecast->given = settings;
    forecast->model.metrics = names_create();
    *self = forecast;
    return STATUS_OK;
}

void forecast_model_release(struct forecast_model *model)
{
    names_destroy(&model->metrics);
    mem_free(&model->scaling);
    mem_free(&model->parameters);
    mem_free(&model->state);
    mem_free(&model->laws);
    mem_free(&model->epochs);
}

void forecast_make_predictor(struct forecast *forecast)
{
    if (forecast->has_predictor) predictor_release(&forecast->predictor);
    predictor_init(&forecast->settings, (int)names_count(forecast->model.metrics),
                   &forecast->predictor);
    forecast->has_predictor = true;
}

static void forecast_destroy(void **self)
{
    struct forecast *forecast = *self;

    if (!forecast) return;
    if (forecast->has_predictor) predictor_release(&forecast->predictor);
    forecast_model_release(&forecast->model);
    for (int n = 0; n < forecast->night_count; n++) mem_free(&forecast->night[n].score);
    mem_free(&forecast->night);
    mem_free(&forecast->events);
    metric_map_release(&forecast->map);
    mem_free(&forecast->kept.host);
    mem_free(&forecast->kept.prediction);
    mem_free(&forecast->checkpoint_path);
    text_release(&forecast->trials);
    mem_free(self);
}

static void forecast_checkpoint(void *self, const char *path, enum fit_resume resume)
{
    static const enum train_resume resumes[] = {[FIT_ANEW] = TRAIN_ANEW,
                                                [FIT_RESUME] = TRAIN_RESUME,
                                                [FIT_RESUME_IF_SAME] = TRAIN_RESUME_IF_SAME};
    struct forecast *forecast = self;
    struct text copy = {0};

    text_printf(&copy, "%s", path);
    mem_free(&forecast->checkpoint_path);
    forecast->checkpoint_path = copy.bytes;
    forecast->resume = resumes[resume];
}

const struct analysis analysis_forecast = {
    .name = "forecast",
    .summary = "how far each sample is from what the ones before it led to expect",
    .parameters = forecast_parameters,
    .create = forecast_create,
    .destroy = forecast_destroy,
    .checkpoint = forecast_checkpoint,
    .fit = forecast_fit,
    .recall = forecast_recall,
    .score = forecast_score,
    .save = forecast_save,
    .load = forecast_load,
    .write = forecast_write,
};
