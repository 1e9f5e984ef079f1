// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/linalg.h>

#include <math.h>

/* Dense problems beyond the order of the small ones, by residuals and orthogonality. */

enum { ORDER = 150, COLUMNS = 90 };

static double *random_matrix(int rows, int columns, uint64_t seed)
{
    struct random random = random_start(seed, 0);
    double *a = mem_zero((size_t)rows * (size_t)columns, sizeof *a);

    for (int i = 0; i < rows * columns; i++) a[i] = random_normal(&random);
    return a;
}

/* Largest entry of V V^T - 1 for @p count rows of length n. */
static double departure(int count, int n, const double *v)
{
    double worst = 0.0;

    for (int a = 0; a < count; a++) {
        for (int b = 0; b < count; b++) {
            double sum = a == b ? -1.0 : 0.0;

            for (int i = 0; i < n; i++) sum += v[a * n + i] * v[b * n + i];
            worst = fmax(worst, fabs(sum));
        }
    }
    return worst;
}

static void check_symmetric(int count)
{
    double *a = random_matrix(ORDER, ORDER, 1);
    double *v = mem_zero((size_t)ORDER * ORDER, sizeof *v);
    double values[ORDER];
    double all[ORDER];
    double worst = 0.0;

    CHECK(linalg_dense_symmetric(ORDER, a, count, values, v) == STATUS_OK);
    CHECK(linalg_dense_symmetric(ORDER, a, 0, all, NULL) == STATUS_OK);
    for (int k = 0; k < count; k++) {
        CHECK_CLOSE(values[k], all[k], 1e-12);
        for (int i = 0; i < ORDER; i++) {
            double sum = -values[k] * v[k * ORDER + i];

            for (int j = 0; j < ORDER; j++)
                sum += (j <= i ? a[i * ORDER + j] : a[j * ORDER + i]) * v[k * ORDER + j];
            worst = fmax(worst, fabs(sum));
        }
    }
    CHECK_CLOSE(worst, 0.0, 1e-12);
    CHECK_CLOSE(departure(count, ORDER, v), 0.0, 1e-12);
    mem_free(&v);
    mem_free(&a);
}

static void the_largest_eigenpairs_solve_the_symmetric_problem(void)
{
    check_symmetric(ORDER);
    check_symmetric(17);
    check_symmetric(1);
}

static void check_svd(int rows, int columns)
{
    const int least = rows < columns ? rows : columns;
    double *a = random_matrix(rows, columns, 2);
    double *u = mem_zero((size_t)least * (size_t)rows, sizeof *u);
    double *v = mem_zero((size_t)least * (size_t)columns, sizeof *v);
    double *s = mem_zero((size_t)least, sizeof *s);
    double *alone = mem_zero((size_t)least, sizeof *alone);
    double worst = 0.0;

    CHECK(linalg_dense_svd(rows, columns, a, u, s, v) == STATUS_OK);
    CHECK(linalg_dense_svd(rows, columns, a, NULL, alone, NULL) == STATUS_OK);
    for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
            double sum = -a[i * columns + j];

            for (int k = 0; k < least; k++) sum += u[k * rows + i] * s[k] * v[k * columns + j];
            worst = fmax(worst, fabs(sum));
        }
    }
    for (int k = 0; k < least; k++) CHECK_CLOSE(alone[k], s[k], 1e-12);
    CHECK_CLOSE(worst, 0.0, 1e-12);
    CHECK_CLOSE(departure(least, rows, u) + departure(least, columns, v), 0.0, 1e-12);
    mem_free(&alone);
    mem_free(&s);
    mem_free(&v);
    mem_free(&u);
    mem_free(&a);
}

static void singular_vectors_rebuild_the_matrix(void)
{
    check_svd(ORDER, COLUMNS);
    check_svd(COLUMNS, ORDER);
    check_svd(5, 1);
}

static void eigenvectors_are_carried_into_multiples(void)
{
    double *a = random_matrix(ORDER, ORDER, 3);
    double complex *v = mem_zero((size_t)ORDER * ORDER, sizeof *v);
    double complex mu[ORDER];
    double worst = 0.0;

    CHECK(linalg_dense_eigen(ORDER, a, mu, v) == STATUS_OK);
    for (int k = 0; k < ORDER; k++) {
        for (int i = 0; i < ORDER; i++) {
            double complex sum = -mu[k] * v[k * ORDER + i];

            for (int j = 0; j < ORDER; j++) sum += a[i * ORDER + j] * v[k * ORDER + j];
            worst = fmax(worst, cabs(sum));
        }
    }
    CHECK_CLOSE(worst, 0.0, 1e-11);
    mem_free(&v);
    mem_free(&a);
}

static void solutions_solve_and_singular_systems_are_told(void)
{
    double *a = random_matrix(ORDER, ORDER, 4);
    double *b = random_matrix(2, ORDER, 5);
    double *x = random_matrix(2, ORDER, 5);
    double condition;

    CHECK(linalg_dense_solve(ORDER, a, 2, x, &condition));
    CHECK(condition > 1e-8 && condition < 1.0);
    for (int r = 0; r < 2; r++) {
        for (int i = 0; i < ORDER; i++) {
            double sum = 0.0;

            for (int j = 0; j < ORDER; j++) sum += a[i * ORDER + j] * x[r * ORDER + j];
            CHECK_CLOSE(sum, b[r * ORDER + i], 1e-9);
        }
    }
    for (int j = 0; j < ORDER; j++) a[j] = 0.0;
    CHECK(!linalg_dense_solve(ORDER, a, 2, x, &condition) || condition == 0.0);
    mem_free(&x);
    mem_free(&b);
    mem_free(&a);
}

static void what_is_not_finite_is_refused(void)
{
    double *a = random_matrix(4, 4, 6);
    double s[4];
    double complex mu[4];
    double complex v[16];

    a[0] = (double)NAN;
    CHECK(linalg_dense_symmetric(4, a, 0, s, NULL) == STATUS_FAILED);
    CHECK(linalg_dense_svd(4, 4, a, NULL, s, NULL) == STATUS_FAILED);
    CHECK(linalg_dense_eigen(4, a, mu, v) == STATUS_FAILED);
    mem_free(&a);
}

CHECK_MAIN({"the largest eigenpairs solve the symmetric problem",
            the_largest_eigenpairs_solve_the_symmetric_problem},
           {"singular vectors rebuild the matrix", singular_vectors_rebuild_the_matrix},
           {"eigenvectors are carried into multiples", eigenvectors_are_carried_into_multiples},
           {"solutions solve, and singular systems are told",
            solutions_solve_and_singular_systems_are_told},
           {"what is not finite is refused", what_is_not_finite_is_refused})
