// SPDX-License-Identifier: BSD-3-Clause
/*
 * Inner loops over rows of activations, for whatever instruction set the including file is compiled for.
 * Nothing is fused and sums run in NN_LANES lanes, so every instruction set gives the same bits.
 */
#include "vectors.h"

#ifdef __clang__
#    pragma clang fp contract(off)
#else
#    pragma GCC optimize("fp-contract=off")
#endif

INLINE double fold(lanes sum)
{
    double total = 0;

    for (int l = 0; l < NN_LANES; l++) total += (double)sum[l];
    return total;
}

static double sheet_moment(struct nn_sheet sheet, const real *x, double mean, int power)
{
    const int whole = sheet.columns - sheet.columns % NN_LANES;
    const real centre = (real)mean;
    lanes sum = {0};
    real rest = 0;

    for (int r = 0; r < sheet.rows; r++, x += sheet.step) {
        for (int c = 0; c < whole; c += NN_LANES) {
            const lanes v = load(x + c) - centre;

            sum += power == 1 ? v : v * v;
        }
        for (int c = whole; c < sheet.columns; c++) {
            const real v = x[c] - centre;

            rest += power == 1 ? v : v * v;
        }
    }
    return fold(sum) + (double)rest;
}

static void sheet_unit(struct nn_sheet sheet, const real *x, double mean, double scale, real *out)
{
    const real centre = (real)mean;
    const real factor = (real)scale;

    for (int r = 0; r < sheet.rows; r++, x += sheet.step, out += sheet.step)
        for (int c = 0; c < sheet.columns; c++) out[c] = (x[c] - centre) * factor;
}

static void sheet_affine(struct nn_sheet sheet, const real *x, const real *gain, const real *bias,
                         real *out)
{
    for (int r = 0; r < sheet.rows; r++, x += sheet.step, out += sheet.step) {
        for (int c = 0; c < sheet.columns; c++) out[c] = x[c] * gain[c] + bias[c];
        gain += sheet.columns;
        bias += sheet.columns;
    }
}

/* Pointers to one row of a norm's sheet. */
struct norm_row {
    real *d;
    const real *unit, *gain;
    real *d_gain, *d_bias; /* NULL: not wanted */
};

static struct norm_row row_of(const struct nn_norm_sheet *norm, int r)
{
    const int64_t at = (int64_t)r * norm->sheet.columns;

    return (struct norm_row){.d = norm->d + r * norm->sheet.step,
                             .unit = norm->unit + r * norm->sheet.step,
                             .gain = norm->gain + at,
                             .d_gain = norm->d_gain ? norm->d_gain + at : NULL,
                             .d_bias = norm->d_bias ? norm->d_bias + at : NULL};
}

/* Columns after the last whole vector. */
INLINE void norm_rest(const struct norm_row *row, int first, int columns, real *sum, real *sum_unit)
{
    for (int c = first; c < columns; c++) {
        const real unit = row->unit[c];
        const real d = row->d[c] * row->gain[c];

        if (row->d_gain) {
            row->d_gain[c] += row->d[c] * unit;
            row->d_bias[c] += row->d[c];
        }
        row->d[c] = d;
        *sum += d;
        *sum_unit += d * unit;
    }
}

static void sheet_norm_sums(struct nn_norm_sheet *norm)
{
    const int whole = norm->sheet.columns - norm->sheet.columns % NN_LANES;
    lanes sum = {0};
    lanes sum_unit = {0};
    real rest = 0;
    real rest_unit = 0;

    for (int r = 0; r < norm->sheet.rows; r++) {
        const struct norm_row row = row_of(norm, r);

        for (int c = 0; c < whole; c += NN_LANES) {
            const lanes unit = load(row.unit + c);
            lanes d = load(row.d + c);

            if (row.d_gain) {
                store(row.d_gain + c, load(row.d_gain + c) + d * unit);
                store(row.d_bias + c, load(row.d_bias + c) + d);
            }
            d *= load(row.gain + c);
            store(row.d + c, d);
            sum += d;
            sum_unit += d * unit;
        }
        norm_rest(&row, whole, norm->sheet.columns, &rest, &rest_unit);
    }
    norm->sum = fold(sum) + (double)rest;
    norm->sum_unit = fold(sum_unit) + (double)rest_unit;
}

static void sheet_norm_add(const struct nn_norm_sheet *norm, double scale, double mean,
                           double slope, real *dx)
{
    const real factor = (real)scale;
    const real centre = (real)mean;
    const real tilt = (real)slope;

    for (int r = 0; r < norm->sheet.rows; r++, dx += norm->sheet.step) {
        const real *d = norm->d + r * norm->sheet.step;
        const real *unit = norm->unit + r * norm->sheet.step;

        for (int c = 0; c < norm->sheet.columns; c++)
            dx[c] += factor * (d[c] - centre - unit[c] * tilt);
    }
}

static void run_relu(int count, real bias, real *x)
{
    for (int i = 0; i < count; i++) {
        const real y = x[i] + bias;

        x[i] = y > 0 ? y : 0;
    }
}

static void run_relu_each(int count, const real *bias, real *x)
{
    for (int i = 0; i < count; i++) {
        const real y = x[i] + bias[i];

        x[i] = y > 0 ? y : 0;
    }
}

static void run_gate(int64_t count, const real *y, real factor, real *d)
{
    for (int64_t i = 0; i < count; i++) {
        const real scaled = d[i] * factor;

        d[i] = y[i] > 0 ? scaled : 0;
    }
}

static void run_add(int64_t count, const real *x, real *y)
{
    for (int64_t i = 0; i < count; i++) y[i] += x[i];
}

/* The finaliser of MurmurHash3 over key + place * golden ratio: one draw of 32 bits a place. */
static void sheet_drop(struct nn_sheet sheet, uint32_t key, uint32_t threshold, real factor,
                       real *x)
{
    for (int r = 0; r < sheet.rows; r++, x += sheet.step) {
        const uint32_t first = key + (uint32_t)(r * sheet.columns) * 0x9e3779b9u;

        for (int c = 0; c < sheet.columns; c++) {
            uint32_t bits = first + (uint32_t)c * 0x9e3779b9u;

            bits = (bits ^ (bits >> 16)) * 0x85ebca6bu;
            bits = (bits ^ (bits >> 13)) * 0xc2b2ae35u;
            bits ^= bits >> 16;
            x[c] *= bits < threshold ? 0 : factor;
        }
    }
}

static void copy(int rows, int columns, const real *from, int64_t step, int width, real *to)
{
    for (int k = 0; k < rows; k++, from += step, to += width) {
        int j = 0;

        for (; j + BODY_LANES <= columns; j += BODY_LANES)
            vector_store(to + j, vector_load(from + j));
        for (; j < width; j += BODY_LANES)
            vector_store(to + j, vector_load_some(from + j, columns > j ? columns - j : 0));
    }
}

#define SHEETS \
    sheet_moment, sheet_unit, sheet_affine, sheet_norm_sums, sheet_norm_add, run_relu, \
        run_relu_each, run_gate, run_add, sheet_drop, copy, turn
