// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/linalg_spread.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Equations spread over the ranks: against a solution known in closed form, and against one rank. */

/* G[i][j] = 2^-|i - j|, of condition 9 at most, whose inverse is tridiagonal (Kac, Murdock, Szego 1953). */
static double power_entry(int i, int j)
{
    return ldexp(1.0, -abs(i - j));
}

static double right_entry(int i, int column)
{
    struct random random = random_start(9, (uint64_t)i * 7 + (uint64_t)column);

    return random_normal(&random);
}

/* Given in panels of some rows, as their sums over ranks would be. */
static struct spread_equations *put_equations(int n, int columns, double last)
{
    enum { PANEL = 96 };
    double *rows = mem_zero((size_t)PANEL * (size_t)(n + columns), sizeof *rows);
    struct spread_equations *equations = NULL;

    CHECK(spread_equations_create(check_comm, n, columns, &equations) == STATUS_OK);
    for (int first = 0; first < n; first += PANEL) {
        const int count = n - first < PANEL ? n - first : PANEL;
        double *to = rows;

        for (int i = first; i < first + count; i++) {
            for (int j = first; j < n; j++) *to++ = i == n - 1 && j == i ? last : power_entry(i, j);
            for (int c = 0; c < columns; c++) *to++ = right_entry(i, c);
        }
        spread_equations_put(equations, first, count, rows);
    }
    mem_free(&rows);
    return equations;
}

/* Row i of the inverse times column c of B. */
static double solution_entry(int n, int i, int c)
{
    const double inner = i > 0 && i < n - 1 ? 1.25 : 1.0;
    double x = (n > 1 ? inner : 0.75) * right_entry(i, c);

    if (i > 0) x -= 0.5 * right_entry(i - 1, c);
    if (i < n - 1) x -= 0.5 * right_entry(i + 1, c);
    return x / 0.75;
}

/* A residual of 10 n eps, which is asserted within, times the condition. */
static void check_equations(int n, int columns)
{
    const size_t count = (size_t)n * (size_t)columns;
    struct spread_equations *equations = put_equations(n, columns, 1.0);
    double *x = mem_zero(count, sizeof *x);
    double off = 0.0, norm = 0.0, residual;

    CHECK(spread_equations_solve(equations, 0.0, 0, x, &residual) == STATUS_OK);
    CHECK(residual <= 10.0 * n * 0x1p-52);
    for (int i = 0; i < n; i++) {
        for (int c = 0; c < columns; c++) {
            const double expected = solution_entry(n, i, c);

            off += pow(x[i * columns + c] - expected, 2.0);
            norm += expected * expected;
        }
    }
    CHECK_CLOSE(sqrt(off / norm), 0.0, 9.0 * 2.0 * 10.0 * n * 0x1p-52);
    mem_free(&x);
    spread_equations_destroy(&equations);
}

static void spread_equations_have_the_solution_known(void)
{
    check_equations(1, 1);
    check_equations(5, 3); /* less than a block: some ranks hold nothing */
    check_equations(64, 130);
    check_equations(257, 2);
    check_equations(2100, 3); /* factored in more than one step */
}

/* G + 3 I but for the last row, against LAPACK; the equations stay for another shift. */
static void shifted_equations_are_those_of_one_rank(void)
{
    enum { N = 150, COLUMNS = 4 };
    struct spread_equations *equations = put_equations(N, COLUMNS, 1.0);
    double *g = mem_zero((size_t)N * N, sizeof *g);
    double x[N * COLUMNS], expected[N * COLUMNS], residual;
    double worst = 0.0;

    for (int shift = 6; shift >= 3; shift -= 3)
        CHECK(spread_equations_solve(equations, (double)shift, N - 1, x, &residual) == STATUS_OK);
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++)
            g[i * N + j] = power_entry(i, j) + (i == j && i < N - 1 ? 3 : 0);
        for (int c = 0; c < COLUMNS; c++) expected[i * COLUMNS + c] = right_entry(i, c);
    }
    CHECK(linalg_positive_solve(N, g, COLUMNS, expected) == STATUS_OK);
    for (int i = 0; i < N * COLUMNS; i++) worst = fmax(worst, fabs(x[i] - expected[i]));
    CHECK_CLOSE(worst, 0.0, 9.0 * 10.0 * N * 0x1p-52 * 10.0); /* entries are below 10 */
    mem_free(&g);
    spread_equations_destroy(&equations);
}

static void equations_that_cannot_be_solved_say_so_on_every_rank(void)
{
    enum { N = 150 };
    struct spread_equations *equations = put_equations(N, 1, 0.2); /* 0.25 would be singular */
    double x[N], residual = 7.0;

    CHECK(spread_equations_solve(equations, 0.0, 0, x, &residual) == STATUS_FAILED);
    CHECK(strstr(status_message(), "150 equations is not positive definite") && residual == 7.0);
    spread_equations_destroy(&equations);
    CHECK(spread_equations_create(check_comm, 2000000, 1, &equations) == STATUS_BAD_USE);
    CHECK(strstr(status_message(), "take more ranks") && !equations);
}

CHECK_MAIN({"spread equations have the solution known", spread_equations_have_the_solution_known},
           {"shifted equations are those of one rank", shifted_equations_are_those_of_one_rank},
           {"equations that cannot be solved say so on every rank",
            equations_that_cannot_be_solved_say_so_on_every_rank})
