// SPDX-License-Identifier: BSD-3-Clause
#include "kernels.h"

#include <math.h>

enum { ROWS = 4, COLUMNS = 8 };

static bool is_possible(void)
{
    return true;
}

static void pack(const double *const *row, int length, double *panel)
{
    for (int j = 0; j < COLUMNS; j++)
        for (int p = 0; p < length; p++) panel[p * COLUMNS + j] = row[j][p];
}

void pack_values_plain(const struct packing *packing, int columns, double *panel)
{
    for (int k = 0; k < packing->readings; k++) {
        const double offset = packing->offsets[k];
        const double scale = packing->scales ? packing->scales[k] : 1.0;
        double *to = panel + (size_t)k * (size_t)columns;

        for (int t = 0; t < columns; t++)
            to[t] = ((double)packing_column(packing, t)[k] - offset) * scale;
    }
}

void turn_plain(const float *series, size_t stride, int times, float *values)
{
    for (int k = 0; k < LINALG_TURNED; k++, series += stride) {
        for (int t = 0; t < times; t++)
            values[t * LINALG_TURNED + k] = isfinite(series[t]) ? series[t] : NAN;
    }
}

static void product_row(const struct product *product, int i)
{
    double *c = product->c + (size_t)i * product->c_stride;
    double sums[COLUMNS] = {0.0};

    for (int j = 0; j < product->column_count; j++) sums[j] = c[j];
    for (int p = 0; p < product->length; p++) {
        const double x = product->row[i][p];
        const double *y = product->panel + p * COLUMNS;

        for (int j = 0; j < COLUMNS; j++) sums[j] = fma(x, y[j], sums[j]);
    }
    for (int j = 0; j < product->column_count; j++) c[j] = sums[j];
}

static void product(const struct product *product)
{
    for (int i = 0; i < product->row_count; i++) product_row(product, i);
}

static void precise_row(const struct product *product, int i)
{
    for (int j = 0; j < product->column_count; j++) {
        const size_t at = (size_t)i * product->c_stride + (size_t)j;
        double c = product->c[at];
        double rest = product->rest[at];

        for (int p = 0; p < product->length; p++) {
            const double x = product->row[i][p];
            const double y = product->panel[p * COLUMNS + j];
            const double next = fma(x, y, c);

            rest += fma(x, y, c - next);
            c = next;
        }
        product->c[at] = c;
        product->rest[at] = rest;
    }
}

static void precise(const struct product *product)
{
    for (int i = 0; i < product->row_count; i++) precise_row(product, i);
}

static void add_rows(const struct linalg_rows *rows, int length, double *sum)
{
    for (int r = 0; r < rows->count; r++) {
        const double *row = rows->first + (size_t)r * rows->stride;

        for (int p = 0; p < length; p++) sum[p] += row[p];
    }
}

static void sum(const float *values, int times, int metrics, double *sums, int32_t *counts)
{
    for (int m = 0; m < metrics; m++) sums[m] = counts[m] = 0;
    for (int t = 0; t < times; t++) {
        for (int m = 0; m < metrics; m++, values++) {
            if (isnan(*values)) continue;
            sums[m] += (double)*values;
            counts[m]++;
        }
    }
}

static void centre(const struct centring *centring)
{
    const float *value = centring->values;

    for (int t = 0; t < centring->times; t++) {
        double *row = centring->rows + (size_t)t * centring->row_stride;

        for (int m = 0; m < centring->metrics; m++)
            row[m] = (double)*value++ - (centring->offsets ? centring->offsets[m] : 0.0);
    }
}

static double spin(bool is_double, int rounds)
{
    double sums[COLUMNS] = {0.0};
    float singles[COLUMNS] = {0.0F};
    volatile double sink;

    for (int r = 0; r < rounds; r++) {
        for (int k = 0; k < COLUMNS && is_double; k++) sums[k] = fma(sums[k], 0.999, 0.999);
        for (int k = 0; k < COLUMNS && !is_double; k++)
            singles[k] = fmaf(singles[k], 0.999F, 0.999F);
    }
    sink = sums[0] + (double)singles[0];
    (void)sink;
    return 2.0 * COLUMNS * rounds;
}

const struct kernel kernel_portable = {
    .name = "portable",
    .is_possible = is_possible,
    .rows = ROWS,
    .columns = COLUMNS,
    .pack = pack,
    .pack_values = pack_values_plain,
    .product = product,
    .precise = precise,
    .add_rows = add_rows,
    .sum = sum,
    .centre = centre,
    .turn = turn_plain,
    .spin = spin,
};
