// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/view.h>

#include <math.h>

struct gaps gaps_find(const float *series, int64_t times, int64_t stride)
{
    struct gaps gaps = {0, 0};
    int64_t missing = 0;

    for (int64_t t = 0; t < times; t++) {
        const bool is_missing = isnan(series[t * stride]);

        missing = is_missing ? missing + 1 : 0;
        gaps.present += !is_missing;
        gaps.longest = missing > gaps.longest ? missing : gaps.longest;
    }
    return gaps;
}

/* The samples strictly between @p left and @p right, either of which may lie outside the series. */
static void fill_between(double *series, int64_t times, int64_t stride, int64_t left, int64_t right)
{
    const double last = series[(left < 0 ? right : left) * stride];
    const double next = series[(right < times ? right : left) * stride];
    const double step = (next - last) / (double)(right - left);

    for (int64_t t = left + 1; t < right; t++)
        series[t * stride] = last + step * (double)(t - left);
}

void gaps_bridge(double *series, int64_t times, int64_t stride)
{
    int64_t left = -1;

    for (int64_t t = 0; t < times; t++) {
        if (isnan(series[t * stride])) continue;
        fill_between(series, times, stride, left, t);
        left = t;
    }
    if (left >= 0) fill_between(series, times, stride, left, times);
}
