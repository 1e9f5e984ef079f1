// SPDX-License-Identifier: BSD-3-Clause
#include "kernels.h"

#include <lapacke.h>

#include <math.h>

enum { ENTRIES = LINALG_SMALL * LINALG_SMALL };

/* The full matrix S P S of unit diagonal, by columns; scale[i] = 0 where there is no diagonal. */
static void scale_to_unit(int n, const double complex *p, double *scale, double complex *columns)
{
    for (int i = 0; i < n; i++) {
        const double diagonal = creal(p[i * n + i]);

        scale[i] = diagonal > 0.0 ? 1.0 / sqrt(diagonal) : 0.0;
    }
    for (int i = 0; i < n; i++) {
        for (int j = 0; j <= i; j++) {
            const double complex entry = scale[i] * scale[j] * p[i * n + j];

            columns[j * n + i] = entry;
            columns[i * n + j] = conj(entry);
        }
    }
}

/* x = W diag(1 / values) W^H q over the eigenvalues above the limit; how many these are. */
static int apply_inverse(int n, const double *values, const double complex *w, double limit,
                         double complex *x)
{
    double complex sum[LINALG_SMALL] = {0};
    int rank = 0;

    for (int k = 0; k < n; k++) {
        double complex share = 0.0;

        if (!(values[k] > limit)) continue;
        rank++;
        for (int i = 0; i < n; i++) share += conj(w[k * n + i]) * x[i];
        share /= values[k];
        for (int i = 0; i < n; i++) sum[i] += share * w[k * n + i];
    }
    for (int i = 0; i < n; i++) x[i] = sum[i];
    return rank;
}

status linalg_hermitian_solve(int n, const double complex *p, const double complex *q,
                              double tolerance, double complex *x, int *rank)
{
    double complex columns[ENTRIES];
    double complex work[ENTRIES];
    double complex solution[LINALG_SMALL];
    double values[LINALG_SMALL];
    double scale[LINALG_SMALL];
    double real_work[3 * LINALG_SMALL];
    int found;

    ASSERT(n >= 1 && n <= LINALG_SMALL);
    scale_to_unit(n, p, scale, columns);
    if (!small_is_finite((const double *)columns, 2 * (size_t)n * (size_t)n)
        || !small_is_finite((const double *)q, 2 * (size_t)n))
        return fail(STATUS_FAILED, "Hermitian system of order %d is not finite", n);
    if (LAPACKE_zheev_work(LAPACK_COL_MAJOR, 'V', 'L', n, columns, n, values, work, ENTRIES,
                           real_work)
        != 0)
        return fail(STATUS_FAILED, "Hermitian system of order %d does not converge", n);
    for (int i = 0; i < n; i++) solution[i] = scale[i] * q[i];
    found = apply_inverse(n, values, columns, tolerance * values[n - 1], solution);
    for (int i = 0; i < n; i++) x[i] = scale[i] * solution[i];
    if (rank) *rank = found;
    return STATUS_OK;
}
