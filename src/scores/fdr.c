// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/scores.h>

#include <math.h>
#include <stdlib.h>

static int compare_doubles(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

int64_t fdr_candidates(const double *p, int64_t count, double fdr, double *candidates,
                       int64_t *tests)
{
    int64_t found = 0;

    *tests = 0;
    for (int64_t i = 0; i < count; i++) {
        *tests += !isnan(p[i]);
        if (p[i] <= fdr) candidates[found++] = p[i];
    }
    return found;
}

double fdr_decide(double *candidates, int64_t count, int64_t tests, double fdr)
{
    if (count > 0) qsort(candidates, (size_t)count, sizeof *candidates, compare_doubles);
    for (int64_t k = count; k > 0; k--)
        if (candidates[k - 1] <= (double)k * fdr / (double)tests) return candidates[k - 1];
    return -1.0;
}

double fdr_threshold(const double *p, int64_t count, double fdr, double *work)
{
    int64_t tests;
    const int64_t candidates = fdr_candidates(p, count, fdr, work, &tests);

    return fdr_decide(work, candidates, tests, fdr);
}
