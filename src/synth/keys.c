// SPDX-License-Identifier: BSD-3-Clause
#include "synth_private.h"

#include <math.h>

struct random keyed_random(uint64_t key, enum purpose purpose, uint64_t owner, uint64_t item)
{
    return random_start(key, random_mix(owner * PURPOSE_COUNT + purpose, item));
}

uint64_t synth_night_key(const struct synth_options *options)
{
    return random_mix(options->seed, (uint64_t)options->night);
}

/* Newton's method on the distribution function, from a point on the right side of the root. */
double normal_quantile(double p)
{
    double x = 0.0;

    if (p > 0.5) return -normal_quantile(1.0 - p);
    for (int step = 0; step < 60; step++) {
        const double cdf = 0.5 * erfc(-x / sqrt(2.0));
        const double density = exp(-0.5 * x * x) / sqrt(2.0 * 3.141592653589793);
        /* Newton on log(cdf), which is concave: it converges from any start. */
        const double change = (log(cdf) - log(p)) * cdf / density;

        x -= change;
        if (fabs(change) < 1e-12) break;
    }
    return x;
}
