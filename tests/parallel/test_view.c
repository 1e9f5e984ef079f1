// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"
#include "sample_facility.h"

#include <telltale/view.h>

#include <math.h>
#include <string.h>

enum { HOSTS = 21, METRICS = 5, TIMES = 90 };

static void write_sample(const char *path, int64_t times)
{
    struct facility *facility = sample_facility(HOSTS, METRICS, times);
    struct store_writer *writer = NULL;
    static float values[HOSTS * METRICS * TIMES];

    CHECK(store_create(check_comm, path, facility, NULL, &writer) == STATUS_OK);
    sample_fill((struct span){0, HOSTS}, (struct span){0, times}, METRICS, values);
    if (comm_rank(check_comm) == 0)
        CHECK(store_write(writer, (struct span){0, HOSTS}, (struct span){0, times}, values)
              == STATUS_OK);
    CHECK(store_commit(&writer) == STATUS_OK);
    facility_destroy(&facility);
}

static struct view *open_sample(struct view_options options)
{
    struct view *view = NULL;

    write_sample(sample_path("view.h5"), TIMES);
    CHECK(view_open(check_comm, sample_path("view.h5"), &options, &view) == STATUS_OK);
    return view;
}

static void close_sample(struct view **view)
{
    view_close(view);
    sample_remove(sample_path("view.h5"));
}

/* Does one series of a tile show what the recipe of the sample says, counters as rates? */
static bool shows(const struct view *view, const float *tile, int64_t place, int64_t host,
                  int64_t m)
{
    const struct span times = view_times(view);
    const float *series = tile + place * times.count * METRICS + m;
    float expected[TIMES];

    for (int64_t t = 0; t < times.count; t++) expected[t] = sample_value(host, times.first + t, m);
    if (view_facility(view)->metrics[m].kind == METRIC_COUNTER)
        counter_to_rate(expected, times.count, 1, view_facility(view)->period_s);
    for (int64_t t = 0; t < times.count; t++) {
        const float seen = series[t * METRICS];

        if (!(seen == expected[t] || (isnan(seen) && isnan(expected[t])))) return false;
    }
    return true;
}

static void every_host_is_seen_once_and_as_it_is(void)
{
    struct view *view = open_sample((struct view_options){.tile_hosts = 4});
    const struct span tiles = view_my_tiles(view);
    float *values = mem_zero((size_t)view_tile_items(view), sizeof *values);
    int64_t seen = 0;

    CHECK(view_tile_count(view) == 6 && view_tile_items(view) == 4 * METRICS * TIMES);
    for (int64_t tile = tiles.first; tile < tiles.first + tiles.count; tile++) {
        const struct span hosts = view_tile_hosts(view, tile);

        CHECK(view_read_tile(view, tile, values) == STATUS_OK);
        for (int64_t h = 0; h < hosts.count; h++)
            for (int64_t m = 0; m < METRICS; m++) CHECK(shows(view, values, h, hosts.first + h, m));
        seen += hosts.count;
    }
    CHECK(comm_sum_int64(check_comm, seen) == HOSTS);
    mem_free(&values);
    close_sample(&view);
}

static void a_span_of_time_begins_at_its_start_and_ends_before_its_end(void)
{
    struct facility *facility = sample_facility(1, 1, TIMES);
    const double start = (double)facility->start_unix_s, period = facility->period_s;
    const struct view_options options = {.start_unix_s = start + 9.5 * period,
                                         .end_unix_s = start + 30.0 * period};
    struct view *view = open_sample(options);
    float *values = mem_zero((size_t)view_tile_items(view), sizeof *values);

    CHECK(view_times(view).first == 10 && view_times(view).count == 20);
    CHECK(view_time_unix_s(view, 0) == start + 10.0 * period);
    CHECK(view_read_tile(view, 0, values) == STATUS_OK);
    CHECK(shows(view, values, 3, 3, 0) && shows(view, values, 3, 3, 1));
    mem_free(&values);
    close_sample(&view);
    facility_destroy(&facility);
}

static void what_holds_no_sample_is_refused_with_the_reason(void)
{
    const struct view_options all = {0}, before = {.end_unix_s = 1000.0};
    struct view *view = NULL;

    write_sample(sample_path("view.h5"), TIMES);
    CHECK(view_open(check_comm, sample_path("view.h5"), &before, &view) == STATUS_BAD_INPUT);
    CHECK(strstr(status_message(), "no sample lies in the time span") != NULL);
    sample_remove(sample_path("view.h5"));
    write_sample(sample_path("none.h5"), 0);
    CHECK(view_open(check_comm, sample_path("none.h5"), &all, &view) == STATUS_BAD_INPUT);
    CHECK(strstr(status_message(), "holds no telemetry") != NULL);
    sample_remove(sample_path("none.h5"));
    CHECK(!view);
}

CHECK_MAIN({"every host is seen once and as it is", every_host_is_seen_once_and_as_it_is},
           {"a span of time begins at its start and ends before its end",
            a_span_of_time_begins_at_its_start_and_ends_before_its_end},
           {"what holds no sample is refused with the reason",
            what_holds_no_sample_is_refused_with_the_reason})
