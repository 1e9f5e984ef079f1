// SPDX-License-Identifier: BSD-3-Clause
#include "scan.h"

#include <math.h>

void scan_list(struct scan *scan, struct span hosts)
{
    struct mrdmd_night *night = scan->night;
    const int64_t times = night->plan->times;
    const int64_t metrics = night->metric_count;
    bool *is_there = mem_zero((size_t)metrics, sizeof *is_there);

    for (int64_t h = 0; h < hosts.count; h++) {
        for (int64_t m = 0; m < metrics; m++) {
            const float *series = scan->values + h * times * metrics + m;
            int64_t t = 0;

            while (t < times && isnan(series[t * metrics])) t++;
            is_there[m] = t < times;
        }
        reading_list_add(&night->readings, is_there, metrics);
    }
    mem_free(&is_there);
}

/* Room for the features of all that is listed. */
static void make_room(struct scan *scan)
{
    struct mrdmd_night *night = scan->night;
    const int64_t cells = night->root_count * night->items;
    size_t rows;

    if (night->features && night->readings.count <= scan->reading_room) return;
    scan->reading_room = 2 * night->readings.count;
    rows = (size_t)scan->reading_room;
    night->features = mem_resize(night->features, rows * (size_t)cells, sizeof *night->features);
    night->quantum = mem_resize(night->quantum, rows, sizeof *night->quantum);
    night->in_range = mem_resize(night->in_range, rows, sizeof *night->in_range);
}

/* The share of a reading's samples within the limits of its metric; 1 where there are none. */
static float share_in_range(const struct mrdmd_analysis *self, int64_t metric, const double *series,
                            int64_t times)
{
    int64_t present = 0;
    int64_t within = 0;

    if (!self->ranges) return 1.0F;
    for (int64_t t = 0; t < times; t++) {
        if (isnan(series[t])) continue;
        present++;
        within += series[t] >= self->ranges[metric].low && series[t] <= self->ranges[metric].high;
    }
    return present ? (float)within / (float)present : 0.0F;
}

/* Where the companion's windows begin. All are of one length: where the night's last window of mrDMD is a
 * shorter rest, the companion's ends with it and begins in the one before. */
static int64_t *first_samples(const struct mrdmd_night *night)
{
    const int64_t last = night->plan->times - band_plan_window(night->band_plan);
    int64_t *first = mem_zero((size_t)night->root_count, sizeof *first);

    ASSERT(last >= 0);
    for (int w = 0; w < night->plan->window_count; w = night->plan->windows[w].next) {
        const struct mrdmd_window *window = &night->plan->windows[w];

        first[window->root] = window->first < last ? window->first : last;
    }
    return first;
}

/* Scratch for one reading. */
struct work {
    double *series;   /* owned, [times] */
    double *features; /* owned, [roots][half] */
    int64_t *first;   /* owned, [roots] */
    void *bins;       /* owned */
};

/* @param from  the reading's first sample in the tile */
static void take_reading(struct scan *scan, int64_t row, const float *from, struct work *work)
{
    struct mrdmd_night *night = scan->night;
    const int half = band_plan_features(night->band_plan);
    double quantum = INFINITY;

    for (int64_t t = 0; t < night->plan->times; t++)
        work->series[t] = (double)from[t * night->metric_count];
    band_features(night->band_plan, work->series, work->first, night->root_count, work->bins,
                  work->features, &quantum);
    night->quantum[row] = (float)quantum;
    night->in_range[row] =
        share_in_range(scan->self, night->readings.metric[row], work->series, night->plan->times);
    for (int64_t root = 0; root < night->root_count; root++) {
        float *to = night->features + (row * night->root_count + root) * night->items;

        for (int i = 0; i < half; i++) {
            to[i] = (float)work->features[root * half + i];
            to[half + i] = NAN; /* until peers are known */
        }
    }
}

void scan_features(struct scan *scan, struct span hosts)
{
    struct mrdmd_night *night = scan->night;
    const int64_t first_host = hosts.first - night->host_first;
    const int64_t times = night->plan->times;
    const size_t cells = (size_t)night->root_count * (size_t)band_plan_features(night->band_plan);
    struct work work = {.series = mem_zero((size_t)times, sizeof *work.series),
                        .features = mem_zero(cells, sizeof *work.features),
                        .first = first_samples(night),
                        .bins = mem_zero(1, band_plan_workspace_bytes(night->band_plan))};

    make_room(scan);
    for (int64_t h = 0; h < hosts.count; h++) {
        const int64_t *first = night->readings.first + first_host + h;

        for (int64_t row = first[0]; row < first[1]; row++)
            take_reading(scan, row,
                         scan->values + h * times * night->metric_count
                             + night->readings.metric[row],
                         &work);
    }
    mem_free(&work.bins);
    mem_free(&work.first);
    mem_free(&work.features);
    mem_free(&work.series);
}

void scan_list_and_features(struct scan *scan, struct span hosts)
{
    scan_list(scan, hosts);
    scan_features(scan, hosts);
}
