// SPDX-License-Identifier: BSD-3-Clause
#include "forecast.h"

#include <math.h>
#include <string.h>

/* What a rank finds in a night: runs of windows of one host. */
struct found_run {
    int64_t host, first, count;
    int64_t is_validation;
};

struct found {
    struct found_run *runs; /* owned */
    int64_t count;
};

static void add_run(struct found *found, struct found_run run)
{
    if (run.count <= 0) return;
    found->runs = mem_resize(found->runs, (size_t)found->count + 1, sizeof *found->runs);
    found->runs[found->count++] = run;
}

/* Rows with labelled trouble of the host are as good as missing. */
static void forget_trouble(const struct view *night, int64_t host, int metrics, float *x)
{
    const struct facility *facility = view_facility(night);
    const int64_t times = view_times(night).count;

    for (int64_t i = 0; i < facility->label_count; i++) {
        const struct label *label = &facility->labels[i];

        if (!label_is_trouble(label) || !label_is_of_host(facility, label, host)) continue;
        for (int64_t t = 0; t < times; t++) {
            const double moment = view_time_unix_s(night, t);

            if (moment < label->start_unix_s || moment >= label->end_unix_s) continue;
            for (int m = 0; m < metrics; m++) x[t * metrics + m] = NAN;
        }
    }
}

/*
 * Windows of one host: those whose predicted rows end before the cut train, those whose predicted rows begin at
 * or after it validate; the latter may look back over it.
 */
static void find_items(const struct data_set *data, int64_t host, struct span rows, int64_t cut,
                       struct found *found)
{
    const int64_t end = rows.first + rows.count;
    const int64_t train_end = end < cut ? end : cut;
    const int64_t reach = data->window + data->horizon;
    const int64_t first = cut - data->window > rows.first ? cut - data->window : rows.first;

    add_run(found, (struct found_run){host, rows.first, train_end - reach - rows.first + 1, 0});
    add_run(found, (struct found_run){host, first, end - reach - first + 1, 1});
}

static status find_in_night(struct view *night, const struct name_table *metrics, int64_t cut,
                            const struct data_set *data, struct found *found)
{
    const struct span tiles = view_my_tiles(night);
    const int64_t times = view_times(night).count;
    const int64_t night_metrics = view_facility(night)->metric_count;
    struct metric_map map;
    float *tile = mem_array((size_t)view_tile_items(night), sizeof *tile);
    float *x = mem_array((size_t)(times * data->metrics), sizeof *x);
    int8_t *is_live = mem_zero((size_t)data->metrics, sizeof *is_live);
    struct span *runs = mem_zero((size_t)times + 1, sizeof *runs);
    int8_t *is_break = mem_zero((size_t)times, sizeof *is_break);
    status st = metric_map_make(night, metrics, &map);

    for (int64_t t = tiles.first; t < tiles.first + tiles.count && !st; t++) {
        const struct span hosts = view_tile_hosts(night, t);

        st = view_read_tile(night, t, tile);
        for (int64_t h = 0; h < hosts.count && !st; h++) {
            int64_t run_count;

            series_take(tile, h, times, night_metrics, &map, data->metrics, x);
            forget_trouble(night, hosts.first + h, data->metrics, x);
            series_live(x, times, data->metrics, is_live);
            if (data->should_split_at_jobs) series_breaks(night, hosts.first + h, is_break);
            run_count = series_runs(x, times, data->metrics, is_live, is_break,
                                    data->window + data->horizon, runs);
            for (int64_t r = 0; r < run_count; r++)
                find_items(data, hosts.first + h, runs[r], cut, found);
        }
        comm_progress();
    }
    metric_map_release(&map);
    mem_free(&tile);
    mem_free(&x);
    mem_free(&is_live);
    mem_free(&is_break);
    mem_free(&runs);
    return st;
}

static void append(struct item_list *list, int64_t series, const struct found_run *run)
{
    list->runs = mem_resize(list->runs, (size_t)list->run_count + 1, sizeof *list->runs);
    list->runs[list->run_count++] =
        (struct item_run){series, run->first, run->count, list->item_count};
    list->item_count += run->count;
}

/* Every rank books the runs of all. */
static void book(const struct comm *comm, int32_t night, int64_t times, const struct found *found,
                 struct data_set *data)
{
    struct found_run *all;
    int64_t count;

    comm_all_rows(comm, found->runs, found->count, sizeof *all, (void **)&all, &count);
    for (int64_t r = 0; r < count; r++) {
        const struct series *last =
            data->series_count > 0 ? &data->series[data->series_count - 1] : NULL;

        if (!last || last->night != night || last->host != all[r].host) {
            data->series =
                mem_resize(data->series, (size_t)data->series_count + 1, sizeof *data->series);
            data->series[data->series_count++] =
                (struct series){.night = night, .host = (int32_t)all[r].host, .times = times};
        }
        append(all[r].is_validation ? &data->validation : &data->training, data->series_count - 1,
               &all[r]);
    }
    mem_free(&all);
}

/* The first row of a night at or after a moment. */
static int64_t row_at(const struct view *night, double unix_s)
{
    const double row = ceil((unix_s - view_time_unix_s(night, 0)) / view_facility(night)->period_s);

    return (int64_t)fmax(0, fmin(row, (double)view_times(night).count));
}

static int64_t rows_after(struct view *const *nights, int count, double unix_s)
{
    int64_t rows = 0;

    for (int n = 0; n < count; n++) rows += view_times(nights[n]).count - row_at(nights[n], unix_s);
    return rows;
}

/* Halvings that bring any two moments of a century within a microsecond. */
enum { HALVINGS = 52 };

/* For each night the first row that validates: one moment cuts all, so that the wanted share of rows lies behind it. */
static void find_cuts(struct view *const *nights, int count, double fraction, int64_t *cuts)
{
    double low = INFINITY;
    double high = -INFINITY;
    double wanted = 0;

    for (int n = 0; n < count; n++) {
        const int64_t times = view_times(nights[n]).count;

        low = fmin(low, view_time_unix_s(nights[n], 0));
        high = fmax(high, view_time_unix_s(nights[n], times));
        wanted += fraction * (double)times;
    }
    for (int i = 0; i < HALVINGS; i++) {
        const double middle = 0.5 * (low + high);

        if ((double)rows_after(nights, count, middle) <= wanted)
            high = middle;
        else
            low = middle;
    }
    for (int n = 0; n < count; n++) cuts[n] = row_at(nights[n], high);
}

status data_set_open(struct view *const *nights, int count, const struct name_table *metrics,
                     const struct forecast_settings *settings, struct data_set *data)
{
    const struct comm *comm = view_comm(nights[0]);
    int64_t *cuts = mem_zero((size_t)count, sizeof *cuts);
    struct data_set result = {.metrics = (int)names_count(metrics),
                              .window = settings->window,
                              .horizon = settings->horizon,
                              .should_split_at_jobs = settings->should_split_at_jobs};
    status st = STATUS_OK;

    find_cuts(nights, count, settings->validation_fraction, cuts);
    for (int n = 0; n < count && !st; n++) {
        struct found found = {0};

        st = comm_agree(comm, find_in_night(nights[n], metrics, cuts[n], &result, &found));
        if (!st) book(comm, n, view_times(nights[n]).count, &found, &result);
        mem_free(&found.runs);
    }
    mem_free(&cuts);
    if (st)
        data_set_release(&result);
    else
        *data = result;
    return st;
}

void data_set_release(struct data_set *data)
{
    for (int64_t s = 0; s < data->series_count; s++) {
        mem_free(&data->series[s].x);
        mem_free(&data->series[s].is_live);
    }
    mem_free(&data->series);
    mem_free(&data->training.runs);
    mem_free(&data->validation.runs);
}

static struct item_list shift_list(const struct item_list *list, int64_t rows)
{
    const size_t count = (size_t)list->run_count;
    struct item_list shifted = *list;

    shifted.runs = mem_zero(count, sizeof *shifted.runs);
    memcpy(shifted.runs, list->runs, count * sizeof *shifted.runs);
    for (size_t r = 0; r < count; r++) shifted.runs[r].first += rows;
    return shifted;
}

void data_set_narrow(const struct data_set *data, int window, struct data_set *narrow)
{
    const int64_t rows = data->window - window;

    *narrow = *data;
    narrow->window = window;
    narrow->training = shift_list(&data->training, rows);
    narrow->validation = shift_list(&data->validation, rows);
}

void data_set_narrow_release(struct data_set *narrow)
{
    mem_free(&narrow->training.runs);
    mem_free(&narrow->validation.runs);
}

static const struct item_run *run_of(const struct item_list *list, int64_t number)
{
    int64_t low = 0;
    int64_t high = list->run_count - 1;

    ASSERT(number >= 0 && number < list->item_count);
    while (low < high) {
        const int64_t middle = (low + high + 1) / 2;

        if (list->runs[middle].number <= number)
            low = middle;
        else
            high = middle - 1;
    }
    return &list->runs[low];
}

struct item item_find(const struct data_set *data, const struct item_list *list, int64_t number)
{
    const struct item_run *run = run_of(list, number);

    return (struct item){&data->series[run->series], run->first + number - run->number};
}

/* Mark the series that a span of items is in. */
static void want(const struct item_list *list, struct span items, int8_t *is_wanted)
{
    for (int64_t r = 0; r < list->run_count; r++) {
        const struct item_run *run = &list->runs[r];

        if (run->number < items.first + items.count && run->number + run->count > items.first)
            is_wanted[run->series] = 1;
    }
}

/* Read the wanted series of one night. */
static status load_night(struct view *night, int32_t number, const struct name_table *metrics,
                         const int8_t *is_wanted, struct data_set *data)
{
    const int64_t night_metrics = view_facility(night)->metric_count;
    const int64_t tile_hosts = view_tile_hosts(night, 0).count;
    struct metric_map map;
    float *tile = mem_array((size_t)view_tile_items(night), sizeof *tile);
    int64_t tile_read = -1;
    status st = metric_map_make(night, metrics, &map);

    for (int64_t s = 0; s < data->series_count && !st; s++) {
        struct series *series = &data->series[s];
        const int64_t wanted_tile = series->host / tile_hosts;
        const size_t room = (size_t)(series->times * data->metrics);

        if (series->night != number || !is_wanted[s]) continue;
        if (wanted_tile != tile_read) st = view_read_tile(night, wanted_tile, tile);
        if (st) break;
        tile_read = wanted_tile;
        series->x = mem_array(room, sizeof *series->x);
        series->is_live = mem_zero((size_t)data->metrics, sizeof *series->is_live);
        series_take(tile, series->host - wanted_tile * tile_hosts, series->times, night_metrics,
                    &map, data->metrics, series->x);
        series_live(series->x, series->times, data->metrics, series->is_live);
        comm_progress();
    }
    metric_map_release(&map);
    mem_free(&tile);
    return st;
}

/* Let go of what is not wanted, and want no more what is here. */
static void let_go(struct data_set *data, int8_t *is_wanted)
{
    for (int64_t s = 0; s < data->series_count; s++) {
        struct series *series = &data->series[s];

        if (!series->x) continue;
        if (!is_wanted[s]) {
            mem_free(&series->x);
            mem_free(&series->is_live);
        }
        is_wanted[s] = 0;
    }
}

static void scale_series(const struct scaling *scaling, int metrics, struct series *series)
{
    for (int64_t i = 0; i < series->times * metrics; i++) {
        const struct scaling *by = &scaling[i % metrics];
        const double x = ((double)series->x[i] - by->centre) / by->scale;

        series->x[i] = by->is_used && isfinite(x) ? (float)x : 0;
    }
}

status data_set_hold(struct view *const *nights, const struct name_table *metrics,
                     struct span training, struct span validation, const struct scaling *scaling,
                     struct data_set *data)
{
    const struct comm *comm = view_comm(nights[0]);
    int8_t *is_wanted = mem_zero((size_t)data->series_count + 1, sizeof *is_wanted);
    int32_t last_night = -1;
    status st = STATUS_OK;

    want(&data->training, training, is_wanted);
    want(&data->validation, validation, is_wanted);
    let_go(data, is_wanted);
    for (int64_t s = 0; s < data->series_count; s++) {
        const int32_t night = data->series[s].night;

        if (night == last_night || st) continue;
        st = load_night(nights[night], night, metrics, is_wanted, data);
        last_night = night;
    }
    for (int64_t s = 0; s < data->series_count && scaling; s++)
        if (is_wanted[s] && data->series[s].x)
            scale_series(scaling, data->metrics, &data->series[s]);
    mem_free(&is_wanted);
    return comm_agree(comm, st);
}

void data_set_scale(struct data_set *data, const struct scaling *scaling)
{
    for (int64_t s = 0; s < data->series_count; s++)
        if (data->series[s].x) scale_series(scaling, data->metrics, &data->series[s]);
}
