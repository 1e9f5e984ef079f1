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

static const uint32_t GOLDEN = 0x9e3779b9u;

/* The finaliser of MurmurHash3 over key + place * golden ratio: one draw of 32 bits a place. */
INLINE bits draw(uint32_t key, uint32_t place)
{
    bits x = {0};

    for (int l = 0; l < BODY_LANES; l++) x[l] = (uint32_t)l * GOLDEN;
    x += key + place * GOLDEN;
    x = (x ^ (x >> 16)) * 0x85ebca6bu;
    x = (x ^ (x >> 13)) * 0xc2b2ae35u;
    return x ^ (x >> 16);
}

INLINE vector drop_at(const struct nn_drop *drop, int columns, struct place place, vector x)
{
    if (drop->mask) return x * vector_load_some(drop->mask + place.at, place.count);
    if (drop->threshold == 0) return x;
    const bits drawn = draw(drop->key, (uint32_t)(place.row * columns + place.column));

    return vector_where(__builtin_convertvector(drawn >= drop->threshold, whole), x * drop->factor);
}

/* ---- forward ---------------------------------------------------------------------------------- */

INLINE void finish_at(const struct nn_finish *finish, struct place place)
{
    real *at = finish->x + place.at;
    vector x = vector_load_some(at, place.count);

    if (finish->row_bias)
        x += finish->row_bias[place.row];
    else
        x += vector_load_some(finish->column_bias + place.column, place.count);
    if (finish->has_relu) x = vector_where(x > 0, x);
    x = drop_at(&finish->drop, finish->sheet.columns, place, x);
    vector_store_some(at, place.count, x);
    if (!finish->stream) return;
    x += vector_load_some(finish->stream + place.at, place.count);
    vector_store_some(finish->stream + place.at, place.count, x);
}

static void sheet_finish(const struct nn_finish *given)
{
    const struct nn_finish finish = *given;
    const struct nn_sheet sheet = finish.sheet;

    for (int r = 0; r < sheet.rows; r++) {
        const int64_t at = r * sheet.step;
        int c = 0;

        for (; c + BODY_LANES <= sheet.columns; c += BODY_LANES)
            finish_at(&finish, (struct place){r, c, at + c, BODY_LANES});
        if (c < sheet.columns) finish_at(&finish, (struct place){r, c, at + c, sheet.columns - c});
    }
}

/* ---- backward --------------------------------------------------------------------------------- */

INLINE void add_some(real *y, int count, vector x)
{
    vector_store_some(y, count, vector_load_some(y, count) + x);
}

static void sheet_drop(struct nn_sheet sheet, const struct nn_drop *given, const real *x, real *out,
                       real *column_sums)
{
    const struct nn_drop drop = *given;

    for (int r = 0; r < sheet.rows; r++) {
        for (int c = 0; c < sheet.columns; c += BODY_LANES) {
            const int count = least(sheet.columns - c, BODY_LANES);
            const struct place place = {r, c, r * sheet.step + c, count};
            const vector v =
                drop_at(&drop, sheet.columns, place, vector_load_some(x + place.at, count));

            vector_store_some(out + place.at, count, v);
            if (column_sums) add_some(column_sums + c, count, v);
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
