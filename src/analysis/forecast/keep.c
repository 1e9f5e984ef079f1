// SPDX-License-Identifier: BSD-3-Clause
#include "forecast.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct peak {
    int64_t host;
    double score;
};

static int by_score(const void *a, const void *b)
{
    const struct peak *x = a, *y = b;

    if (x->score < y->score || x->score > y->score) return x->score < y->score ? 1 : -1;
    return (x->host > y->host) - (x->host < y->host);
}

/* Collective. The hosts of this night by their highest score. @return how many are kept */
static int64_t find_peaks(const struct forecast *forecast, const struct comm *comm,
                          struct peak **peaks)
{
    const struct forecast_night *night = &forecast->night[forecast->night_count - 1];
    struct peak *mine = mem_zero((size_t)forecast->hosts.count + 1, sizeof *mine);
    int64_t count = 0, all;

    for (int64_t h = 0; h < forecast->hosts.count; h++) {
        const float *scores = night->score + h * night->times;
        double most = -1;

        for (int64_t t = 0; t < night->times; t++)
            if ((double)scores[t] > most) most = (double)scores[t];
        if (most >= 0) mine[count++] = (struct peak){forecast->hosts.first + h, most};
    }
    comm_all_rows(comm, mine, count, sizeof *mine, (void **)peaks, &all);
    mem_free(&mine);
    qsort(*peaks, (size_t)all, sizeof **peaks, by_score);
    return all < forecast->settings.kept_hosts ? all : forecast->settings.kept_hosts;
}

/* The predictions of one host in the metrics' units. @param out  shape [times][metrics] */
static void predict_host(const struct forecast *forecast, struct window_reader *reader,
                         const struct host_night *host, int64_t times, float *out)
{
    const struct forecast_model *model = &forecast->model;
    const int metrics = (int)names_count(model->metrics);
    const int window = forecast->settings.window;

    for (int64_t i = 0; i < times * metrics; i++) out[i] = NAN;
    for (int64_t r = 0; r < host->run_count; r++) {
        const struct span run = host->runs[r];

        for (int64_t done = 0; done < run.count - window; done += reader->tile) {
            const int64_t left = run.count - window - done;
            const int count = (int)(left < reader->tile ? left : reader->tile);
            const real *predicted =
                window_reader_predict(reader, host->x + (run.first + done) * metrics, count);
            float *to = out + (run.first + done + window) * metrics;

            for (int64_t i = 0; i < (int64_t)count * metrics; i++) {
                const struct scaling *by = &model->scaling[i % metrics];

                if (by->is_used && host->is_live[i % metrics])
                    to[i] = (float)(by->centre + by->scale * (double)predicted[i]);
            }
        }
    }
}

static status predict_hosts(const struct forecast *forecast, struct view *night,
                            const struct peak *peaks, int64_t count, float *predictions)
{
    const int64_t times = view_times(night).count;
    const int metrics = (int)names_count(forecast->model.metrics);
    float *samples =
        mem_array((size_t)(times * view_facility(night)->metric_count), sizeof *samples);
    struct window_reader reader;
    struct host_night host;
    status st = STATUS_OK;

    window_reader_init(&forecast->predictor, forecast->model.parameters, forecast->model.state,
                       &reader);
    host_night_init(times, metrics, &host);
    for (int64_t k = 0; k < count && !st; k++) {
        const int32_t number = (int32_t)peaks[k].host;

        st = view_read_hosts(night, &number, 1, (struct span){0, times}, samples);
        if (st) break;
        host_night_take(forecast, night, number, samples, 0, &host);
        predict_host(forecast, &reader, &host, times, predictions + k * times * metrics);
        comm_progress();
    }
    host_night_release(&host);
    window_reader_release(&reader);
    mem_free(&samples);
    return st;
}

status forecast_keep(struct forecast *forecast, struct view *night)
{
    const struct comm *comm = view_comm(night);
    const int64_t host_items = view_times(night).count * names_count(forecast->model.metrics);
    struct forecast_kept kept = {0};
    struct peak *peaks = NULL;
    struct span mine;
    float *predictions;
    status st;

    kept.count = find_peaks(forecast, comm, &peaks);
    mine = comm_share(comm, kept.count);
    predictions = mem_array((size_t)(mine.count * host_items) + 1, sizeof *predictions);
    st = comm_agree(comm,
                    predict_hosts(forecast, night, peaks + mine.first, mine.count, predictions));
    if (!st) {
        int64_t rows;

        comm_gather_rows(comm, predictions, mine.count, (size_t)host_items * sizeof *predictions,
                         (void **)&kept.prediction, &rows);
        kept.host = mem_zero((size_t)kept.count + 1, sizeof *kept.host);
        for (int64_t k = 0; k < kept.count; k++) kept.host[k] = (int32_t)peaks[k].host;
        mem_free(&forecast->kept.host);
        mem_free(&forecast->kept.prediction);
        forecast->kept = kept;
    }
    mem_free(&predictions);
    mem_free(&peaks);
    return st;
}
