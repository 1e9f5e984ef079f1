// SPDX-License-Identifier: BSD-3-Clause
#include "kernels.h"

#include <lapacke.h>

#include <math.h>

bool small_is_finite(const double *x, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(x[i])) return false;
    return true;
}

/* The sign that makes the first entry of largest modulus of a vector positive. */
static double sign_of(int n, const double *vector)
{
    int largest = 0;

    for (int i = 1; i < n; i++)
        if (fabs(vector[i]) > fabs(vector[largest])) largest = i;
    return vector[largest] < 0.0 ? -1.0 : 1.0;
}

status linalg_symmetric_eigen(int n, const double *a, double *values, double *vectors)
{
    double columns[LINALG_SMALL * LINALG_SMALL];
    double found[LINALG_SMALL];
    double work[LINALG_SMALL * LINALG_SMALL];

    ASSERT(n >= 1 && n <= LINALG_SMALL);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) columns[i * n + j] = j <= i ? a[i * n + j] : a[j * n + i];
    if (!small_is_finite(columns, (size_t)n * (size_t)n))
        return fail(STATUS_FAILED, "symmetric eigenproblem of order %d is not finite", n);
    if (LAPACKE_dsyev_work(LAPACK_COL_MAJOR, 'V', 'L', n, columns, n, found, work,
                           LINALG_SMALL * LINALG_SMALL)
        != 0)
        return fail(STATUS_FAILED, "symmetric eigenproblem of order %d does not converge", n);
    for (int k = 0; k < n; k++) {
        const double sign = sign_of(n, columns + k * n);

        values[k] = found[k];
        for (int i = 0; i < n; i++) vectors[i * n + k] = sign * columns[k * n + i];
    }
    return STATUS_OK;
}
