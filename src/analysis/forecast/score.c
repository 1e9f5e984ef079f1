// SPDX-License-Identifier: BSD-3-Clause
#include "forecast.h"

#include <math.h>
#include <string.h>

/* What scoring one host after another works with. */
struct scorer {
    struct forecast *forecast;
    struct view *night;
    struct window_reader reader;
    struct host_night host;
    float *residuals, *z, *peak_z; /* [metrics] */
    int32_t *top;                  /* [times]: metric of the night with the largest share */
    struct exact_sums *errors;     /* squared, absolute, last value's squared, count */
    int64_t *tally;                /* [TALLY_BINS] */
    int64_t judged, hosts;
};

enum { ERROR_SUMS = 4 };

static void scorer_init(struct forecast *forecast, struct view *night, struct scorer *scorer)
{
    const struct forecast_model *model = &forecast->model;
    const size_t metrics = (size_t)names_count(model->metrics);
    const int64_t times = view_times(night).count;

    *scorer = (struct scorer){.forecast = forecast,
                              .night = night,
                              .residuals = mem_zero(metrics, sizeof(float)),
                              .z = mem_zero(metrics, sizeof(float)),
                              .peak_z = mem_zero(metrics, sizeof(float)),
                              .top = mem_zero((size_t)times, sizeof(int32_t)),
                              .errors = exact_create(ERROR_SUMS),
                              .tally = mem_zero(TALLY_BINS, sizeof(int64_t))};
    window_reader_init(&forecast->predictor, model->parameters, model->state, &scorer->reader);
    host_night_init(times, (int)metrics, &scorer->host);
}

static void scorer_release(struct scorer *scorer)
{
    window_reader_release(&scorer->reader);
    host_night_release(&scorer->host);
    mem_free(&scorer->residuals);
    mem_free(&scorer->z);
    mem_free(&scorer->peak_z);
    mem_free(&scorer->top);
    exact_destroy(&scorer->errors);
    mem_free(&scorer->tally);
}

static bool is_judged(const struct scorer *scorer, int64_t m)
{
    return scorer->host.is_live[m] && scorer->forecast->model.scaling[m].is_used;
}

/* ---- events --------------------------------------------------------------------------------------- */

/* The metrics with the largest shares of a score, as the night numbers them. */
static void name_top(const struct scorer *scorer, const float *z, struct forecast_event *event)
{
    const int64_t metrics = names_count(scorer->forecast->model.metrics);
    double sum = 0;

    for (int64_t m = 0; m < metrics; m++) sum += isnan(z[m]) ? 0 : (double)z[m] * (double)z[m];
    for (int place = 0; place < FORECAST_TOP; place++) {
        double most = 0;

        event->metric[place] = -1;
        event->share[place] = 0;
        for (int64_t m = 0; m < metrics; m++) {
            const double square = isnan(z[m]) ? 0 : (double)z[m] * (double)z[m];
            const int32_t metric = scorer->forecast->map.place[m];
            bool is_named = false;

            for (int other = 0; other < place; other++)
                is_named = is_named || event->metric[other] == metric;
            if (square <= most || is_named) continue;
            most = square;
            event->metric[place] = metric;
            event->share[place] = (float)(square / sum);
        }
    }
}

/* Row @p t lies above the threshold: the event goes on or one begins. */
static void note_event(struct scorer *scorer, int64_t host, int64_t t, double score)
{
    struct forecast *forecast = scorer->forecast;
    const double start = view_time_unix_s(scorer->night, t);
    struct forecast_event *last =
        forecast->event_count > 0 ? &forecast->events[forecast->event_count - 1] : NULL;

    if (!last || last->host != host || last->end_unix_s < start
        || last->start_unix_s < view_time_unix_s(scorer->night, 0)) {
        forecast->events = mem_resize(forecast->events, (size_t)forecast->event_count + 1,
                                      sizeof *forecast->events);
        last = &forecast->events[forecast->event_count++];
        *last = (struct forecast_event){.host = (int32_t)host, .start_unix_s = start};
    }
    last->end_unix_s = view_time_unix_s(scorer->night, t + 1);
    if (score <= last->peak) return;
    last->peak = score;
    name_top(scorer, scorer->z, last);
}

/* ---- one host ------------------------------------------------------------------------------------- */

static int32_t top_of(const struct scorer *scorer, const float *z)
{
    const int64_t metrics = names_count(scorer->forecast->model.metrics);
    int64_t top = -1;

    for (int64_t m = 0; m < metrics; m++)
        if (!isnan(z[m]) && (top < 0 || fabsf(z[m]) > fabsf(z[top]))) top = m;
    return top < 0 ? -1 : scorer->forecast->map.place[top];
}

/* One window's first row to come, row t. */
static void judge(struct scorer *scorer, int64_t host, int64_t t, const real *predicted,
                  double *mean, float *scores)
{
    const struct forecast *forecast = scorer->forecast;
    const int metrics = (int)names_count(forecast->model.metrics);
    const float *truth = scorer->host.x + t * metrics;
    double score;

    for (int m = 0; m < metrics; m++)
        scorer->residuals[m] = is_judged(scorer, m) ? truth[m] - (float)predicted[m] : NAN;
    score = residual_score(scorer->residuals, forecast->model.laws, metrics,
                           forecast->settings.clip, scorer->z);
    if (isnan(score)) return;
    if (isnan(*mean)) *mean = score;
    *mean += forecast->settings.smoothing * (score - *mean);
    scores[t] = (float)*mean;
    score_tally_add(scorer->tally, *mean);
    scorer->top[t] = top_of(scorer, scorer->z);
    scorer->judged++;
    if (*mean > forecast->model.threshold) note_event(scorer, host, t, *mean);
}

/* Errors of all rows to come of @p windows windows that begin at x. @param sums  [ERROR_SUMS] */
static void add_errors(const struct scorer *scorer, const float *x, int windows, int given,
                       const real *predicted, double *sums)
{
    const struct forecast_settings *settings = &scorer->forecast->settings;
    const int metrics = (int)names_count(scorer->forecast->model.metrics);

    for (int w = 0; w < windows; w++) {
        const float *truth = x + (int64_t)(w + settings->window) * metrics;

        for (int h = 0; h < settings->horizon; h++) {
            for (int m = 0; m < metrics; m++) {
                const double at = (double)truth[(int64_t)h * metrics + m];
                const double off = at - (double)predicted[((int64_t)h * given + w) * metrics + m];
                const double last_off = at - (double)truth[m - metrics];

                if (!is_judged(scorer, m)) continue;
                sums[0] += off * off;
                sums[1] += fabs(off);
                sums[2] += last_off * last_off;
                sums[3] += 1;
            }
        }
    }
}

/* @param scores  shape [times] */
static void score_run(struct scorer *scorer, int64_t host, struct span run, float *scores,
                      double *sums)
{
    const struct forecast_settings *settings = &scorer->forecast->settings;
    const int metrics = (int)names_count(scorer->forecast->model.metrics);
    const int64_t windows = run.count - settings->window;
    double mean = NAN;

    for (int64_t done = 0; done < windows; done += scorer->reader.tile) {
        const int64_t left = windows - done;
        const int count = (int)(left < scorer->reader.tile ? left : scorer->reader.tile);
        const int64_t whole = windows - settings->horizon + 1 - done;
        const float *x = scorer->host.x + (run.first + done) * metrics;
        const real *predicted = window_reader_predict(&scorer->reader, x, count);

        for (int w = 0; w < count; w++)
            judge(scorer, host, run.first + done + w + settings->window,
                  predicted + (int64_t)w * metrics, &mean, scores);
        if (whole > 0)
            add_errors(scorer, x, whole < count ? (int)whole : count, count, predicted, sums);
    }
}

/* The host's rows of the table: spans, each with its highest score. */
static void add_rows(const struct scorer *scorer, int64_t host, const float *scores,
                     struct score_table *table)
{
    const struct forecast *forecast = scorer->forecast;
    const int64_t times = view_times(scorer->night).count;
    const int64_t length = llround(fmax(1, forecast->settings.row_s / forecast->model.period_s));

    for (int64_t first = 0; first < times; first += length) {
        const int64_t end = first + length < times ? first + length : times;
        int64_t most = -1;
        struct score *row;

        for (int64_t t = first; t < end; t++)
            if (!isnan(scores[t]) && (most < 0 || scores[t] > scores[most])) most = t;
        if (most < 0) continue;
        row = score_table_add(table);
        row->host = (int32_t)host;
        row->metric = scorer->top[most];
        row->start_unix_s = view_time_unix_s(scorer->night, first);
        row->end_unix_s = view_time_unix_s(scorer->night, end);
        row->value = (double)scores[most];
        row->threshold = forecast->model.threshold;
        row->is_anomaly = row->value > row->threshold;
    }
}

static void score_host(struct scorer *scorer, int64_t host, const float *tile, int64_t place,
                       float *scores, struct score_table *table)
{
    const int64_t times = view_times(scorer->night).count;
    const int64_t judged = scorer->judged;
    double sums[ERROR_SUMS] = {0};

    for (int64_t t = 0; t < times; t++) scores[t] = NAN;
    host_night_take(scorer->forecast, scorer->night, host, tile, place, &scorer->host);
    for (int64_t r = 0; r < scorer->host.run_count; r++)
        score_run(scorer, host, scorer->host.runs[r], scores, sums);
    exact_add(scorer->errors, sums);
    scorer->hosts += scorer->judged > judged;
    add_rows(scorer, host, scores, table);
}

/* ---- one night ------------------------------------------------------------------------------------ */

static status check_night(const struct forecast *forecast, const struct view *night)
{
    const int64_t times = view_times(night).count;
    const double period_s = view_facility(night)->period_s;

    if (period_s < forecast->model.period_s || period_s > forecast->model.period_s)
        return fail(STATUS_BAD_INPUT,
                    "%s: has a sample every %g s, but the model was trained on one every %g s",
                    view_path(night), period_s, forecast->model.period_s);
    if (times <= forecast->settings.window)
        return fail(STATUS_BAD_INPUT,
                    "%s: has %lld samples, but a prediction is made from %d and needs one more to "
                    "be held against",
                    view_path(night), (long long)times, forecast->settings.window);
    return STATUS_OK;
}

static status score_tiles(struct scorer *scorer, float *scores, struct score_table *table)
{
    struct view *night = scorer->night;
    const struct span tiles = view_my_tiles(night);
    const int64_t times = view_times(night).count;
    float *tile = mem_array((size_t)view_tile_items(night), sizeof *tile);
    status st = STATUS_OK;

    for (int64_t t = tiles.first; t < tiles.first + tiles.count && !st; t++) {
        const struct span hosts = view_tile_hosts(night, t);

        st = view_read_tile(night, t, tile);
        for (int64_t h = 0; h < hosts.count && !st; h++) {
            const int64_t mine = hosts.first + h - scorer->forecast->hosts.first;

            score_host(scorer, hosts.first + h, tile, h, scores + mine * times, table);
            comm_progress();
        }
        if (!st) st = comm_check_stop();
    }
    mem_free(&tile);
    return st;
}

static struct span my_hosts(const struct view *night)
{
    const struct span tiles = view_my_tiles(night);
    struct span hosts = {0, 0};

    if (tiles.count == 0) return hosts;
    hosts.first = view_tile_hosts(night, tiles.first).first;
    for (int64_t t = tiles.first; t < tiles.first + tiles.count; t++)
        hosts.count += view_tile_hosts(night, t).count;
    return hosts;
}

/* Collective. */
static void sum_errors(const struct comm *comm, struct exact_sums *sums,
                       struct forecast_errors *errors)
{
    double sum[ERROR_SUMS];

    exact_reduce(comm, sums);
    exact_read(sums, sum);
    errors->squared += sum[0];
    errors->absolute += sum[1];
    errors->last_value_squared += sum[2];
    errors->count += (int64_t)sum[3];
}

/* Collective. What rank 0 writes: the events of all ranks, in order of start within each host. */
static void gather_events(const struct comm *comm, int64_t first, struct forecast *forecast)
{
    const struct forecast_event *mine = forecast->events ? forecast->events + first : NULL;
    struct forecast_event *all = NULL;
    int64_t count;

    comm_gather_rows(comm, mine, forecast->event_count - first, sizeof *all, (void **)&all, &count);
    forecast->event_count = first;
    if (comm_rank(comm) == 0) {
        forecast->events =
            mem_resize(forecast->events, (size_t)(first + count) + 1, sizeof *forecast->events);
        memcpy(forecast->events + first, all, (size_t)count * sizeof *all);
        forecast->event_count += count;
    }
    mem_free(&all);
}

static void night_add(struct forecast *forecast, const struct view *night, float *scores,
                      int64_t judged, int64_t hosts)
{
    forecast->night =
        mem_resize(forecast->night, (size_t)forecast->night_count + 1, sizeof *forecast->night);
    forecast->night[forecast->night_count++] =
        (struct forecast_night){.start_unix_s = view_time_unix_s(night, 0),
                                .times = view_times(night).count,
                                .score = scores,
                                .judged = judged,
                                .host_count = hosts};
}

/* All metrics of the model are there; what the night has beside them cannot be predicted. */
static void note_unknown(const struct forecast *forecast, const struct view *night)
{
    const int64_t known = names_count(forecast->model.metrics);
    const int64_t all = view_facility(night)->metric_count;

    if (all > known)
        notice("%lld of %lld metrics are not in the model and are not judged",
               (long long)(all - known), (long long)all);
}

static void note_recalled(const struct forecast *forecast)
{
    const struct recalled *recalled = &forecast->recalled;

    if (recalled->files == 0 || forecast->night_count > 0) return;
    notice("the threshold is %.4g by what was held out and %lld scores of %d earlier night%s; %.4g "
           "without these",
           forecast->model.threshold, (long long)recalled->samples, recalled->files,
           recalled->files == 1 ? "" : "s", recalled->model_threshold);
}

status forecast_score(void *self, struct view *night, struct score_table *table)
{
    struct forecast *forecast = self;
    const struct comm *comm = view_comm(night);
    const int64_t first_event = forecast->event_count;
    struct scorer scorer;
    float *scores;
    int64_t judged, hosts;
    status st;

    TRY(check_night(forecast, night));
    metric_map_release(&forecast->map);
    TRY(metric_map_make(night, forecast->model.metrics, &forecast->map));
    note_unknown(forecast, night);
    note_recalled(forecast);
    if (forecast->night_count == 0) threshold_warn(&forecast->settings, &forecast->model);
    forecast->hosts = my_hosts(night);
    forecast->all_hosts = view_facility(night)->host_count;
    scores =
        mem_array((size_t)(forecast->hosts.count * view_times(night).count) + 1, sizeof *scores);
    scorer_init(forecast, night, &scorer);
    st = comm_agree(comm, score_tiles(&scorer, scores, table));
    judged = comm_sum_int64(comm, scorer.judged);
    hosts = comm_sum_int64(comm, scorer.hosts);
    if (!st && judged == 0)
        st = fail(STATUS_BAD_INPUT,
                  "%s: no host has %d samples in a row in which all its metrics are there",
                  view_path(night), forecast->settings.window + 1);
    if (!st) sum_errors(comm, scorer.errors, &forecast->errors);
    comm_sum_int64s(comm, scorer.tally, TALLY_BINS);
    score_tally_add_below(forecast->tally, scorer.tally, INFINITY);
    scorer_release(&scorer);
    if (st) {
        mem_free(&scores);
        return st;
    }
    if (hosts < forecast->all_hosts)
        notice("%lld of %lld hosts have too few samples in a row to be predicted",
               (long long)(forecast->all_hosts - hosts), (long long)forecast->all_hosts);
    gather_events(comm, first_event, forecast);
    night_add(forecast, night, scores, judged, hosts);
    return forecast_keep(forecast, night);
}
