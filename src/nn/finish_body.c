// SPDX-License-Identifier: BSD-3-Clause
/*
 * Inner loops of what follows a product, and of the way back, for whatever instruction set the including file is
 * compiled for; every one gives the same bits, as in norm_body.c. What is asked for is copied, so that the compiler
 * knows it does not change under the loops.
 */
#include "vectors.h"

#include <math.h>

/* A vector of a sheet: its row and first column, where that lies, and how many lanes are in use. */
struct place {
    int row, column;
    int64_t at;
    int count;
};

INLINE struct place place_below(struct place place, int64_t step)
{
    return (struct place){place.row + 1, place.column, place.at + step, place.count};
}

static const uint32_t GOLDEN = 0x9e3779b9u;

/*
 * The draws at a place of an even row and at the one below: the finaliser of MurmurHash3 over key + number * golden
 * ratio, 32 bits of which each gets 16.
 */
INLINE bits draw(const struct nn_drop *drop, int columns, struct place place)
{
    const uint32_t number = (uint32_t)(place.row / 2 * columns + place.column);
    bits x = {0};

    if (drop->threshold == 0) return x;
    for (int l = 0; l < BODY_LANES; l++) x[l] = (uint32_t)l * GOLDEN;
    x += drop->key + number * GOLDEN;
    x = (x ^ (x >> 16)) * 0x85ebca6bu;
    x = (x ^ (x >> 13)) * 0xc2b2ae35u;
    return x ^ (x >> 16);
}

INLINE bits draw_above(bits drawn)
{
    return drawn & 0xffff;
}

INLINE bits draw_below(bits drawn)
{
    return drawn >> 16;
}

INLINE vector drop_at(const struct nn_drop *drop, struct place place, bits drawn, vector x)
{
    if (drop->mask) return x * vector_load_some(drop->mask + place.at, place.count);
    if (drop->threshold == 0) return x;
    return vector_where(__builtin_convertvector(drawn >= drop->threshold, whole), x * drop->factor);
}

/* ---- forward ---------------------------------------------------------------------------------- */

INLINE void finish_at(const struct nn_finish *finish, struct place place, bits drawn)
{
    real *at = finish->x + place.at;
    vector x = vector_load_some(at, place.count);

    if (finish->row_bias)
        x += finish->row_bias[place.row];
    else
        x += vector_load_some(finish->column_bias + place.column, place.count);
    if (finish->has_relu) x = vector_where(x > 0, x);
    x = drop_at(&finish->drop, place, drawn, x);
    vector_store_some(at, place.count, x);
    if (!finish->stream) return;
    x += vector_load_some(finish->stream + place.at, place.count);
    vector_store_some(finish->next + place.at, place.count, x);
}

/* There and in the row below. */
INLINE void finish_rows(const struct nn_finish *finish, struct place place)
{
    const bits drawn = draw(&finish->drop, finish->sheet.columns, place);

    finish_at(finish, place, draw_above(drawn));
    if (place.row + 1 < finish->sheet.rows)
        finish_at(finish, place_below(place, finish->sheet.step), draw_below(drawn));
}

static void sheet_finish(const struct nn_finish *given)
{
    const struct nn_finish finish = *given;
    const struct nn_sheet sheet = finish.sheet;

    for (int r = 0; r < sheet.rows; r += 2) {
        const int64_t at = r * sheet.step;
        int c = 0;

        for (; c + BODY_LANES <= sheet.columns; c += BODY_LANES)
            finish_rows(&finish, (struct place){r, c, at + c, BODY_LANES});
        if (c < sheet.columns)
            finish_rows(&finish, (struct place){r, c, at + c, sheet.columns - c});
    }
}

/* ---- backward --------------------------------------------------------------------------------- */

INLINE void add_some(real *y, int count, vector x)
{
    vector_store_some(y, count, vector_load_some(y, count) + x);
}

/* @return what @p out is given there */
INLINE vector drop_row(const struct nn_drop *drop, struct place place, bits drawn, const real *x,
                       real *out)
{
    const vector v = drop_at(drop, place, drawn, vector_load_some(x + place.at, place.count));

    vector_store_some(out + place.at, place.count, v);
    return v;
}

static void sheet_drop(struct nn_sheet sheet, const struct nn_drop *given, const real *x, real *out,
                       real *column_sums)
{
    const struct nn_drop drop = *given;

    for (int r = 0; r < sheet.rows; r += 2) {
        for (int c = 0; c < sheet.columns; c += BODY_LANES) {
            const int count = least(sheet.columns - c, BODY_LANES);
            const struct place place = {r, c, r * sheet.step + c, count};
            const bits drawn = draw(&drop, sheet.columns, place);
            vector sum = drop_row(&drop, place, draw_above(drawn), x, out);

            if (r + 1 < sheet.rows)
                sum += drop_row(&drop, place_below(place, sheet.step), draw_below(drawn), x, out);
            if (column_sums) add_some(column_sums + c, count, sum);
        }
    }
}

static void sheet_gate(const struct nn_gate *given)
{
    const struct nn_gate gate = *given;

    for (int r = 0; r < gate.sheet.rows; r++) {
        for (int c = 0; c < gate.sheet.columns; c += BODY_LANES) {
            const int count = least(gate.sheet.columns - c, BODY_LANES);
            const int64_t at = r * gate.sheet.step + c;
            const vector y = vector_load_some(gate.y + at, count);
            vector d = vector_load_some(gate.from + at, count) * gate.factor;

            if (gate.mask) d *= vector_load_some(gate.mask + at, count);
            d = vector_where(y > 0, d);
            vector_store_some(gate.d + at, count, d);
            if (gate.column_sums) add_some(gate.column_sums + c, count, d);
        }
    }
}

static void run_add(int64_t count, const real *x, real *y)
{
    for (int64_t i = 0; i < count; i += BODY_LANES) {
        const int used_lanes = count - i < BODY_LANES ? (int)(count - i) : BODY_LANES;

        add_some(y + i, used_lanes, vector_load_some(x + i, used_lanes));
    }
}

static void run_adamw(const struct nn_adamw *step)
{
    const struct adamw adamw = *step->adamw;
    const double keep = step->keep;
    const double rate = step->rate;
    const double root = step->root;
    const double *restrict gradient = step->gradient;
    real *restrict parameters = step->parameters;
    real *restrict first_moment = step->first_moment;
    real *restrict second_moment = step->second_moment;

    for (int64_t i = 0; i < step->count; i++) {
        const double g = gradient[i];
        const double m = adamw.beta1 * (double)first_moment[i] + (1 - adamw.beta1) * g;
        const double v = adamw.beta2 * (double)second_moment[i] + (1 - adamw.beta2) * g * g;

        first_moment[i] = (real)m;
        second_moment[i] = (real)v;
        parameters[i] =
            (real)((double)parameters[i] * keep - rate * m / (sqrt(v) / root + adamw.eps));
    }
}

#define FINISHES sheet_finish, sheet_drop, sheet_gate, run_add, run_adamw
