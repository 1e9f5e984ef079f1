// SPDX-License-Identifier: BSD-3-Clause
#include "kernels.h"

/* Rows of one block stay in the L2 cache while the hosts write into them one after the other. */
enum { BLOCK_BYTES = 256 * 1024 };

/* Hosts ahead of the one at hand whose values are called for. */
enum { HOSTS_AHEAD = 2 };

size_t linalg_row_stride(size_t length)
{
    const size_t lines = (length + 7) / 8;

    return 8 * (lines | 1);
}

void linalg_tile_sums(const struct linalg_tile *tile, double *sums, int32_t *counts)
{
    const struct kernel *kernel = kernel_now();
    const size_t metrics = (size_t)tile->metrics;

    for (size_t h = 0; h < (size_t)tile->hosts; h++) {
        kernel->sum(tile->values + h * tile->host_stride, tile->times, tile->metrics,
                    sums + h * metrics, counts + h * metrics);
    }
}

void linalg_tile_rows(const struct linalg_tile *tile, const double *offsets, double *rows,
                      size_t row_stride)
{
    const struct kernel *kernel = kernel_now();
    const size_t metrics = (size_t)tile->metrics;
    const int block = (int)(BLOCK_BYTES / (row_stride * sizeof *rows)) + 1;

    for (int first = 0; first < tile->times; first += block) {
        struct centring centring = {
            .times = tile->times - first < block ? tile->times - first : block,
            .metrics = tile->metrics,
            .ahead = HOSTS_AHEAD * tile->host_stride,
            .row_stride = row_stride,
        };

        for (size_t h = 0; h < (size_t)tile->hosts; h++) {
            centring.values = tile->values + h * tile->host_stride + (size_t)first * metrics;
            centring.offsets = offsets ? offsets + h * metrics : NULL;
            centring.rows = rows + (size_t)first * row_stride + h * metrics;
            kernel->centre(&centring);
        }
    }
}

void linalg_tile_turn(const float *series, size_t stride, int times, float *values)
{
    kernel_now()->turn(series, stride, times, values);
}

void linalg_rows_sum(struct linalg_rows rows, int length, double *sum)
{
    ASSERT(!rows.row);
    kernel_now()->add_rows(&rows, length, sum);
}
