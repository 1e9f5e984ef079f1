// SPDX-License-Identifier: BSD-3-Clause
#include "kernels.h"

#include <lapacke.h>

/* Vectors of LAPACK's packing: a real one is a column, a pair is its real and imaginary columns. */
static void unpack(int n, const double *imaginary, const double *columns, double complex *vectors)
{
    for (int k = 0; k < n; k++) {
        const bool is_pair = imaginary[k] != 0.0 && k + 1 < n;

        for (int i = 0; i < n; i++) {
            const double re = columns[k * n + i];
            const double im = is_pair ? columns[(k + 1) * n + i] : 0.0;

            vectors[i * n + k] = CMPLX(re, im);
            if (is_pair) vectors[i * n + k + 1] = CMPLX(re, -im);
        }
        if (is_pair) k++;
    }
}

status linalg_eigen(int n, const double *a, double complex *values, double complex *vectors)
{
    enum { ENTRIES = LINALG_SMALL * LINALG_SMALL };
    double columns[ENTRIES];
    double right[ENTRIES];
    double work[ENTRIES];
    double real[LINALG_SMALL];
    double imaginary[LINALG_SMALL];
    double unused;

    ASSERT(n >= 1 && n <= LINALG_SMALL);
    if (!small_is_finite(a, (size_t)n * (size_t)n))
        return fail(STATUS_FAILED, "eigenproblem of order %d is not finite", n);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) columns[j * n + i] = a[i * n + j];
    if (LAPACKE_dgeev_work(LAPACK_COL_MAJOR, 'N', 'V', n, columns, n, real, imaginary, &unused, 1,
                           right, n, work, ENTRIES)
        != 0)
        return fail(STATUS_FAILED, "eigenproblem of order %d does not converge", n);
    for (int k = 0; k < n; k++) values[k] = CMPLX(real[k], imaginary[k]);
    unpack(n, imaginary, right, vectors);
    return STATUS_OK;
}
