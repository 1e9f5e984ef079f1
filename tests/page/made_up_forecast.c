// SPDX-License-Identifier: BSD-3-Clause
#include "made_up.h"

#include <math.h>

enum { EPOCHS = 14, KEPT_MOST = 16, EVENTS_MOST = 64 };

static const double threshold = 2.5;

static double epochs[3 * EPOCHS];
static struct report_forecast_metric metrics[1024];
static struct report_forecast_event events[EVENTS_MOST];
static int64_t event_count;
static float peak[8192];
static struct report_what_if levels[REPORT_LEVELS];
static int32_t kept[KEPT_MOST];
static struct report_timeline *score_records, *prediction_records;

static void fill_epochs(void)
{
    for (int e = 0; e < EPOCHS; e++) {
        epochs[3 * e] = 0.08 + 0.2 * exp(-0.4 * e);
        epochs[3 * e + 1] = 0.1 + 0.18 * exp(-0.45 * e) + 0.001 * e;
        epochs[3 * e + 2] = 1e-3 * cos(0.11 * e);
    }
}

static void fill_metrics(const struct shape *shape)
{
    for (int m = 0; m < shape->metrics && m < 1024; m++)
        metrics[m] = (struct report_forecast_metric){m, m % 9 != 8, 0.5, 3.0 + m % 8};
}

static bool is_loud(const struct shape *shape, int host)
{
    return host % (shape->hosts > 100 ? 97 : 5) == 2;
}

static void add_event(const struct shape *shape, const struct facility *facility, int host,
                      double highest)
{
    const double night_s = shape->samples * shape->period_s;
    struct report_forecast_event *event = &events[event_count];

    if (event_count == EVENTS_MOST) return;
    *event = (struct report_forecast_event){
        .host = host,
        .metric = {host % shape->metrics, (host + 1) % shape->metrics, -1},
        .share = {0.61F,                 0.22F,                       0 },
        .start_unix_s = (double)facility->start_unix_s + 0.55 * night_s,
        .end_unix_s = (double)facility->start_unix_s + 0.7 * night_s,
        .peak = highest
    };
    event_count++;
}

static void fill_scores(const struct shape *shape, const struct facility *facility,
                        const struct report_plan *plan, struct report_timeline *timeline,
                        struct random *random)
{
    const int8_t is_flagged = 0;
    float *scores = mem_zero((size_t)shape->samples + 1, sizeof *scores);
    unsigned char *record = mem_zero(report_record_bytes(plan) + 1, 1);

    report_what_if_levels(threshold, 9.0, levels);
    for (int h = 0; h < shape->hosts; h++) {
        peak[h] = 0;
        for (int t = 0; t < shape->samples; t++) {
            const bool is_event =
                is_loud(shape, h) && t > 0.55 * shape->samples && t < 0.7 * shape->samples;

            scores[t] = t < 30 ? NAN : (float)(0.6 + 0.9 * random_uniform(random));
            if (is_event) scores[t] += 2.0F + (float)(h % 7);
            if (scores[t] > peak[h]) peak[h] = scores[t];
        }
        if ((double)peak[h] > threshold) add_event(shape, facility, h, (double)peak[h]);
        report_what_if_add(levels, scores, shape->samples, shape->period_s);
        report_timeline_add(timeline, h, record,
                            report_pack_host(plan, scores, &is_flagged, record));
    }
    mem_free(&scores);
    mem_free(&record);
}

/** What a steady host would do: the swell of the made-up readings without their noise and tone. */
static void fill_predictions(const struct shape *shape, const struct report_plan *plan,
                             struct report_timeline *timeline, int64_t kept_count)
{
    static const double means[8] = {48.0, 320.0, 2e3, 3e3, 4e3, 5e3, 6e3, 7e3};
    static const int8_t is_flagged[1024];
    float *values = mem_zero((size_t)shape->samples * (size_t)shape->metrics + 1, sizeof *values);
    unsigned char *record = mem_zero(report_record_bytes(plan) + 1, 1);

    for (int64_t k = 0; k < kept_count; k++) {
        for (int64_t i = 0; i < (int64_t)shape->samples * shape->metrics; i++) {
            const int64_t row = i / shape->metrics;
            const double t = (double)row;
            const double mean = means[i % shape->metrics % 8] + (double)(kept[k] % 17);
            const double busy = (int64_t)t % 400 < 260 ? 0.12 : 0.0;

            values[i] =
                t < 30 ? NAN
                       : (float)(mean * (1 + 0.06 * sin(12.5663706 * t / shape->samples) + busy));
        }
        report_timeline_add(timeline, k, record,
                            report_pack_host(plan, values, is_flagged, record));
    }
    mem_free(&values);
    mem_free(&record);
}

int64_t made_up_forecast(const struct shape *shape, const struct facility *facility,
                         struct random *random, struct report_forecast *forecast)
{
    struct report_plan scores, predictions;
    int64_t kept_count = 0;
    int64_t bytes;

    for (int h = 0; h < shape->hosts && kept_count < KEPT_MOST; h++)
        if (is_loud(shape, h)) kept[kept_count++] = h;
    bytes = report_plan_forecast(facility, kept_count, shape->metrics, REPORT_BUDGET_BYTES, &scores,
                                 &predictions);
    fill_epochs();
    fill_metrics(shape);
    *forecast = (struct report_forecast){.predictor = "hybrid",
                                         .training_end = "stopped early",
                                         .window = 30,
                                         .horizon = 1,
                                         .best_epoch = 9,
                                         .judged_samples = (int64_t)shape->hosts * shape->samples,
                                         .threshold = threshold,
                                         .validation_loss = 0.112,
                                         .ridge_loss = 0.118,
                                         .last_value_loss = 0.2,
                                         .mse = 0.11,
                                         .mae = 0.2,
                                         .mse_last_value = 0.19,
                                         .epochs = epochs,
                                         .epoch_count = EPOCHS,
                                         .metrics = metrics,
                                         .metric_count = shape->metrics,
                                         .events = events,
                                         .peak = peak,
                                         .levels = levels,
                                         .kept_host = kept,
                                         .kept_count = kept_count};
    forecast->scores = score_records = report_timeline_create(shape->hosts);
    forecast->predictions = prediction_records = report_timeline_create(kept_count);
    event_count = 0;
    fill_scores(shape, facility, &scores, score_records, random);
    fill_predictions(shape, &predictions, prediction_records, kept_count);
    forecast->event_count = event_count;
    return bytes;
}

void made_up_forecast_release(void)
{
    report_timeline_destroy(&score_records);
    report_timeline_destroy(&prediction_records);
}
