// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/linalg.h>

#include <math.h>

enum { MOST = LINALG_SMALL * LINALG_SMALL };

static void fill(double *x, int count, uint64_t seed)
{
    struct random random = random_start(seed, 0);

    for (int i = 0; i < count; i++) x[i] = random_normal(&random);
}

/* Largest entry of V^T V - 1 for @p k columns of length n. */
static double departure(int n, int k, const double *v)
{
    double worst = 0.0;

    for (int a = 0; a < k; a++) {
        for (int b = 0; b < k; b++) {
            double sum = a == b ? -1.0 : 0.0;

            for (int i = 0; i < n; i++) sum += v[i * k + a] * v[i * k + b];
            worst = fmax(worst, fabs(sum));
        }
    }
    return worst;
}

static void symmetric_eigenvectors_rebuild_the_matrix(void)
{
    static const int orders[] = {1, 2, 7, 31, 64};

    for (size_t o = 0; o < sizeof orders / sizeof orders[0]; o++) {
        const int n = orders[o];
        double a[MOST];
        double values[LINALG_SMALL];
        double v[MOST];
        double worst = 0.0;

        fill(a, n * n, 1);
        CHECK(linalg_symmetric_eigen(n, a, values, v) == STATUS_OK);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = -a[i * n + j];

                for (int k = 0; k < n; k++) sum += v[i * n + k] * values[k] * v[j * n + k];
                worst = fmax(worst, fabs(sum));
            }
        }
        CHECK_CLOSE(worst, 0.0, n * 1e-14);
        CHECK_CLOSE(departure(n, n, v), 0.0, n * 1e-15);
        for (int k = 1; k < n; k++) CHECK(values[k - 1] <= values[k]);
    }
}

static void check_factors(int rows, int columns, const double *a)
{
    const int k = rows < columns ? rows : columns;
    double u[MOST];
    double s[LINALG_SMALL];
    double v[MOST];
    double worst = 0.0;

    CHECK(linalg_svd(rows, columns, a, u, s, v) == STATUS_OK);
    for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
            double sum = -a[i * columns + j];

            for (int m = 0; m < k; m++) sum += u[i * k + m] * s[m] * v[j * k + m];
            worst = fmax(worst, fabs(sum));
        }
    }
    CHECK_CLOSE(worst, 0.0, (rows + columns) * 1e-14);
    CHECK_CLOSE(departure(rows, k, u), 0.0, 64e-15);
    CHECK_CLOSE(departure(columns, k, v), 0.0, 64e-15);
    for (int m = 1; m < k; m++) CHECK(s[m - 1] >= s[m]);
}

static void check_svd(int rows, int columns)
{
    double a[MOST];

    fill(a, rows * columns, 2);
    check_factors(rows, columns, a);
}

static void singular_vectors_rebuild_the_matrix(void)
{
    check_svd(1, 1);
    check_svd(5, 5);
    check_svd(40, 17);
    check_svd(17, 40);
    check_svd(1, 64);
    check_svd(64, 64);
}

/* Samples of readings that repeat every other sample, to round-off: of rank two, and dgesvj 3.11 ends after 30 rounds
 * without convergence. */
static void deficient_rank_without_convergence_of_rotations_is_factored_all_the_same(void)
{
    static const double even[5] = {0x1.e5654a89cc3ep-1, -0x1.af407a4bed7ccp-4,
                                   -0x1.6bbc16ffc97c9p-9, -0x1.f376ac7fe011dp-11,
                                   -0x1.882998dcc3a5bp-10};
    static const double odd[5] = {0x1.8f1a64f1420e2p-1, 0x1.af407dbf21b16p-4, 0x1.6bbc19e8b78dbp-9,
                                  0x1.f376b07ec5cdbp-11, 0x1.88299bffea889p-10};
    double a[5 * 8];

    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 8; j++) a[i * 8 + j] = j % 2 ? odd[i] : even[i];
    a[4 * 8 + 1] = 0x1.88299bffea88ap-10;
    check_factors(5, 8, a);
}

/* A = Q D with Q a reflection and D from 1 to 1e-30: the singular values are D's to some eps, relative. */
static void graded_columns_keep_the_relative_accuracy_of_small_values(void)
{
    enum { N = 31 };
    double x[N];
    double a[N * N];
    double u[N * N];
    double s[N];
    double v[N * N];
    double norm2 = 0.0;

    fill(x, N, 3);
    for (int i = 0; i < N; i++) norm2 += x[i] * x[i];
    for (int i = 0; i < N * N; i++) {
        const double one = i / N == i % N;

        a[i] = (one - 2 * x[i / N] * x[i % N] / norm2) * pow(10.0, -(i % N));
    }
    CHECK(linalg_svd(N, N, a, u, s, v) == STATUS_OK);
    for (int j = 0; j < N; j++) CHECK_CLOSE(s[j] * pow(10.0, j), 1.0, 1e-14);
}

static void a_zero_matrix_has_zero_singular_values(void)
{
    double a[12] = {0.0};
    double u[12];
    double s[3];
    double v[12];

    CHECK(linalg_svd(4, 3, a, u, s, v) == STATUS_OK);
    CHECK(s[0] == 0.0 && s[1] == 0.0 && s[2] == 0.0);
    CHECK(u[0] == 0.0 && u[11] == 0.0);
    a[0] = NAN;
    CHECK(linalg_svd(4, 3, a, u, s, v) == STATUS_FAILED);
}

static void eigenvectors_of_a_real_matrix_are_unit_and_satisfy_the_equation(void)
{
    static const int orders[] = {1, 2, 9, 31, 64};

    for (size_t o = 0; o < sizeof orders / sizeof orders[0]; o++) {
        const int n = orders[o];
        double a[MOST];
        double complex values[LINALG_SMALL];
        static double complex v[MOST];

        fill(a, n * n, 4);
        CHECK(linalg_eigen(n, a, values, v) == STATUS_OK);
        for (int k = 0; k < n; k++) {
            double norm2 = 0.0;
            double worst = 0.0;

            for (int i = 0; i < n; i++) {
                double complex sum = -values[k] * v[i * n + k];

                for (int j = 0; j < n; j++) sum += a[i * n + j] * v[j * n + k];
                worst = fmax(worst, cabs(sum));
                norm2 += creal(v[i * n + k] * conj(v[i * n + k]));
            }
            CHECK_CLOSE(norm2, 1.0, n * 1e-15);
            CHECK_CLOSE(worst, 0.0, n * 1e-14);
            if (k > 0 && cimag(values[k]) < 0.0) CHECK(values[k] == conj(values[k - 1]));
        }
    }
}

/* P = F^H F with F of 20 x n; with two equal columns the minimum-norm answer shares between them. */
static void a_hermitian_system_is_solved_and_its_rank_is_told(void)
{
    enum { N = 6, M = 20 };
    double x[2 * M * N];
    double complex p[N * N];
    double complex truth[N];
    double complex q[N];
    int rank = -1;

    fill(x, 2 * M * N, 5);
    for (int i = 0; i < N; i++) truth[i] = CMPLX(i + 1, -2 * i);
    truth[N - 1] = truth[0];
    for (int i = 0; i < N; i++) {
        q[i] = 0;
        for (int j = 0; j < N; j++) {
            p[i * N + j] = 0;
            for (int m = 0; m < M; m++) {
                const int s = (i % (N - 1)) * M + m;
                const int t = (j % (N - 1)) * M + m;

                p[i * N + j] += CMPLX(x[2 * s], -x[2 * s + 1]) * CMPLX(x[2 * t], x[2 * t + 1]);
            }
            q[i] += p[i * N + j] * truth[j];
        }
    }
    CHECK(linalg_hermitian_solve(N, p, q, 1e-12, q, &rank) == STATUS_OK);
    CHECK(rank == N - 1);
    for (int i = 0; i < N; i++) CHECK_CLOSE(cabs(q[i] - truth[i]), 0.0, 1e-12);
}

/* g = x^T x, x of @p rows by @p n. */
static void gram(int rows, int n, const double *x, double *g)
{
    for (int i = 0; i < n * n; i++) {
        g[i] = 0.0;
        for (int m = 0; m < rows; m++) g[i] += x[m * n + i / n] * x[m * n + i % n];
    }
}

static void a_pivoted_factor_rebuilds_the_gram_matrix(void)
{
    enum { N = 12, M = 9 };
    double x[M * N];
    double g[N * N];
    double r[N * N];
    double again[N * N];
    int pivot[N];
    double worst = 0.0;

    fill(x, M * N, 6);
    gram(M, N, x, g);
    CHECK(linalg_pivoted_cholesky(N, g, 1e-12, r, pivot) == M);
    gram(N, N, r, again);
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            worst = fmax(worst, fabs(again[i * N + j] - g[pivot[i] * N + pivot[j]]));
            CHECK(j >= i || r[i * N + j] == 0.0);
        }
    }
    CHECK_CLOSE(worst, 0.0, 1e-13);
}

CHECK_MAIN({"symmetric eigenvectors rebuild the matrix", symmetric_eigenvectors_rebuild_the_matrix},
           {"singular vectors rebuild the matrix", singular_vectors_rebuild_the_matrix},
           {"deficient rank without convergence of rotations is factored all the same",
            deficient_rank_without_convergence_of_rotations_is_factored_all_the_same},
           {"graded columns keep the relative accuracy of small values",
            graded_columns_keep_the_relative_accuracy_of_small_values},
           {"a zero matrix has zero singular values", a_zero_matrix_has_zero_singular_values},
           {"eigenvectors of a real matrix are unit and satisfy the equation",
            eigenvectors_of_a_real_matrix_are_unit_and_satisfy_the_equation},
           {"a Hermitian system is solved and its rank is told",
            a_hermitian_system_is_solved_and_its_rank_is_told},
           {"a pivoted factor rebuilds the Gram matrix", a_pivoted_factor_rebuilds_the_gram_matrix})
