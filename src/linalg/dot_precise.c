// SPDX-License-Identifier: BSD-3-Clause
#include "kernels.h"

#include <math.h>
#include <string.h>

/*
 * Each sum starts at 1.5 * 2^e, with 2^e at least four times |a| |b|. No partial sum can leave
 * [2^e, 2^(e+1)) (Cauchy, Schwarz), so all have the same unit in the last place u, the difference of
 * two is exact, and what a step's rounding takes off is one fma: c - next + x y, at most u / 2. This
 * is the extraction of leading parts of Rump, Ogita, Oishi, "Accurate floating-point summation"
 * (2008), made in the accumulator itself. Four operations a step instead of the ten of Dot2.
 */

/* Side by side, in this order: part of the result's definition. */
enum { LANES = 16 };

/* A power of two above the norm of a row, at most twice it. */
static double power_above(const double *row, int length)
{
    double squares[LANES] = {0.0};
    double sum = 0.0;
    int exponent;
    int p = 0;

    for (; p + LANES <= length; p += LANES)
        for (int lane = 0; lane < LANES; lane++) squares[lane] += row[p + lane] * row[p + lane];
    for (; p < length; p++) squares[0] += row[p] * row[p];
    for (int lane = 0; lane < LANES; lane++) sum += squares[lane];
    if (!isfinite(sum)) return sum;
    frexp(sum, &exponent);
    return ldexp(1.0, exponent >= 0 ? (exponent + 1) / 2 : -(-exponent / 2));
}

/* The powers of B wait in the first row of @p rest. */
static void start_sums(const struct linalg_rows *a, const struct linalg_rows *b, int length,
                       double *c, double *rest, size_t c_stride)
{
    for (int j = 0; j < b->count; j++) rest[j] = power_above(dot_row(b, j), length);
    for (int i = 0; i < a->count; i++) {
        const double start = 6.0 * power_above(dot_row(a, i), length);

        for (int j = 0; j < b->count; j++) c[(size_t)i * c_stride + (size_t)j] = start * rest[j];
    }
    for (int i = 0; i < a->count; i++)
        memset(rest + (size_t)i * c_stride, 0, (size_t)b->count * sizeof *rest);
}

/* The 1.5 * 2^e that a sum started from: its exponent with the first bit of the fraction. */
static double start_of(double sum)
{
    uint64_t bits;

    memcpy(&bits, &sum, sizeof bits);
    bits = (bits & UINT64_C(0xfff0000000000000)) | UINT64_C(0x0008000000000000);
    memcpy(&sum, &bits, sizeof sum);
    return sum;
}

/* Take the start off and leave a pair of which the first is the sum rounded (Knuth's TwoSum). */
static void finish_sums(int count, double *c, double *rest)
{
    for (int j = 0; j < count; j++) {
        const double head = c[j] - start_of(c[j]);
        const double sum = head + rest[j];
        const double part = sum - head;

        rest[j] = (head - (sum - part)) + (rest[j] - part);
        c[j] = sum;
    }
}

void linalg_dot_precise(struct linalg_rows a, struct linalg_rows b, int length, double *c,
                        double *c_rest, size_t c_stride)
{
    if (a.count == 0) return;
    start_sums(&a, &b, length, c, c_rest, c_stride);
    dot_by_panels(&a, &(struct dot_right){.rows = &b}, length,
                  (struct product){.c = c, .rest = c_rest, .c_stride = c_stride});
    for (int i = 0; i < a.count; i++)
        finish_sums(b.count, c + (size_t)i * c_stride, c_rest + (size_t)i * c_stride);
}
