// SPDX-License-Identifier: BSD-3-Clause
#include "nn_private.h"

/*
 * out[h][s][i] = bias[h][i] + sum over lag, j of weight[lag][j][h][i] in[L - 1 - lag][s][j], lags 0 .. lags - 1:
 * a vector autoregression, each lag one product with the samples below each other.
 */

static struct nn_matrix weight_of(const struct lagged *lagged, const real *weights, int lag, int h)
{
    const int64_t outputs = (int64_t)lagged->horizon * lagged->channels;

    return nn_rows(weights + (int64_t)lag * lagged->channels * outputs
                       + (int64_t)h * lagged->channels,
                   outputs);
}

static struct nn_matrix turned(struct nn_matrix matrix)
{
    return (struct nn_matrix){matrix.first, matrix.column_step, matrix.row_step, false};
}

int64_t lagged_weight_count(const struct lagged *lagged)
{
    return (int64_t)lagged->lags * lagged->channels * lagged->horizon * lagged->channels;
}

int64_t lagged_parameter_count(const struct lagged *lagged)
{
    return lagged_weight_count(lagged) + (int64_t)lagged->horizon * lagged->channels;
}

static const real *input_at(const struct lagged *lagged, int samples, int lag, const real *input)
{
    return input + (int64_t)(lagged->length - 1 - lag) * samples * lagged->channels;
}

void lagged_forward(const struct lagged *lagged, const real *parameters, int samples,
                    const real *input, real *panel, real *output)
{
    const real *bias = parameters + lagged_weight_count(lagged);
    const int channels = lagged->channels;

    for (int h = 0; h < lagged->horizon; h++) {
        real *out = output + (int64_t)h * samples * channels;

        for (int s = 0; s < samples; s++)
            for (int i = 0; i < channels; i++) out[s * channels + i] = bias[h * channels + i];
        for (int lag = 0; lag < lagged->lags; lag++)
            nn_multiply(
                &(struct nn_product){.rows = samples,
                                     .columns = channels,
                                     .depth = channels,
                                     .a = nn_rows(input_at(lagged, samples, lag, input), channels),
                                     .b = weight_of(lagged, parameters, lag, h),
                                     .c = out,
                                     .c_stride = channels,
                                     .should_add = true},
                panel);
    }
}

void lagged_backward(const struct lagged *lagged, const struct lagged_step *step, real *panel)
{
    const int channels = lagged->channels;
    const int samples = step->samples;
    const int64_t outputs = (int64_t)lagged->horizon * channels;

    for (int h = 0; h < lagged->horizon; h++) {
        const real *d = step->d_output + (int64_t)h * samples * channels;
        real *d_bias = step->gradient + lagged_weight_count(lagged) + (int64_t)h * channels;

        for (int s = 0; s < samples; s++) nn_kernel_now()->add(channels, d + s * channels, d_bias);
        for (int lag = 0; lag < lagged->lags; lag++)
            nn_multiply(
                &(struct nn_product){
                    .rows = channels,
                    .columns = channels,
                    .depth = samples,
                    .a = nn_columns(input_at(lagged, samples, lag, step->input), channels),
                    .b = nn_rows(d, channels),
                    .c = step->gradient + (int64_t)lag * channels * outputs + (int64_t)h * channels,
                    .c_stride = outputs,
                    .should_add = true},
                panel);
    }
}

void lagged_input_backward(const struct lagged *lagged, const real *parameters, int samples,
                           const real *d_output, real *panel, real *d_input)
{
    const int channels = lagged->channels;

    for (int h = 0; h < lagged->horizon; h++)
        for (int lag = 0; lag < lagged->lags; lag++)
            nn_multiply(
                &(struct nn_product){
                    .rows = samples,
                    .columns = channels,
                    .depth = channels,
                    .a = nn_rows(d_output + (int64_t)h * samples * channels, channels),
                    .b = turned(weight_of(lagged, parameters, lag, h)),
                    .c = d_input + (int64_t)(lagged->length - 1 - lag) * samples * channels,
                    .c_stride = channels,
                    .should_add = true},
                panel);
}
