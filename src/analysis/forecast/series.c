// SPDX-License-Identifier: BSD-3-Clause
#include "forecast.h"

#include <math.h>
#include <string.h>

status metric_map_make(const struct view *night, const struct name_table *metrics,
                       struct metric_map *map)
{
    const struct facility *facility = view_facility(night);
    const int64_t count = names_count(metrics);
    struct text missing = {0};
    int64_t missing_count = 0;

    map->place = mem_zero((size_t)count, sizeof *map->place);
    for (int64_t m = 0; m < count; m++) map->place[m] = -1;
    for (int64_t m = 0; m < facility->metric_count; m++) {
        struct text key = {0};
        int64_t number;

        text_printf(&key, "%s::%s", facility->metrics[m].name, facility->metrics[m].source);
        number = names_find(metrics, key.bytes, key.length);
        if (number >= 0) map->place[number] = (int32_t)m;
        text_release(&key);
    }
    for (int64_t m = 0; m < count; m++) {
        if (map->place[m] >= 0) continue;
        if (missing_count++ < 8)
            text_printf(&missing, "%s%s", missing_count > 1 ? ", " : "", names_text(metrics, m));
    }
    if (missing_count > 0) {
        const status st =
            fail(STATUS_BAD_INPUT, "%s: %lld of the model's %lld metrics are not there: %s%s",
                 view_path(night), (long long)missing_count, (long long)count, missing.bytes,
                 missing_count > 8 ? ", ..." : "");

        text_release(&missing);
        metric_map_release(map);
        return st;
    }
    return STATUS_OK;
}

void metric_map_release(struct metric_map *map)
{
    mem_free(&map->place);
}

/* A sample that is missing between two that are there is their mean. */
static void bridge(float *x, int64_t times, int metrics)
{
    for (int64_t t = 1; t + 1 < times; t++) {
        for (int m = 0; m < metrics; m++) {
            float *here = &x[t * metrics + m];

            if (isnan(*here) && !isnan(here[-metrics]) && !isnan(here[metrics]))
                *here = 0.5F * here[-metrics] + 0.5F * here[metrics];
        }
    }
}

void series_take(const float *tile, int64_t host, int64_t times, int64_t night_metrics,
                 const struct metric_map *map, int metrics, float *x)
{
    const float *from = tile + host * times * night_metrics;

    for (int64_t t = 0; t < times; t++)
        for (int m = 0; m < metrics; m++)
            x[t * metrics + m] = from[t * night_metrics + map->place[m]];
    bridge(x, times, metrics);
}

void series_live(const float *x, int64_t times, int metrics, int8_t *is_live)
{
    int64_t *present = mem_zero((size_t)metrics, sizeof *present);
    int64_t rows = 0;

    for (int64_t t = 0; t < times; t++) {
        bool is_any = false;

        for (int m = 0; m < metrics; m++) {
            const bool is_there = !isnan(x[t * metrics + m]);

            present[m] += is_there;
            is_any = is_any || is_there;
        }
        rows += is_any;
    }
    for (int m = 0; m < metrics; m++) is_live[m] = present[m] > 0 && 2 * present[m] >= rows;
    mem_free(&present);
}

static bool is_row_there(const float *row, int metrics, const int8_t *is_live)
{
    bool is_any = false;

    for (int m = 0; m < metrics; m++) {
        if (is_live[m] && isnan(row[m])) return false;
        is_any = is_any || is_live[m];
    }
    return is_any;
}

int64_t series_runs(const float *x, int64_t times, int metrics, const int8_t *is_live,
                    const int8_t *is_break, int64_t least, struct span *runs)
{
    int64_t count = 0;
    int64_t first = 0;

    for (int64_t t = 0; t <= times; t++) {
        const bool is_there = t < times && is_row_there(x + t * metrics, metrics, is_live);

        if (is_there && !(is_break && is_break[t])) continue;
        if (t - first >= least) runs[count++] = (struct span){first, t - first};
        first = is_there ? t : t + 1;
    }
    return count;
}

static void mark(const struct view *night, int64_t unix_s, int8_t *is_break)
{
    const double place =
        ceil(((double)unix_s - view_time_unix_s(night, 0)) / view_facility(night)->period_s);

    if (unix_s >= 0 && place > 0 && place < (double)view_times(night).count)
        is_break[(int64_t)place] = 1;
}

void series_breaks(const struct view *night, int64_t host, int8_t *is_break)
{
    const struct facility *facility = view_facility(night);

    memset(is_break, 0, (size_t)view_times(night).count);
    for (int64_t j = 0; j < facility->job_count; j++) {
        const struct job *job = &facility->jobs[j];

        for (int64_t h = 0; h < job->host_count; h++) {
            if (facility->job_hosts[job->host_first + h] != host) continue;
            mark(night, job->start_unix_s, is_break);
            mark(night, job->end_unix_s, is_break);
        }
    }
}
