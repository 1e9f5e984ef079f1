// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <mrdmd/whole.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Whole windows: against the classical recursion, whose windows hold up to 64 samples; on known systems. */

enum { TILE = 7, TILES = 13, READINGS = TILES * TILE - 3, TIMES = 60 };

typedef double signal(int reading, int t);

struct input {
    signal *x;
    const struct mrdmd_plan *row_plan;
    double room[TILE * TIMES];
};

static int tile_readings(int64_t tile)
{
    return tile == TILES - 1 ? READINGS - (TILES - 1) * TILE : TILE;
}

static status fill(void *of, int64_t tile, struct mrdmd_rows *rows)
{
    struct input *input = of;

    for (int i = 0; i < tile_readings(tile); i++)
        for (int t = 0; t < TIMES; t++)
            input->room[i * TIMES + t] = input->x((int)tile * TILE + i, t);
    mrdmd_rows_fill_matrix(rows, input->row_plan, input->room, tile_readings(tile));
    return STATUS_OK;
}

static double noisy(int reading, int t)
{
    struct random random = random_start(7, (uint64_t)reading);
    struct random noise = random_start(random_mix(8, (uint64_t)reading), (uint64_t)t);
    const double level = 20.0 + random_normal(&random);
    const double phase = 6.28 * random_uniform(&random);

    return level + 2.0 * sin(6.28 * t / 55.0 + phase)
           + random_normal(&random) * cos(6.28 * t / 17.0) + 0.3 * random_normal(&noise);
}

/* A constant and an oscillation that is smaller by 5e-7: 0.7 cycles, growing by 1 % a sample. */
static const double complex small_mode = 0.01 + 0.0733 * (double complex)I;

static double graded(int reading, int t)
{
    struct random random = random_start(9, (uint64_t)reading);
    const double level = 1.0 + random_uniform(&random);
    const double phase = 6.28 * random_uniform(&random);

    return level + 5e-7 * creal(cexp(small_mode * (double)t) * cexp(phase * (double complex)I));
}

static struct mrdmd_plan *make_plan(int max_level, bool is_forward_backward)
{
    const struct mrdmd_options options = {
        .max_level = max_level,
        .max_cycles = 1,
        .nyquist_factor = 4,
        .sampling = SAMPLING_WHOLE,
        .period_s = 30.0,
        .is_forward_backward = is_forward_backward,
    };
    struct mrdmd_plan *plan = NULL;

    CHECK(mrdmd_plan_create(&options, TIMES, NULL, 0, &plan) == STATUS_OK);
    return plan;
}

static void solve(const struct mrdmd_plan *plan, signal *x, enum whole_precision precision,
                  bool is_dealt, struct whole **whole, struct mrdmd_result **result)
{
    struct mrdmd_plan *row_plan = NULL;
    struct input input = {.x = x};
    struct whole_input what = {
        .comm = check_comm,
        .plan = plan,
        .tiles = is_dealt ? comm_share(check_comm, TILES)
                          : (struct span){0, comm_rank(check_comm) ? 0 : TILES},
        .tile_readings = TILE,
        .precision = precision,
        .fill = fill,
        .of = &input,
    };

    CHECK(mrdmd_whole_row_plan(plan, &row_plan) == STATUS_OK);
    what.row_plan = input.row_plan = row_plan;
    CHECK(mrdmd_whole_solve(&what, whole, result) == STATUS_OK);
    mrdmd_plan_destroy(&row_plan);
}

/* Largest distance of eigenvalues and of |phi b| from those of the classical recursion. */
static void compare(const struct mrdmd_plan *plan, enum whole_precision precision,
                    enum whole_solver solver)
{
    double *x = mem_zero((size_t)READINGS * TIMES, sizeof *x);
    struct mrdmd_result *classical = NULL;
    struct mrdmd_result *ours = NULL;
    struct whole *whole = NULL;
    double mu = 0.0;
    double size = 0.0;

    for (int r = 0; r < READINGS; r++)
        for (int t = 0; t < TIMES; t++) x[r * TIMES + t] = noisy(r, t);
    CHECK(mrdmd_classical(plan, x, NULL, READINGS, &classical, NULL) == STATUS_OK);
    solve(plan, noisy, precision, true, &whole, &ours);
    CHECK(mrdmd_whole_count(whole, solver) == plan->window_count);
    CHECK(ours->mode_total == classical->mode_total && ours->mode_total > 4);
    for (int w = 0; w < plan->window_count; w++) {
        CHECK(ours->rank[w] == classical->rank[w]);
        CHECK(ours->mode_count[w] == classical->mode_count[w]);
    }
    for (int64_t j = 0; j < ours->mode_total && ours->mode_total == classical->mode_total; j++) {
        const struct mrdmd_mode *a = &ours->modes[j];
        const struct mrdmd_mode *b = &classical->modes[j];

        mu = fmax(mu, cabs(a->mu - b->mu));
        size = fmax(
            size,
            fabs(sqrt(a->power) * cabs(a->amplitude) / sqrt(b->power) / cabs(b->amplitude) - 1.0));
    }
    if (comm_rank(check_comm) == 0)
        printf("     %lld modes, eigenvalues %.1e, |phi b| %.1e\n", (long long)ours->mode_total, mu,
               size);
    CHECK_CLOSE(mu, 0.0, 1e-10);
    CHECK_CLOSE(size, 0.0, 1e-8);
    mrdmd_whole_destroy(&whole);
    mrdmd_result_destroy(&ours);
    mrdmd_result_destroy(&classical);
    mem_free(&x);
}

static void whole_windows_agree_with_the_classical_recursion(void)
{
    for (int both = 0; both <= 1; both++) {
        struct mrdmd_plan *plan = make_plan(2, both);

        compare(plan, WHOLE_PLAIN, WHOLE_GRAM);
        compare(plan, WHOLE_PRECISE, WHOLE_TSQR);
        compare(plan, WHOLE_AUTO, WHOLE_GRAM);
        mrdmd_plan_destroy(&plan);
    }
}

static void the_bits_depend_on_no_rank(void)
{
    struct mrdmd_plan *plan = make_plan(2, false);

    for (int p = WHOLE_AUTO; p <= WHOLE_PRECISE; p++) {
        struct mrdmd_result *dealt = NULL;
        struct mrdmd_result *alone = NULL;
        struct whole *whole = NULL;

        solve(plan, noisy, (enum whole_precision)p, true, &whole, &dealt);
        mrdmd_whole_destroy(&whole);
        solve(plan, noisy, (enum whole_precision)p, false, &whole, &alone);
        mrdmd_whole_destroy(&whole);
        CHECK(dealt->mode_total == alone->mode_total);
        for (int64_t j = 0; j < alone->mode_total && dealt->mode_total == alone->mode_total; j++) {
            CHECK(dealt->modes[j].mu == alone->modes[j].mu);
            CHECK(dealt->modes[j].power == alone->modes[j].power);
            CHECK(dealt->modes[j].amplitude == alone->modes[j].amplitude);
        }
        mrdmd_result_destroy(&alone);
        mrdmd_result_destroy(&dealt);
    }
    mrdmd_plan_destroy(&plan);
}

/* Distance of the nearest eigenvalue from that of the small oscillation; the solver of the window. */
static double miss(const struct mrdmd_plan *plan, enum whole_precision precision, int *solver)
{
    struct mrdmd_result *result = NULL;
    struct whole *whole = NULL;
    double nearest = 1.0;

    solve(plan, graded, precision, true, &whole, &result);
    for (int64_t j = 0; j < result->mode_total; j++)
        nearest = fmin(nearest, cabs(result->modes[j].mu - cexp(small_mode)));
    *solver = whole->windows[0].solver;
    mrdmd_whole_destroy(&whole);
    mrdmd_result_destroy(&result);
    return nearest;
}

static void what_inner_products_lose_is_found_by_tsqr_where_the_spectrum_asks(void)
{
    struct mrdmd_plan *plan = make_plan(0, false);
    int solvers[3];
    const double by_need = miss(plan, WHOLE_AUTO, &solvers[WHOLE_AUTO]);
    const double squared = miss(plan, WHOLE_PLAIN, &solvers[WHOLE_PLAIN]);
    const double always = miss(plan, WHOLE_PRECISE, &solvers[WHOLE_PRECISE]);

    if (comm_rank(check_comm) == 0)
        printf("     the small mode is missed by %.1e by inner products, %.1e by TSQR\n", squared,
               always);
    CHECK(solvers[WHOLE_AUTO] == WHOLE_TSQR && solvers[WHOLE_PLAIN] == WHOLE_GRAM
          && solvers[WHOLE_PRECISE] == WHOLE_TSQR);
    CHECK(squared > 1e-5);
    CHECK_CLOSE(always, 0.0, 1e-8);
    CHECK(by_need == always);
    mrdmd_plan_destroy(&plan);
}

CHECK_MAIN({"whole windows agree with the classical recursion",
            whole_windows_agree_with_the_classical_recursion},
           {"the bits depend on no rank", the_bits_depend_on_no_rank},
           {"what inner products lose is found by TSQR where the spectrum asks",
            what_inner_products_lose_is_found_by_tsqr_where_the_spectrum_asks})
