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

void rates_of_host(float *values, int64_t times, int64_t metrics, double period_s,
                   const int32_t *counters, int64_t counter_count)
{
    for (int64_t i = 0; i < counter_count; i++)
        counter_to_rate(values + counters[i], times, metrics, period_s);
}
