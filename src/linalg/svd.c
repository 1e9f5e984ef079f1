// SPDX-License-Identifier: BSD-3-Clause
#include "kernels.h"

#include <lapacke.h>

#include <string.h>

/* Column-major @p columns [n][m] to row-major [m][n]. */
static void transpose(int m, int n, const double *columns, double *rows)
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) rows[i * n + j] = columns[j * m + i];
}

/* The m x n matrix, m >= n, by columns: A itself or its transpose. */
static void stand_upright(bool is_tall, int m, int n, const double *a, double *columns)
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) columns[j * m + i] = is_tall ? a[i * n + j] : a[j * m + i];
}

/* One-sided Jacobi, on the m x n matrix in @p left; false where it does not converge. */
static bool by_rotations(int m, int n, double *left, double *s, double *right)
{
    double values[LINALG_SMALL];
    double work[2 * LINALG_SMALL] = {0.0};

    if (LAPACKE_dgesvj_work(LAPACK_COL_MAJOR, 'G', 'U', 'V', m, n, left, m, values, 0, right, n,
                            work, 2 * LINALG_SMALL)
        != 0)
        return false;
    for (int k = 0; k < n; k++) {
        s[k] = work[0] * values[k];
        for (int i = 0; i < m && s[k] == 0.0; i++) left[k * m + i] = 0.0;
    }
    return true;
}

/* The same by bidiagonal form, whose singular values have absolute accuracy alone. */
static bool by_bidiagonal_form(int m, int n, const double *columns, double *left, double *s,
                               double *right)
{
    double copy[LINALG_SMALL * LINALG_SMALL];
    double turned[LINALG_SMALL * LINALG_SMALL];

    memcpy(copy, columns, (size_t)m * (size_t)n * sizeof *copy);
    if (LAPACKE_dgesdd(LAPACK_COL_MAJOR, 'S', m, n, copy, m, s, left, m, turned, n) != 0)
        return false;
    transpose(n, n, turned, right);
    return true;
}

status linalg_svd(int rows, int columns, const double *a, double *u, double *s, double *v)
{
    enum { ENTRIES = LINALG_SMALL * LINALG_SMALL };
    const bool is_tall = rows >= columns;
    const int m = is_tall ? rows : columns;
    const int n = is_tall ? columns : rows;
    double upright[ENTRIES];
    double left[ENTRIES];
    double right[ENTRIES];

    ASSERT(n >= 1 && m <= LINALG_SMALL);
    if (!small_is_finite(a, (size_t)m * (size_t)n))
        return fail(STATUS_FAILED, "matrix of %d by %d is not finite", rows, columns);
    stand_upright(is_tall, m, n, a, upright);
    memcpy(left, upright, (size_t)m * (size_t)n * sizeof *left);
    if (!by_rotations(m, n, left, s, right) && !by_bidiagonal_form(m, n, upright, left, s, right))
        return fail(STATUS_FAILED, "singular values of %d by %d do not converge", rows, columns);
    transpose(m, n, left, is_tall ? u : v);
    transpose(n, n, right, is_tall ? v : u);
    return STATUS_OK;
}
