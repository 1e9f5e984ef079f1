// SPDX-License-Identifier: BSD-3-Clause
#include "ranking.h"

#include <math.h>
#include <stdlib.h>

/** A cell with the keys it is ordered by: qsort() passes no context. */
struct keyed {
    struct ranked ranked;
    int8_t is_anomaly;
    double power, mode; /**< -1 where there is no score */
};

static double size_of(float z)
{
    return isnan(z) ? -1.0 : fabs((double)z);
}

int64_t ranking_cell(const struct report_night *night, const struct ranked *ranked)
{
    const struct facility *facility = night->facility;

    return (ranked->band * facility->host_count + ranked->host) * facility->metric_count
           + ranked->metric;
}

static struct keyed keyed_cell(const struct report_night *night, struct ranked ranked)
{
    const struct report_scores *scores = night->scores;
    const int64_t cell = ranking_cell(night, &ranked);

    return (struct keyed){ranked, scores->is_anomaly[cell], size_of(scores->deciding[cell]),
                          scores->zscore ? size_of(scores->zscore[cell]) : -1};
}

static int falling(double a, double b)
{
    return (a < b) - (a > b);
}

static int compare(const void *left, const void *right)
{
    const struct keyed *a = left;
    const struct keyed *b = right;
    int order = (a->is_anomaly < b->is_anomaly) - (a->is_anomaly > b->is_anomaly);

    if (!order) order = falling(a->power, b->power);
    if (!order) order = falling(a->mode, b->mode);
    if (!order) order = (a->ranked.host > b->ranked.host) - (a->ranked.host < b->ranked.host);
    if (!order)
        order = (a->ranked.metric > b->ranked.metric) - (a->ranked.metric < b->ranked.metric);
    return order ? order : (a->ranked.band > b->ranked.band) - (a->ranked.band < b->ranked.band);
}

static bool worst_of_host(const struct report_night *night, int32_t host, struct keyed *worst)
{
    bool is_found = false;
    int64_t flagged_count = 0;

    for (int32_t band = 0; band < night->scores->band_count; band++) {
        for (int32_t metric = 0; metric < night->facility->metric_count; metric++) {
            const struct keyed cell = keyed_cell(night, (struct ranked){host, metric, band, 0});

            flagged_count += cell.is_anomaly != 0;
            if (cell.power < 0 && cell.mode < 0) continue;
            if (is_found && compare(&cell, worst) >= 0) continue;
            *worst = cell;
            is_found = true;
        }
    }
    worst->ranked.flagged_count = flagged_count;
    return is_found;
}

static void give_ranked(const struct keyed *cells, int64_t count, struct ranked *rows)
{
    for (int64_t i = 0; i < count; i++) rows[i] = cells[i].ranked;
}

int64_t ranking_hosts(const struct report_night *night, struct ranked *rows)
{
    const int64_t host_count = night->facility->host_count;
    struct keyed *cells = mem_zero((size_t)host_count, sizeof *cells);
    int64_t count = 0;

    for (int32_t host = 0; host < host_count; host++) {
        if (worst_of_host(night, host, &cells[count])) count++;
    }
    qsort(cells, (size_t)count, sizeof *cells, compare);
    give_ranked(cells, count, rows);
    mem_free(&cells);
    return count;
}

struct ranked *ranking_flagged(const struct report_night *night, int64_t *count)
{
    const struct facility *facility = night->facility;
    const int64_t per_band = facility->host_count * facility->metric_count;
    const int64_t cell_count = per_band * night->scores->band_count;
    struct keyed *cells;
    struct ranked *rows;
    int64_t found = 0;

    for (int64_t cell = 0; cell < cell_count; cell++) found += night->scores->is_anomaly[cell] != 0;
    cells = mem_zero((size_t)found, sizeof *cells);
    rows = mem_zero((size_t)found, sizeof *rows);
    *count = found;
    found = 0;
    for (int64_t cell = 0; cell < cell_count; cell++) {
        if (!night->scores->is_anomaly[cell]) continue;
        cells[found++] =
            keyed_cell(night, (struct ranked){(int32_t)(cell % per_band / facility->metric_count),
                                              (int32_t)(cell % facility->metric_count),
                                              (int32_t)(cell / per_band), 0});
    }
    qsort(cells, (size_t)found, sizeof *cells, compare);
    give_ranked(cells, found, rows);
    mem_free(&cells);
    return rows;
}

void ranking_metric_counts(const struct report_night *night, int64_t *counts)
{
    const struct facility *facility = night->facility;
    const int64_t cell_count =
        night->scores->band_count * facility->host_count * facility->metric_count;

    for (int64_t cell = 0; cell < cell_count; cell++) {
        if (night->scores->is_anomaly[cell]) counts[cell % facility->metric_count]++;
    }
}

void ranking_host_counts(const struct report_night *night, int64_t *counts)
{
    const struct facility *facility = night->facility;
    const int64_t per_band = facility->host_count * facility->metric_count;

    for (int64_t cell = 0; cell < per_band * night->scores->band_count; cell++) {
        if (night->scores->is_anomaly[cell]) counts[cell % per_band / facility->metric_count]++;
    }
}
