// SPDX-License-Identifier: BSD-3-Clause
/*
 * Inner loops of norms over samples, in double precision and sample by sample, for whatever instruction set the
 * including file is compiled for; every one gives the same bits, as in norm_body.c.
 */
#include "vectors.h"

enum { DOUBLES = BODY_BYTES / (int)sizeof(double) };

typedef double wide __attribute__((vector_size(BODY_BYTES)));
typedef real few __attribute__((vector_size(DOUBLES * sizeof(real))));

INLINE wide wide_load(const double *x)
{
    wide v;

    memcpy(&v, x, sizeof v);
    return v;
}

/* The first reals; the others are 0. */
INLINE wide wide_some(const real *x, int count)
{
    const vector v = vector_load_some(x, count);
    few first;

    memcpy(&first, &v, sizeof first);
    return __builtin_convertvector(first, wide);
}

INLINE void wide_store_some(real *x, int count, wide v)
{
    const few first = __builtin_convertvector(v, few);
    vector all = {0};

    memcpy(&all, &first, sizeof first);
    vector_store_some(x, count, all);
}

/* Statistics of the cells from one on. */
INLINE wide of_cell(const struct nn_cells *cells, const double *x, int64_t cell)
{
    const wide none = {0};

    return cells->is_one ? none + *x : wide_load(x + cell);
}

static void cells_sums(const struct nn_cells *given, const real *x, const real *y, double *sums)
{
    const struct nn_cells cells = *given;

    for (int r = 0; r < cells.rows; r++) {
        for (int c = 0; c < cells.columns; c += DOUBLES) {
            const int64_t cell = (int64_t)r * cells.columns + c;
            const int64_t first = (int64_t)r * cells.samples * cells.columns + c;
            const int count = least(cells.columns - c, DOUBLES);
            const wide mean = cells.mean ? of_cell(&cells, cells.mean, cell) : (wide){0};
            wide sum = {0};

            for (int s = 0; s < cells.samples; s++) {
                const int64_t at = first + (int64_t)s * cells.columns;
                const wide a = wide_some(x + at, count) - mean;

                sum += y ? a * (wide_some(y + at, count) - mean) : a;
            }
            memcpy(sums + cell, &sum, (size_t)count * sizeof *sums);
        }
    }
}

static void cells_units(const struct nn_cells *given, const real *x, real *unit)
{
    const struct nn_cells cells = *given;

    for (int r = 0; r < cells.rows; r++) {
        for (int c = 0; c < cells.columns; c += DOUBLES) {
            const int64_t cell = (int64_t)r * cells.columns + c;
            const int64_t first = (int64_t)r * cells.samples * cells.columns + c;
            const int count = least(cells.columns - c, DOUBLES);
            const wide mean = of_cell(&cells, cells.mean, cell);
            const wide scale = of_cell(&cells, cells.scale, cell);

            for (int s = 0; s < cells.samples; s++) {
                const int64_t at = first + (int64_t)s * cells.columns;

                wide_store_some(unit + at, count, (wide_some(x + at, count) - mean) * scale);
            }
        }
    }
}

static void cells_add(const struct nn_cells *given, const real *d, const real *unit, real *dx)
{
    const struct nn_cells cells = *given;

    for (int r = 0; r < cells.rows; r++) {
        for (int c = 0; c < cells.columns; c += DOUBLES) {
            const int64_t cell = (int64_t)r * cells.columns + c;
            const int64_t first = (int64_t)r * cells.samples * cells.columns + c;
            const int count = least(cells.columns - c, DOUBLES);
            const wide mean = of_cell(&cells, cells.mean, cell);
            const wide scale = of_cell(&cells, cells.scale, cell);
            const wide slope = of_cell(&cells, cells.slope, cell);

            for (int s = 0; s < cells.samples; s++) {
                const int64_t at = first + (int64_t)s * cells.columns;
                const wide tilt = wide_some(unit + at, count) * slope;
                const wide x = scale * (wide_some(d + at, count) - mean - tilt);
                const few rounded = __builtin_convertvector(x, few);
                vector all = {0};

                memcpy(&all, &rounded, sizeof rounded);
                vector_store_some(dx + at, count, vector_load_some(dx + at, count) + all);
            }
        }
    }
}

#define CELLS cells_sums, cells_units, cells_add
