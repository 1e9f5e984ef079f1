// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/base.h>

#include <stdio.h>
#include <string.h>

/* SHA-256 as FIPS 180-4 defines it; a to h of the standard are v[0] to v[7], its W is `words`. */
static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotated(uint32_t x, int bits)
{
    return x >> bits | x << (32 - bits);
}

static void schedule(const unsigned char block[64], uint32_t words[64])
{
    for (int t = 0; t < 16; t++) {
        words[t] = (uint32_t)block[4 * t] << 24 | (uint32_t)block[4 * t + 1] << 16
                   | (uint32_t)block[4 * t + 2] << 8 | block[4 * t + 3];
    }
    for (int t = 16; t < 64; t++) {
        const uint32_t s0 =
            rotated(words[t - 15], 7) ^ rotated(words[t - 15], 18) ^ words[t - 15] >> 3;
        const uint32_t s1 =
            rotated(words[t - 2], 17) ^ rotated(words[t - 2], 19) ^ words[t - 2] >> 10;

        words[t] = words[t - 16] + s0 + words[t - 7] + s1;
    }
}

static void take_block(struct checksum *checksum, const unsigned char block[64])
{
    uint32_t words[64];
    uint32_t v[8];

    schedule(block, words);
    memcpy(v, checksum->state, sizeof v);
    for (int t = 0; t < 64; t++) {
        const uint32_t a = v[0];
        const uint32_t e = v[4];
        const uint32_t sum1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
        const uint32_t choice = (e & v[5]) ^ (~e & v[6]);
        const uint32_t first = v[7] + sum1 + choice + round_constants[t] + words[t];
        const uint32_t sum0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
        const uint32_t majority = (a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]);

        memmove(v + 1, v, 7 * sizeof v[0]);
        v[4] += first;
        v[0] = first + sum0 + majority;
    }
    for (int i = 0; i < 8; i++) checksum->state[i] += v[i];
}

struct checksum checksum_start(void)
{
    return (struct checksum){
        .state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
                  0x1f83d9ab, 0x5be0cd19}
    };
}

void checksum_add(struct checksum *checksum, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;

    while (length > 0) {
        const size_t held = (size_t)(checksum->length % 64);
        const size_t taken = length < 64 - held ? length : 64 - held;

        if (taken == 64) {
            take_block(checksum, at);
        } else {
            memcpy(checksum->block + held, at, taken);
            if (held + taken == 64) take_block(checksum, checksum->block);
        }
        checksum->length += taken;
        at += taken;
        length -= taken;
    }
}

char *checksum_text(struct checksum *checksum, char *text)
{
    static const unsigned char padding[64] = {0x80};
    const uint64_t bits = 8 * checksum->length;
    const size_t held = (size_t)(checksum->length % 64);
    unsigned char length[8];

    checksum_add(checksum, padding, held < 56 ? 56 - held : 120 - held);
    for (int i = 0; i < 8; i++) length[i] = (unsigned char)(bits >> (56 - 8 * i));
    checksum_add(checksum, length, 8);
    for (int i = 0; i < 8; i++) snprintf(text + 8 * i, 9, "%08x", checksum->state[i]);
    return text;
}

bool checksum_file(const char *path, char *text)
{
    enum { PART_BYTES = 1 << 16 };
    struct checksum checksum = checksum_start();
    FILE *file = fopen(path, "rb");
    char *part;
    size_t length;
    bool is_read;

    if (!file) return false;
    part = mem_zero(PART_BYTES, 1);
    while ((length = fread(part, 1, PART_BYTES, file)) > 0) checksum_add(&checksum, part, length);
    is_read = !ferror(file);
    fclose(file);
    mem_free(&part);
    if (is_read) checksum_text(&checksum, text);
    return is_read;
}
