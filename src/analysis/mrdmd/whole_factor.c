// SPDX-License-Identifier: BSD-3-Clause
#include "whole.h"

#include <math.h>
#include <string.h>

/* Rows one after the other. */
static struct linalg_rows rows_of(const double *first, int count, int length)
{
    return (struct linalg_rows){.first = first, .stride = (size_t)length, .count = count};
}

/* a^T b of rows, into c [a rows][b rows]. */
static void multiply(struct linalg_rows a, struct linalg_rows b, int length, double *c)
{
    memset(c, 0, (size_t)a.count * (size_t)b.count * sizeof *c);
    linalg_dot_add(a, b, length, c, (size_t)b.count);
}

/* A from the image of its right vectors, and of the same, should it be wanted, the inner products. */
static void multiply_image(const double *image, const double *kept, int rank, int m, double *a,
                           double *l)
{
    const struct linalg_rows rows = rows_of(image, rank, m);

    multiply(rows, rows_of(kept, rank, m), m, a);
    if (l) multiply(rows, rows, m, l);
}

/* Both operators from image = rows s_i^(1-power) u_i^T D2: divided by what they have too much. */
static void scale_operators(int rank, const double *s, double power, double *a, double *l)
{
    for (int i = 0; i < rank; i++) {
        for (int j = 0; j < rank; j++) {
            a[i * rank + j] /= pow(s[i], power) * sqrt(s[j]);
            if (l) l[i * rank + j] /= pow(s[i] * s[j], power);
        }
    }
}

static void combine_kept(struct whole_factor *factor, int vectors, int rank, const double *x,
                         double *y)
{
    const int m = factor->n - 1;

    memset(y, 0, (size_t)vectors * (size_t)m * sizeof *y);
    for (int v = 0; v < vectors; v++)
        for (int k = 0; k < rank; k++)
            for (int i = 0; i < m; i++)
                y[v * m + i] += x[v * rank + k] * factor->kept[(size_t)k * (size_t)m + (size_t)i];
}

void whole_factor_release(struct whole_factor *factor)
{
    mem_free(&factor->kept);
}

/* ---- inner products ------------------------------------------------------------------------- */

static double *unpacked(const double *g, int n)
{
    double *full = mem_array((size_t)n * (size_t)n, sizeof *full);

    for (size_t i = 0; i < (size_t)n; i++)
        for (size_t j = 0; j <= i; j++) full[i * (size_t)n + j] = full[j * (size_t)n + i] = *g++;
    return full;
}

static void take_roots(int count, double *values)
{
    for (int k = 0; k < count; k++) values[k] = sqrt(fmax(values[k], 0.0));
}

static status gram_values(struct whole_factor *factor, double *s)
{
    double *full = unpacked(factor->of, factor->n);
    const status st = linalg_dense_symmetric(factor->n, full, 0, s, NULL);

    mem_free(&full);
    if (st == STATUS_OK) take_roots(factor->n, s);
    return st;
}

static status gram_operators(struct whole_factor *factor, int rank, double *s, double *a, double *l)
{
    const int n = factor->n;
    const int m = n - 1;
    double *full = unpacked(factor->of, m); /* packed rows: the leading block comes first */
    double *image = mem_array((size_t)rank * (size_t)m, sizeof *image);
    status st;

    mem_free(&factor->kept);
    factor->kept = mem_array((size_t)rank * (size_t)m, sizeof *factor->kept);
    st = linalg_dense_symmetric(m, full, rank, s, factor->kept);
    mem_free(&full);
    if (st == STATUS_OK) {
        full = unpacked(factor->of, n);
        take_roots(rank, s);
        /* V^T G[:-1, 1:]: G is symmetric, its rows from the second on. */
        multiply(rows_of(factor->kept, rank, m), rows_of(full + n, m, n), m, image);
        multiply_image(image, factor->kept, rank, m, a, l);
        scale_operators(rank, s, 1.5, a, l);
        mem_free(&full);
    }
    mem_free(&image);
    return st;
}

static void gram_image(struct whole_factor *factor, int vectors, const double *x, double *y)
{
    const int n = factor->n;
    const double *g = factor->of;

    memset(y, 0, (size_t)vectors * (size_t)n * sizeof *y);
    for (int i = 0; i < n; i++) {
        for (int j = 0; j <= i; j++, g++) {
            for (int v = 0; v < vectors; v++) {
                y[v * n + i] += *g * x[v * n + j];
                if (j < i) y[v * n + j] += *g * x[v * n + i];
            }
        }
    }
}

void whole_factor_gram(struct whole_factor *factor, int n, const double *g)
{
    *factor = (struct whole_factor){
        .solver = WHOLE_GRAM,
        .n = n,
        .of = g,
        .values = gram_values,
        .operators = gram_operators,
        .combine = combine_kept,
        .image = gram_image,
    };
}

/* ---- triangles ------------------------------------------------------------------------------ */

static status triangle_values(struct whole_factor *factor, double *s)
{
    return linalg_dense_svd(factor->n, factor->n, factor->of, NULL, s, NULL);
}

/* Columns [first, first + n - 1) of R, by rows, and by columns. */
static double *triangle_part(const struct whole_factor *factor, int first, bool by_columns)
{
    const size_t n = (size_t)factor->n;
    const size_t m = n - 1;
    const double *r = factor->of;
    double *part = mem_array(n * m, sizeof *part);

    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++)
            part[by_columns ? j * n + i : i * m + j] = r[i * n + j + (size_t)first];
    return part;
}

static status triangle_operators(struct whole_factor *factor, int rank, double *s, double *a,
                                 double *l)
{
    const int n = factor->n;
    const int m = n - 1;
    double *before = triangle_part(factor, 0, false);
    double *after = triangle_part(factor, 1, true);
    double *u = mem_array((size_t)n * (size_t)m, sizeof *u);
    double *image = mem_array((size_t)rank * (size_t)m, sizeof *image);
    double *all = mem_zero((size_t)m, sizeof *all);
    status st;

    mem_free(&factor->kept);
    factor->kept = mem_array((size_t)m * (size_t)m, sizeof *factor->kept);
    st = linalg_dense_svd(n, m, before, u, all, factor->kept);
    if (st == STATUS_OK) {
        memcpy(s, all, (size_t)rank * sizeof *s);
        multiply(rows_of(u, rank, n), rows_of(after, m, n), n, image);
        multiply_image(image, factor->kept, rank, m, a, l);
        scale_operators(rank, s, 0.5, a, l);
    }
    mem_free(&all);
    mem_free(&image);
    mem_free(&u);
    mem_free(&after);
    mem_free(&before);
    return st;
}

/* R^T (R x) */
static void triangle_image(struct whole_factor *factor, int vectors, const double *x, double *y)
{
    const int n = factor->n;

    memset(y, 0, (size_t)vectors * (size_t)n * sizeof *y);
    for (int i = 0; i < n; i++) {
        const double *row = factor->of + (size_t)i * (size_t)n;

        for (int v = 0; v < vectors; v++) {
            double sum = 0.0;

            for (int j = i; j < n; j++) sum += row[j] * x[v * n + j];
            for (int j = i; j < n; j++) y[v * n + j] += row[j] * sum;
        }
    }
}

void whole_factor_triangle(struct whole_factor *factor, int n, const double *r)
{
    *factor = (struct whole_factor){
        .solver = WHOLE_TSQR,
        .n = n,
        .of = r,
        .values = triangle_values,
        .operators = triangle_operators,
        .combine = combine_kept,
        .image = triangle_image,
    };
}

/* ---- over the ranks ------------------------------------------------------------------------- */

static status spread_values(struct whole_factor *factor, double *s)
{
    TRY(spread_eigen(factor->spread, factor->n, s));
    take_roots(factor->n, s);
    return STATUS_OK;
}

static status spread_operators(struct whole_factor *factor, int rank, double *s, double *a,
                               double *l)
{
    double *all = mem_zero((size_t)factor->n, sizeof *all);
    const status st = spread_eigen(factor->spread, factor->n - 1, all);

    if (st == STATUS_OK) {
        take_roots(rank, all);
        memcpy(s, all, (size_t)rank * sizeof *s);
        spread_shifted(factor->spread, rank, a, l);
        scale_operators(rank, s, 1.5, a, l);
    }
    mem_free(&all);
    return st;
}

static void combine_spread(struct whole_factor *factor, int vectors, int rank, const double *x,
                           double *y)
{
    spread_combine(factor->spread, vectors, rank, x, y);
}

static void image_spread(struct whole_factor *factor, int vectors, const double *x, double *y)
{
    spread_image(factor->spread, vectors, x, y);
}

void whole_factor_spread(struct whole_factor *factor, int n, const struct comm *comm,
                         struct spread *spread)
{
    *factor = (struct whole_factor){
        .solver = WHOLE_SPREAD,
        .n = n,
        .comm = comm,
        .spread = spread,
        .values = spread_values,
        .operators = spread_operators,
        .combine = combine_spread,
        .image = image_spread,
    };
}
