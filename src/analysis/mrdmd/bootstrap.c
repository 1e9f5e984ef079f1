// SPDX-License-Identifier: BSD-3-Clause
#include "analysis.h"

#include <math.h>
#include <string.h>

void mrdmd_bootstrap_weights(uint64_t seed, int64_t count, int64_t windows, float *weights)
{
    for (int64_t b = 0; b < count; b++) {
        struct random random = random_start(seed, (uint64_t)b);

        for (int64_t w = 0; w < windows; w++) weights[w * count + b] = 0.0F;
        for (int64_t w = 0; w < windows; w++)
            weights[random_below(&random, windows) * count + b] += 1.0F;
    }
}

void mrdmd_bootstrap_pairs(const float *weights, int64_t count, int64_t windows, double *pairs)
{
    double *sums = pairs + windows * windows;

    memset(pairs, 0, (size_t)((windows + 1) * windows) * sizeof *pairs);
    for (int64_t w = 0; w < windows; w++) {
        const float *drawn = weights + w * count;

        for (int64_t b = 0; b < count; b++) sums[w] += (double)drawn[b];
        for (int64_t v = 0; v < windows; v++) /* whole numbers: exact in any order */
            for (int64_t b = 0; b < count; b++)
                pairs[w * windows + v] += (double)drawn[b] * (double)weights[v * count + b];
    }
}

/* All windows are trials: every replicate draws as many, and the sum over replicates is a quadratic form. */
static double std_of_all(const float *values, int64_t windows, double centre, const double *pairs,
                         int64_t count)
{
    const double *sums = pairs + windows * windows;
    const double n = (double)windows;
    double total = 0.0;

    for (int64_t w = 0; w < windows; w++) {
        const double off = (double)values[w] - centre;
        double inner = 0.0;

        for (int64_t v = 0; v < windows; v++)
            inner += pairs[w * windows + v] * ((double)values[v] - centre);
        total += off * (sums[w] * off - inner / n);
    }
    return sqrt(fmax(total, 0.0) / ((n - 1.0) * (double)count));
}

/* Replicates whose sums are side by side. */
enum { LANES = 16 };

/* Moments of what some replicates draw; beyond @p lanes they are of no use. Lanes do not meet: the order of addends is that of
   windows in each, and the bits are the same from every clone. */
FOR_EACH_CPU static void draw_lanes(const float *values, int64_t windows, double centre,
                                    const float *weights, int64_t count, int64_t lanes,
                                    double moments[restrict MRDMD_MOMENTS][LANES])
{
    float some[LANES] = {0.0F};

    memset(moments, 0, MRDMD_MOMENTS * sizeof *moments);
    for (int64_t w = 0; w < windows; w++) {
        const double off = (double)values[w] - centre;

        if (isnan(values[w])) continue;
        memcpy(some, weights + w * count, (size_t)lanes * sizeof *some);
        for (int lane = 0; lane < LANES; lane++) {
            const double weight = (double)some[lane];

            moments[0][lane] += weight;
            moments[1][lane] += weight * off;
            moments[2][lane] += weight * off * off;
        }
    }
}

/* Replicate by replicate. */
static double std_of_some(const float *values, int64_t windows, double centre, const float *weights,
                          int64_t count)
{
    double moments[MRDMD_MOMENTS][LANES];
    double total = 0.0;
    int64_t replicates = 0;

    for (int64_t b = 0; b < count; b += LANES) {
        const int64_t lanes = count - b < LANES ? count - b : LANES;

        draw_lanes(values, windows, centre, weights + b, count, lanes, moments);
        for (int64_t lane = 0; lane < lanes; lane++) {
            const double drawn = moments[0][lane], sum = moments[1][lane];

            if (drawn < 2.0) continue;
            total += fmax(moments[2][lane] - sum * sum / drawn, 0.0) / (drawn - 1.0);
            replicates++;
        }
    }
    return replicates > 0 ? sqrt(total / (double)replicates) : (double)NAN;
}

double mrdmd_bootstrap_std(const float *values, int64_t windows, const float *weights,
                           const double *pairs, int64_t count)
{
    double centre = 0.0;
    int64_t trials = 0;

    for (int64_t w = 0; w < windows; w++) {
        if (isnan(values[w])) continue;
        centre += (double)values[w];
        trials++;
    }
    if (trials < 2) return (double)NAN;
    centre /= (double)trials;
    return trials == windows && pairs ? std_of_all(values, windows, centre, pairs, count)
                                      : std_of_some(values, windows, centre, weights, count);
}

void mrdmd_bootstrap_population(const double *sums, int64_t windows, const float *weights,
                                int64_t count, double *mean, double *std)
{
    double total[MRDMD_MOMENTS] = {0.0};
    double variance = 0.0;
    int64_t replicates = 0;

    for (int64_t w = 0; w < windows; w++) {
        for (int i = 0; i < MRDMD_MOMENTS; i++) total[i] += sums[w * MRDMD_MOMENTS + i];
    }
    *mean = total[0] > 0.0 ? total[1] / total[0] : (double)NAN;
    *std = NAN;
    for (int64_t b = 0; b < count; b++) {
        double drawn[MRDMD_MOMENTS] = {0.0};

        for (int64_t w = 0; w < windows; w++) {
            for (int i = 0; i < MRDMD_MOMENTS; i++)
                drawn[i] += (double)weights[w * count + b] * sums[w * MRDMD_MOMENTS + i];
        }
        if (drawn[0] < 2.0) continue;
        variance += fmax(drawn[2] - drawn[1] * drawn[1] / drawn[0], 0.0) / (drawn[0] - 1.0);
        replicates++;
    }
    if (replicates > 0) *std = sqrt(variance / (double)replicates);
}
