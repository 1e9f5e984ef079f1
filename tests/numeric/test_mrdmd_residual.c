// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <mrdmd/analysis.h>

#include <math.h>

/* What modes leave of a reading, and the bootstrapped deviation that it is held against. */

enum { HOSTS = 24, TIMES = 200, ROOT = 100, ROOTS = 2 };

/* Waves and noise; the last reading stands still. */
static void make_values(float *values)
{
    for (int h = 0; h < HOSTS; h++) {
        struct random random = random_start(11, (uint64_t)h);
        const double phase = 6.28 * random_uniform(&random);

        for (int t = 0; t < TIMES; t++)
            values[h * TIMES + t] =
                h == HOSTS - 1
                    ? 3.7F
                    : (float)(20 + h + 4 * sin(0.05 * t + phase) + random_normal(&random));
    }
}

static struct mrdmd_plan *make_plan(int64_t root_samples, int64_t times)
{
    const struct mrdmd_options options = {
        .max_level = 3,
        .max_cycles = 1,
        .nyquist_factor = 4,
        .sampling = SAMPLING_POOLED,
        .period_s = 10.0,
        .root_samples = root_samples,
    };
    struct mrdmd_plan *plan = NULL;

    CHECK(mrdmd_plan_create(&options, times, NULL, 0, &plan) == STATUS_OK);
    return plan;
}

/* By one pass, from floats. */
static void find_energy(const struct mrdmd_plan *plan, const float *values,
                        struct mrdmd_energy *energy)
{
    struct comm *alone = comm_alone_create();
    double hz[1][2] = {
        {0.0, 1.0}
    };
    const struct mrdmd_bands bands = {hz, 1};
    struct mrdmd_products products;
    struct mrdmd_result *result = NULL;
    struct mrdmd_sizer *sizer;
    struct mrdmd_rows rows;
    float *magnitude;

    mrdmd_products_init(&products, plan, true);
    mrdmd_rows_init(&rows, plan, HOSTS);
    mrdmd_rows_fill(&rows, plan, values, HOSTS, 1, NULL, NULL);
    mrdmd_products_add(&products, &rows);
    mrdmd_products_reduce(&products, alone);
    CHECK(mrdmd_solve(alone, &products, &result) == STATUS_OK);
    sizer = mrdmd_sizer_create(plan, result, &bands, false);
    magnitude = mem_zero((size_t)HOSTS * (size_t)plan->root_count, sizeof *magnitude);
    mrdmd_sizer_use(sizer, &rows, magnitude, energy);
    mem_free(&magnitude);
    mrdmd_sizer_destroy(&sizer);
    mrdmd_result_destroy(&result);
    mrdmd_rows_release(&rows);
    mrdmd_products_release(&products);
    comm_alone_destroy(&alone);
}

/* The classical engine leaves the residual in place of its input. */
static void the_energy_is_that_of_the_classical_residual(void)
{
    float *values = mem_zero((size_t)HOSTS * TIMES, sizeof *values);
    double *x = mem_zero((size_t)HOSTS * ROOT, sizeof *x);
    struct mrdmd_plan *plan = make_plan(ROOT, TIMES);
    struct mrdmd_plan *one = make_plan(0, ROOT);
    struct mrdmd_energy energy[HOSTS * ROOTS];

    make_values(values);
    find_energy(plan, values, energy);
    CHECK(plan->root_count == ROOTS);
    for (int root = 0; root < ROOTS; root++) {
        struct mrdmd_result *result = NULL;

        for (int h = 0; h < HOSTS; h++)
            for (int t = 0; t < ROOT; t++)
                x[h * ROOT + t] = (double)values[h * TIMES + root * ROOT + t];
        CHECK(mrdmd_classical(one, x, NULL, HOSTS, &result, NULL) == STATUS_OK);
        CHECK(result->mode_total > 0);
        for (int h = 0; h < HOSTS - 1; h++) {
            double left = 0.0;

            for (int t = 0; t < ROOT; t++) left += x[h * ROOT + t] * x[h * ROOT + t];
            CHECK_CLOSE(energy[h * ROOTS + root].left / left, 1.0, 1e-7);
            CHECK(energy[h * ROOTS + root].left < energy[h * ROOTS + root].whole);
        }
        CHECK(energy[(HOSTS - 1) * ROOTS + root].left == 0.0);
        CHECK(isnan(mrdmd_residual_share(&energy[(HOSTS - 1) * ROOTS + root])));
        mrdmd_result_destroy(&result);
    }
    mrdmd_plan_destroy(&one);
    mrdmd_plan_destroy(&plan);
    mem_free(&x);
    mem_free(&values);
}

static void a_reading_left_out_has_no_energy(void)
{
    float *values = mem_zero((size_t)HOSTS * TIMES, sizeof *values);
    struct mrdmd_plan *plan = make_plan(ROOT, TIMES);
    struct mrdmd_energy energy[HOSTS * ROOTS];

    make_values(values);
    for (int t = 10; t < 80; t++) values[2 * TIMES + t] = NAN;
    find_energy(plan, values, energy);
    CHECK(isnan(energy[2 * ROOTS].left) && isnan(energy[2 * ROOTS].whole));
    CHECK(energy[2 * ROOTS + 1].left > 0.0 && energy[3 * ROOTS].left > 0.0);
    mrdmd_plan_destroy(&plan);
    mem_free(&values);
}

/* ---- the bootstrap ---------------------------------------------------------------------------- */

enum { WINDOWS = 24, REPLICATES = 1000 };

static void make_draws(float *values, float *weights, double *pairs)
{
    struct random random = random_start(5, 5);

    for (int w = 0; w < WINDOWS; w++) values[w] = (float)(100.0 + random_normal(&random));
    mrdmd_bootstrap_weights(3, REPLICATES, WINDOWS, weights);
    mrdmd_bootstrap_pairs(weights, REPLICATES, WINDOWS, pairs);
}

static void pairs_of_windows_give_what_replicates_give(void)
{
    static float weights[REPLICATES * WINDOWS];
    static double pairs[(WINDOWS + 1) * WINDOWS];
    float values[WINDOWS];
    double slow;

    make_draws(values, weights, pairs);
    slow = mrdmd_bootstrap_std(values, WINDOWS, weights, NULL, REPLICATES);
    CHECK_CLOSE(mrdmd_bootstrap_std(values, WINDOWS, weights, pairs, REPLICATES) / slow, 1.0,
                1e-13);
    values[7] = NAN;
    slow = mrdmd_bootstrap_std(values, WINDOWS, weights, NULL, REPLICATES);
    CHECK(mrdmd_bootstrap_std(values, WINDOWS, weights, pairs, REPLICATES) == slow);
}

/* Over all draws the mean of the replicates' variances is the mean square about the mean. */
static void the_bootstrapped_variance_is_that_of_the_windows(void)
{
    static float weights[REPLICATES * WINDOWS];
    static double pairs[(WINDOWS + 1) * WINDOWS];
    float values[WINDOWS];
    double mean = 0.0, square = 0.0, std;

    make_draws(values, weights, pairs);
    for (int w = 0; w < WINDOWS; w++) mean += (double)values[w] / WINDOWS;
    for (int w = 0; w < WINDOWS; w++)
        square += ((double)values[w] - mean) * ((double)values[w] - mean) / WINDOWS;
    std = mrdmd_bootstrap_std(values, WINDOWS, weights, pairs, REPLICATES);
    /* The variance of 24 normal values scatters by 0.3 of itself, its mean over 1,000 draws by 0.01. */
    CHECK_CLOSE(std * std / square, 1.0, 0.05);
}

CHECK_MAIN({"the energy is that of the classical residual",
            the_energy_is_that_of_the_classical_residual},
           {"a reading left out has no energy", a_reading_left_out_has_no_energy},
           {"pairs of windows give what replicates give",
            pairs_of_windows_give_what_replicates_give},
           {"the bootstrapped variance is that of the windows",
            the_bootstrapped_variance_is_that_of_the_windows})
