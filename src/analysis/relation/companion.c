// SPDX-License-Identifier: BSD-3-Clause
#include "relation.h"

#include <telltale/linalg.h>

#include <math.h>
#include <string.h>

/* Ridge penalty, as a share of each column's sum of squares: enough for metrics that are copies of each other. */
static const double penalty = 1e-4;

/* Windows added together: as many as make the rows of the product long. */
enum { BLOCK_WINDOWS = 256 };

struct companion companion_of(int metrics, int lags)
{
    const int64_t columns = (int64_t)(lags + 1) * metrics;

    return (struct companion){.metrics = metrics,
                              .lags = lags,
                              .columns = columns,
                              .block = BLOCK_WINDOWS,
                              .sum_count = columns * columns + columns + 1};
}

int64_t companion_work_doubles(const struct companion *companion)
{
    return companion->columns * companion->block;
}

/* rows[column][window], a column for each lag of each metric and for now. */
static void lay_out(const struct companion *companion, const float *const *now,
                    const float *const *past, int count, double *rows)
{
    const int metrics = companion->metrics;

    for (int lag = 0; lag <= companion->lags; lag++) {
        for (int m = 0; m < metrics; m++) {
            double *row = rows + ((int64_t)lag * metrics + m) * companion->block;

            for (int w = 0; w < count; w++) {
                row[w] = lag < companion->lags ? (double)past[w][m - (int64_t)lag * metrics]
                                               : (double)now[w][m];
            }
        }
    }
}

void companion_add(const struct companion *companion, const float *const *now,
                   const float *const *past, int count, double *work, double *sums)
{
    const int64_t columns = companion->columns;
    const struct linalg_rows rows = {
        .first = work, .stride = (size_t)companion->block, .count = (int)columns};

    ASSERT(count <= companion->block);
    memset(sums, 0, (size_t)companion->sum_count * sizeof *sums);
    lay_out(companion, now, past, count, work);
    linalg_dot_add(rows, rows, count, sums, (size_t)columns);
    for (int64_t c = 0; c < columns; c++)
        for (int w = 0; w < count; w++)
            sums[columns * columns + c] += work[c * companion->block + w];
    sums[companion->sum_count - 1] = count;
}

/* Products of the columns about their means, each column's own sum of squares brought to 1; 0 stays 0. */
static void normalise(const struct companion *companion, const double *sums, double *g)
{
    const int64_t columns = companion->columns;
    const double *means = sums + columns * columns;
    const double windows = sums[companion->sum_count - 1];
    double *size = mem_zero((size_t)columns, sizeof *size);

    for (int64_t c = 0; c < columns; c++) {
        const double raw = sums[c * columns + c];
        const double square = raw - means[c] * means[c] / windows;

        /* Below this it is what rounding leaves of a constant. */
        size[c] = square > 1e-12 * raw ? sqrt(square) : 0.0;
    }
    for (int64_t a = 0; a < columns; a++) {
        for (int64_t b = 0; b < columns; b++) {
            const double product = sums[a * columns + b] - means[a] * means[b] / windows;

            g[a * columns + b] =
                size[a] > 0.0 && size[b] > 0.0 ? product / (size[a] * size[b]) : 0.0;
        }
    }
    mem_free(&size);
}

/* Solutions of A x = b for the metrics of now, then for every unit vector: the inverse. */
static status solve(const struct companion *companion, const double *g, double *solutions)
{
    const int64_t columns = companion->columns;
    const int64_t inputs = columns - companion->metrics;
    double *a = mem_zero((size_t)(inputs * inputs), sizeof *a);
    double condition;
    bool is_solved;

    for (int64_t r = 0; r < inputs; r++) {
        memcpy(a + r * inputs, g + r * columns, (size_t)inputs * sizeof *a);
        a[r * inputs + r] += g[r * columns + r] > 0.0 ? penalty : 1.0;
        solutions[(companion->metrics + r) * inputs + r] = 1.0;
    }
    for (int i = 0; i < companion->metrics; i++)
        for (int64_t r = 0; r < inputs; r++)
            solutions[i * inputs + r] = g[r * columns + inputs + i];
    is_solved =
        linalg_dense_solve((int)inputs, a, companion->metrics + (int)inputs, solutions, &condition);
    mem_free(&a);
    if (is_solved) return STATUS_OK;
    return fail(STATUS_FAILED, "the linear companion's equations are singular");
}

/* Share of the variance of metric i that is left. */
static double left_over(const struct companion *companion, const double *g, const double *solutions,
                        int i)
{
    const int64_t columns = companion->columns;
    const int64_t inputs = columns - companion->metrics;
    const double *b = solutions + i * inputs;
    double left = g[(inputs + i) * columns + inputs + i];

    for (int64_t r = 0; r < inputs; r++) {
        double product = 0.0;

        for (int64_t c = 0; c < inputs; c++) product += g[r * columns + c] * b[c];
        left += b[r] * (product - 2.0 * g[r * columns + inputs + i]);
    }
    return left;
}

/* b' V^-1 b over the lags of metric j, for all i: V is j's block of the inverse. */
static void add_statistics(const struct companion *companion, const double *solutions, int j,
                           double *block, double *right, double *wald)
{
    const int metrics = companion->metrics, lags = companion->lags;
    const int64_t inputs = companion->columns - metrics;
    const double *inverse = solutions + metrics * inputs;
    double condition;

    for (int a = 0; a < lags; a++)
        for (int b = 0; b < lags; b++)
            block[a * lags + b] =
                inverse[((int64_t)a * metrics + j) * inputs + (int64_t)b * metrics + j];
    for (int i = 0; i < metrics; i++)
        for (int a = 0; a < lags; a++)
            right[i * lags + a] = solutions[i * inputs + (int64_t)a * metrics + j];
    if (!linalg_dense_solve(lags, block, metrics, right, &condition)) return;
    for (int i = 0; i < metrics; i++) {
        double statistic = 0.0;

        for (int a = 0; a < lags; a++)
            statistic += right[i * lags + a] * solutions[i * inputs + (int64_t)a * metrics + j];
        wald[(int64_t)i * metrics + j] = statistic;
    }
}

/* Windows less what is estimated from them: a coefficient of each column that changes, and the mean. */
static double freedom_of(const struct companion *companion, const double *sums, const double *g)
{
    const int64_t columns = companion->columns;
    double freedom = sums[companion->sum_count - 1] - 1.0;

    for (int64_t r = 0; r < columns - companion->metrics; r++)
        if (g[r * columns + r] > 0.0) freedom -= 1.0;
    return freedom;
}

status companion_read(const struct companion *companion, const double *sums, const int8_t *is_used,
                      double *wald, double *correlation)
{
    const int64_t columns = companion->columns;
    const int metrics = companion->metrics, lags = companion->lags;
    const int64_t inputs = columns - metrics;
    double freedom;
    double *g = mem_array((size_t)columns * (size_t)columns, sizeof *g);
    double *solutions = mem_array((size_t)(metrics + inputs) * (size_t)inputs, sizeof *solutions);
    double *block = mem_zero((size_t)(lags + metrics) * (size_t)lags, sizeof *block);
    status st;

    normalise(companion, sums, g);
    freedom = freedom_of(companion, sums, g);
    st = solve(companion, g, solutions);
    for (int j = 0; j < metrics && !st; j++)
        add_statistics(companion, solutions, j, block, block + (int64_t)lags * lags, wald);
    for (int i = 0; i < metrics && !st; i++) {
        const double left = fmax(left_over(companion, g, solutions, i), 1e-12);

        for (int j = 0; j < metrics; j++) {
            const int64_t pair = (int64_t)i * metrics + j;
            const bool counts = is_used[i] && is_used[j];

            wald[pair] = counts && freedom > 0.0 ? wald[pair] * freedom / left : 0.0;
            correlation[pair] = counts ? g[(inputs + i) * columns + inputs + j] : 0.0;
        }
    }
    mem_free(&block);
    mem_free(&solutions);
    mem_free(&g);
    return st;
}
