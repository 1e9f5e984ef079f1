// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/scores.h>

#include <math.h>

double median_variance(double count)
{
    const double odd = fmod(count, 2.0) > 0.0 ? 0.67 : 1.8;

    return (0.5 * M_PI - odd / count) / count;
}

int blocks_of(int64_t windows)
{
    const int64_t blocks = windows / BLOCK_LEAST;

    return blocks < 1 ? 1 : blocks < BLOCKS_MAX ? (int)blocks : BLOCKS_MAX;
}

int64_t block_begin(int64_t windows, int block)
{
    return windows * block / blocks_of(windows);
}

/* Medians of the blocks that have values, and the mean variance that chance gives them in units of a value's. */
static int block_medians(const double *values, int64_t windows, double *work, double *medians,
                         double *noise)
{
    int blocks = 0;

    *noise = 0.0;
    for (int block = 0; block < blocks_of(windows); block++) {
        const int64_t begin = block_begin(windows, block);
        const int64_t length = block_begin(windows, block + 1) - begin;
        double count = 0.0;

        for (int64_t w = begin; w < begin + length; w++) count += !isnan(values[w]);
        if (count < 1.0) continue;
        medians[blocks++] = median_of(values + begin, length, work);
        *noise += count < 3.0 ? 1.0 / count : median_variance(count);
    }
    *noise /= fmax(blocks, 1.0);
    return blocks;
}

double block_variance(const double *values, int64_t windows, double spread, double *work,
                      double *freedom)
{
    double medians[BLOCKS_MAX];
    double noise, mean = 0.0, squares = 0.0;
    const int blocks = block_medians(values, windows, work, medians, &noise);

    *freedom = blocks - 1;
    if (blocks < 2) return 0.0;
    for (int block = 0; block < blocks; block++) mean += medians[block] / blocks;
    for (int block = 0; block < blocks; block++)
        squares += (medians[block] - mean) * (medians[block] - mean);
    return fmax(0.0, squares / *freedom - noise * spread * spread) * (1.0 + 1.0 / blocks);
}
