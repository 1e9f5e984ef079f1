// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/clocks.h>

#include <math.h>

enum { TIMES = 600, METRICS = 5, EDGES = 8 };

static const int32_t edges[EDGES] = {40, 95, 170, 260, 301, 377, 460, 540};

/* Noise of three metrics around levels that switch at the edges, one constant, one missing. */
static void make_host(float *values, int32_t shift, uint64_t seed)
{
    struct random random = random_start(seed, 0);

    for (int t = 0; t < TIMES; t++) {
        int level = 0;

        for (int e = 0; e < EDGES; e++) level += t >= edges[e] + shift;
        for (int m = 0; m < METRICS; m++)
            values[t * METRICS + m] =
                (float)((level % 2 ? 10.0 : 4.0) * (m + 1) + random_normal(&random));
        values[t * METRICS + 3] = 7.0f;
        values[t * METRICS + 4] = NAN;
    }
}

static int32_t changes_of(int32_t shift, uint64_t seed, int32_t *changes)
{
    static float values[TIMES * METRICS];
    void *workspace = mem_zero(changes_workspace_bytes(TIMES, METRICS), 1);
    int32_t count;

    make_host(values, shift, seed);
    count = changes_find(values, TIMES, METRICS, workspace, changes);
    mem_free(&workspace);
    return count;
}

static struct lag lag_of(const int32_t *changes, int32_t count, bool may_drift)
{
    struct lag_counts *counts = lag_counts_create(TIMES, TIMES);
    const struct lag lag = lag_find(counts, changes, count, edges, EDGES, may_drift);

    lag_counts_destroy(&counts);
    return lag;
}

static void the_strongest_changes_are_the_steps(void)
{
    int32_t changes[CLOCK_CHANGES_MAX];
    const int32_t count = changes_of(0, 1, changes);

    CHECK(count >= EDGES);
    for (int e = 0; e < EDGES; e++) {
        bool is_found = false;

        for (int c = 0; c < EDGES; c++) is_found |= changes[c] == edges[e];
        CHECK(is_found);
    }
}

static void a_right_clock_is_no_evidence(void)
{
    int32_t changes[CLOCK_CHANGES_MAX];
    struct lag lag;

    for (uint64_t seed = 0; seed < 50; seed++) {
        lag = lag_of(changes, changes_of(0, seed, changes), true);
        CHECK(fabs(lag.samples) <= 1.0 && lag.matched == EDGES && !lag_is_evidence(&lag, 1));
    }
}

static void a_wrong_clock_is_found_within_a_sample(void)
{
    static const int32_t shifts[] = {-30, -4, 3, 17, 45};
    int32_t changes[CLOCK_CHANGES_MAX];

    for (size_t i = 0; i < sizeof shifts / sizeof shifts[0]; i++) {
        const struct lag lag = lag_of(changes, changes_of(shifts[i], i, changes), false);

        CHECK(fabs(lag.samples - shifts[i]) <= 1.0 && lag_is_evidence(&lag, 1000));
    }
}

static void a_clock_that_drifts_is_found_with_its_drift(void)
{
    int32_t changes[EDGES];
    struct lag lag;

    for (int e = 0; e < EDGES; e++)
        changes[e] = edges[e] + (int32_t)lround(24.0 * ((double)edges[e] / TIMES - 0.5)) + 6;
    lag = lag_of(changes, EDGES, true);
    CHECK(lag.matched == EDGES && fabs(lag.drift_samples - 24.0) <= 4.0);
    CHECK(fabs(lag.samples - 6.0) <= 1.5 && lag_is_evidence(&lag, 100));
}

static void changes_at_random_are_no_evidence(void)
{
    struct random random = random_start(7, 0);
    int wrong = 0;

    for (int trial = 0; trial < 2000; trial++) {
        int32_t changes[2 * EDGES];
        struct lag lag;

        for (int c = 0; c < 2 * EDGES; c++) changes[c] = (int32_t)(random_uniform(&random) * TIMES);
        lag = lag_of(changes, 2 * EDGES, trial % 10 == 0);
        wrong += lag_is_evidence(&lag, 1);
    }
    /* Less than one in a hundred is promised for one host: of 2,000, 20. */
    CHECK(wrong <= 20);
}

static void the_tail_of_a_poisson_variable_is_bounded_from_above(void)
{
    double exact = 0.0;

    for (int k = 3; k < 60; k++) exact += exp(k * log(0.5) - 0.5 - lgamma(k + 1.0));
    CHECK(poisson_log_tail(3, 0.5) >= log(exact) && poisson_log_tail(3, 0.5) <= log(1.01 * exact));
    CHECK(poisson_log_tail(2, 5.0) == 0.0);
}

CHECK_MAIN({"the strongest changes are the steps", the_strongest_changes_are_the_steps},
           {"a right clock is no evidence", a_right_clock_is_no_evidence},
           {"a wrong clock is found within a sample", a_wrong_clock_is_found_within_a_sample},
           {"a clock that drifts is found with its drift",
            a_clock_that_drifts_is_found_with_its_drift},
           {"changes at random are no evidence", changes_at_random_are_no_evidence},
           {"the tail of a poisson variable is bounded from above",
            the_tail_of_a_poisson_variable_is_bounded_from_above})
