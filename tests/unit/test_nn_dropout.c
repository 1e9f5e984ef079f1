// SPDX-License-Identifier: BSD-3-Clause
/* What dropout draws, seen behind a layer whose activations are all 1. */
#include "check.h"

#include <telltale/nn.h>

#include <math.h>
#include <string.h>

enum { LENGTH = 63, CHANNELS = 66, SAMPLES = 8, CELLS = LENGTH * SAMPLES * CHANNELS };

static const double SHARE = 0.1;

/* Weights 0 and biases 1 of mixing over time, gains of norms 1: time mixing adds 1 to what is 0, where not dropped. */
static void set_parameters(const struct mixer *mixer, real *parameters)
{
    int count;
    const struct nn_slice *slices = mixer_slices(mixer, &count);

    for (int s = 0; s < count; s++)
        for (int64_t i = 0; i < slices[s].count && strcmp(slices[s].name, "b0_bt") == 0; i++)
            parameters[slices[s].first + i] = 1;
}

/* [time][sample][channel], for the caller to release. */
static real *draw_all(void)
{
    const struct mixer_shape shape = {.length = LENGTH,
                                      .channels = CHANNELS,
                                      .horizon = 1,
                                      .hidden = 1,
                                      .blocks = 1,
                                      .norm_eps = 1e-5,
                                      .dropout = SHARE};
    struct mixer *mixer = mixer_create(&shape);
    struct mixer_pass *pass = mixer_pass_create(mixer, 1, SAMPLES);
    real *parameters = mem_zero((size_t)mixer_parameter_count(mixer), sizeof *parameters);
    real *input = mem_zero(CELLS, sizeof *input);
    real *output = mem_zero((size_t)SAMPLES * CHANNELS, sizeof *output);
    real *drawn = mem_zero(CELLS, sizeof *drawn);
    uint64_t keys[SAMPLES];
    const struct mixer_batch batch = {
        .shards = 1, .samples = SAMPLES, .input = input, .keys = keys, .is_training = true};

    for (int s = 0; s < SAMPLES; s++) keys[s] = random_mix(5, (uint64_t)s);
    set_parameters(mixer, parameters);
    mixer_pass_keep_taps(pass);
    mixer_pass_load(pass, parameters);
    mixer_forward(mixer, &batch, pass, output);
    memcpy(drawn, mixer_pass_tap(pass, "b0_time"), CELLS * sizeof *drawn);
    mixer_pass_destroy(&pass);
    mixer_destroy(&mixer);
    mem_free(&parameters);
    mem_free(&input);
    mem_free(&output);
    return drawn;
}

/* Share of places that are dropped together with the one that stands that many places on. */
static double share_together(const real *drawn, int64_t distance)
{
    int64_t both = 0;

    for (int64_t i = 0; i + distance < CELLS; i++)
        both += drawn[i] == 0 && drawn[i + distance] == 0;
    return (double)both / (double)(CELLS - distance);
}

/* Within five standard deviations of that many draws. */
static void check_share(double found, double expected)
{
    CHECK_CLOSE(found, expected, 5 * sqrt(expected * (1 - expected) / CELLS));
}

static void the_stated_share_is_dropped_and_the_rest_makes_up_for_it(void)
{
    real *drawn = draw_all();

    check_share(share_together(drawn, 0), SHARE);
    for (int i = 0; i < CELLS; i++)
        CHECK(drawn[i] == 0 || fabs((double)drawn[i] - 1 / (1 - SHARE)) < 2e-5);
    mem_free(&drawn);
}

/* The next channel, the next sample, and the next time, which shares a draw at every other time. */
static void neighbours_are_dropped_independently(void)
{
    real *drawn = draw_all();

    check_share(share_together(drawn, 1), SHARE * SHARE);
    check_share(share_together(drawn, CHANNELS), SHARE * SHARE);
    check_share(share_together(drawn, (int64_t)SAMPLES * CHANNELS), SHARE * SHARE);
    mem_free(&drawn);
}

CHECK_MAIN({"share", the_stated_share_is_dropped_and_the_rest_makes_up_for_it},
           {"neighbours", neighbours_are_dropped_independently})
