// SPDX-License-Identifier: BSD-3-Clause
#include "rates.h"
#include "timeline.h"

#include <telltale/view.h>

#include <math.h>
#include <string.h>

enum { STANDARD_TILE_HOSTS = 64 };

/* What is read at a time, in whole chunks of as many hosts as files of large hosts have. */
enum { BLOCK_BYTES = 16 << 20, CHUNK_HOSTS = 16 };

struct view {
    const struct comm *comm; /* borrowed */
    struct timeline *timeline;
    const struct facility *facility; /* of the timeline */
    struct span times;
    int64_t tile_hosts;
    int32_t *counters; /* owned, [counter_count]: metrics that become rates */
    int64_t counter_count;
};

/* The samples t with start <= moment of t < end; a limit of 0 is none. */
static struct span times_within(const struct facility *facility, const struct view_options *options)
{
    const double origin = (double)facility->start_unix_s, period = facility->period_s;
    const double count = (double)facility->sample_count;
    double first = 0.0, end = count;

    if (options->start_unix_s > 0.0) first = ceil((options->start_unix_s - origin) / period);
    if (options->end_unix_s > 0.0) end = ceil((options->end_unix_s - origin) / period);
    first = fmin(fmax(first, 0.0), count);
    end = fmin(fmax(end, first), count);
    return (struct span){(int64_t)first, (int64_t)(end - first)};
}

static status refuse_empty(const struct facility *facility, const struct view_options *options,
                           const char *path)
{
    char first[CLOCK_TEXT_BYTES], last[CLOCK_TEXT_BYTES];
    const double length_s = (double)facility->sample_count * facility->period_s;

    if (facility->sample_count == 0 || facility->host_count == 0 || facility->metric_count == 0)
        return fail(STATUS_BAD_INPUT,
                    "%s: holds no telemetry (%lld hosts, %lld metrics, %lld samples)", path,
                    (long long)facility->host_count, (long long)facility->metric_count,
                    (long long)facility->sample_count);
    clock_text(facility->start_unix_s, first);
    clock_text(facility->start_unix_s + (int64_t)length_s, last);
    if (options->start_unix_s > 0.0 && options->end_unix_s > 0.0
        && options->end_unix_s <= options->start_unix_s)
        return fail(STATUS_BAD_USE, "the time span asked for ends before it starts");
    return fail(STATUS_BAD_INPUT,
                "%s: no sample lies in the time span asked for; it holds %s to %s", path, first,
                last);
}

static void find_counters(struct view *view)
{
    const int64_t metrics = view->facility->metric_count;

    view->counters = mem_zero((size_t)metrics, sizeof *view->counters);
    for (int64_t m = 0; m < metrics; m++) {
        if (view->facility->metrics[m].kind == METRIC_COUNTER)
            view->counters[view->counter_count++] = (int32_t)m;
    }
}

status view_open_timeline(const struct comm *comm, const char *const *paths, int count,
                          const struct view_options *options, struct view **view)
{
    struct timeline *timeline = NULL;
    const struct facility *facility;
    struct view *opened;
    struct span times;

    TRY(timeline_open(comm, paths, count, &timeline));
    facility = timeline_facility(timeline);
    times = times_within(facility, options);
    if (times.count == 0 || facility->host_count == 0 || facility->metric_count == 0) {
        const status st = refuse_empty(facility, options, timeline_path(timeline));

        timeline_close(&timeline);
        return st;
    }
    opened = mem_zero(1, sizeof *opened);
    opened->comm = comm;
    opened->timeline = timeline;
    opened->facility = facility;
    opened->times = times;
    opened->tile_hosts = options->tile_hosts > 0 ? options->tile_hosts : STANDARD_TILE_HOSTS;
    find_counters(opened);
    *view = opened;
    return STATUS_OK;
}

status view_open(const struct comm *comm, const char *path, const struct view_options *options,
                 struct view **view)
{
    return view_open_timeline(comm, &path, 1, options, view);
}

void view_close(struct view **view)
{
    if (!*view) return;
    timeline_close(&(*view)->timeline);
    mem_free(&(*view)->counters);
    mem_free(view);
}

const struct comm *view_comm(const struct view *view)
{
    return view->comm;
}

const struct facility *view_facility(const struct view *view)
{
    return view->facility;
}

const char *view_path(const struct view *view)
{
    return timeline_path(view->timeline);
}

int view_file_count(const struct view *view)
{
    return view->timeline->count;
}

const char *view_file_path(const struct view *view, int file)
{
    return store_path(view->timeline->nights[file].store);
}

struct span view_times(const struct view *view)
{
    return view->times;
}

double view_time_unix_s(const struct view *view, int64_t sample)
{
    return (double)view->facility->start_unix_s
           + (double)(view->times.first + sample) * view->facility->period_s;
}

int64_t view_tile_count(const struct view *view)
{
    return (view->facility->host_count + view->tile_hosts - 1) / view->tile_hosts;
}

struct span view_tile_hosts(const struct view *view, int64_t tile)
{
    const int64_t first = tile * view->tile_hosts;
    const int64_t left = view->facility->host_count - first;

    ASSERT(tile >= 0 && left > 0);
    return (struct span){first, left < view->tile_hosts ? left : view->tile_hosts};
}

struct span view_my_tiles(const struct view *view)
{
    return comm_share(view->comm, view_tile_count(view));
}

status view_read_raw(struct view *view, int64_t tile, struct span times, float *values)
{
    const struct span in_file = {view->times.first + times.first, times.count};

    return timeline_read(view->timeline, view_tile_hosts(view, tile), in_file, values);
}

status view_read_hosts(struct view *view, const int32_t *hosts, int64_t host_count,
                       struct span times, float *values)
{
    const int64_t metrics = view->facility->metric_count;
    const int64_t lead = view->times.first + times.first > 0 ? 1 : 0;
    const struct span in_file = {view->times.first + times.first - lead, times.count + lead};
    const int64_t host_items = times.count * metrics;
    float *host = mem_array((size_t)(in_file.count * metrics), sizeof *host);
    status st = STATUS_OK;

    for (int64_t h = 0; h < host_count && st == STATUS_OK; h++) {
        st = timeline_read(view->timeline, (struct span){hosts[h], 1}, in_file, host);
        if (st != STATUS_OK) break;
        view_refine(view, 1, in_file.count, host);
        memcpy(values + h * host_items, host + lead * metrics, (size_t)host_items * sizeof *host);
    }
    mem_free(&host);
    return st;
}

void view_refine(const struct view *view, int64_t hosts, int64_t times, float *values)
{
    const int64_t metrics = view->facility->metric_count;
    const int64_t host_items = times * metrics;

    for (int64_t h = 0; h < hosts; h++) {
        float *host = values + h * host_items;

        rates_drop_infinite(host, host_items);
        rates_of_host(host, times, metrics, view->facility->period_s, view->counters,
                      view->counter_count);
    }
}

status view_read_some(struct view *view, struct span hosts, float *values)
{
    TRY(timeline_read(view->timeline, hosts, view->times, values));
    view_refine(view, hosts.count, view->times.count, values);
    return STATUS_OK;
}

status view_read_tile(struct view *view, int64_t tile, float *values)
{
    return view_read_some(view, view_tile_hosts(view, tile), values);
}

int64_t view_block_hosts(const struct view *view)
{
    const int64_t host_bytes =
        view->times.count * view->facility->metric_count * (int64_t)sizeof(float);
    const int64_t tile = view_tile_hosts(view, 0).count;
    const int64_t fitting = BLOCK_BYTES / host_bytes / CHUNK_HOSTS * CHUNK_HOSTS;
    const int64_t hosts = fitting < CHUNK_HOSTS ? CHUNK_HOSTS : fitting;

    return hosts < tile ? hosts : tile;
}

int64_t view_tile_items(const struct view *view)
{
    const int64_t hosts = view->facility->host_count < view->tile_hosts ? view->facility->host_count
                                                                        : view->tile_hosts;

    return hosts * view->times.count * view->facility->metric_count;
}
