// SPDX-License-Identifier: BSD-3-Clause
#include "synth_private.h"

#include <math.h>

/* The supply air follows the weather: a day's course and slower and faster waves that never repeat
 * together. A function of the moment, so that any sample is reached at once and nights join smoothly. */
static const struct {
    double period_s, amplitude_k;
} waves[WEATHER_WAVES] = {
    {86400.0,  0.9 },
    {289000.0, 0.6 },
    {25500.0,  0.35},
    {7900.0,   0.2 },
    {2300.0,   0.15},
};

void weather_start(struct weather *weather, uint64_t seed)
{
    struct random random = keyed_random(seed, FOR_WEATHER, 0, 0);

    for (int wave = 0; wave < WEATHER_WAVES; wave++) weather->phase[wave] = random_uniform(&random);
    /* The day's course is warmest at 15 h, whatever the seed. */
    weather->phase[0] = -0.375;
}

double weather_air(const struct weather *weather, double unix_s)
{
    double air_k = 0.0;

    for (int wave = 0; wave < WEATHER_WAVES; wave++) {
        air_k += waves[wave].amplitude_k
                 * sin(6.283185307179586
                       * (fmod(unix_s / waves[wave].period_s, 1.0) + weather->phase[wave]));
    }
    return air_k;
}
