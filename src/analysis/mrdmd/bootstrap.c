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

    if (windows < 2) return NAN;
    for (int64_t w = 0; w < windows; w++) centre += (double)values[w] / (double)windows;
    for (int64_t b = 0; b < count; b++) {
        double sum = 0.0;
        double squares = 0.0;

        for (int64_t w = 0; w < windows; w++) {
            const double off = (double)values[w] - centre;
            const double weighted = (double)weights[b * windows + w] * off;

            sum += weighted;
            squares += weighted * off;
        }
        total += fmax(squares - sum * sum / (double)windows, 0.0) / (double)(windows - 1);
    }
    return sqrt(total / (double)count);
}
