// SPDX-License-Identifier: BSD-3-Clause
#include "forecast.h"

#include <math.h>
#include <string.h>

/* ---- a host's night -------------------------------------------------------------------------------- */

void host_night_init(int64_t times, int metrics, struct host_night *host)
{
    *host = (struct host_night){.x = mem_array((size_t)(times * metrics), sizeof *host->x),
                                .is_live = mem_zero((size_t)metrics, sizeof *host->is_live),
                                .runs = mem_zero((size_t)times + 1, sizeof *host->runs)};
}

void host_night_release(struct host_night *host)
{
    mem_free(&host->x);
    mem_free(&host->is_live);
    mem_free(&host->runs);
}

void host_night_take(const struct forecast *forecast, const struct view *night, int64_t host,
                     const float *tile, int64_t place, struct host_night *taken)
{
    const struct forecast_model *model = &forecast->model;
    const int64_t times = view_times(night).count;
    const int metrics = (int)names_count(model->metrics);
    int8_t *is_break = NULL;
    struct series series = {.times = times, .x = taken->x};
    struct data_set one = {.metrics = metrics, .series = &series, .series_count = 1};

    series_take(tile, place, times, view_facility(night)->metric_count, &forecast->map, metrics,
                taken->x);
    series_live(taken->x, times, metrics, taken->is_live);
    if (forecast->settings.should_split_at_jobs) {
        is_break = mem_zero((size_t)times, sizeof *is_break);
        series_breaks(night, host, is_break);
    }
    taken->run_count = series_runs(taken->x, times, metrics, taken->is_live, is_break,
                                   forecast->settings.window + 1, taken->runs);
    data_set_scale(&one, model->scaling);
    mem_free(&is_break);
}

/* ---- windows in a row ------------------------------------------------------------------------------ */

void window_reader_init(const struct predictor *predictor, const real *parameters,
                        const real *state, struct window_reader *reader)
{
    *reader = (struct window_reader){.predictor = predictor,
                                     .parameters = parameters,
                                     .work = mem_zero(1, sizeof *reader->work),
                                     .tile = predictor_tile(predictor)};
    reader->windows = mem_zero((size_t)reader->tile, sizeof *reader->windows);
    predictor_work_init(predictor, 1, reader->tile, reader->work);
    if (predictor->state_count > 0) mixer_use_state(reader->work->pass, state);
}

void window_reader_release(struct window_reader *reader)
{
    predictor_work_release(reader->work);
    mem_free(&reader->work);
    mem_free(&reader->windows);
}

const real *window_reader_predict(struct window_reader *reader, const float *x, int count)
{
    const struct lagged *lagged = &reader->predictor->lagged;

    for (int w = 0; w < count; w++) reader->windows[w] = x + (int64_t)w * lagged->channels;
    predictor_gather(lagged->length, lagged->channels, count, reader->windows, reader->work->input);
    predictor_predict(reader->predictor, reader->parameters, count, reader->work);
    return reader->work->output;
}

/* ---- errors of items ------------------------------------------------------------------------------- */

/* Windows of one run from its window number first on. */
static void residuals_of_run(struct window_reader *reader, const struct forecast_model *model,
                             const struct series *series, int64_t first, int64_t count,
                             float *residuals)
{
    const struct lagged *lagged = &reader->predictor->lagged;
    const int metrics = lagged->channels;

    for (int64_t done = 0; done < count; done += reader->tile) {
        const int64_t left = count - done;
        const int windows = (int)(left < reader->tile ? left : reader->tile);
        const float *x = series->x + (first + done) * metrics;
        const real *predicted = window_reader_predict(reader, x, windows);
        const float *truth = x + (int64_t)lagged->length * metrics;

        for (int64_t i = 0; i < (int64_t)windows * metrics; i++) {
            const int64_t m = i % metrics;

            *residuals++ = series->is_live[m] && model->scaling[m].is_used
                               ? truth[i] - (float)predicted[i]
                               : NAN;
        }
    }
}

void residuals_of_items(const struct predictor *predictor, const struct forecast_model *model,
                        const struct data_set *data, const struct item_list *list,
                        struct span items, float *residuals)
{
    struct window_reader reader;

    window_reader_init(predictor, model->parameters, model->state, &reader);
    for (int64_t r = 0; r < list->run_count; r++) {
        const struct item_run *run = &list->runs[r];
        const int64_t low = items.first > run->number ? items.first - run->number : 0;
        const int64_t left = items.first + items.count - run->number;
        const int64_t high = left < run->count ? left : run->count;

        if (low >= high) continue;
        residuals_of_run(&reader, model, &data->series[run->series], run->first + low, high - low,
                         residuals + (run->number + low - items.first) * data->metrics);
        comm_progress();
    }
    window_reader_release(&reader);
}
