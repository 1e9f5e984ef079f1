// SPDX-License-Identifier: BSD-3-Clause
#include "kernels.h"

#include <lapacke.h>

status linalg_positive_solve(int n, double *a, int columns, double *b)
{
    lapack_int outcome;

    if (!small_is_finite(a, (size_t)n * (size_t)n)
        || !small_is_finite(b, (size_t)n * (size_t)columns))
        return fail(STATUS_FAILED, "a system of %d equations is not finite", n);
    outcome = LAPACKE_dposv(LAPACK_ROW_MAJOR, 'L', n, columns, a, n, b, columns);
    ASSERT(outcome >= 0);
    if (outcome > 0)
        return fail(STATUS_FAILED, "a system of %d equations is not positive definite", n);
    return STATUS_OK;
}
