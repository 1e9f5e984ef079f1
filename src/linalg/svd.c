// SPDX-License-Identifier: BSD-3-Clause
#include "kernels.h"

#include <lapacke.h>

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

status linalg_svd(int rows, int columns, const double *a, double *u, double *s, double *v)
{
    enum { ENTRIES = LINALG_SMALL * LINALG_SMALL };
    const bool is_tall = rows >= columns;
    const int m = is_tall ? rows : columns;
    const int n = is_tall ? columns : rows;
    double left[ENTRIES];
    double right[ENTRIES];
    double values[LINALG_SMALL];
    double work[2 * LINALG_SMALL] = {0.0};

    ASSERT(n >= 1 && m <= LINALG_SMALL);
    if (!small_is_finite(a, (size_t)m * (size_t)n))
        return fail(STATUS_FAILED, "matrix of %d by %d is not finite", rows, columns);
    stand_upright(is_tall, m, n, a, left);
    if (LAPACKE_dgesvj_work(LAPACK_COL_MAJOR, 'G', 'U', 'V', m, n, left, m, values, 0, right, n,
                            work, 2 * LINALG_SMALL)
        != 0)
        return fail(STATUS_FAILED, "singular values of %d by %d do not converge", rows, columns);
    for (int k = 0; k < n; k++) {
        s[k] = work[0] * values[k];
        for (int i = 0; i < m && s[k] == 0.0; i++) left[k * m + i] = 0.0;
    }
    transpose(m, n, left, is_tall ? u : v);
    transpose(n, n, right, is_tall ? v : u);
    return STATUS_OK;
}
