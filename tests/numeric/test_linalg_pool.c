// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/linalg.h>

#include <string.h>

/* Blocks [0, 6) and [6, 10) over blocks of 4, 4 and 2 times, as a window and its half might have them. */
enum { TIMES = 10, ROWS = 5, RUNS = 4 };
static const int first[ROWS] = {0, 6, 0, 4, 8};
static const int count[ROWS] = {6, 4, 4, 4, 2};

static const struct linalg_run runs[RUNS] = {
    {4, 2},
    {2, 2},
    {2, 2},
    {2, 2}
};
static const struct linalg_part parts[] = {
    {0, true,  0.0    },
    {2, true,  1.0 / 4}, /* times 0 to 3 */
    {0, false, 1.0 / 6},
    {3, true,  0.0    }, /* 4 and 5 */
    {1, true,  0.0    },
    {3, false, 1.0 / 4}, /* 6 and 7 */
    {1, false, 1.0 / 4},
    {4, true,  1.0 / 2}, /* 8 and 9 */
};

/* Small whole numbers: sums are exact in any order, and what is rounded is the weight and its product. */
static void check_tile(int hosts, int metrics, bool is_scaled)
{
    const struct linalg_blocks blocks = {runs, parts, RUNS};
    const size_t readings = (size_t)hosts * (size_t)metrics;
    const size_t stride = linalg_row_stride(readings);
    float *values = mem_array(readings * TIMES, sizeof *values);
    double *offsets = mem_array(readings, sizeof *offsets);
    double *scales = mem_array(readings, sizeof *scales);
    double *rows = mem_array(ROWS * stride, sizeof *rows);
    const struct linalg_tile tile = {.values = values,
                                     .hosts = hosts,
                                     .times = TIMES,
                                     .metrics = metrics,
                                     .host_stride = (size_t)TIMES * (size_t)metrics};

    for (size_t i = 0; i < readings * TIMES; i++) values[i] = (float)(i * i % 101);
    for (size_t r = 0; r < readings; r++) {
        offsets[r] = (double)(r % 7);
        scales[r] = (double)(1 + r % 3);
    }
    linalg_tile_pool(&tile, offsets, is_scaled ? scales : NULL, &blocks, rows, stride);
    for (size_t r = 0; r < readings; r++) {
        const float *series = values + r / (size_t)metrics * tile.host_stride + r % (size_t)metrics;

        for (int row = 0; row < ROWS; row++) {
            double sum = 0.0;

            for (int t = first[row]; t < first[row] + count[row]; t++)
                sum += (double)series[t * metrics] - offsets[r];
            if (is_scaled) sum *= scales[r];
            CHECK(rows[(size_t)row * stride + r] == sum * (1.0 / count[row]));
        }
    }
    mem_free(&values);
    mem_free(&offsets);
    mem_free(&scales);
    mem_free(&rows);
}

static void a_block_of_runs_is_the_mean_of_its_samples(void)
{
    for (int metrics = 1; metrics <= 19; metrics += 3) {
        check_tile(1, metrics, false);
        check_tile(5, metrics, true);
    }
    check_tile(9, 8, false);
    check_tile(9, 16, true);
}

CHECK_MAIN({"a block of runs is the mean of its samples",
            a_block_of_runs_is_the_mean_of_its_samples})
