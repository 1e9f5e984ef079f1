// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/train.h>

#include <math.h>

/*
 * A permutation that needs no memory: a Feistel network over the smallest even number of bits that holds the
 * count, its outputs beyond the count sent through again (Black, Rogaway 2002, "cycle walking"). The count is more
 * than a quarter of that range, so a walk takes four rounds on average at worst.
 */

enum { ROUNDS = 6 };

static uint64_t feistel(uint64_t key, int half_bits, uint64_t x)
{
    const uint64_t mask = ((uint64_t)1 << half_bits) - 1;
    uint64_t left = x >> half_bits;
    uint64_t right = x & mask;

    for (uint64_t round = 0; round < ROUNDS; round++) {
        const uint64_t next = left ^ (random_mix(key + round, right) & mask);

        left = right;
        right = next;
    }
    return left << half_bits | right;
}

int64_t train_order(uint64_t key, int64_t count, int64_t place)
{
    uint64_t x = (uint64_t)place;
    int half_bits = 1;

    ASSERT(place >= 0 && place < count);
    while ((int64_t)1 << 2 * half_bits < count) half_bits++;
    do x = feistel(key, half_bits, x);
    while (x >= (uint64_t)count);
    return (int64_t)x;
}

/* Loshchilov, Hutter 2017, equation 5, the least rate a hundredth, each period twice the last. */
static double cosine(int64_t epoch, int64_t period)
{
    const double least = 0.01;

    while (epoch >= period) {
        epoch -= period;
        period *= 2;
    }
    return least + (1 - least) * 0.5 * (1 + cos(acos(-1.0) * (double)epoch / (double)period));
}

double train_rate(const struct train_options *options, int64_t epoch, int64_t stalls)
{
    const double rate = options->adamw.learning_rate;

    switch (options->schedule) {
    case TRAIN_COSINE:
        return rate * cosine(epoch, options->schedule_epochs);
    case TRAIN_PLATEAU:
        return rate * pow(0.5, (double)stalls);
    case TRAIN_CONSTANT:
    default:
        return rate;
    }
}
