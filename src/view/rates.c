// SPDX-License-Identifier: BSD-3-Clause
#include "rates.h"

#include <telltale/view.h>

#include <math.h>

void counter_to_rate(float *series, int64_t times, int64_t stride, double period_s)
{
    const float period = (float)period_s;
    int64_t last_t = -1;
    float last = NAN;

    for (int64_t t = 0; t < times; t++) {
        const float value = series[t * stride];

        if (isnan(value)) continue;
        series[t * stride] =
            value < last || last_t < 0 ? NAN : (value - last) / ((float)(t - last_t) * period);
        last = value;
        last_t = t;
    }
}

void rates_drop_infinite(float *values, int64_t count)
{
    for (int64_t i = 0; i < count; i++) values[i] = values[i] - values[i] == 0.0f ? values[i] : NAN;
}

/* Comparisons with NaN are false, which is what each selection below relies on. */
static void rates_of_row(float *restrict row, int64_t metrics, float period,
                         const struct rate_state *state)
{
    float *restrict last = state->last;
    float *restrict elapsed = state->elapsed;
    const float *restrict counter = state->counter;

    for (int64_t m = 0; m < metrics; m++) {
        const float value = row[m];
        const float rise = value - last[m];
        const float rate = rise >= 0.0f ? rise / (elapsed[m] * period) : NAN;

        last[m] = value == value ? value : last[m];
        elapsed[m] = value == value ? 1.0f : elapsed[m] + 1.0f;
        row[m] = counter[m] == counter[m] ? value : rate;
    }
}

void rates_of_host(float *values, int64_t times, int64_t metrics, double period_s,
                   const struct rate_state *state)
{
    const float period = (float)period_s;

    for (int64_t m = 0; m < metrics; m++) {
        state->last[m] = NAN;
        state->elapsed[m] = 1.0f;
    }
    for (int64_t t = 0; t < times; t++) rates_of_row(values + t * metrics, metrics, period, state);
}
