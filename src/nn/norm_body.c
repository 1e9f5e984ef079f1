// SPDX-License-Identifier: BSD-3-Clause
/*
 * Inner loops of norms, for whatever instruction set the including file is compiled for. Nothing is fused and sums run
 * in NN_LANES lanes, column c in lane c % NN_LANES, so every instruction set gives the same bits.
 */
#include "vectors.h"

#ifdef __clang__
#    pragma clang fp contract(off)
#else
#    pragma GCC optimize("fp-contract=off")
#endif

/* Sums over a sheet, by lanes. */
struct sums {
    vector part[BODY_PARTS];
};

static double fold(const struct sums *sums)
{
    double total = 0;

    for (int l = 0; l < NN_LANES; l++) total += (double)sums->part[l / BODY_LANES][l % BODY_LANES];
    return total;
}

/* How many lanes of the vector at column c are in use. */
INLINE int used(int columns, int c)
{
    return c < columns ? least(columns - c, BODY_LANES) : 0;
}

/* The first lanes hold x, the others 0. */
INLINE vector first_lanes_of(real x, int count)
{
    real some[BODY_LANES];

    for (int i = 0; i < BODY_LANES; i++) some[i] = x;
    return vector_load_some(some, count);
}

/* ---- one sample ------------------------------------------------------------------------------- */

INLINE vector power_of(vector x, int power)
{
    return power == 1 ? x : x * x;
}

/* Centre of the columns that fill all lanes, and of the rest. */
struct centre {
    int whole_columns;
    real mean;
    vector rest[BODY_PARTS];
};

INLINE void row_moment(const real *x, int columns, const struct centre *centre, int power,
                       struct sums *sums)
{
    for (int c = 0; c < centre->whole_columns; c += NN_LANES) {
        UNROLL
        for (int p = 0; p < BODY_PARTS; p++)
            sums->part[p] += power_of(vector_load(x + c + p * BODY_LANES) - centre->mean, power);
    }
    for (int p = 0; p < BODY_PARTS && centre->whole_columns < columns; p++) {
        const int c = centre->whole_columns + p * BODY_LANES;
        const vector v = vector_load_some(x + c, used(columns, c));

        sums->part[p] += power_of(v - centre->rest[p], power);
    }
}

/* Even and odd rows have sums of their own, so that additions need not wait for each other. */
static double sheet_moment(struct nn_sheet sheet, const real *x, double mean, int power)
{
    struct centre centre = {sheet.columns - sheet.columns % NN_LANES, (real)mean, {{0}}};
    struct sums even = {0};
    struct sums odd = {0};

    for (int p = 0; p < BODY_PARTS; p++)
        centre.rest[p] =
            first_lanes_of(centre.mean, used(sheet.columns, centre.whole_columns + p * BODY_LANES));
    for (int r = 0; r < sheet.rows; r += 2, x += 2 * sheet.step) {
        row_moment(x, sheet.columns, &centre, power, &even);
        if (r + 1 < sheet.rows) row_moment(x + sheet.step, sheet.columns, &centre, power, &odd);
    }
    return fold(&even) + fold(&odd);
}

INLINE void unit_at(const struct nn_unit *unit, int64_t place, int64_t cell, int count)
{
    const vector x = vector_load_some(unit->x + place, count);
    const vector y = (x - (real)unit->mean) * (real)unit->scale;
    const vector gain = vector_load_some(unit->gain + cell, count);

    vector_store_some(unit->unit + place, count, y);
    vector_store_some(unit->out + place, count,
                      y * gain + vector_load_some(unit->bias + cell, count));
}

static void sheet_unit(const struct nn_unit *given)
{
    const struct nn_unit unit = *given;
    const struct nn_sheet sheet = unit.sheet;

    for (int r = 0; r < sheet.rows; r++) {
        const int64_t place = r * sheet.step;
        const int64_t cell = (int64_t)r * sheet.columns;
        int c = 0;

        for (; c + BODY_LANES <= sheet.columns; c += BODY_LANES)
            unit_at(&unit, place + c, cell + c, BODY_LANES);
        if (c < sheet.columns) unit_at(&unit, place + c, cell + c, sheet.columns - c);
    }
}

static void sheet_unit_add(struct nn_sheet sheet, const real *d, const real *unit, double scale,
                           double mean, double slope, real *dx)
{
    for (int r = 0; r < sheet.rows; r++) {
        for (int c = 0; c < sheet.columns; c += BODY_LANES) {
            const int64_t at = r * sheet.step + c;
            const int count = used(sheet.columns, c);
            const vector tilt = vector_load_some(unit + at, count) * (real)slope;
            const vector x = vector_load_some(d + at, count) - (real)mean - tilt;

            vector_store_some(dx + at, count, vector_load_some(dx + at, count) + (real)scale * x);
        }
    }
}

/* ---- samples side by side --------------------------------------------------------------------- */

static void rows_affine(struct nn_sheet sheet, const real *x, const real *gain, const real *bias,
                        real *out)
{
    for (int r = 0; r < sheet.rows; r++, gain += sheet.columns, bias += sheet.columns) {
        for (int64_t s = r * sheet.step; s < (r + 1) * sheet.step; s += sheet.columns) {
            for (int c = 0; c < sheet.columns; c += BODY_LANES) {
                const int count = used(sheet.columns, c);
                const vector y =
                    vector_load_some(x + s + c, count) * vector_load_some(gain + c, count);

                vector_store_some(out + s + c, count, y + vector_load_some(bias + c, count));
            }
        }
    }
}

enum { SIDE_BY_SIDE = 4 };

/* A vector of a row: where it is in the first sample and among the cells, and its lanes' place in the sums. */
struct spot {
    int64_t place, cell;
    int count, part;
};

/* The vectors at one spot of some samples; their number is known to the compiler. */
INLINE void back_at(const struct nn_unit_back *back, struct spot spot, int samples,
                    struct sums *sum, struct sums *sum_unit)
{
    const vector gain = vector_load_some(back->gain + spot.cell, spot.count);
    vector d_gain = {0};
    vector d_bias = {0};

    UNROLL
    for (int s = 0; s < samples; s++) {
        const int64_t at = spot.place + (int64_t)s * back->columns;
        const vector unit = vector_load_some(back->unit + at, spot.count);
        const vector d_out = vector_load_some(back->d + at, spot.count);
        const vector d = d_out * gain;

        d_gain += d_out * unit;
        d_bias += d_out;
        vector_store_some(back->d + at, spot.count, d);
        sum[s].part[spot.part] += d;
        sum_unit[s].part[spot.part] += d * unit;
    }
    if (!back->d_gain) return;
    d_gain += vector_load_some(back->d_gain + spot.cell, spot.count);
    d_bias += vector_load_some(back->d_bias + spot.cell, spot.count);
    vector_store_some(back->d_gain + spot.cell, spot.count, d_gain);
    vector_store_some(back->d_bias + spot.cell, spot.count, d_bias);
}

/* @p samples from the sample @p first on. */
INLINE void some_back(const struct nn_unit_back *back, int first, int samples)
{
    struct sums sum[SIDE_BY_SIDE] = {0};
    struct sums sum_unit[SIDE_BY_SIDE] = {0};

    for (int r = 0; r < back->rows; r++) {
        const int64_t place = ((int64_t)r * back->samples + first) * back->columns;
        const int64_t cell = (int64_t)r * back->columns;

        for (int c = 0; c < back->columns; c += NN_LANES) {
            UNROLL
            for (int p = 0; p < BODY_PARTS; p++) {
                const int at = c + p * BODY_LANES;
                const struct spot spot = {place + at, cell + at, used(back->columns, at), p};

                back_at(back, spot, samples, sum, sum_unit);
            }
        }
    }
    for (int s = 0; s < samples && back->sum; s++) {
        back->sum[first + s] = fold(&sum[s]);
        back->sum_unit[first + s] = fold(&sum_unit[s]);
    }
}

static void rows_unit_back(const struct nn_unit_back *given)
{
    const struct nn_unit_back back = *given;
    int s = 0;

    for (; s + SIDE_BY_SIDE <= back.samples; s += SIDE_BY_SIDE) some_back(&back, s, SIDE_BY_SIDE);
    for (; s + 2 <= back.samples; s += 2) some_back(&back, s, 2);
    for (; s < back.samples; s++) some_back(&back, s, 1);
}

#define NORMS sheet_moment, sheet_unit, rows_unit_back, rows_affine, sheet_unit_add
