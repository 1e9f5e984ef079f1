// SPDX-License-Identifier: BSD-3-Clause
#include "relation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RESAMPLES = 400 };

void stability_share(const double *influence, int cells, int metrics, int64_t wanted,
                     double *stable)
{
    const int64_t pairs = (int64_t)metrics * metrics;
    int8_t *mask = mem_zero((size_t)pairs, sizeof *mask);

    memset(stable, 0, (size_t)pairs * sizeof *stable);
    for (int cell = 0; cell < cells; cell++) {
        backbone_threshold(influence + cell * pairs, metrics, wanted, mask);
        for (int64_t pair = 0; pair < pairs; pair++) stable[pair] += mask[pair];
    }
    for (int64_t pair = 0; pair < pairs; pair++) stable[pair] /= cells;
    mem_free(&mask);
}

static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

void stability_interval(const double *influence, int cells, int metrics, uint64_t seed, double *low,
                        double *high)
{
    const int64_t pairs = (int64_t)metrics * metrics;
    const int tail = RESAMPLES / 40;
    int *draws = mem_zero((size_t)RESAMPLES * (size_t)cells, sizeof *draws);
    double *means = mem_zero(RESAMPLES, sizeof *means);
    struct random random = random_start(seed, 0);

    for (int draw = 0; draw < RESAMPLES * cells; draw++)
        draws[draw] = (int)random_below(&random, cells);
    for (int64_t pair = 0; pair < pairs; pair++) {
        for (int resample = 0; resample < RESAMPLES; resample++) {
            means[resample] = 0.0;
            for (int draw = 0; draw < cells; draw++)
                means[resample] += influence[draws[resample * cells + draw] * pairs + pair] / cells;
        }
        qsort(means, RESAMPLES, sizeof *means, rising);
        low[pair] = means[tail];
        high[pair] = means[RESAMPLES - 1 - tail];
    }
    mem_free(&means);
    mem_free(&draws);
}
