// SPDX-License-Identifier: BSD-3-Clause
#include "synth_private.h"

#include <math.h>

/* Innovations are a mixture: this share is this many times wider. Its kurtosis is 49. */
static const double wide_share = 0.015;
static const double wide_factor = 8.0;

/* The ends of the table stand for the outer halves of its first and last cell. */
static const double end_cell = 0.2;

static double normal_cdf(double x)
{
    return 0.5 * erfc(-x / sqrt(2.0));
}

void noise_table(float *table)
{
    const double narrow = 1.0 / sqrt(1.0 - wide_share + wide_share * wide_factor * wide_factor);

    for (int cell = 0; cell <= NOISE_CELLS; cell++) {
        const double inner = fmin(fmax(cell, end_cell), NOISE_CELLS - end_cell);
        const double p = inner / NOISE_CELLS;
        double low = -40.0;
        double high = 40.0;

        for (int step = 0; step < 60; step++) {
            const double x = 0.5 * (low + high);
            const double cdf = (1.0 - wide_share) * normal_cdf(x / narrow)
                               + wide_share * normal_cdf(x / (narrow * wide_factor));

            if (cdf < p) {
                low = x;
            } else {
                high = x;
            }
        }
        table[cell] = (float)(0.5 * (low + high));
    }
}

void noise_start(struct noise *noise, uint64_t key, uint64_t host, uint64_t metric)
{
    struct random random = keyed_random(key, FOR_NOISE, host, 2 * metric + 1);

    noise->level = (float)random_normal(&random);
    noise->stream = keyed_random(key, FOR_NOISE, host, 2 * metric).stream;
}

void noise_fill(struct noise *noise, uint64_t key, const float *table, float persistence,
                struct span times, const struct noise_block *block)
{
    struct random random = random_start(key, noise->stream);
    const float drive = sqrtf(1.0F - persistence * persistence);
    float level = noise->level;

    random.next = (uint64_t)(times.first / 4);
    random_words(&random, block->word, times.count);
    for (int64_t t = 0; t < times.count; t++) {
        const uint32_t cell = block->word[t] >> 20;
        const float part = (float)(block->word[t] >> 8 & 0xFFF) * 0x1p-12F;

        block->step[t] = table[cell] + part * (table[cell + 1] - table[cell]);
    }
    for (int64_t t = 0; t < times.count; t++) {
        level = persistence * level + drive * block->step[t];
        block->slow[t] = level;
    }
    noise->level = level;
}
