// SPDX-License-Identifier: BSD-3-Clause
#include "mrdmd.h"

#include <math.h>

/* Reciprocal condition below which the backward operator cannot be inverted. */
static const double singular = 1e-13;

/* A^2 = F L F^-T S^-1, from (L F^-T)^T = F^-1 L, which is column by column of L. */
static bool squared_operator(int n, const double *f, const double *l, const double *s, double *a)
{
    double *inverse = mem_array((size_t)n * (size_t)n, sizeof *inverse);
    double condition;
    bool is_good;

    /* L is symmetric: its rows are its columns. inverse[i][j] = (F^-1 L)[j][i] = (L F^-T)[i][j]. */
    for (int i = 0; i < n * n; i++) inverse[i] = l[i];
    is_good = linalg_dense_solve(n, f, n, inverse, &condition) && condition > singular;
    for (int i = 0; i < n && is_good; i++) {
        for (int j = 0; j < n; j++) {
            double sum = 0.0;

            for (int k = 0; k < n; k++) sum += f[i * n + k] * inverse[k * n + j];
            a[i * n + j] = sum / s[j];
        }
    }
    mem_free(&inverse);
    return is_good;
}

/* w^H F w / w^H w: what the forward operator does to a direction. */
static double complex rayleigh(int n, const double *f, const double complex *w)
{
    double complex sum = 0.0;
    double square = 0.0;

    for (int i = 0; i < n; i++) {
        double complex image = 0.0;

        for (int j = 0; j < n; j++) image += f[i * n + j] * w[j];
        sum += conj(w[i]) * image;
        square += creal(w[i]) * creal(w[i]) + cimag(w[i]) * cimag(w[i]);
    }
    return sum / square;
}

/* The root of a square that is nearer to what the forward operator says; a negative square, whose roots
 * are no numbers of a real operator, leaves the word to the forward operator. */
static double complex nearer_root(double complex square, double complex forward)
{
    const double complex root = csqrt(square);

    if (cimag(square) == 0.0 && creal(square) < 0.0) return forward;
    return creal(conj(forward) * root) < 0.0 ? -root : root;
}

status mrdmd_forward_backward(int n, const double *f, const double *l, const double *s,
                              double complex *mu, double complex *vectors)
{
    double *a = mem_array((size_t)n * (size_t)n, sizeof *a);
    status st;

    if (squared_operator(n, f, l, s, a)) {
        st = linalg_dense_eigen(n, a, mu, vectors);
        for (int k = 0; k < n && st == STATUS_OK; k++)
            mu[k] = nearer_root(mu[k], rayleigh(n, f, vectors + (size_t)k * (size_t)n));
    } else {
        st = linalg_dense_eigen(n, f, mu, vectors);
    }
    mem_free(&a);
    return st;
}
