// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/linalg.h>

#include <math.h>

static void swap_columns(int n, double *r, int *pivot, double *left, int j, int k)
{
    const int column = pivot[j];
    const double rest = left[j];

    pivot[j] = pivot[k];
    pivot[k] = column;
    left[j] = left[k];
    left[k] = rest;
    for (int i = 0; i < j; i++) {
        const double entry = r[i * n + j];

        r[i * n + j] = r[i * n + k];
        r[i * n + k] = entry;
    }
}

/* Row j of R from the columns of G and the rows above. */
static void eliminate(int n, const double *g, double *r, const int *pivot, double *left, int j)
{
    const double diagonal = sqrt(left[j]);

    r[j * n + j] = diagonal;
    for (int k = j + 1; k < n; k++) {
        const int low = pivot[j] > pivot[k] ? pivot[j] : pivot[k];
        const int high = pivot[j] > pivot[k] ? pivot[k] : pivot[j];
        double entry = g[low * n + high];

        for (int i = 0; i < j; i++) entry -= r[i * n + j] * r[i * n + k];
        entry /= diagonal;
        r[j * n + k] = entry;
        left[k] -= entry * entry;
    }
}

int linalg_pivoted_cholesky(int n, const double *g, double tolerance, double *r, int *pivot)
{
    double left[LINALG_SMALL]; /* what remains of each diagonal entry, in pivoted order */
    double limit = 0.0;
    int rank;

    ASSERT(n >= 0 && n <= LINALG_SMALL);
    for (int k = 0; k < n; k++) {
        left[k] = g[k * n + k];
        limit = fmax(limit, tolerance * left[k]);
        pivot[k] = k;
    }
    for (int i = 0; i < n * n; i++) r[i] = 0.0;
    for (rank = 0; rank < n; rank++) {
        int largest = rank;

        for (int k = rank + 1; k < n; k++)
            if (left[k] > left[largest]) largest = k;
        if (!(left[largest] > limit)) break;
        swap_columns(n, r, pivot, left, rank, largest);
        eliminate(n, g, r, pivot, left, rank);
    }
    return rank;
}
