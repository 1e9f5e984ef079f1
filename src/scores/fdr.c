// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/scores.h>

#include <math.h>
#include <stdlib.h>

static int compare_doubles(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

double fdr_threshold(const double *p, int64_t count, double fdr, double *work)
{
    int64_t tests = 0;

    for (int64_t i = 0; i < count; i++)
        if (!isnan(p[i])) work[tests++] = p[i];
    if (tests > 0) qsort(work, (size_t)tests, sizeof *work, compare_doubles);
    for (int64_t k = tests; k > 0; k--)
        if (work[k - 1] <= (double)k * fdr / (double)tests) return work[k - 1];
    return -1.0;
}
