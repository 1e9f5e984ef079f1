// SPDX-License-Identifier: BSD-3-Clause
#include "rows.h"

#include <math.h>

/* Readings side by side: their sums do not wait for one another, and a row is written a cache line at a time. */
enum { SIDE_BY_SIDE = 8 };

/* The readings from @p first on; @return how many of them, SIDE_BY_SIDE at most. */
static int series_of(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan, int64_t first,
                     int64_t time, const double *series[SIDE_BY_SIDE])
{
    const int64_t left = rows->readings - first;
    const int count = left < SIDE_BY_SIDE ? (int)left : SIDE_BY_SIDE;

    for (int k = 0; k < SIDE_BY_SIDE; k++)
        series[k] = rows->filling.x + (first + (k < count ? k : 0)) * plan->times + time;
    return count;
}

void mrdmd_matrix_sums(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan,
                       const struct mrdmd_window *root, double *sums)
{
    const double *series[SIDE_BY_SIDE];

    for (int64_t r = 0; r < rows->readings; r += SIDE_BY_SIDE) {
        const int count = series_of(rows, plan, r, root->first, series);
        double sum[SIDE_BY_SIDE] = {0.0};
        int32_t present[SIDE_BY_SIDE] = {0};

        for (int64_t t = 0; t < root->count; t++) {
            for (int k = 0; k < SIDE_BY_SIDE; k++) {
                const bool is_there = !isnan(series[k][t]);

                sum[k] += is_there ? series[k][t] : 0.0;
                present[k] += is_there;
            }
        }
        for (int k = 0; k < count; k++) {
            sums[r + k] = sum[k];
            rows->present[r + k] = present[k];
        }
    }
}

void mrdmd_matrix_take(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan,
                       const double *mean, struct span times, double *to)
{
    const double *series[SIDE_BY_SIDE];

    for (int64_t r = 0; r < rows->readings; r += SIDE_BY_SIDE) {
        const int count = series_of(rows, plan, r, times.first, series);

        if (count < SIDE_BY_SIDE) {
            for (int64_t t = 0; t < times.count; t++)
                for (int k = 0; k < count; k++)
                    to[(size_t)t * rows->stride + (size_t)(r + k)] = series[k][t] - mean[r + k];
            continue;
        }
        for (int64_t t = 0; t < times.count; t++)
            for (int k = 0; k < SIDE_BY_SIDE; k++)
                to[(size_t)t * rows->stride + (size_t)(r + k)] = series[k][t] - mean[r + k];
    }
}
