// SPDX-License-Identifier: BSD-3-Clause
#include "measure.h"

#include <telltale/linalg.h>

struct dot {
    linalg_dot_function *function;
    struct linalg_rows a, b;
    const double *rows;
    int all_rows, next, length;
    double *c;
};

static double run_dot(void *state)
{
    struct dot *dot = state;

    if (dot->next + dot->b.count > dot->all_rows) dot->next = 0;
    dot->b.first = dot->rows + (size_t)dot->next * dot->b.stride;
    dot->next += dot->b.count;
    dot->function(dot->a, dot->b, dot->length, dot->c, (size_t)dot->b.count);
    return 2.0 * dot->a.count * dot->b.count * dot->length;
}

double linalg_measure_dot(linalg_dot_function *dot, int a_rows, int b_rows, int length,
                          double seconds)
{
    enum { TIMES = 2880, MOST_BYTES = 64 << 20 };
    const size_t stride = linalg_row_stride((size_t)length);
    const int fitting = (int)(MOST_BYTES / (stride * sizeof(double)));
    const int all = fitting < TIMES ? fitting : TIMES;
    const int rows = all < b_rows ? b_rows : all;
    double *a = mem_array((size_t)a_rows * stride, sizeof *a);
    double *b = mem_array((size_t)rows * stride, sizeof *b);
    struct dot state = {
        .function = dot,
        .a = {.first = a, .stride = stride, .count = a_rows},
        .b = {.first = b, .stride = stride, .count = b_rows},
        .rows = b,
        .all_rows = rows,
        .length = length
    };
    double rate;

    state.c = mem_array((size_t)a_rows * (size_t)b_rows, sizeof *state.c);
    for (size_t i = 0; i < (size_t)a_rows * stride; i++) a[i] = 1.0 / (double)(1 + i % 7);
    for (size_t i = 0; i < (size_t)rows * stride; i++) b[i] = 1.0 / (double)(1 + i % 11);
    rate = measure_best(run_dot, &state, seconds);
    mem_free(&a);
    mem_free(&b);
    mem_free(&state.c);
    return rate;
}

enum { HOSTS = 64, METRICS = 8, TIMES = 2880, TILES = 16, RUN = 48 };
enum { READINGS = HOSTS * METRICS, TILE_VALUES = READINGS * TIMES };

struct tiles {
    float *values;
    struct linalg_tile tile;
    int next;
    double *sums, *rows;
    int32_t *counts;
    size_t stride;
};

static void next_tile(struct tiles *tiles)
{
    tiles->tile.values = tiles->values + (size_t)tiles->next * TILE_VALUES;
    tiles->next = (tiles->next + 1) % TILES;
}

static double run_sums(void *state)
{
    struct tiles *tiles = state;

    next_tile(tiles);
    linalg_tile_sums(&tiles->tile, tiles->sums, tiles->counts);
    return TILE_VALUES * sizeof(float);
}

static double run_sums_rows(void *state)
{
    struct tiles *tiles = state;
    struct linalg_tile part;

    run_sums(tiles);
    part = tiles->tile;
    part.times = RUN;
    for (int t = 0; t < TIMES; t += RUN, part.values += RUN * METRICS)
        linalg_tile_rows(&part, tiles->sums, tiles->rows, tiles->stride);
    return TILE_VALUES * sizeof(float);
}

static double measure_tiles(double (*work)(void *state), double seconds)
{
    struct tiles tiles = {
        .values = mem_array((size_t)TILES * TILE_VALUES, sizeof *tiles.values),
        .tile = {.hosts = HOSTS,
                 .times = TIMES,
                 .metrics = METRICS,
                 .host_stride = TIMES * METRICS},
        .sums = mem_array(READINGS, sizeof *tiles.sums),
        .counts = mem_array(READINGS, sizeof *tiles.counts),
        .stride = linalg_row_stride(READINGS)
    };
    double rate;

    tiles.rows = mem_array(RUN * tiles.stride, sizeof *tiles.rows);
    for (size_t i = 0; i < (size_t)TILES * TILE_VALUES; i++) tiles.values[i] = (float)(i % 13);
    rate = measure_best(work, &tiles, seconds);
    mem_free(&tiles.values);
    mem_free(&tiles.sums);
    mem_free(&tiles.counts);
    mem_free(&tiles.rows);
    return rate;
}

double linalg_measure_tile_sums(double seconds)
{
    return measure_tiles(run_sums, seconds);
}

double linalg_measure_tile_sums_rows(double seconds)
{
    return measure_tiles(run_sums_rows, seconds);
}
