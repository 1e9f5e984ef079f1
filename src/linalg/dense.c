// SPDX-License-Identifier: BSD-3-Clause
#include "kernels.h"

#include <lapacke.h>

#include <string.h>

static size_t square(int n)
{
    return (size_t)n * (size_t)n;
}

/* Row-major [rows][columns] to row-major [columns][rows]. */
static double *transposed(int rows, int columns, const double *a)
{
    double *turned = mem_array((size_t)rows * (size_t)columns, sizeof *turned);

    for (size_t i = 0; i < (size_t)rows; i++)
        for (size_t j = 0; j < (size_t)columns; j++)
            turned[j * (size_t)rows + i] = a[i * (size_t)columns + j];
    return turned;
}

status linalg_dense_symmetric(int n, const double *a, int count, double *values, double *vectors)
{
    double *copy, *found;
    lapack_int *support;
    lapack_int some = 0;
    lapack_int info;

    ASSERT(n >= 1 && count >= 0 && count <= n);
    if (!small_is_finite(a, square(n)))
        return fail(STATUS_FAILED, "symmetric eigenproblem of order %d is not finite", n);
    copy = mem_array(square(n), sizeof *copy);
    found = mem_zero((size_t)n, sizeof *found);
    support = mem_zero(2 * (size_t)n, sizeof *support);
    memcpy(copy, a, square(n) * sizeof *copy);
    /* By columns the lower triangle is the upper one. Ascending: the last are the largest. */
    info = LAPACKE_dsyevr(LAPACK_COL_MAJOR, count ? 'V' : 'N', count ? 'I' : 'A', 'U', n, copy, n,
                          0.0, 0.0, n - count + 1, n, 0.0, &some, found, vectors, n, support);
    for (int k = 0; k < some && info == 0; k++) values[k] = found[some - 1 - k];
    for (int k = 0; k < count / 2 && info == 0; k++) {
        double *low = vectors + (size_t)k * (size_t)n;
        double *high = vectors + (size_t)(count - 1 - k) * (size_t)n;

        for (int i = 0; i < n; i++) {
            const double entry = low[i];

            low[i] = high[i];
            high[i] = entry;
        }
    }
    mem_free(&support);
    mem_free(&found);
    mem_free(&copy);
    if (info != 0)
        return fail(STATUS_FAILED, "symmetric eigenproblem of order %d does not converge", n);
    return STATUS_OK;
}

status linalg_dense_svd(int rows, int columns, const double *a, double *u, double *s, double *v)
{
    const int least = rows < columns ? rows : columns;
    double *copy, *right;
    lapack_int info;

    ASSERT(least >= 1);
    if (!small_is_finite(a, (size_t)rows * (size_t)columns))
        return fail(STATUS_FAILED, "matrix of %d by %d is not finite", rows, columns);
    copy = transposed(rows, columns, a);
    right = mem_array((size_t)least * (size_t)columns, sizeof *right);
    info = LAPACKE_dgesdd(LAPACK_COL_MAJOR, u ? 'S' : 'N', rows, columns, copy, rows, s, u, rows,
                          right, least);
    for (size_t k = 0; k < (size_t)least && v && info == 0; k++)
        for (size_t j = 0; j < (size_t)columns; j++)
            v[k * (size_t)columns + j] = right[j * (size_t)least + k];
    mem_free(&right);
    mem_free(&copy);
    if (info != 0)
        return fail(STATUS_FAILED, "singular values of %d by %d do not converge", rows, columns);
    return STATUS_OK;
}

/* Vectors of LAPACK's packing: a real one is a column, a pair is its real and imaginary columns. */
static void unpack(int n, const double *imaginary, const double *columns, double complex *vectors)
{
    for (int k = 0; k < n; k++) {
        const bool is_pair = imaginary[k] != 0.0 && k + 1 < n;
        const double *re = columns + (size_t)k * (size_t)n;
        double complex *to = vectors + (size_t)k * (size_t)n;

        for (int i = 0; i < n; i++) {
            to[i] = CMPLX(re[i], is_pair ? re[n + i] : 0.0);
            if (is_pair) to[n + i] = conj(to[i]);
        }
        k += is_pair;
    }
}

status linalg_dense_eigen(int n, const double *a, double complex *values, double complex *vectors)
{
    double *copy, *right, *real, *imaginary;
    double unused;
    lapack_int info;

    ASSERT(n >= 1);
    if (!small_is_finite(a, square(n)))
        return fail(STATUS_FAILED, "eigenproblem of order %d is not finite", n);
    copy = transposed(n, n, a);
    right = mem_array(square(n), sizeof *right);
    real = mem_zero((size_t)n, sizeof *real);
    imaginary = mem_zero((size_t)n, sizeof *imaginary);
    info = LAPACKE_dgeev(LAPACK_COL_MAJOR, 'N', 'V', n, copy, n, real, imaginary, &unused, 1, right,
                         n);
    for (int k = 0; k < n; k++) values[k] = CMPLX(real[k], imaginary[k]);
    unpack(n, imaginary, right, vectors);
    mem_free(&imaginary);
    mem_free(&real);
    mem_free(&right);
    mem_free(&copy);
    if (info != 0) return fail(STATUS_FAILED, "eigenproblem of order %d does not converge", n);
    return STATUS_OK;
}

bool linalg_dense_solve(int n, const double *a, int count, double *b, double *condition)
{
    double *copy = transposed(n, n, a);
    lapack_int *pivot = mem_zero((size_t)n, sizeof *pivot);
    const double norm = LAPACKE_dlange(LAPACK_COL_MAJOR, '1', n, n, copy, n);
    lapack_int info = LAPACKE_dgetrf(LAPACK_COL_MAJOR, n, n, copy, n, pivot);

    *condition = 0.0;
    if (info == 0) info = LAPACKE_dgecon(LAPACK_COL_MAJOR, '1', n, copy, n, norm, condition);
    if (info == 0) info = LAPACKE_dgetrs(LAPACK_COL_MAJOR, 'N', n, count, copy, n, pivot, b, n);
    mem_free(&pivot);
    mem_free(&copy);
    return info == 0;
}
