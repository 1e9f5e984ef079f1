// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <mrdmd/second_pass.h>

#include <math.h>

/* Modes carried on beyond the last sample. */

enum { READINGS = 20, TIMES = 60, HORIZON = 45 };

/* A level and a slow decaying oscillation: a linear system, which modes continue. */
static double signal(int reading, int t)
{
    struct random random = random_start(4, (uint64_t)reading);
    const double level = 5.0 + random_normal(&random);
    const double phase = 6.28 * random_uniform(&random);

    return level + exp(-0.004 * t) * cos(0.08 * t + phase);
}

static double *decompose_and_carry(int max_level)
{
    const struct mrdmd_options options = {
        .max_level = max_level,
        .max_cycles = 1,
        .nyquist_factor = 4,
        .sampling = SAMPLING_WHOLE,
        .period_s = 30.0,
    };
    double *x = mem_zero((size_t)READINGS * TIMES, sizeof *x);
    double *forecast = mem_zero((size_t)READINGS * HORIZON, sizeof *forecast);
    struct mrdmd_plan *plan = NULL;
    struct mrdmd_result *result = NULL;
    double complex *phi = NULL;
    int64_t carried, held;

    for (int r = 0; r < READINGS; r++)
        for (int t = 0; t < TIMES; t++) x[r * TIMES + t] = signal(r, t);
    CHECK(mrdmd_plan_create(&options, TIMES, NULL, 0, &plan) == STATUS_OK);
    CHECK(mrdmd_classical(plan, x, NULL, READINGS, &result, &phi) == STATUS_OK);
    for (int w = 0; w < plan->window_count; w++) {
        const struct formed_modes formed = {.window = &plan->windows[w],
                                            .modes = result->modes + result->mode_first[w],
                                            .count = result->mode_count[w],
                                            .phi = phi + result->mode_first[w] * READINGS,
                                            .readings = READINGS};

        if (mrdmd_reaches_end(plan, w)) mrdmd_carry_window(&formed, 30.0, HORIZON, forecast);
    }
    mrdmd_count_carried(plan, result, &carried, &held);
    CHECK(carried >= 3 && carried <= result->mode_total && held <= carried);
    mem_free(&phi);
    mrdmd_result_destroy(&result);
    mrdmd_plan_destroy(&plan);
    mem_free(&x);
    return forecast;
}

static void a_linear_system_goes_on_as_it_would(void)
{
    for (int level = 0; level <= 2; level++) {
        double *forecast = decompose_and_carry(level);
        double worst = 0.0;

        for (int r = 0; r < READINGS; r++)
            for (int t = 0; t < HORIZON; t++)
                worst = fmax(worst, fabs(forecast[r * HORIZON + t] - signal(r, TIMES + t)));
        CHECK_CLOSE(worst, 0.0, 1e-8);
        mem_free(&forecast);
    }
}

static const struct mrdmd_mode growing = {.omega = 0.05 / 30.0, .amplitude = 2.0};

static void what_grows_is_held_at_its_last_size(void)
{
    const struct mrdmd_window root = {.count = TIMES};
    const double complex phi = 3.0;
    const struct formed_modes formed = {
        .window = &root, .modes = &growing, .count = 1, .phi = &phi, .readings = 1};
    double forecast[HORIZON] = {0.0};

    mrdmd_carry_window(&formed, 30.0, HORIZON, forecast);
    for (int t = 0; t < HORIZON; t++) CHECK_CLOSE(forecast[t], 6.0 * exp(0.05 * (TIMES - 1)), 1e-9);
}

static void a_window_below_the_root_fades_over_its_own_length(void)
{
    const struct mrdmd_window half = {.level = 1, .count = 10};
    const struct mrdmd_mode constant = {.amplitude = 1.0};
    const double complex phi = 1.0;
    const struct formed_modes formed = {
        .window = &half, .modes = &constant, .count = 1, .phi = &phi, .readings = 1};
    double forecast[HORIZON] = {0.0};

    mrdmd_carry_window(&formed, 30.0, HORIZON, forecast);
    for (int t = 0; t < HORIZON; t++)
        CHECK_CLOSE(forecast[t], t < 10 ? 1.0 - (t + 1) / 10.0 : 0.0, 1e-12);
}

CHECK_MAIN({"a linear system goes on as it would", a_linear_system_goes_on_as_it_would},
           {"what grows is held at its last size", what_grows_is_held_at_its_last_size},
           {"a window below the root fades over its own length",
            a_window_below_the_root_fades_over_its_own_length})
