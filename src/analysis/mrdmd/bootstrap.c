// SPDX-License-Identifier: BSD-3-Clause
#include "analysis.h"

#include <math.h>

void mrdmd_bootstrap_weights(uint64_t seed, int64_t count, int64_t windows, float *weights)
{
    for (int64_t b = 0; b < count; b++) {
        struct random random = random_start(seed, (uint64_t)b);

        for (int64_t w = 0; w < windows; w++) weights[b * windows + w] = 0.0F;
        for (int64_t w = 0; w < windows; w++)
            weights[b * windows + random_below(&random, windows)] += 1.0F;
    }
}

double mrdmd_bootstrap_std(const float *values, int64_t windows, const float *weights,
                           int64_t count)
{
    double total = 0.0;
    double centre = 0.0;
    int64_t trials = 0;
    int64_t replicates = 0;

    for (int64_t w = 0; w < windows; w++) {
        if (isnan(values[w])) continue;
        centre += (double)values[w];
        trials++;
    }
    if (trials < 2) return (double)NAN;
    centre /= (double)trials;
    for (int64_t b = 0; b < count; b++) {
        double drawn = 0.0;
        double sum = 0.0;
        double squares = 0.0;

        for (int64_t w = 0; w < windows; w++) {
            const double weight = isnan(values[w]) ? 0.0 : (double)weights[b * windows + w];
            const double off = isnan(values[w]) ? 0.0 : (double)values[w] - centre;

            drawn += weight;
            sum += weight * off;
            squares += weight * off * off;
        }
        if (drawn < 2.0) continue;
        total += fmax(squares - sum * sum / drawn, 0.0) / (drawn - 1.0);
        replicates++;
    }
    return replicates > 0 ? sqrt(total / (double)replicates) : (double)NAN;
}
