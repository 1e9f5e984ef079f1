// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file number_short.h
 * Decimals of up to 16 characters without sign or exponent, eight at a time: nearly all that telemetry holds.
 *
 * Characters stand in words with the last in the highest byte, so that what is missing before the first
 * reads as zeros. Characters that are no digits are found for all at once; what stands before the
 * point is moved over it; three multiplications turn eight digits into a number (D. Lemire, "Number parsing at a
 * gigabyte per second", 2021). No branch depends on where the point is: it changes from cell to cell and cannot
 * be foreseen.
 */
#pragma once

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { SHORT_CHARACTERS = 16 };

static inline uint64_t eight_at(const char *text)
{
    uint64_t word;

    memcpy(&word, text, sizeof word);
    return le64toh(word) ^ UINT64_C(0x3030303030303030);
}

/** The last @p count (1 to 8) characters before @p end, as distances from '0'; earlier ones from @p start on may
 *  be read. */
static inline uint64_t eight_before(const char *start, const char *end, size_t count)
{
    uint64_t word = 0;

    if (end - start >= 8) return eight_at(end - 8) >> 8 * (8 - count) << 8 * (8 - count);
    for (size_t i = 0; i < count; i++)
        word =
            word >> 8 | (uint64_t)(unsigned char)(end[(ptrdiff_t)i - (ptrdiff_t)count] ^ '0') << 56;
    return word;
}

/** The top bit of each byte that is no digit. */
static inline uint64_t no_digits(uint64_t distances)
{
    static const uint64_t all = UINT64_C(0x0101010101010101);

    return (((distances & 0x7f * all) + 0x76 * all) | distances) & 0x80 * all;
}

/** Are all of these marks (none or more top bits) one point? */
static inline bool is_a_point(uint64_t distances, uint64_t mark)
{
    const uint64_t byte = (mark << 1) - (mark >> 7);

    return (mark & (mark - 1)) == 0 && (distances & byte) == (mark >> 7) * ('0' ^ '.');
}

static inline uint64_t eight_digits(uint64_t digits)
{
    digits = (digits * 2561) >> 8 & UINT64_C(0x00ff00ff00ff00ff);
    digits = (digits * 6553601) >> 16 & UINT64_C(0x0000ffff0000ffff);
    return (digits * UINT64_C(42949672960001)) >> 32;
}

/** The bytes up to a mark, with it; none where there is no mark. */
static inline uint64_t up_to(uint64_t mark)
{
    return (mark << 1) - (mark != 0);
}

/** Behind a point: characters of the word. */
static inline unsigned behind(uint64_t mark)
{
    return (unsigned)__builtin_clzll(mark | 1) / 8;
}

/** One to eight characters; false where they are not digits with at most one point. */
static inline bool short_number(uint64_t word, uint64_t *mantissa, unsigned *fractions)
{
    const uint64_t mark = no_digits(word);
    const uint64_t before = up_to(mark);

    *mantissa = eight_digits((word & ~before) | (word << 8 & before));
    *fractions = mark ? behind(mark) : 0;
    return is_a_point(word, mark);
}

/** Nine to sixteen: eight in @p low, the others before them in @p high. */
static inline bool long_number(uint64_t high, uint64_t low, uint64_t *mantissa, unsigned *fractions)
{
    const uint64_t high_mark = no_digits(high), low_mark = no_digits(low);
    const uint64_t high_before = low_mark ? ~UINT64_C(0) : up_to(high_mark);
    const uint64_t low_before = up_to(low_mark);

    *mantissa = eight_digits((high & ~high_before) | (high << 8 & high_before)) * 100000000
                + eight_digits((low & ~low_before) | ((low << 8 | high >> 56) & low_before));
    *fractions = low_mark ? behind(low_mark) : high_mark ? 8 + behind(high_mark) : 0;
    return (high_mark == 0 || low_mark == 0) && is_a_point(high, high_mark)
           && is_a_point(low, low_mark);
}
