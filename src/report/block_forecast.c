// SPDX-License-Identifier: BSD-3-Clause
#include "blocks.h"
#include "timeline.h"

#include <stdlib.h>
#include <string.h>

/* The gravest events; how many there were is told. */
static const int64_t most_events = 2000;

static const double day_s = 86400.0;

static json_t *epochs_of(const struct report_forecast *forecast)
{
    static const char *const keys[] = {"training", "validation", "rate"};
    json_t *object = json_object();

    for (int c = 0; c < 3; c++) {
        json_t *list = json_put_list(object, keys[c]);

        for (int64_t e = 0; e < forecast->epoch_count; e++)
            json_array_append_new(list, json_short(forecast->epochs[3 * e + c]));
    }
    return object;
}

static json_t *metrics_of(const struct report_forecast *forecast)
{
    json_t *object = json_object();
    json_t *metric = json_put_list(object, "metric");
    json_t *is_used = json_put_list(object, "is_used");
    json_t *centre = json_put_list(object, "error_centre");
    json_t *spread = json_put_list(object, "error_spread");

    for (int64_t m = 0; m < forecast->metric_count; m++) {
        const struct report_forecast_metric *row = &forecast->metrics[m];

        json_array_append_new(metric, json_integer(row->metric));
        json_array_append_new(is_used, json_integer(row->is_used));
        json_array_append_new(centre, json_short(row->error_centre));
        json_array_append_new(spread, json_short(row->error_spread));
    }
    return object;
}

static int compare_events(const void *left, const void *right)
{
    const struct report_forecast_event *a = *(const struct report_forecast_event *const *)left;
    const struct report_forecast_event *b = *(const struct report_forecast_event *const *)right;

    if (a->peak > b->peak || a->peak < b->peak) return a->peak > b->peak ? -1 : 1;
    return (a > b) - (a < b);
}

static void add_event(json_t *const *columns, const struct report_forecast_event *event)
{
    json_t *metrics = json_array();
    json_t *shares = json_array();

    json_array_append_new(columns[0], json_integer(event->host));
    json_array_append_new(columns[1], json_number(event->start_unix_s));
    json_array_append_new(columns[2], json_number(event->end_unix_s));
    json_array_append_new(columns[3], json_short(event->peak));
    for (int place = 0; place < REPORT_TOP && event->metric[place] >= 0; place++) {
        json_array_append_new(metrics, json_integer(event->metric[place]));
        json_array_append_new(shares, json_short((double)event->share[place]));
    }
    json_array_append_new(columns[4], metrics);
    json_array_append_new(columns[5], shares);
}

static json_t *events_of(const struct report_forecast *forecast)
{
    static const char *const keys[] = {"host", "start_unix_s", "end_unix_s",
                                       "peak", "metric",       "share"};
    const struct report_forecast_event **order =
        mem_zero((size_t)forecast->event_count + 1, sizeof *order);
    json_t *object = json_object();
    json_t *columns[6];

    for (int c = 0; c < 6; c++) columns[c] = json_put_list(object, keys[c]);
    for (int64_t e = 0; e < forecast->event_count; e++) order[e] = &forecast->events[e];
    qsort(order, (size_t)forecast->event_count, sizeof *order, compare_events);
    for (int64_t e = 0; e < forecast->event_count && e < most_events; e++)
        add_event(columns, order[e]);
    json_put(object, "total", json_integer(forecast->event_count));
    mem_free(&order);
    return object;
}

static json_t *levels_of(const struct report_forecast *forecast)
{
    json_t *object = json_object();
    json_t *threshold = json_put_list(object, "threshold");
    json_t *hosts = json_put_list(object, "hosts");
    json_t *events = json_put_list(object, "events");
    json_t *host_days = json_put_list(object, "host_days");
    json_t *samples = json_put_list(object, "samples");

    for (int k = 0; k < REPORT_LEVELS; k++) {
        const struct report_what_if *level = &forecast->levels[k];

        json_array_append_new(threshold, json_short(level->threshold));
        json_array_append_new(hosts, json_integer(level->hosts));
        json_array_append_new(events, json_integer(level->events));
        json_array_append_new(host_days, json_integer(level->host_days));
        json_array_append_new(samples, json_integer(level->samples));
    }
    json_put(object, "own", json_integer(REPORT_LEVELS_BELOW));
    return object;
}

static json_t *records_of(const struct report_timeline *timeline, const struct facility *facility)
{
    json_t *object = json_object();
    json_t *plan = json_object();
    json_t *records = json_array();

    json_put(plan, "start_unix_s", json_integer(facility->start_unix_s));
    json_put(plan, "period_s", json_number(facility->period_s));
    json_put(plan, "sample_count", json_integer(facility->sample_count));
    for (int64_t i = 0; i < timeline->host_count; i++) {
        const char *record = timeline->records[i];

        json_array_append_new(records,
                              record ? json_stringn_nocheck(record, strlen(record)) : json_null());
    }
    json_put(object, "plan", plan);
    json_put(object, "records", records);
    return object;
}

static void put_facts(json_t *object, const struct report_forecast *forecast)
{
    json_put(object, "predictor", json_name(forecast->predictor));
    json_put(object, "training_end", json_name(forecast->training_end));
    json_put(object, "window", json_integer(forecast->window));
    json_put(object, "horizon", json_integer(forecast->horizon));
    json_put(object, "best_epoch", json_integer(forecast->best_epoch));
    json_put(object, "judged_samples", json_integer(forecast->judged_samples));
    json_put(object, "threshold", json_short(forecast->threshold));
    json_put(object, "validation_loss", json_short(forecast->validation_loss));
    json_put(object, "ridge_loss", json_short(forecast->ridge_loss));
    json_put(object, "last_value_loss", json_short(forecast->last_value_loss));
    json_put(object, "mse", json_short(forecast->mse));
    json_put(object, "mae", json_short(forecast->mae));
    json_put(object, "mse_last_value", json_short(forecast->mse_last_value));
}

json_t *block_forecast(const struct block_source *source)
{
    const struct report_forecast *forecast = source->night->forecast;
    const struct facility *facility = source->night->facility;
    const double night_s = (double)facility->sample_count * facility->period_s;
    const int64_t days = night_s > day_s ? (int64_t)((night_s + day_s - 1) / day_s) : 1;
    json_t *object;
    json_t *list;

    if (!forecast) return NULL;
    object = json_object();
    put_facts(object, forecast);
    json_put(object, "epochs", epochs_of(forecast));
    json_put(object, "metrics", metrics_of(forecast));
    json_put(object, "events", events_of(forecast));
    list = json_put_list(object, "peak");
    for (int64_t h = 0; h < facility->host_count; h++)
        json_array_append_new(list, json_short((double)forecast->peak[h]));
    json_put(object, "levels", levels_of(forecast));
    json_put(object, "host_days", json_integer(facility->host_count * days));
    json_put(object, "scores", records_of(forecast->scores, facility));
    list = json_put_list(object, "kept");
    for (int64_t k = 0; k < forecast->kept_count; k++)
        json_array_append_new(list, json_integer(forecast->kept_host[k]));
    json_put(object, "predictions", records_of(forecast->predictions, facility));
    return object;
}
