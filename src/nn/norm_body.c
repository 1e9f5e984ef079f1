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

/* A vector of a row: where it is in the first sample and among the cells, and how many lanes are in use. */
struct spot {
    int64_t place, cell;
    int count;
};

INLINE void add_gains(const struct nn_unit *unit, struct spot spot, vector d_gain, vector d_bias)
{
    if (!unit->d_gain) return;
    d_gain += vector_load_some(unit->d_gain + spot.cell, spot.count);
    d_bias += vector_load_some(unit->d_bias + spot.cell, spot.count);
    vector_store_some(unit->d_gain + spot.cell, spot.count, d_gain);
    vector_store_some(unit->d_bias + spot.cell, spot.count, d_bias);
}

static void rows_affine_back(const struct nn_unit *given, real *d)
{
    const struct nn_unit unit = *given;

    for (int r = 0; r < unit.rows; r++) {
        for (int c = 0; c < unit.columns; c += BODY_LANES) {
            const int count = used(unit.columns, c);
            const int64_t cell = (int64_t)r * unit.columns + c;
            const vector gain = vector_load_some(unit.gain + cell, count);
            vector d_gain = {0};
            vector d_bias = {0};

            for (int s = 0; s < unit.samples; s++) {
                const int64_t at = ((int64_t)r * unit.samples + s) * unit.columns + c;
                const vector d_out = vector_load_some(d + at, count);

                d_gain += d_out * vector_load_some(unit.x + at, count);
                d_bias += d_out;
                vector_store_some(d + at, count, d_out * gain);
            }
            add_gains(&unit, (struct spot){0, cell, count}, d_gain, d_bias);
        }
    }
}

/* ---- a layer norm, some samples at a time ----------------------------------------------------- */

enum { SIDE_BY_SIDE = 4 };

/* What is taken from the samples at hand, and what the rest is multiplied by. */
struct shift {
    real mean[SIDE_BY_SIDE], scale[SIDE_BY_SIDE];
};

INLINE struct shift shift_of(const struct nn_unit *unit, int first, int samples)
{
    struct shift shift = {{0}, {0}};

    UNROLL
    for (int s = 0; s < samples; s++) {
        shift.mean[s] = (real)unit->mean[first + s];
        shift.scale[s] = (real)unit->scale[first + s];
    }
    return shift;
}

/* The unit values at a spot of sample @p s of those at hand. */
INLINE vector unit_at(const struct nn_unit *unit, const struct shift *shift, int s,
                      struct spot spot)
{
    const real *x = unit->x + spot.place + (int64_t)s * unit->columns;

    return (vector_load_some(x, spot.count) - shift->mean[s]) * shift->scale[s];
}

INLINE void out_at(const struct nn_unit *unit, const struct shift *shift, int samples,
                   struct spot spot)
{
    const vector gain = vector_load_some(unit->gain + spot.cell, spot.count);
    const vector bias = vector_load_some(unit->bias + spot.cell, spot.count);

    UNROLL
    for (int s = 0; s < samples; s++)
        vector_store_some(unit->out + spot.place + (int64_t)s * unit->columns, spot.count,
                          unit_at(unit, shift, s, spot) * gain + bias);
}

/* @p samples from the sample @p first on; their number is known to the compiler, as below. */
INLINE void some_out(const struct nn_unit *unit, int first, int samples)
{
    const struct shift shift = shift_of(unit, first, samples);

    for (int r = 0; r < unit->rows; r++) {
        const int64_t place = ((int64_t)r * unit->samples + first) * unit->columns;
        const int64_t cell = (int64_t)r * unit->columns;
        int c = 0;

        for (; c + BODY_LANES <= unit->columns; c += BODY_LANES)
            out_at(unit, &shift, samples, (struct spot){place + c, cell + c, BODY_LANES});
        if (c < unit->columns)
            out_at(unit, &shift, samples, (struct spot){place + c, cell + c, unit->columns - c});
    }
}

static void rows_unit(const struct nn_unit *given)
{
    const struct nn_unit unit = *given;
    int s = 0;

    for (; s + SIDE_BY_SIDE <= unit.samples; s += SIDE_BY_SIDE) some_out(&unit, s, SIDE_BY_SIDE);
    for (; s + 2 <= unit.samples; s += 2) some_out(&unit, s, 2);
    for (; s < unit.samples; s++) some_out(&unit, s, 1);
}

/* Sums of a few samples. */
struct back {
    struct sums sum[SIDE_BY_SIDE], sum_unit[SIDE_BY_SIDE];
};

INLINE void back_at(const struct nn_unit *unit, const struct shift *shift, int samples,
                    struct spot spot, int part, struct back *back)
{
    const vector gain = vector_load_some(unit->gain + spot.cell, spot.count);
    vector d_gain = {0};
    vector d_bias = {0};

    UNROLL
    for (int s = 0; s < samples; s++) {
        const real *d_out = unit->d + spot.place + (int64_t)s * unit->columns;
        const vector d = vector_load_some(d_out, spot.count);
        const vector tilt = d * unit_at(unit, shift, s, spot);

        d_gain += tilt;
        d_bias += d;
        back->sum[s].part[part] += d * gain;
        back->sum_unit[s].part[part] += tilt * gain;
    }
    add_gains(unit, spot, d_gain, d_bias);
}

INLINE void some_back(const struct nn_unit *unit, int first, int samples)
{
    const struct shift shift = shift_of(unit, first, samples);
    struct back back = {0};

    for (int r = 0; r < unit->rows; r++) {
        const int64_t place = ((int64_t)r * unit->samples + first) * unit->columns;
        const int64_t cell = (int64_t)r * unit->columns;

        for (int c = 0; c < unit->columns; c += NN_LANES) {
            UNROLL
            for (int p = 0; p < BODY_PARTS; p++) {
                const int at = c + p * BODY_LANES;
                const struct spot spot = {place + at, cell + at, used(unit->columns, at)};

                back_at(unit, &shift, samples, spot, p, &back);
            }
        }
    }
    for (int s = 0; s < samples; s++) {
        unit->sum[first + s] = fold(&back.sum[s]);
        unit->sum_unit[first + s] = fold(&back.sum_unit[s]);
    }
}

static void rows_unit_back(const struct nn_unit *given)
{
    const struct nn_unit unit = *given;
    int s = 0;

    for (; s + SIDE_BY_SIDE <= unit.samples; s += SIDE_BY_SIDE) some_back(&unit, s, SIDE_BY_SIDE);
    for (; s + 2 <= unit.samples; s += 2) some_back(&unit, s, 2);
    for (; s < unit.samples; s++) some_back(&unit, s, 1);
}

INLINE void add_at(const struct nn_unit *unit, const struct shift *shift, const struct shift *slope,
                   int samples, struct spot spot)
{
    const vector gain = vector_load_some(unit->gain + spot.cell, spot.count);

    UNROLL
    for (int s = 0; s < samples; s++) {
        const int64_t at = spot.place + (int64_t)s * unit->columns;
        const vector d = vector_load_some(unit->d + at, spot.count) * gain;
        const vector tilt = unit_at(unit, shift, s, spot) * slope->scale[s];

        vector_store_some(unit->dx + at, spot.count,
                          vector_load_some(unit->dx + at, spot.count)
                              + shift->scale[s] * (d - slope->mean[s] - tilt));
    }
}

INLINE void some_add(const struct nn_unit *unit, int first, int samples)
{
    const struct shift shift = shift_of(unit, first, samples);
    const double count = (double)unit->rows * unit->columns;
    struct shift slope = {{0}, {0}};

    for (int s = 0; s < samples; s++) {
        slope.mean[s] = (real)(unit->sum[first + s] / count);
        slope.scale[s] = (real)(unit->sum_unit[first + s] / count);
    }
    for (int r = 0; r < unit->rows; r++) {
        const int64_t place = ((int64_t)r * unit->samples + first) * unit->columns;
        const int64_t cell = (int64_t)r * unit->columns;
        int c = 0;

        for (; c + BODY_LANES <= unit->columns; c += BODY_LANES)
            add_at(unit, &shift, &slope, samples, (struct spot){place + c, cell + c, BODY_LANES});
        if (c < unit->columns)
            add_at(unit, &shift, &slope, samples,
                   (struct spot){place + c, cell + c, unit->columns - c});
    }
}

static void rows_unit_add(const struct nn_unit *given)
{
    const struct nn_unit unit = *given;
    int s = 0;

    for (; s + SIDE_BY_SIDE <= unit.samples; s += SIDE_BY_SIDE) some_add(&unit, s, SIDE_BY_SIDE);
    for (; s + 2 <= unit.samples; s += 2) some_add(&unit, s, 2);
    for (; s < unit.samples; s++) some_add(&unit, s, 1);
}

#define NORMS sheet_moment, rows_unit, rows_unit_back, rows_unit_add, rows_affine, rows_affine_back
