// SPDX-License-Identifier: BSD-3-Clause
#include "forecast.h"

#include <math.h>
#include <string.h>

static const char *kind_name(enum forecast_kind kind)
{
    static const char *const names[] = {[FORECAST_HYBRID] = "hybrid",
                                        [FORECAST_TSMIXER] = "tsmixer",
                                        [FORECAST_SYSMIXER] = "sysmixer",
                                        [FORECAST_RIDGE] = "ridge"};

    return names[kind];
}

static const char *end_name(int end)
{
    return end == TRAIN_DIVERGED        ? "diverged"
           : end == TRAIN_STOPPED_EARLY ? "stopped early"
                                        : "all epochs";
}

static void put_model(const struct forecast *forecast, struct archive *archive)
{
    const struct forecast_model *model = &forecast->model;
    const bool is_recalled = forecast->recalled.files > 0;
    char name[CHECKSUM_TEXT_BYTES];

    archive_put_text(archive, "/forecast", "predictor", kind_name(forecast->settings.kind));
    archive_put_int(archive, "/forecast", "window", forecast->settings.window);
    archive_put_int(archive, "/forecast", "horizon", forecast->settings.horizon);
    forecast_model_name(forecast, name);
    archive_put_text(archive, "/forecast", "model", name);
    archive_put_real(archive, "/forecast", "threshold", model->threshold);
    archive_put_real(archive, "/forecast", "model_threshold",
                     is_recalled ? forecast->recalled.model_threshold : model->threshold);
    archive_put_int(archive, "/forecast", "recalled_samples", forecast->recalled.samples);
    archive_put(archive, "/forecast/tally", (struct archive_shape){ARCHIVE_INT64, 1, {TALLY_BINS}},
                forecast->tally);
    archive_put_real(archive, "/forecast", "validation_loss", model->validation_loss);
    archive_put_real(archive, "/forecast", "ridge_loss", model->ridge_loss);
    archive_put_real(archive, "/forecast", "last_value_loss", model->last_value_loss);
    archive_put_int(archive, "/forecast", "best_epoch", model->best_epoch);
    archive_put_text(archive, "/forecast", "training_end", end_name(model->end));
    if (model->epoch_count > 0)
        archive_put(archive, "/forecast/epochs",
                    (struct archive_shape){
                        ARCHIVE_DOUBLE, 2, {model->epoch_count, 3}
        },
                    model->epochs);
}

/* Each metric: where it stands in the night, and its law in its own unit. */
static void put_metrics(const struct forecast *forecast, struct archive *archive)
{
    const struct forecast_model *model = &forecast->model;
    const int64_t metrics = names_count(model->metrics);
    double *table = mem_zero((size_t)metrics * 4, sizeof *table);

    for (int64_t m = 0; m < metrics; m++) {
        const double scale = model->scaling[m].scale;

        table[m * 4] = model->scaling[m].centre;
        table[m * 4 + 1] = model->scaling[m].is_used ? scale : 0;
        table[m * 4 + 2] = model->laws[m].centre * scale;
        table[m * 4 + 3] = model->laws[m].spread * scale;
    }
    archive_put(archive, "/forecast/metric", (struct archive_shape){ARCHIVE_INT32, 1, {metrics}},
                forecast->map.place);
    archive_put(archive, "/forecast/scaling",
                (struct archive_shape){
                    ARCHIVE_DOUBLE, 2, {metrics, 4}
    },
                table);
    mem_free(&table);
}

/* Scores of all samples: each rank its hosts, nights side by side. */
static void put_scores(const struct forecast *forecast, struct archive *archive)
{
    const int64_t hosts = forecast->hosts.count;
    int64_t times = 0, before = 0;
    float *scores;
    double *unix_s;

    for (int n = 0; n < forecast->night_count; n++) times += forecast->night[n].times;
    scores = mem_array((size_t)(hosts * times) + 1, sizeof *scores);
    unix_s = mem_zero((size_t)times, sizeof *unix_s);
    for (int n = 0; n < forecast->night_count; n++) {
        const struct forecast_night *night = &forecast->night[n];

        for (int64_t h = 0; h < hosts; h++)
            memcpy(scores + h * times + before, night->score + h * night->times,
                   (size_t)night->times * sizeof *scores);
        for (int64_t t = 0; t < night->times; t++)
            unix_s[before + t] = night->start_unix_s + (double)t * forecast->model.period_s;
        before += night->times;
    }
    archive_put(archive, "/forecast/unix_s", (struct archive_shape){ARCHIVE_DOUBLE, 1, {times}},
                unix_s);
    archive_declare(archive, "/forecast/score",
                    (struct archive_shape){
                        ARCHIVE_FLOAT, 2, {forecast->all_hosts, times}
    });
    archive_put_rows(archive, "/forecast/score", forecast->hosts, scores);
    mem_free(&scores);
    mem_free(&unix_s);
}

/* Columns from rows. */
static void put_events(const struct forecast *forecast, struct archive *archive)
{
    const int64_t count = forecast->event_count;
    const size_t room = (size_t)count + 1;
    int32_t *host = mem_zero(room, sizeof *host);
    int32_t *metric = mem_zero(room * FORECAST_TOP, sizeof *metric);
    float *share = mem_zero(room * FORECAST_TOP, sizeof *share);
    double *columns = mem_zero(room * 3, sizeof *columns);
    static const char *const names[] = {"start_unix_s", "end_unix_s", "peak"};
    int64_t all;

    for (int64_t e = 0; e < count; e++) {
        const struct forecast_event *event = &forecast->events[e];

        host[e] = event->host;
        memcpy(metric + e * FORECAST_TOP, event->metric, sizeof event->metric);
        memcpy(share + e * FORECAST_TOP, event->share, sizeof event->share);
        columns[e] = event->start_unix_s;
        columns[count + e] = event->end_unix_s;
        columns[2 * count + e] = event->peak;
    }
    all = comm_sum_int64(forecast->comm, count); /* only rank 0 has any */
    archive_put(archive, "/forecast/events/host", (struct archive_shape){ARCHIVE_INT32, 1, {all}},
                host);
    archive_put(archive, "/forecast/events/metric",
                (struct archive_shape){
                    ARCHIVE_INT32, 2, {all, FORECAST_TOP}
    },
                metric);
    archive_put(archive, "/forecast/events/share",
                (struct archive_shape){
                    ARCHIVE_FLOAT, 2, {all, FORECAST_TOP}
    },
                share);
    for (int c = 0; c < 3; c++) {
        struct text name = {0};

        text_printf(&name, "/forecast/events/%s", names[c]);
        archive_put(archive, name.bytes, (struct archive_shape){ARCHIVE_DOUBLE, 1, {all}},
                    columns + c * count);
        text_release(&name);
    }
    mem_free(&host);
    mem_free(&metric);
    mem_free(&share);
    mem_free(&columns);
}

static void put_kept(const struct forecast *forecast, struct archive *archive)
{
    const struct forecast_kept *kept = &forecast->kept;
    const struct forecast_night *night = &forecast->night[forecast->night_count - 1];
    const int64_t metrics = names_count(forecast->model.metrics);

    archive_put(archive, "/forecast/kept/host",
                (struct archive_shape){ARCHIVE_INT32, 1, {kept->count}}, kept->host);
    archive_put(archive, "/forecast/kept/prediction",
                (struct archive_shape){
                    ARCHIVE_FLOAT, 3, {kept->count, night->times, metrics}
    },
                kept->prediction);
    archive_put_real(archive, "/forecast/kept", "start_unix_s", night->start_unix_s);
}

void forecast_write(const void *self, struct archive *archive)
{
    const struct forecast *forecast = self;
    const struct forecast_errors *errors = &forecast->errors;
    const double count = (double)errors->count;
    int64_t judged = 0;

    put_model(forecast, archive);
    for (int n = 0; n < forecast->night_count; n++) judged += forecast->night[n].judged;
    archive_put_int(archive, "/forecast", "judged_samples", judged);
    archive_put_real(archive, "/forecast", "mse", errors->squared / count);
    archive_put_real(archive, "/forecast", "mae", errors->absolute / count);
    archive_put_real(archive, "/forecast", "mse_last_value", errors->last_value_squared / count);
    put_metrics(forecast, archive);
    put_scores(forecast, archive);
    put_events(forecast, archive);
    put_kept(forecast, archive);
}
