// SPDX-License-Identifier: BSD-3-Clause
#include "companion.h"

#include <math.h>

int companion_items(const struct band_plan *plan)
{
    return 2 * band_plan_features(plan);
}

int companion_band(const struct band_plan *plan, int item)
{
    const int feature = item % band_plan_features(plan);

    return feature < BAND_FIRST ? 0 : feature - BAND_FIRST + 1;
}

size_t companion_workspace(const struct band_plan *plan, int64_t windows)
{
    return (size_t)windows * (2 + (size_t)band_plan_features(plan));
}

void companion_fit(const struct band_plan *plan, const float *rows, int64_t windows, double quantum,
                   double *work, struct band_baseline *baseline)
{
    const int half = band_plan_features(plan);
    double *features = work + 2 * windows;

    for (int part = 0; part < 2; part++) {
        for (int64_t w = 0; w < windows; w++) {
            for (int i = 0; i < half; i++)
                features[w * half + i] = (double)rows[w * 2 * half + part * half + i];
        }
        /* A ratio has no unit that the sensor could fail to resolve. */
        band_baseline_fit(plan, features, windows, part == 0 ? quantum : 0.0, work,
                          baseline + part * half);
    }
}

void companion_judge(const struct band_plan *plan, const float *row,
                     const struct band_baseline *baseline, const struct band_prior *prior,
                     double *work, double *side, double *p)
{
    const int half = band_plan_features(plan);

    for (int i = 0; i < 2 * half; i++) work[i] = (double)row[i];
    for (int part = 0; part < 2; part++)
        band_judge(plan, work + part * half, baseline + part * half, prior + part * half,
                   side ? side + part * half : NULL, p + part * half);
}

void companion_prior_add(const struct band_plan *plan, const struct band_baseline *baseline,
                         struct band_sums *sums)
{
    band_prior_add(baseline, companion_items(plan), sums);
}

void companion_prior_of(const struct band_plan *plan, const struct band_sums *sums,
                        struct band_prior *prior)
{
    const int half = band_plan_features(plan);

    band_prior_of(sums, half, prior);
    band_prior_of(sums + half, half, prior + half);
}
