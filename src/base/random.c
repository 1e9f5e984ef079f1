// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/base.h>

#include <math.h>

/* Philox4x32-10 as defined by Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011). */
static void philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c[4] = {counter[0], counter[1], counter[2], counter[3]};
    uint32_t k[2] = {key[0], key[1]};

    for (int round = 0; round < 10; round++) {
        const uint64_t product0 = (uint64_t)0xD2511F53u * c[0];
        const uint64_t product1 = (uint64_t)0xCD9E8D57u * c[2];

        c[0] = (uint32_t)(product1 >> 32) ^ c[1] ^ k[0];
        c[1] = (uint32_t)product1;
        c[2] = (uint32_t)(product0 >> 32) ^ c[3] ^ k[1];
        c[3] = (uint32_t)product0;
        k[0] += 0x9E3779B9u;
        k[1] += 0xBB67AE85u;
    }
    for (int i = 0; i < 4; i++) out[i] = c[i];
}

struct random random_start(uint64_t seed, uint64_t stream)
{
    return (struct random){.seed = seed, .stream = stream, .next = 0};
}

uint64_t random_mix(uint64_t a, uint64_t b)
{
    const uint32_t counter[4] = {(uint32_t)a, (uint32_t)(a >> 32), (uint32_t)b,
                                 (uint32_t)(b >> 32)};
    const uint32_t key[2] = {0x7E117A1Eu, 0x51137A1Eu};
    uint32_t out[4];

    philox(counter, key, out);
    return (uint64_t)out[1] << 32 | out[0];
}

static void draw(struct random *random, uint32_t out[4])
{
    const uint32_t counter[4] = {(uint32_t)random->next, (uint32_t)(random->next >> 32),
                                 (uint32_t)random->stream, (uint32_t)(random->stream >> 32)};
    const uint32_t key[2] = {(uint32_t)random->seed, (uint32_t)(random->seed >> 32)};

    random->next++;
    philox(counter, key, out);
}

static double unit(uint32_t high, uint32_t low)
{
    return ((double)(high >> 5) * 67108864.0 + (double)(low >> 6)) * 0x1p-53;
}

uint32_t random_bits(struct random *random)
{
    uint32_t out[4];

    draw(random, out);
    return out[0];
}

void random_words(struct random *random, uint32_t *words, int64_t count)
{
    uint32_t rest[4];

    for (; count >= 4; count -= 4, words += 4) draw(random, words);
    if (count == 0) return;
    draw(random, rest);
    for (int64_t i = 0; i < count; i++) words[i] = rest[i];
}

double random_uniform(struct random *random)
{
    uint32_t out[4];

    draw(random, out);
    return unit(out[0], out[1]);
}

double random_normal(struct random *random)
{
    uint32_t out[4];

    draw(random, out);
    return sqrt(-2.0 * log(1.0 - unit(out[0], out[1])))
           * cos(6.283185307179586 * unit(out[2], out[3]));
}

double random_exponential(struct random *random)
{
    return -log(1.0 - random_uniform(random));
}

int64_t random_below(struct random *random, int64_t count)
{
    const uint64_t range = (uint64_t)count;
    const uint64_t unbiased = UINT64_MAX - UINT64_MAX % range;
    uint64_t value;
    uint32_t out[4];

    ASSERT(count > 0);
    do {
        draw(random, out);
        value = (uint64_t)out[1] << 32 | out[0];
    } while (value >= unbiased);
    return (int64_t)(value % range);
}
