// SPDX-License-Identifier: BSD-3-Clause
#include "kernels.h"

/* Lanes side by side are readings, whose sums do not meet: the same bits from every clone. */
enum { LANES = 8 };

/* The hosts of a tile follow one another for so many rows, or a few more: they stay in the L2 cache meanwhile. */
enum { CHUNK_ROWS = 128 };

/* What is called for: hosts ahead of the one at hand, or where a host's values are long, these. */
enum { HOSTS_AHEAD = 2, LONG_VALUES = 4096, VALUES_AHEAD = 512 };

typedef double doubles __attribute__((vector_size(LANES * sizeof(double)), aligned(8)));
typedef float floats __attribute__((vector_size(LANES * sizeof(float)), aligned(4)));

/* Vectors ahead of the one at hand of a row that will be written. */
enum { ROWS_AHEAD = 4 };

/* Some readings of one host. */
struct pooling {
    const float *values; /* [times][metrics] */
    size_t metrics;
    const double *offsets, *scales;
    size_t ahead; /* floats from a value to one that comes later */
    double *rows;
    size_t row_stride;
};

/* Eight readings at once. */
FOR_EACH_CPU static void pool_lanes(const struct pooling *pooling,
                                    const struct linalg_blocks *blocks)
{
    const doubles offset = *(const doubles *)pooling->offsets;
    const float *value = pooling->values;
    const struct linalg_part *part = blocks->parts;

    for (int r = 0; r < blocks->run_count; r++) {
        const struct linalg_part *end = part + blocks->runs[r].part_count;
        doubles sum = {0.0};

        if (part == end) {
            value += (size_t)blocks->runs[r].times * pooling->metrics;
            continue;
        }
        for (int t = 0; t < blocks->runs[r].times; t++, value += pooling->metrics) {
            __builtin_prefetch(value + pooling->ahead);
            sum += __builtin_convertvector(*(const floats *)value, doubles) - offset;
        }
        if (pooling->scales) sum *= *(const doubles *)pooling->scales;
        for (; part < end; part++) {
            doubles *to = (doubles *)(pooling->rows + (size_t)part->row * pooling->row_stride);
            const doubles total = part->is_first ? sum : *to + sum;

            if (part->is_first) __builtin_prefetch(to + ROWS_AHEAD, 1);
            *to = part->weight > 0.0 ? total * part->weight : total;
        }
    }
}

/* One reading. */
static void pool_one(const struct pooling *pooling, const struct linalg_blocks *blocks)
{
    const float *value = pooling->values;
    const struct linalg_part *part = blocks->parts;

    for (int r = 0; r < blocks->run_count; r++) {
        const struct linalg_part *end = part + blocks->runs[r].part_count;
        double sum = 0.0;

        if (part == end) {
            value += (size_t)blocks->runs[r].times * pooling->metrics;
            continue;
        }
        for (int t = 0; t < blocks->runs[r].times; t++, value += pooling->metrics)
            sum += (double)*value - *pooling->offsets;
        if (pooling->scales) sum *= *pooling->scales;
        for (; part < end; part++) {
            double *to = pooling->rows + (size_t)part->row * pooling->row_stride;
            const double total = part->is_first ? sum : *to + sum;

            *to = part->weight > 0.0 ? total * part->weight : total;
        }
    }
}

/* Some runs, of all hosts. */
static void pool_chunk(const struct linalg_tile *tile, const struct pooling *all,
                       const struct linalg_blocks *blocks)
{
    for (size_t h = 0; h < (size_t)tile->hosts; h++) {
        for (int m = 0; m < tile->metrics;) {
            const size_t reading = h * (size_t)tile->metrics + (size_t)m;
            struct pooling pooling = *all;

            pooling.values += h * tile->host_stride + (size_t)m;
            pooling.offsets += reading;
            if (pooling.scales) pooling.scales += reading;
            pooling.rows += reading;
            if (m + LANES <= tile->metrics) {
                pool_lanes(&pooling, blocks);
                m += LANES;
            } else {
                pool_one(&pooling, blocks);
                m++;
            }
        }
    }
}

void linalg_tile_pool(const struct linalg_tile *tile, const double *offsets, const double *scales,
                      const struct linalg_blocks *blocks, double *rows, size_t row_stride)
{
    struct pooling pooling = {
        .values = tile->values,
        .metrics = (size_t)tile->metrics,
        .offsets = offsets,
        .scales = scales,
        .rows = rows,
        .row_stride = row_stride,
    };
    struct linalg_blocks chunk = {.runs = blocks->runs, .parts = blocks->parts};
    const struct linalg_run *end = blocks->runs + blocks->run_count;

    while (chunk.runs < end) {
        size_t times = 0;
        int parts = 0;
        int rows_begun = 0;

        for (chunk.run_count = 0; chunk.runs + chunk.run_count < end && rows_begun < CHUNK_ROWS;
             chunk.run_count++) {
            const struct linalg_run *run = &chunk.runs[chunk.run_count];

            times += (size_t)run->times;
            for (int p = 0; p < run->part_count; p++) rows_begun += chunk.parts[parts++].is_first;
        }
        pooling.ahead =
            times * pooling.metrics < LONG_VALUES ? HOSTS_AHEAD * tile->host_stride : VALUES_AHEAD;
        pool_chunk(tile, &pooling, &chunk);
        chunk.runs += chunk.run_count;
        chunk.parts += parts;
        pooling.values += times * pooling.metrics;
    }
}
