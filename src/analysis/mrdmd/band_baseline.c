// SPDX-License-Identifier: BSD-3-Clause
#include "band_power.h"

#include <telltale/scores.h>

#include <float.h>
#include <math.h>

/* Four steps of the samples' own resolution (24 bits in a file): what rounding alone may do. */
static const double ROUNDING = 0x1p-22;

/* In a law at rest, the standard deviation of a value rounded to multiples of 1. */
static const double ROUNDED_SD = 0.28867513459481287;

static bool is_power(int item)
{
    return item >= BAND_FIRST;
}

/* Power whose logarithm can be taken: quiet windows of a coarse sensor must not be -infinity. */
static double transformed(int item, double feature, double floor)
{
    return is_power(item) ? log(feature + floor + DBL_MIN) : feature;
}

/* Rounding errors are white: a band has the share of its bins. */
static double floor_of(const struct band_plan *plan, int item, double level, double quantum)
{
    const double rounding = ROUNDING * fabs(level);
    const double noise = isfinite(quantum) ? quantum * ROUNDED_SD : 0.0;
    const int64_t bins = band_plan_window(plan) / 2;

    if (!is_power(item)) return rounding;
    return (rounding * rounding + noise * noise) * band_plan_bins(plan, item - BAND_FIRST)
           / (double)bins;
}

/*
 * The MAD of few values (1.4826 times the median deviation) underestimates and scatters. Fitted to 4 x 10^5
 * normal samples of each size from 3 to 400 (tests/numeric/mad_of_few.py): with these degrees of
 * freedom and this bias, Student's t holds its tail within a factor of 1.2 down to 1e-4, and errs to the safe
 * side below 24 values.
 */
static double mad_freedom(double count)
{
    return 0.3675 * count + (fmod(count, 2.0) > 0.0 ? -0.05 : 0.37);
}

static double mad_bias(double count)
{
    return 1.0 - (fmod(count, 2.0) > 0.0 ? 0.78 : 1.25) * pow(count, -1.6);
}

/* Values of which more than half are equal have no MAD, however far the others are. Then the largest
 * deviation stands for its expected rank: wide enough for what such a reading does now and then. */
static double deviation_of_ties(const double *values, int64_t windows, int64_t count, double median)
{
    double largest = 0.0;

    for (int64_t w = 0; w < windows; w++) {
        if (!isnan(values[w])) largest = fmax(largest, fabs(values[w] - median));
    }
    return largest / normal_deviate(0.5 / (double)count);
}

/* Add the blocks' variance to the windows' own; degrees of freedom after Satterthwaite (1946). */
static void widen(struct band_baseline *baseline, double blocks, double block_freedom)
{
    const double factor = 1.0 + median_variance(baseline->windows);
    const double own = baseline->dispersion * baseline->dispersion * factor;

    if (blocks <= 0.0) return;
    baseline->dispersion = sqrt((own + blocks) / factor);
    baseline->freedom = (own + blocks) * (own + blocks)
                        / (own * own / baseline->freedom + blocks * blocks / block_freedom);
}

/* @param values  shape [windows], NaN where a window has none, of which @p count are there */
static struct band_baseline fit_item(const double *values, int64_t windows, int64_t count, int item,
                                     double floor, double *work)
{
    struct band_baseline baseline = {NAN, NAN, (double)count, NAN, floor, 1.0, 0.0};
    double blocks, block_freedom;

    if (count < 3) return baseline;
    median_mad(values, windows, work, &baseline.median, &baseline.dispersion);
    baseline.dispersion /= mad_bias((double)count);
    baseline.freedom = mad_freedom((double)count);
    blocks = block_variance(values, windows, baseline.dispersion, work, &block_freedom);
    if (baseline.dispersion <= 0.0) {
        baseline.dispersion = deviation_of_ties(values, windows, count, baseline.median);
        baseline.is_tied = 1.0;
    }
    widen(&baseline, blocks, block_freedom);
    if (!is_power(item) && baseline.dispersion <= floor) baseline.dispersion = 0.0;
    return baseline;
}

/* One feature of all windows, ready for comparison; how many have it. */
static int64_t gather_item(const double *features, int64_t windows, int items, int item,
                           double floor, double *values)
{
    int64_t count = 0;

    for (int64_t w = 0; w < windows; w++) {
        values[w] = transformed(item, features[w * items + item], floor);
        count += !isnan(values[w]);
    }
    return count;
}

static double median_power(const double *features, int64_t windows, int items, double *work)
{
    for (int64_t w = 0; w < windows; w++) {
        work[w] = isnan(features[w * items]) ? (double)NAN : 0.0;
        for (int item = BAND_FIRST; item < items; item++) {
            const double power = features[w * items + item];

            if (!isnan(power)) work[w] += power;
        }
    }
    return median_of(work, windows, work + windows);
}

void band_baseline_fit(const struct band_plan *plan, const double *features, int64_t windows,
                       double quantum, double *work, struct band_baseline *baseline)
{
    const int items = band_plan_features(plan);
    const double unit = sqrt(median_power(features, windows, items, work));
    double level;

    gather_item(features, windows, items, BAND_LEVEL, 0.0, work);
    level = median_of(work, windows, work + windows);
    for (int item = 0; item < items; item++) {
        const double floor = floor_of(plan, item, level, quantum);
        const int64_t count = gather_item(features, windows, items, item, floor, work);

        baseline[item] = fit_item(work, windows, count, item, floor, work + windows);
        if (!is_power(item)) baseline[item].unit = unit;
    }
}

/* Student's t of a window against the baseline, with the dispersion shrunk where there is a prior. */
static double studentize(double off, const struct band_baseline *baseline,
                         const struct band_prior *prior, double *freedom)
{
    double variance = baseline->dispersion * baseline->dispersion;

    *freedom = baseline->freedom;
    if (prior && prior->freedom > 0.0 && baseline->is_tied == 0.0 && baseline->unit > 0.0) {
        const double d0 = prior->freedom;
        const double common = prior->variance * baseline->unit * baseline->unit;

        variance = isinf(d0)
                       ? common
                       : (d0 * common + baseline->freedom * variance) / (d0 + baseline->freedom);
        *freedom = fmax(fmin(d0 + *freedom, prior->most_freedom), *freedom);
    }
    return off / sqrt(variance * (1.0 + median_variance(baseline->windows)));
}

/* The chance of a normal window to lie as far off: to both sides, or for powers above. */
static double chance(int item, double off, const struct band_baseline *baseline,
                     const struct band_prior *prior)
{
    double freedom;
    const double t = studentize(off, baseline, prior, &freedom);

    return is_power(item) ? student_tail(t, freedom) : 2.0 * student_tail(fabs(t), freedom);
}

/* The chance of an item, and on which side it lies with how much beyond it. */
static double judge_item(int item, double feature, const struct band_baseline *baseline,
                         const struct band_prior *prior, double *side)
{
    const double off = transformed(item, feature, baseline->floor) - baseline->median;
    double p;

    *side = NAN;
    if (isnan(off)) return NAN;
    if (baseline->dispersion <= 0.0) {
        const double resolution = is_power(item) ? 1.0 : baseline->floor + DBL_MIN;
        const bool is_changed = fabs(off) > resolution;

        *side = is_changed ? copysign(0.0, off) : 0.5;
        return is_changed && (off > 0.0 || !is_power(item)) ? 0.0 : 1.0;
    }
    p = chance(item, off, baseline, prior);
    if (!is_power(item))
        *side = copysign(0.5 * p, off);
    else
        *side = p > 0.5 ? -(1.0 - p) : p;
    return p;
}

double band_deviate(double side)
{
    if (isnan(side)) return NAN;
    return fabs(side) >= 0.5 ? 0.0 : copysign(normal_deviate(fabs(side)), side);
}

void band_judge(const struct band_plan *plan, const double *features,
                const struct band_baseline *baseline, const struct band_prior *prior, double *side,
                double *p)
{
    const int items = band_plan_features(plan);

    for (int item = 0; item < items; item++) {
        double on;

        p[item] =
            judge_item(item, features[item], &baseline[item], prior ? &prior[item] : NULL, &on);
        if (side) side[item] = on;
    }
}
