// SPDX-License-Identifier: BSD-3-Clause
/* A predictor that is a known linear map: what is asked of it has closed forms. */
#include "check.h"

#include <relation/relation.h>

#include <math.h>
#include <string.h>

enum { METRICS = 5, WINDOW = 4, HORIZON = 2, GROUP = 7, TIMES = 400 };

struct linear {
    double weight[HORIZON][WINDOW][METRICS][METRICS]; /* [h][t][from][to] */
    real output[HORIZON * GROUP * METRICS];
};

static const real *predict(void *self, int samples, const real *input)
{
    struct linear *linear = self;

    for (int h = 0; h < HORIZON; h++) {
        for (int s = 0; s < samples; s++) {
            for (int i = 0; i < METRICS; i++) {
                double sum = 0.5 * i;

                for (int t = 0; t < WINDOW; t++)
                    for (int j = 0; j < METRICS; j++)
                        sum += linear->weight[h][t][j][i]
                               * (double)input[(t * samples + s) * METRICS + j];
                linear->output[(h * samples + s) * METRICS + i] = (real)sum;
            }
        }
    }
    return linear->output;
}

static void backward(void *self, int samples, const real *d_output, real *d_input)
{
    const struct linear *linear = self;

    for (int t = 0; t < WINDOW; t++) {
        for (int s = 0; s < samples; s++) {
            for (int j = 0; j < METRICS; j++) {
                double sum = 0.0;

                for (int h = 0; h < HORIZON; h++)
                    for (int i = 0; i < METRICS; i++)
                        sum += linear->weight[h][t][j][i]
                               * (double)d_output[(h * samples + s) * METRICS + i];
                d_input[(t * samples + s) * METRICS + j] = (real)sum;
            }
        }
    }
}

struct made {
    struct linear linear;
    struct relation_predictor predictor;
    float x[TIMES * METRICS];
    struct relation_sample samples[TIMES - WINDOW - HORIZON];
    int count;
};

static struct made *make(void)
{
    struct made *made = mem_zero(1, sizeof *made);
    struct random random = random_start(5, 0);
    double *weight = &made->linear.weight[0][0][0][0];

    for (int w = 0; w < HORIZON * WINDOW * METRICS * METRICS; w++)
        weight[w] = random_uniform(&random) < 0.5 ? 0.0 : random_normal(&random);
    for (int i = 0; i < TIMES * METRICS; i++) made->x[i] = (float)random_normal(&random);
    made->predictor = (struct relation_predictor){.self = &made->linear,
                                                  .window = WINDOW,
                                                  .metrics = METRICS,
                                                  .horizon = HORIZON,
                                                  .group = GROUP,
                                                  .predict = predict,
                                                  .backward = backward};
    made->count = TIMES - WINDOW - HORIZON;
    for (int s = 0; s < made->count; s++) {
        made->samples[s].window = made->x + s * METRICS;
        made->samples[s].next = made->x + (s + WINDOW) * METRICS;
        made->samples[s].donor = made->x + random_below(&random, made->count) * METRICS;
        made->samples[s].cell = s % 2;
    }
    return made;
}

static double *sums_of(struct made *made, const struct influence_layout *layout,
                       enum relation_method method, int group)
{
    double *sums = mem_zero((size_t)layout->count, sizeof *sums);
    real *work = mem_zero((size_t)influence_work_reals(&made->predictor), sizeof *work);

    for (int first = 0; first < made->count; first += group) {
        const int left = made->count - first;

        influence_add(&made->predictor, layout, method, made->samples + first,
                      left < group ? left : group, work, sums);
    }
    mem_free(&work);
    return sums;
}

/* Mean over samples and rows to come of (sum over t of weight * (donor - window))^2. */
static double swapped(const struct made *made, int i, int j)
{
    double sum = 0.0;

    for (int s = 0; s < made->count; s++) {
        for (int h = 0; h < HORIZON; h++) {
            double moved = 0.0;

            for (int t = 0; t < WINDOW; t++)
                moved += made->linear.weight[h][t][j][i]
                         * ((double)made->samples[s].donor[t * METRICS + j]
                            - (double)made->samples[s].window[t * METRICS + j]);
            sum += moved * moved / HORIZON;
        }
    }
    return sum / made->count;
}

/* Values of order 10 in single precision: a relative 1e-5 leaves room. */
static const double tolerance = 1e-4;

static void the_influence_of_a_linear_predictor_is_what_its_weights_say(void)
{
    struct made *made = make();
    const struct influence_layout layout = influence_layout_of(&made->predictor, 2, true);
    double *sums = sums_of(made, &layout, RELATION_SWAP, GROUP);
    double influence[METRICS * METRICS], even[METRICS * METRICS], odd[METRICS * METRICS];

    influence_read(&layout, sums, -1, influence);
    influence_read(&layout, sums, 0, even);
    influence_read(&layout, sums, 1, odd);
    for (int i = 0; i < METRICS; i++) {
        for (int j = 0; j < METRICS; j++) {
            const double expected = swapped(made, i, j);
            const int pair = i * METRICS + j;

            CHECK_CLOSE(influence[pair], expected, tolerance * (1.0 + expected));
            CHECK_CLOSE(0.5 * (even[pair] + odd[pair]), expected, tolerance * (1.0 + expected));
        }
    }
    mem_free(&sums);
    mem_free(&made);
}

static void slopes_are_the_weights_with_their_lag_and_sign(void)
{
    struct made *made = make();
    const struct influence_layout layout = influence_layout_of(&made->predictor, 2, true);
    double *sums = sums_of(made, &layout, RELATION_SWAP, GROUP);
    double slope[METRICS * METRICS];
    int32_t lag[METRICS * METRICS];
    int8_t sign[METRICS * METRICS];

    influence_slopes(&layout, sums, slope, lag, sign);
    for (int pair = 0; pair < METRICS * METRICS; pair++) {
        const int i = pair / METRICS, j = pair % METRICS;
        int best = WINDOW - 1;

        for (int t = WINDOW - 1; t >= 0; t--)
            if (fabs(made->linear.weight[0][t][j][i]) > fabs(made->linear.weight[0][best][j][i]))
                best = t;
        CHECK_CLOSE(slope[pair], fabs(made->linear.weight[0][best][j][i]), 1e-6);
        if (slope[pair] == 0.0) continue;
        CHECK(lag[pair] == WINDOW - best);
        CHECK(sign[pair] == (made->linear.weight[0][best][j][i] > 0.0 ? 1 : -1));
    }
    mem_free(&sums);
    mem_free(&made);
}

static void a_shift_moves_the_prediction_by_the_sum_of_the_weights(void)
{
    struct made *made = make();
    const struct influence_layout layout = influence_layout_of(&made->predictor, 2, false);
    double *sums = sums_of(made, &layout, RELATION_SHIFT, GROUP);
    double influence[METRICS * METRICS];

    influence_read(&layout, sums, -1, influence);
    for (int i = 0; i < METRICS; i++) {
        for (int j = 0; j < METRICS; j++) {
            double expected = 0.0;

            for (int h = 0; h < HORIZON; h++) {
                double sum = 0.0;

                for (int t = 0; t < WINDOW; t++) sum += made->linear.weight[h][t][j][i];
                expected += sum * sum / HORIZON;
            }
            CHECK_CLOSE(influence[i * METRICS + j], expected, tolerance * (1.0 + expected));
        }
    }
    mem_free(&sums);
    mem_free(&made);
}

static void a_change_within_round_off_is_none(void)
{
    struct made *made = make();
    const struct influence_layout layout = influence_layout_of(&made->predictor, 2, false);
    double influence[METRICS * METRICS], rise[METRICS * METRICS];
    double *sums;

    for (int h = 0; h < HORIZON; h++) {
        for (int t = 0; t < WINDOW; t++) {
            for (int i = 0; i < METRICS; i++) {
                made->linear.weight[h][t][2][i] =
                    1e-7; /* 4e-7 in all, a few units in the last place */
                made->linear.weight[h][t][3][i] = 1e-4;
            }
        }
    }
    sums = sums_of(made, &layout, RELATION_SHIFT, GROUP);
    influence_read(&layout, sums, -1, influence);
    influence_rise(&layout, sums, rise);
    for (int i = 0; i < METRICS; i++) {
        CHECK(influence[i * METRICS + 2] == 0.0);
        CHECK(rise[i * METRICS + 2] == 0.0);
        CHECK_CLOSE(influence[i * METRICS + 3], 16e-8, 0.1 * 16e-8);
        CHECK(rise[i * METRICS + 3] != 0.0);
    }
    mem_free(&sums);
    mem_free(&made);
}

/* Where the prediction is right, losing a cause costs its influence; where it is chance, nothing in the mean. */
static void errors_rise_by_the_influence_where_the_prediction_is_right(void)
{
    struct made *made = make();
    const struct influence_layout layout = influence_layout_of(&made->predictor, 2, false);
    float *next = mem_zero((size_t)TIMES * HORIZON * METRICS, sizeof *next);
    real input[WINDOW * METRICS];
    double rise[METRICS * METRICS];
    double *sums;

    for (int s = 0; s < made->count; s++) {
        const real *output;

        memcpy(input, made->samples[s].window, sizeof input);
        output = predict(&made->linear, 1, input);
        /* Off by one, this way and that: errors of 1 in the square. */
        for (int o = 0; o < HORIZON * METRICS; o++)
            next[s * HORIZON * METRICS + o] = output[o] + (s / 2 % 2 ? 1.0F : -1.0F);
        made->samples[s].next = next + s * HORIZON * METRICS;
    }
    sums = sums_of(made, &layout, RELATION_SWAP, GROUP);
    influence_rise(&layout, sums, rise);
    for (int i = 0; i < METRICS; i++) {
        for (int j = 0; j < METRICS; j++) {
            const double influence = swapped(made, i, j);

            /* The mixed term has mean 0 and deviation 2 sqrt(influence / samples); four of them. */
            CHECK_CLOSE(rise[i * METRICS + j], influence,
                        8.0 * sqrt(influence / made->count) + tolerance);
        }
    }
    mem_free(&sums);
    mem_free(&next);
    mem_free(&made);
}

static void a_metric_that_changes_in_no_window_is_not_used(void)
{
    struct made *made = make();
    const struct influence_layout layout = influence_layout_of(&made->predictor, 2, false);
    int8_t is_used[METRICS] = {1, 1, 1, 0, 1};
    double *sums;

    for (int t = 0; t < TIMES; t++) made->x[t * METRICS + 1] = 0.1F;
    for (int t = 0; t < TIMES; t++) made->x[t * METRICS + 4] = t < TIMES / 2 ? 0.1F : 0.2F;
    sums = sums_of(made, &layout, RELATION_SWAP, GROUP);
    influence_used(&layout, sums, is_used);
    CHECK(is_used[0] && !is_used[1] && is_used[2] && !is_used[3] && is_used[4]);
    mem_free(&sums);
    mem_free(&made);
}

static void the_size_of_groups_does_not_matter(void)
{
    struct made *made = make();
    const struct influence_layout layout = influence_layout_of(&made->predictor, 2, true);
    double *whole = sums_of(made, &layout, RELATION_SWAP, GROUP);
    double *parts = sums_of(made, &layout, RELATION_SWAP, 3);

    for (int64_t i = 0; i < layout.count; i++)
        CHECK_CLOSE(parts[i], whole[i], 1e-9 * (1.0 + fabs(whole[i])));
    mem_free(&parts);
    mem_free(&whole);
    mem_free(&made);
}

CHECK_MAIN({"the influence of a linear predictor is what its weights say",
            the_influence_of_a_linear_predictor_is_what_its_weights_say},
           {"slopes are the weights with their lag and sign",
            slopes_are_the_weights_with_their_lag_and_sign},
           {"a shift moves the prediction by the sum of the weights",
            a_shift_moves_the_prediction_by_the_sum_of_the_weights},
           {"a change within round-off is none", a_change_within_round_off_is_none},
           {"errors rise by the influence where the prediction is right",
            errors_rise_by_the_influence_where_the_prediction_is_right},
           {"a metric that changes in no window is not used",
            a_metric_that_changes_in_no_window_is_not_used},
           {"the size of groups does not matter", the_size_of_groups_does_not_matter})
