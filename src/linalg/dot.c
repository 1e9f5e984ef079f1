// SPDX-License-Identifier: BSD-3-Clause
#include "kernels.h"

#include <cblas.h>

/* Hosts ahead of the one at hand whose values are called for. */
enum { HOSTS_AHEAD = 4 };

const double *dot_row(const struct linalg_rows *rows, int r)
{
    return rows->row ? rows->row[r] : rows->first + (size_t)r * rows->stride;
}

void linalg_dot_add_plain(struct linalg_rows a, struct linalg_rows b, int length, double *c,
                          size_t c_stride)
{
    for (int i = 0; i < a.count; i++) {
        for (int j = 0; j < b.count; j++) {
            const double *x = dot_row(&a, i);
            const double *y = dot_row(&b, j);
            double sum = c[(size_t)i * c_stride + (size_t)j];

            for (int p = 0; p < length; p++) sum += x[p] * y[p];
            c[(size_t)i * c_stride + (size_t)j] = sum;
        }
    }
}

void linalg_dot_add_gemm(struct linalg_rows a, struct linalg_rows b, int length, double *c,
                         size_t c_stride)
{
    ASSERT(!a.row && !b.row);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, a.count, b.count, length, 1.0, a.first,
                (int)a.stride, b.first, (int)b.stride, 1.0, c, (int)c_stride);
}

/* The rows of B from @p first_row on become the panel; columns beyond the last row repeat it. */
static void pack_rows(const struct linalg_rows *b, int first_row, int first, int length,
                      double *panel)
{
    const struct kernel *kernel = kernel_now();
    const double *columns[KERNEL_COLUMNS];

    for (int j = 0; j < kernel->columns; j++) {
        const int row = first_row + j < b->count ? first_row + j : b->count - 1;

        columns[j] = dot_row(b, row) + first;
    }
    kernel->pack(columns, length, panel);
}

/* The same of a tile: some readings of a host at a time. */
static void pack_tile(const struct dot_right *b, int first_time, int first, int length,
                      double *panel)
{
    const struct kernel *kernel = kernel_now();
    const struct linalg_tile *tile = b->tile;
    const int times = tile->times - first_time;
    struct packing packing = {.times = times < kernel->columns ? times : kernel->columns,
                              .stride = (size_t)tile->metrics,
                              .ahead = HOSTS_AHEAD * tile->host_stride};

    for (int p = 0; p < length; p += packing.readings) {
        const int reading = first + p;
        const int host = reading / tile->metrics;
        const int metric = reading % tile->metrics;
        const int left = tile->metrics - metric < length - p ? tile->metrics - metric : length - p;

        packing.values = tile->values + (size_t)host * tile->host_stride
                         + (size_t)first_time * packing.stride + metric;
        packing.readings = left < KERNEL_READINGS ? left : KERNEL_READINGS;
        packing.offsets = b->offsets + reading;
        packing.scales = b->scales ? b->scales + reading : NULL;
        kernel->pack_values(&packing, kernel->columns, panel + (size_t)p * (size_t)kernel->columns);
    }
}

static void multiply_panel(const struct linalg_rows *a, int first, struct product product)
{
    const struct kernel *kernel = kernel_now();

    for (int i = 0; i < a->count; i += product.row_count) {
        product.row_count = a->count - i < kernel->rows ? a->count - i : kernel->rows;
        for (int r = 0; r < product.row_count; r++) product.row[r] = dot_row(a, i + r) + first;
        if (product.rest) {
            kernel->precise(&product);
            product.rest += (size_t)product.row_count * product.c_stride;
        } else {
            kernel->product(&product);
        }
        product.c += (size_t)product.row_count * product.c_stride;
    }
}

void dot_by_panels(const struct linalg_rows *a, const struct dot_right *b, int length,
                   struct product target)
{
    double panel[KERNEL_RUN * KERNEL_COLUMNS] __attribute__((aligned(64)));
    const int columns = kernel_now()->columns;
    const int count = b->rows ? b->rows->count : b->tile->times;

    for (int p = 0; p < length; p += KERNEL_RUN) {
        const int run = length - p < KERNEL_RUN ? length - p : KERNEL_RUN;

        struct product product = target;

        product.panel = panel;
        product.length = run;
        for (int j = 0; j < count; j += columns) {
            product.column_count = count - j < columns ? count - j : columns;
            if (b->rows)
                pack_rows(b->rows, j, p, run, panel);
            else
                pack_tile(b, j, p, run, panel);
            multiply_panel(a, p, product);
            product.c += columns;
            if (product.rest) product.rest += columns;
        }
    }
}

void linalg_dot_add(struct linalg_rows a, struct linalg_rows b, int length, double *c,
                    size_t c_stride)
{
    dot_by_panels(&a, &(struct dot_right){.rows = &b}, length,
                  (struct product){.c = c, .c_stride = c_stride});
}

void linalg_dot_add_tile(struct linalg_rows a, const struct linalg_tile *tile,
                         const double *offsets, const double *scales, double *c, size_t c_stride)
{
    const struct dot_right b = {.tile = tile, .offsets = offsets, .scales = scales};

    dot_by_panels(&a, &b, tile->hosts * tile->metrics,
                  (struct product){.c = c, .c_stride = c_stride});
}
