// SPDX-License-Identifier: BSD-3-Clause
/* The linear model: against three plain loops, and its derivatives against central differences. */
#include "check.h"

#include <telltale/nn.h>

#include <math.h>
#include <string.h>

enum { LENGTH = 6, CHANNELS = 5, HORIZON = 3, LAGS = 4, SAMPLES = 7 };
enum { INPUTS = LENGTH * SAMPLES * CHANNELS, OUTPUTS = HORIZON * SAMPLES * CHANNELS };
enum { WEIGHTS = LAGS * CHANNELS * HORIZON * CHANNELS, PARAMETERS = WEIGHTS + HORIZON * CHANNELS };

static const struct lagged lagged = {LENGTH, CHANNELS, HORIZON, LAGS};

static void fill(real *x, int count, uint64_t stream)
{
    struct random random = random_start(3, stream);

    for (int i = 0; i < count; i++) x[i] = (real)random_normal(&random);
}

static void plain(const real *parameters, const real *input, real *output)
{
    for (int h = 0; h < HORIZON; h++)
        for (int s = 0; s < SAMPLES; s++)
            for (int i = 0; i < CHANNELS; i++) {
                real sum = parameters[WEIGHTS + h * CHANNELS + i];

                for (int lag = 0; lag < LAGS; lag++)
                    for (int j = 0; j < CHANNELS; j++)
                        sum += parameters[((lag * CHANNELS + j) * HORIZON + h) * CHANNELS + i]
                               * input[((LENGTH - 1 - lag) * SAMPLES + s) * CHANNELS + j];
                output[(h * SAMPLES + s) * CHANNELS + i] = sum;
            }
}

static void the_model_is_what_its_three_loops_say(void)
{
    real parameters[PARAMETERS], input[INPUTS], expected[OUTPUTS], output[OUTPUTS];
    real panel[NN_PANEL_REALS];
    double worst = 0;

    CHECK(lagged_weight_count(&lagged) == WEIGHTS);
    CHECK(lagged_parameter_count(&lagged) == PARAMETERS);
    fill(parameters, PARAMETERS, 1);
    fill(input, INPUTS, 2);
    plain(parameters, input, expected);
    lagged_forward(&lagged, parameters, SAMPLES, input, panel, output);
    for (int i = 0; i < OUTPUTS; i++)
        worst = fmax(worst, fabs((double)output[i] - (double)expected[i]));
    CHECK_CLOSE(worst, 0, 1e-13); /* 20 terms of order 1 */
}

/* A fixed linear functional of the output: its derivative by the output is @p d_output. */
static double loss(const real *parameters, const real *input, const real *d_output)
{
    real output[OUTPUTS];
    double sum = 0;

    plain(parameters, input, output);
    for (int i = 0; i < OUTPUTS; i++) sum += (double)output[i] * (double)d_output[i];
    return sum;
}

static void derivatives_are_those_of_central_differences(void)
{
    static const double step = 1e-3; /* the model is linear in either: any step is exact */
    real parameters[PARAMETERS], input[INPUTS], d_output[OUTPUTS], panel[NN_PANEL_REALS];
    real gradient[PARAMETERS] = {0}, d_input[INPUTS] = {0};
    const struct lagged_step at = {SAMPLES, input, d_output, gradient};
    double worst = 0;

    fill(parameters, PARAMETERS, 4);
    fill(input, INPUTS, 5);
    fill(d_output, OUTPUTS, 6);
    lagged_backward(&lagged, &at, panel);
    lagged_input_backward(&lagged, parameters, SAMPLES, d_output, panel, d_input);
    for (int p = 0; p < PARAMETERS + INPUTS; p++) {
        real *x = p < PARAMETERS ? &parameters[p] : &input[p - PARAMETERS];
        const double found = p < PARAMETERS ? (double)gradient[p] : (double)d_input[p - PARAMETERS];
        const real held = *x;
        double up, down;

        *x = held + (real)step;
        up = loss(parameters, input, d_output);
        *x = held - (real)step;
        down = loss(parameters, input, d_output);
        *x = held;
        worst = fmax(worst, fabs((up - down) / (2 * step) - found));
    }
    CHECK_CLOSE(worst, 0, 1e-9); /* rounding of the losses, 1e-14, over the step */
}

CHECK_MAIN({"the_model_is_what_its_three_loops_say", the_model_is_what_its_three_loops_say},
           {"derivatives_are_those_of_central_differences",
            derivatives_are_those_of_central_differences})
