// SPDX-License-Identifier: BSD-3-Clause
#include "nn_private.h"

#include <math.h>
#include <string.h>

/*
 * Reversible instance norm (Kim et al. 2022). With m and s the mean and deviation of one sample's
 * channel: z = (x - m) / s * a + b going in, y = (p - b) / a * s + m coming out. Where its statistics are
 * differentiated, m and s collect derivatives at both ends, and dx = dm / L + ds (x - m) / (s D) adds to the
 * direct part, D = L or L - 1 the variance's divisor.
 */

static double divisor(const struct revin *revin, struct extent e)
{
    return revin->is_unbiased && e.times > 1 ? e.times - 1 : e.times;
}

void revin_forward(const struct revin *revin, struct extent e, const real *input,
                   struct revin_statistics *at, real *output)
{
    real *mean = at->mean;
    real *deviation = at->deviation;
    const int64_t columns = (int64_t)e.samples * e.channels;

    for (int64_t i = 0; i < columns; i++) {
        double sum = 0;
        double squares = 0;

        for (int t = 0; t < e.times; t++) sum += (double)input[t * columns + i];
        mean[i] = (real)(sum / e.times);
        for (int t = 0; t < e.times; t++) {
            const double x = (double)input[t * columns + i] - (double)mean[i];

            squares += x * x;
        }
        deviation[i] = (real)sqrt(squares / divisor(revin, e) + revin->eps);
    }
    for (int t = 0; t < e.times; t++) {
        for (int s = 0; s < e.samples; s++) {
            for (int c = 0; c < e.channels; c++) {
                const int64_t i = (int64_t)s * e.channels + c;

                output[t * columns + i] =
                    (input[t * columns + i] - mean[i]) / deviation[i] * revin->gain[c]
                    + revin->bias[c];
            }
        }
    }
}

void revin_restore(const struct revin *revin, struct extent e, const struct revin_statistics *at,
                   real *output)
{
    const int64_t columns = (int64_t)e.samples * e.channels;

    for (int h = 0; h < e.times; h++) {
        for (int64_t i = 0; i < columns; i++) {
            const int c = (int)(i % e.channels);
            real *y = &output[h * columns + i];

            *y = (*y - revin->bias[c]) / revin->gain[c] * at->deviation[i] + at->mean[i];
        }
    }
}

void revin_restore_backward(const struct revin *revin, struct extent e,
                            const struct revin_restored *restored)
{
    const int64_t columns = (int64_t)e.samples * e.channels;
    const struct revin_statistics *d = restored->d;

    memset(d->mean, 0, (size_t)columns * sizeof *d->mean);
    memset(d->deviation, 0, (size_t)columns * sizeof *d->deviation);
    for (int h = 0; h < e.times; h++) {
        for (int64_t i = 0; i < columns; i++) {
            const int c = (int)(i % e.channels);
            const real p = restored->projected[h * columns + i];
            const real unit = (p - revin->bias[c]) / revin->gain[c];
            real *dy = &restored->d_output[h * columns + i];

            d->mean[i] += *dy;
            d->deviation[i] += *dy * unit;
            *dy *= restored->at->deviation[i] / revin->gain[c];
            if (restored->d_gain) restored->d_gain[c] -= *dy * unit;
            if (restored->d_bias) restored->d_bias[c] -= *dy;
        }
    }
}

/* One column: the direct part, and what the derivatives by its statistics add. */
static void column_backward(const struct revin *revin, struct extent e,
                            const struct revin_entered *entered, int64_t i)
{
    const int64_t columns = (int64_t)e.samples * e.channels;
    const double mean = (double)entered->at->mean[i];
    const double deviation = (double)entered->at->deviation[i];
    const double scale = (double)revin->gain[i % e.channels] / deviation;
    double d_mean = (double)entered->d->mean[i];
    double d_deviation = (double)entered->d->deviation[i];

    for (int t = 0; t < e.times; t++) {
        const double x = (double)entered->input[t * columns + i] - mean;
        const double dz = (double)entered->d_input[t * columns + i];

        d_mean -= dz * scale;
        d_deviation -= dz * scale * x / deviation;
    }
    if (revin->is_detached) d_mean = d_deviation = 0;
    for (int t = 0; t < e.times; t++) {
        const double x = (double)entered->input[t * columns + i] - mean;
        real *dx = &entered->d_input[t * columns + i];

        *dx = (real)((double)*dx * scale + d_mean / e.times
                     + d_deviation * x / (deviation * divisor(revin, e)));
    }
}

void revin_backward(const struct revin *revin, struct extent e, const struct revin_entered *entered)
{
    const int64_t columns = (int64_t)e.samples * e.channels;

    for (int t = 0; t < e.times; t++) {
        for (int64_t i = 0; i < columns; i++) {
            const real dz = entered->d_input[t * columns + i];
            const real x = entered->input[t * columns + i] - entered->at->mean[i];
            const int c = (int)(i % e.channels);

            if (entered->d_gain) entered->d_gain[c] += dz * x / entered->at->deviation[i];
            if (entered->d_bias) entered->d_bias[c] += dz;
        }
    }
    for (int64_t i = 0; i < columns; i++) column_backward(revin, e, entered, i);
}
