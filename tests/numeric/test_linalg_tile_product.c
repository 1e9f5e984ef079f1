// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/linalg.h>

#include <math.h>
#include <string.h>

static const char *const kernels[] = {"portable", "avx2", "avx512"};

enum { KERNELS = 3, MOST_ROWS = 20, MOST_TIMES = 60, SIZES = 40 };

struct problem {
    struct linalg_tile tile;
    float *values;
    double *offsets, *scales, *a;
    size_t stride;
    int a_rows;
};

/* A window of times within a longer series: the next host does not follow at once. */
static struct problem make_problem(uint64_t number)
{
    struct random random = random_start(11, number);
    struct problem problem = {.a_rows = 1 + (int)random_below(&random, MOST_ROWS)};
    struct linalg_tile *tile = &problem.tile;
    size_t readings, count;

    tile->hosts = 1 + (int)random_below(&random, number % 4 == 0 ? 90 : 9);
    tile->metrics = 1 + (int)random_below(&random, 19);
    tile->times = 1 + (int)random_below(&random, MOST_TIMES);
    tile->host_stride = (size_t)(tile->times + 3) * (size_t)tile->metrics;
    readings = (size_t)tile->hosts * (size_t)tile->metrics;
    count =
        (size_t)(tile->hosts - 1) * tile->host_stride + (size_t)tile->times * (size_t)tile->metrics;
    problem.stride = linalg_row_stride(readings);
    problem.values = mem_array(count, sizeof *problem.values);
    problem.offsets = mem_array(readings, sizeof *problem.offsets);
    problem.scales = mem_array(readings, sizeof *problem.scales);
    problem.a = mem_array((size_t)problem.a_rows * problem.stride, sizeof *problem.a);
    for (size_t i = 0; i < count; i++) problem.values[i] = (float)random_normal(&random);
    for (size_t r = 0; r < readings; r++) problem.offsets[r] = random_normal(&random);
    for (size_t r = 0; r < readings; r++) problem.scales[r] = random_normal(&random);
    for (size_t i = 0; i < (size_t)problem.a_rows * problem.stride; i++)
        problem.a[i] = random_normal(&random);
    tile->values = problem.values;
    return problem;
}

static void release_problem(struct problem *problem)
{
    mem_free(&problem->values);
    mem_free(&problem->offsets);
    mem_free(&problem->scales);
    mem_free(&problem->a);
}

/* By the rows that linalg_tile_rows() makes. */
static void multiply_rows(const struct problem *problem, struct linalg_rows a, bool is_scaled,
                          double *c)
{
    const struct linalg_tile *tile = &problem->tile;
    const int readings = tile->hosts * tile->metrics;
    double *rows = mem_zero((size_t)tile->times * problem->stride, sizeof *rows);

    linalg_tile_rows(tile, problem->offsets, rows, problem->stride);
    for (int t = 0; is_scaled && t < tile->times; t++)
        for (int r = 0; r < readings; r++)
            rows[(size_t)t * problem->stride + (size_t)r] *= problem->scales[r];
    linalg_dot_add(
        a, (struct linalg_rows){.first = rows, .stride = problem->stride, .count = tile->times},
        readings, c, MOST_TIMES);
    mem_free(&rows);
}

static void the_product_with_a_tile_has_the_bits_of_that_with_its_rows(void)
{
    for (uint64_t number = 0; number < SIZES; number++) {
        struct problem problem = make_problem(number);
        const struct linalg_rows a = {
            .first = problem.a, .stride = problem.stride, .count = problem.a_rows};
        const bool is_scaled = number % 2 == 1;

        for (int k = 0; k < KERNELS; k++) {
            double expected[MOST_ROWS * MOST_TIMES] = {0.0};
            double found[MOST_ROWS * MOST_TIMES] = {0.0};

            if (!linalg_use_kernel(kernels[k])) continue;
            multiply_rows(&problem, a, is_scaled, expected);
            linalg_dot_add_tile(a, &problem.tile, problem.offsets,
                                is_scaled ? problem.scales : NULL, found, MOST_TIMES);
            CHECK(expected[0] != 0.0);
            CHECK(memcmp(found, expected, sizeof found) == 0);
        }
        linalg_use_kernel(NULL);
        release_problem(&problem);
    }
}

static void turned_series_stand_side_by_side_and_without_infinities(void)
{
    enum { TIMES = 43, STRIDE = TIMES + 6 };
    float series[LINALG_TURNED * STRIDE];
    float values[TIMES * LINALG_TURNED];

    for (int i = 0; i < LINALG_TURNED * STRIDE; i++)
        series[i] = i % 11 == 3 ? -INFINITY : i % 13 == 5 ? NAN : i % 17 == 1 ? INFINITY : (float)i;
    for (int k = 0; k < KERNELS; k++) {
        if (!linalg_use_kernel(kernels[k])) continue;
        memset(values, 0, sizeof values);
        linalg_tile_turn(series, STRIDE, TIMES, values);
        for (int i = 0; i < TIMES * LINALG_TURNED; i++) {
            const float from = series[i % LINALG_TURNED * STRIDE + i / LINALG_TURNED];

            CHECK(isfinite(from) ? values[i] == from : isnan(values[i]));
        }
    }
    linalg_use_kernel(NULL);
}

CHECK_MAIN({"the product with a tile has the bits of that with its rows",
            the_product_with_a_tile_has_the_bits_of_that_with_its_rows},
           {"turned series stand side by side and without infinities",
            turned_series_stand_side_by_side_and_without_infinities})
