// SPDX-License-Identifier: BSD-3-Clause
#include "page_forecast.h"

#include <string.h>

status forecast_items(struct archive *archive, const char *name, enum archive_type type,
                      int64_t rows, int64_t columns, void **items)
{
    struct archive_shape shape = {
        type, columns > 0 ? 2 : 1, {rows, columns}
    };

    return archive_get(archive, name, &shape, items);
}

status forecast_rows(struct archive *archive, const char *name, int64_t *rows)
{
    struct archive_shape shape;

    TRY(archive_shape(archive, name, &shape));
    *rows = shape.extent[0];
    return STATUS_OK;
}

static status read_facts(struct archive *archive, struct page_forecast *page)
{
    struct report_forecast *facts = &page->forecast;
    const struct {
        const char *name;
        double *field;
    } reals[] = {
        {"threshold",       &facts->threshold      },
        {"validation_loss", &facts->validation_loss},
        {"ridge_loss",      &facts->ridge_loss     },
        {"last_value_loss", &facts->last_value_loss},
        {"mse",             &facts->mse            },
        {"mae",             &facts->mae            },
        {"mse_last_value",  &facts->mse_last_value },
    };
    const struct {
        const char *name;
        int64_t *field;
    } integers[] = {
        {"window",         &facts->window        },
        {"horizon",        &facts->horizon       },
        {"best_epoch",     &facts->best_epoch    },
        {"judged_samples", &facts->judged_samples},
    };

    for (size_t i = 0; i < sizeof reals / sizeof reals[0]; i++)
        TRY(archive_get_real(archive, "/forecast", reals[i].name, reals[i].field));
    for (size_t i = 0; i < sizeof integers / sizeof integers[0]; i++)
        TRY(archive_get_int(archive, "/forecast", integers[i].name, integers[i].field));
    TRY(archive_get_text(archive, "/forecast", "predictor", &page->predictor));
    TRY(archive_get_text(archive, "/forecast", "training_end", &page->training_end));
    facts->predictor = page->predictor.bytes ? page->predictor.bytes : "";
    facts->training_end = page->training_end.bytes ? page->training_end.bytes : "";
    if (!archive_has(archive, "/forecast/epochs")) return STATUS_OK;
    TRY(forecast_rows(archive, "/forecast/epochs", &facts->epoch_count));
    TRY(forecast_items(archive, "/forecast/epochs", ARCHIVE_DOUBLE, facts->epoch_count, 3,
                       (void **)&page->epochs));
    facts->epochs = page->epochs;
    return STATUS_OK;
}

static status read_metrics(struct archive *archive, const struct facility *facility,
                           struct page_forecast *page)
{
    struct report_forecast *forecast = &page->forecast;
    double *scaling = NULL;
    int32_t *place = NULL;
    status st;

    TRY(forecast_rows(archive, "/forecast/metric", &forecast->metric_count));
    st = forecast_items(archive, "/forecast/metric", ARCHIVE_INT32, forecast->metric_count, 0,
                        (void **)&place);
    if (!st)
        st = forecast_items(archive, "/forecast/scaling", ARCHIVE_DOUBLE, forecast->metric_count, 4,
                            (void **)&scaling);
    page->metrics = mem_zero((size_t)forecast->metric_count + 1, sizeof *page->metrics);
    for (int64_t m = 0; m < forecast->metric_count && !st; m++) {
        const double *row = scaling + 4 * m;

        page->metrics[m] = (struct report_forecast_metric){place[m], row[1] > 0, row[2], row[3]};
        if (place[m] < -1 || place[m] >= facility->metric_count)
            st = fail(STATUS_BAD_INPUT, "%s: /forecast/metric names metric %d, which is not there",
                      archive_path(archive), place[m]);
    }
    forecast->metrics = page->metrics;
    mem_free(&scaling);
    mem_free(&place);
    return st;
}

struct event_columns {
    int32_t *host, *metric;
    float *share;
    double *start_unix_s, *end_unix_s, *peak;
};

static status get_events(struct archive *archive, int64_t count, struct event_columns *columns)
{
    TRY(forecast_items(archive, "/forecast/events/host", ARCHIVE_INT32, count, 0,
                       (void **)&columns->host));
    TRY(forecast_items(archive, "/forecast/events/metric", ARCHIVE_INT32, count, REPORT_TOP,
                       (void **)&columns->metric));
    TRY(forecast_items(archive, "/forecast/events/share", ARCHIVE_FLOAT, count, REPORT_TOP,
                       (void **)&columns->share));
    TRY(forecast_items(archive, "/forecast/events/start_unix_s", ARCHIVE_DOUBLE, count, 0,
                       (void **)&columns->start_unix_s));
    TRY(forecast_items(archive, "/forecast/events/end_unix_s", ARCHIVE_DOUBLE, count, 0,
                       (void **)&columns->end_unix_s));
    return forecast_items(archive, "/forecast/events/peak", ARCHIVE_DOUBLE, count, 0,
                          (void **)&columns->peak);
}

static status check_event(const struct facility *facility,
                          const struct report_forecast_event *event)
{
    bool is_good = event->host >= 0 && event->host < facility->host_count;

    for (int top = 0; top < REPORT_TOP; top++)
        is_good =
            is_good && event->metric[top] >= -1 && event->metric[top] < facility->metric_count;
    if (is_good) return STATUS_OK;
    return fail(STATUS_BAD_INPUT, "an event of /forecast names host %d or a metric not there",
                event->host);
}

/* Those of the page's night; a scores file may hold several. */
static status take_events(const struct facility *facility, const struct event_columns *columns,
                          int64_t count, struct page_forecast *page)
{
    const double from = (double)facility->start_unix_s - 0.5 * facility->period_s;
    const double to = from + (double)facility->sample_count * facility->period_s;

    for (int64_t e = 0; e < count; e++) {
        struct report_forecast_event *event = &page->events[page->forecast.event_count];

        *event = (struct report_forecast_event){.host = columns->host[e],
                                                .start_unix_s = columns->start_unix_s[e],
                                                .end_unix_s = columns->end_unix_s[e],
                                                .peak = columns->peak[e]};
        memcpy(event->metric, columns->metric + e * REPORT_TOP, sizeof event->metric);
        memcpy(event->share, columns->share + e * REPORT_TOP, sizeof event->share);
        TRY(check_event(facility, event));
        if (event->start_unix_s >= from && event->start_unix_s < to) page->forecast.event_count++;
    }
    return STATUS_OK;
}

static status read_events(struct archive *archive, const struct facility *facility,
                          struct page_forecast *page)
{
    struct event_columns columns = {0};
    int64_t count;
    status st;

    TRY(forecast_rows(archive, "/forecast/events/host", &count));
    page->events = mem_zero((size_t)count + 1, sizeof *page->events);
    page->forecast.events = page->events;
    st = get_events(archive, count, &columns);
    if (!st) st = take_events(facility, &columns, count, page);
    mem_free(&columns.host);
    mem_free(&columns.metric);
    mem_free(&columns.share);
    mem_free(&columns.start_unix_s);
    mem_free(&columns.end_unix_s);
    mem_free(&columns.peak);
    return st;
}

static status read_all(const struct comm *comm, struct archive *archive,
                       const struct facility *facility, int64_t budget_bytes,
                       struct page_forecast *page)
{
    struct report_forecast *forecast = &page->forecast;
    struct report_plan scores, predictions;

    if (!archive_has(archive, "/forecast/score")) return STATUS_OK;
    TRY(read_facts(archive, page));
    TRY(read_metrics(archive, facility, page));
    TRY(read_events(archive, facility, page));
    TRY(forecast_rows(archive, "/forecast/kept/host", &forecast->kept_count));
    TRY(forecast_items(archive, "/forecast/kept/host", ARCHIVE_INT32, forecast->kept_count, 0,
                       (void **)&page->kept_host));
    forecast->kept_host = page->kept_host;
    page->bytes = report_plan_forecast(facility, forecast->kept_count, forecast->metric_count,
                                       budget_bytes, &scores, &predictions);
    TRY(forecast_pack_scores(comm, archive, facility, &scores, page));
    TRY(forecast_pack_kept(comm, archive, facility, &predictions, page));
    page->is_there = true;
    return STATUS_OK;
}

status page_forecast_read(const struct comm *comm, const char *path,
                          const struct facility *facility, int64_t budget_bytes,
                          struct page_forecast *page)
{
    struct archive *archive = NULL;
    status st;

    TRY(archive_open(comm, path, SCORES_FORMAT, SCORES_VERSION, &archive));
    st = comm_agree(comm, read_all(comm, archive, facility, budget_bytes, page));
    archive_close(&archive);
    return st;
}

void page_forecast_release(struct page_forecast *page)
{
    mem_free(&page->epochs);
    mem_free(&page->metrics);
    mem_free(&page->events);
    mem_free(&page->peak);
    mem_free(&page->kept_host);
    report_timeline_destroy(&page->scores);
    report_timeline_destroy(&page->predictions);
    text_release(&page->predictor);
    text_release(&page->training_end);
}
