// SPDX-License-Identifier: BSD-3-Clause
#include "comm_private.h"

#include <math.h>
#include <string.h>

/* A number x with |x| < 2^(40 (top + 1)) is q0 2^(40 top) + q1 2^(40 (top-1)) + q2 2^(40 (top-2)) + rest,
 * each q truncated towards zero. Truncation makes the cut of x the same for every top that is large
 * enough, so that a sum may start with a small top and be raised later. */
enum { LIMB_BITS = 40, LIMBS = 3, TOP_OF_NOTHING = -1000 };

/* Below it 2^(-40 top) is no double. */
enum { LOWEST_TOP = -25 };

struct exact_sums {
    int64_t count;
    int64_t top;
    int64_t *limb[LIMBS]; /**< owned; [count] each */
};

struct exact_sums *exact_create(int64_t count)
{
    struct exact_sums *sums = mem_zero(1, sizeof *sums);

    sums->count = count;
    sums->top = TOP_OF_NOTHING;
    for (int i = 0; i < LIMBS; i++) sums->limb[i] = mem_array((size_t)count, sizeof *sums->limb[i]);
    return sums;
}

void exact_destroy(struct exact_sums **sums)
{
    if (!*sums) return;
    for (int i = 0; i < LIMBS; i++) mem_free(&(*sums)->limb[i]);
    mem_free(sums);
}

void exact_clear(struct exact_sums *sums)
{
    sums->top = TOP_OF_NOTHING;
    for (int i = 0; i < LIMBS; i++)
        memset(sums->limb[i], 0, (size_t)sums->count * sizeof *sums->limb[i]);
}

static void raise_top(struct exact_sums *sums, int64_t top)
{
    const size_t bytes = (size_t)sums->count * sizeof(int64_t);

    if (sums->top == TOP_OF_NOTHING) sums->top = top;
    for (; sums->top < top; sums->top++) {
        int64_t *lowest = sums->limb[LIMBS - 1];

        for (int i = LIMBS - 1; i > 0; i--) sums->limb[i] = sums->limb[i - 1];
        sums->limb[0] = lowest;
        memset(lowest, 0, bytes);
    }
}

/* The largest modulus, as bits: they are in the order of the numbers, those of infinity and NaN last. */
FOR_EACH_CPU static double largest(const double *values, int64_t count)
{
    const uint64_t all_but_sign = UINT64_MAX >> 1;
    uint64_t most = 0;
    double modulus;

    for (int64_t i = 0; i < count; i++) {
        uint64_t bits;

        memcpy(&bits, &values[i], sizeof bits);
        bits &= all_but_sign;
        most = bits > most ? bits : most;
    }
    memcpy(&modulus, &most, sizeof modulus);
    return modulus;
}

static int64_t top_for(double most)
{
    int64_t top;
    int exponent;

    frexp(most, &exponent); /* most < 2^exponent */
    top = (int64_t)ceil((double)exponent / LIMB_BITS) - 1;

    return top < LOWEST_TOP ? LOWEST_TOP : top;
}

FOR_EACH_CPU static void add_cuts(const double *restrict values, int64_t count, double to_top,
                                  int64_t *restrict q0, int64_t *restrict q1, int64_t *restrict q2)
{
    for (int64_t i = 0; i < count; i++) {
        const double x0 = values[i] * to_top;
        const int64_t cut0 = (int64_t)x0;
        const double x1 = (x0 - (double)cut0) * 0x1p40;
        const int64_t cut1 = (int64_t)x1;

        q0[i] += cut0;
        q1[i] += cut1;
        q2[i] += (int64_t)((x1 - (double)cut1) * 0x1p40);
    }
}

void exact_add_some(struct exact_sums *sums, struct span some, const double *values)
{
    const double most = largest(values, some.count);

    if (most == 0.0) return;
    ASSERT(isfinite(most));
    if (top_for(most) > sums->top) raise_top(sums, top_for(most));
    add_cuts(values, some.count, ldexp(1.0, (int)(-LIMB_BITS * sums->top)),
             sums->limb[0] + some.first, sums->limb[1] + some.first, sums->limb[2] + some.first);
}

void exact_add(struct exact_sums *sums, const double *values)
{
    exact_add_some(sums, (struct span){0, sums->count}, values);
}

void exact_reduce(const struct comm *comm, struct exact_sums *sums)
{
    const int64_t top = comm_max_int64(comm, sums->top);

    if (top == TOP_OF_NOTHING) return;
    raise_top(sums, top);
    for (int i = 0; i < LIMBS; i++) comm_sum_int64s(comm, sums->limb[i], sums->count);
}

/* What the top limb counts, a power of two between 2^-1000 and 2^1000, so that products with it are ldexp's. */
static double top_unit(const struct exact_sums *sums)
{
    return sums->top == TOP_OF_NOTHING ? 1 : ldexp(1.0, (int)(LIMB_BITS * sums->top));
}

void exact_read_pairs(const struct exact_sums *sums, double *values, double *rest)
{
    const double unit = top_unit(sums);

    for (int64_t i = 0; i < sums->count; i++) {
        const double high = (double)sums->limb[0][i];
        const double middle = (double)sums->limb[1][i] * 0x1p-40;
        const double low = (double)sums->limb[2][i] * 0x1p-80;
        const double sum = high + middle;
        const double part = sum - high;
        const double left = (high - (sum - part)) + (middle - part) + low; /* Knuth's TwoSum */

        values[i] = (sum + left) * unit;
        rest[i] = (sum - (sum + left) + left) * unit;
    }
}

FOR_EACH_CPU static void read_limbs(const int64_t *restrict q0, const int64_t *restrict q1,
                                    const int64_t *restrict q2, int64_t count, double unit,
                                    double *restrict values)
{
    for (int64_t i = 0; i < count; i++) {
        const double low = (double)q1[i] + (double)q2[i] * 0x1p-40;

        values[i] = ((double)q0[i] + low * 0x1p-40) * unit;
    }
}

void exact_read(const struct exact_sums *sums, double *values)
{
    read_limbs(sums->limb[0], sums->limb[1], sums->limb[2], sums->count, top_unit(sums), values);
}
