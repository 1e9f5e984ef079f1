// SPDX-License-Identifier: BSD-3-Clause
#include "pack.h"

#include <math.h>

int pack_score(float z, int bits)
{
    const int lowest = -(1 << (bits - 1));
    const int steps = bits == 8 ? PACK_STEPS_8 : PACK_STEPS_16;
    double code;

    if (isnan(z)) return lowest;
    code = round(asinh((double)z) * steps);
    return (int)fmax(lowest + 1, fmin(-lowest - 1, code));
}

unsigned char *pack_u16(unsigned char *to, unsigned value)
{
    *to++ = (unsigned char)(value & 255);
    *to++ = (unsigned char)(value >> 8 & 255);
    return to;
}

unsigned char *pack_u32(unsigned char *to, uint32_t value)
{
    return pack_u16(pack_u16(to, value & 65535), value >> 16);
}

void pack_base64(struct text *text, const unsigned char *bytes, size_t count)
{
    static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    const uint32_t padding = 64;

    for (size_t i = 0; i < count; i += 3) {
        const bool has_second = i + 1 < count;
        const bool has_third = i + 2 < count;
        const uint32_t second = has_second ? bytes[i + 1] : 0;
        const uint32_t third = has_third ? bytes[i + 2] : 0;
        const uint32_t group = (uint32_t)bytes[i] << 16 | second << 8 | third;
        const char four[4] = {signs[group >> 18], signs[group >> 12 & 63],
                              signs[has_second ? group >> 6 & 63 : padding],
                              signs[has_third ? group & 63 : padding]};

        text_add(text, four, sizeof four);
    }
}

int64_t pack_base64_bytes(int64_t count)
{
    return (count + 2) / 3 * 4;
}
