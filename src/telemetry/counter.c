// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/telemetry.h>

#include <math.h>

/* Single precision has 24 bits of mantissa. */
static const double exact_limit = 16777216.0;

double counter_rebase(const double *series, int64_t times, float *values, int64_t stride)
{
    double base = NAN;
    double largest = 0.0;

    for (int64_t t = 0; t < times; t++) {
        if (isnan(base)) base = series[t];
        if (fabs(series[t]) > largest) largest = fabs(series[t]);
    }
    if (isnan(base) || !isfinite(base) || largest <= exact_limit) base = 0.0;
    for (int64_t t = 0; t < times; t++) values[t * stride] = (float)(series[t] - base);
    return base;
}
