// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <mrdmd/mrdmd.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

/* DMD of a known linear system under noise: two undamped oscillations, seen by many readings. */

enum { READINGS = 60, SAMPLES = 47, PAIRS = 2, SEEDS = 50 };

static const double cycles[PAIRS] = {1.2, 2.3}; /* over the window */

static const struct mrdmd_window window = {.count = SAMPLES, .step = 1, .samples = SAMPLES};

static double complex truth(int pair)
{
    return cexp(6.283185307179586 * cycles[pair] / SAMPLES * (double complex)I);
}

static void make(double noise, uint64_t seed, double *x)
{
    struct random random = random_start(seed, 0);

    for (int i = 0; i < READINGS; i++) {
        double phase[PAIRS];
        double size[PAIRS];

        for (int p = 0; p < PAIRS; p++) {
            phase[p] = 6.28 * random_uniform(&random);
            size[p] = 0.5 + random_uniform(&random);
        }
        for (int t = 0; t < SAMPLES; t++) {
            x[i * SAMPLES + t] = noise * random_normal(&random);
            for (int p = 0; p < PAIRS; p++)
                x[i * SAMPLES + t] +=
                    size[p] * creal(cexp(phase[p] * (double complex)I) * cpow(truth(p), (double)t));
        }
    }
}

/* The eigenvalue found nearest to that of a pair, over the true one; 1 is right. */
static double complex ratio(const struct mrdmd_dmd *dmd, int pair)
{
    double complex best = 0.0;

    for (int k = 0; k < dmd->slow_count; k++)
        if (cabs(cexp(dmd->rate[k]) / truth(pair) - 1.0) < cabs(best - 1.0))
            best = cexp(dmd->rate[k]) / truth(pair);
    return best;
}

static struct mrdmd_dmd *solve(double noise, uint64_t seed, bool is_forward_backward)
{
    const struct mrdmd_options options = {.max_cycles = 3,
                                          .is_forward_backward = is_forward_backward};
    struct mrdmd_dmd *dmd = mem_zero(1, sizeof *dmd);
    double *x = mem_zero((size_t)READINGS * SAMPLES, sizeof *x);
    const int rows = (make(noise, seed, x), mrdmd_triangle(x, READINGS, SAMPLES));

    CHECK(mrdmd_dmd_of(x, rows, &window, &options, READINGS, 1e-9, dmd) == STATUS_OK);
    mem_free(&x);
    return dmd;
}

/* Distance of the mean eigenvalue over many seeds from the true one: bias, not scatter. */
static double bias(double noise, bool is_forward_backward, int pair)
{
    double complex sum = 0.0;

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct mrdmd_dmd *dmd = solve(noise, seed, is_forward_backward);

        CHECK(dmd->rank == 2 * PAIRS);
        sum += ratio(dmd, pair);
        mem_free(&dmd);
    }
    return cabs(sum / SEEDS - 1.0);
}

static void forward_backward_eigenvalues_are_biased_less_by_noise(void)
{
    static const double noises[] = {0.1, 0.2, 0.4};

    for (size_t i = 0; i < sizeof noises / sizeof noises[0]; i++) {
        for (int pair = 0; pair < PAIRS; pair++) {
            const double forward = bias(noises[i], false, pair);
            const double both = bias(noises[i], true, pair);

            printf("     noise %.1f, %.1f cycles: bias %.1e forward, %.1e forward-backward\n",
                   noises[i], cycles[pair], forward, both);
            CHECK(both < forward / 4.0);
        }
    }
}

static void without_noise_both_find_the_system(void)
{
    for (int both = 0; both <= 1; both++) {
        struct mrdmd_dmd *dmd = solve(0.0, 1, both);

        CHECK(dmd->slow_count == 2 * PAIRS);
        for (int pair = 0; pair < PAIRS; pair++)
            CHECK_CLOSE(cabs(ratio(dmd, pair) - 1.0), 0.0, 1e-10);
        mem_free(&dmd);
    }
}

/* Diagonal operators: the forward one has the signs, the squares have lost them. */
static void the_root_is_that_on_the_forward_side(void)
{
    static const double s[3] = {3.0, 2.0, 1.0};
    static const double values[3] = {0.9, -0.8, -0.1};
    double f[9] = {0};
    double l[9] = {0};
    double complex mu[3];
    double complex vectors[9];

    for (int k = 0; k < 3; k++) {
        f[4 * k] = values[k];
        l[4 * k] = values[k] * values[k] * s[k]; /* no noise: L = F S F^T */
    }
    CHECK(mrdmd_forward_backward(3, f, l, s, mu, vectors) == STATUS_OK);
    for (int k = 0; k < 3; k++) {
        double nearest = 1.0;

        for (int j = 0; j < 3; j++) nearest = fmin(nearest, cabs(mu[j] - values[k]));
        CHECK_CLOSE(nearest, 0.0, 1e-14);
    }
}

static void a_singular_backward_operator_leaves_the_forward_one(void)
{
    static const double s[2] = {2.0, 1.0};
    static const double f[4] = {0.5, 0.0, 0.0, 0.0};
    static const double l[4] = {1.0, 0.0, 0.0, 0.0};
    double complex mu[2];
    double complex vectors[4];

    CHECK(mrdmd_forward_backward(2, f, l, s, mu, vectors) == STATUS_OK);
    CHECK_CLOSE(cabs(mu[0]) + cabs(mu[1]), 0.5, 1e-15);
}

CHECK_MAIN({"forward-backward eigenvalues are biased less by noise",
            forward_backward_eigenvalues_are_biased_less_by_noise},
           {"without noise both find the system", without_noise_both_find_the_system},
           {"the root is that on the forward side", the_root_is_that_on_the_forward_side},
           {"a singular backward operator leaves the forward one",
            a_singular_backward_operator_leaves_the_forward_one})
