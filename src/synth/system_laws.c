// SPDX-License-Identifier: BSD-3-Clause
#include "system.h"

#include <math.h>
#include <string.h>

/* Weights of a metric's own past and of its parents before scaling. */
static const double own_weight = 0.4;
static const double weight_low = 0.3, weight_high = 0.6;

/* Modulus of the largest eigenvalue of the linear system. */
static const double largest_modulus = 0.85;

/* Shares of the shapes among the terms of the nonlinear system. */
static const double saturating_share = 0.5, folding_share = 0.3;

/* Coupling of the F = 10 system over 0.05 time units, in 5 steps: as in studies of Granger causality. */
const double lorenz_forcing = 10.0;
static const double lorenz_sample_time = 0.05;
enum { LORENZ_STEPS = 5 };

static enum law_shape draw_shape(struct random *random)
{
    const double place = random_uniform(random);

    if (place < saturating_share) return SHAPE_SATURATING;
    return place < saturating_share + folding_share ? SHAPE_FOLDING : SHAPE_EVEN;
}

static double shaped(enum law_shape shape, double x)
{
    const double square = x * x;

    if (shape == SHAPE_SATURATING) return x / sqrt(1.0 + square);
    if (shape == SHAPE_FOLDING) return 2.0 * x / (1.0 + square);
    if (shape == SHAPE_EVEN) return (square - 1.0) / (square + 1.0);
    return x;
}

void laws_step(const struct law *laws, int64_t metrics, int64_t term_count, const double *past,
               double *next)
{
    for (int64_t i = 0; i < metrics; i++) {
        double sum = 0.0;

        for (int64_t k = 0; k < term_count; k++) {
            const struct law *law = &laws[i * term_count + k];

            sum += law->weight * shaped(law->shape, past[(law->lag - 1) * metrics + law->cause]);
        }
        next[i] = sum;
    }
}

/* Modulus of the largest eigenvalue: the mean growth of a course without noise. */
static double growth(const struct law *laws, int64_t metrics, int64_t term_count)
{
    enum { STEPS = 2000, SETTLING = 1000 };
    double *past = mem_zero((size_t)(2 * metrics), sizeof *past);
    double *next = mem_zero((size_t)metrics, sizeof *next);
    double logarithms = 0.0;

    for (int64_t i = 0; i < metrics; i++) past[i] = 1.0 + (double)i / (double)metrics;
    for (int step = 0; step < STEPS; step++) {
        double largest = 1e-300;

        laws_step(laws, metrics, term_count, past, next);
        for (int64_t i = 0; i < metrics; i++) largest = fmax(largest, fabs(next[i]));
        for (int64_t i = 0; i < metrics; i++) {
            past[metrics + i] = past[i] / largest;
            past[i] = next[i] / largest;
        }
        if (step >= SETTLING) logarithms += log(largest);
    }
    mem_free(&next);
    mem_free(&past);
    return exp(logarithms / (STEPS - SETTLING));
}

/* Multiplying the weights of lag k by s^k multiplies every eigenvalue by s. */
static void make_stable(struct law *laws, int64_t metrics, int64_t term_count)
{
    const double factor = largest_modulus / growth(laws, metrics, term_count);

    for (int64_t term = 0; term < metrics * term_count; term++)
        laws[term].weight *= laws[term].lag == 1 ? factor : factor * factor;
}

/* A parent that the terms before, of which the first is the metric itself, do not have. */
static int64_t draw_parent(const struct law *terms, int64_t count, int64_t metrics,
                           struct random *random)
{
    int64_t parent = random_below(random, metrics - count);

    /* Among those left: step over the ones taken, which are passed in rising order. */
    for (int64_t candidate = 0; candidate < metrics; candidate++) {
        bool is_taken = false;

        for (int64_t k = 0; k < count; k++) is_taken = is_taken || terms[k].cause == candidate;
        if (!is_taken && parent-- == 0) return candidate;
    }
    return -1;
}

void laws_make(const struct system_options *options, enum system_kind kind, struct law *laws)
{
    const int64_t terms = options->parents + 1;

    for (int64_t i = 0; i < options->metrics; i++) {
        struct random random = keyed_random(options->seed, FOR_PLACE, (uint64_t)i, 0);
        struct law *own = laws + i * terms;

        own[0] = (struct law){.cause = i, .lag = 1, .shape = SHAPE_LINEAR, .weight = own_weight};
        for (int64_t k = 1; k < terms; k++) {
            const double size = weight_low + (weight_high - weight_low) * random_uniform(&random);

            own[k].cause = draw_parent(own, k, options->metrics, &random);
            own[k].lag = 1 + (int)random_below(&random, 2);
            own[k].shape = kind == SYSTEM_NONLINEAR_VAR ? draw_shape(&random) : SHAPE_LINEAR;
            own[k].weight = random_below(&random, 2) ? size : -size;
        }
    }
    if (kind == SYSTEM_VAR2) make_stable(laws, options->metrics, terms);
}

static void lorenz_slope(int64_t metrics, const double *x, double *slope)
{
    for (int64_t i = 0; i < metrics; i++) {
        const double ahead = x[(i + 1) % metrics];
        const double behind = x[(i + metrics - 2) % metrics];

        slope[i] = (ahead - behind) * x[(i + metrics - 1) % metrics] - x[i] + lorenz_forcing;
    }
}

void lorenz_step(int64_t metrics, double *x, double *work)
{
    static const double reach[] = {0.5, 0.5, 1.0};
    const double time = lorenz_sample_time / LORENZ_STEPS;
    double *place = work + 4 * metrics;

    for (int step = 0; step < LORENZ_STEPS; step++) {
        lorenz_slope(metrics, x, work);
        for (int stage = 0; stage < 3; stage++) {
            const double *slope = work + stage * metrics;

            for (int64_t i = 0; i < metrics; i++) place[i] = x[i] + reach[stage] * time * slope[i];
            lorenz_slope(metrics, place, work + (stage + 1) * metrics);
        }
        for (int64_t i = 0; i < metrics; i++) {
            x[i] += time / 6.0
                    * (work[i] + 2.0 * work[metrics + i] + 2.0 * work[2 * metrics + i]
                       + work[3 * metrics + i]);
        }
    }
}
