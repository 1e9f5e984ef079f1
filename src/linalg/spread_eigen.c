// SPDX-License-Identifier: BSD-3-Clause
#include "spread.h"

#include <float.h>
#include <math.h>
#include <string.h>

static const int one = 1;
static const int two = 2;
static const double unit = 1.0;
static const double zero = 0.0;

static size_t entries(const struct part *part)
{
    return (size_t)part->rows * (size_t)part->columns;
}

/* The upper triangle of G from its lower one. */
static void fill_up(struct spread *spread)
{
    const int rest = spread->n - 1;

    if (spread->is_full) return;
    memcpy(spread->work.entries, spread->gram.entries,
           entries(&spread->gram) * sizeof *spread->gram.entries);
    pdtradd_("U", "T", &rest, &rest, &unit, spread->work.entries, &two, &one,
             spread->work.descriptor, &zero, spread->gram.entries, &one, &two,
             spread->gram.descriptor);
    spread->is_full = true;
}

/*
 * pdsyevd asks for less work than it uses: nb (np0 + nq0) + nb^2 more, np0 and nq0 the part of the first process.
 * @return its info
 */
static int solve(struct spread *spread, int order, double *ascending)
{
    double size = 0.0;
    int integer_size = 0;
    int work_count = -1;
    int integer_count = -1;
    int info = 0;
    double *work = &size;
    int *integers = &integer_size;
    const int64_t most = spread->n + SPREAD_BLOCK;

    for (int call = 0; call < 2 && info == 0; call++) {
        if (call == 1) {
            work_count = comm_count((int64_t)size + SPREAD_BLOCK * (2 * most + SPREAD_BLOCK));
            integer_count = integer_size + 7 * spread->n + 8 * spread->grid.columns + 2;
            work = mem_array((size_t)work_count, sizeof *work);
            integers = mem_array((size_t)integer_count, sizeof *integers);
        }
        pdsyevd_("V", "L", &order, spread->work.entries, &one, &one, spread->work.descriptor,
                 ascending, spread->vectors.entries, &one, &one, spread->vectors.descriptor, work,
                 &work_count, integers, &integer_count, &info, 1, 1);
    }
    if (work != &size) mem_free(&work);
    if (integers != &integer_size) mem_free(&integers);
    return info;
}

/* |G V x - V diag(values) x| / |x| for a random x, over the largest eigenvalue: what `info` does not tell. */
static double residual(const struct spread *spread, const double *ascending)
{
    const int order = spread->order;
    const size_t n = (size_t)spread->n;
    double *x = mem_zero(5 * n, sizeof *x);
    double *scaled = x + n;
    double *left = scaled + n;
    double *right = left + n;
    double *image = right + n;
    const double largest = ascending[order - 1];
    struct random random = random_start(1, 1);
    double sum = 0.0;
    double square = 0.0;

    for (int k = 0; k < order; k++) {
        x[k] = random_normal(&random);
        scaled[k] = x[k] * ascending[order - 1 - k];
        square += x[k] * x[k];
    }
    spread_combine(spread, 1, order, x, left);
    spread_combine(spread, 1, order, scaled, right);
    spread_image(spread, 1, left, image);
    for (int i = 0; i < order; i++) sum += (image[i] - right[i]) * (image[i] - right[i]);
    mem_free(&x);
    return largest > 0.0 ? sqrt(sum / square) / largest : sqrt(sum);
}

status spread_eigen(struct spread *spread, int order, double *values)
{
    const double tolerance = 100.0 * DBL_EPSILON * (double)order;
    double *ascending = mem_zero((size_t)spread->n, sizeof *ascending);
    status st = STATUS_OK;
    int info;

    ASSERT(order >= 1 && order <= spread->n);
    fill_up(spread);
    memcpy(spread->work.entries, spread->gram.entries,
           entries(&spread->gram) * sizeof *spread->gram.entries);
    spread->order = order;
    info = solve(spread, order, ascending);
    comm_broadcast(spread->comm, ascending, (size_t)spread->n * sizeof *ascending, 0);
    if (comm_max_int64(spread->comm, info != 0 || !(residual(spread, ascending) < tolerance)))
        st = fail(STATUS_FAILED, "eigenproblem of order %d over %d ranks does not converge", order,
                  comm_size(spread->comm));
    for (int k = 0; k < order && st == STATUS_OK; k++) values[k] = ascending[order - 1 - k];
    mem_free(&ascending);
    return st;
}
