// SPDX-License-Identifier: BSD-3-Clause
#include "import_private.h"

#include "number_short.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/** Powers of ten that a double holds exactly (5^22 < 2^53). */
static const double exact_powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                      1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                      1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

enum { EXACT_POWER_MAX = 22, MANTISSA_DIGITS = 19, SHORT_TEXT = 128, EXPONENT_LIMIT = 100000 };

/** A decimal as it stands in the text. */
struct decimal {
    uint64_t mantissa; /**< leading significant digits */
    int digits;        /**< in mantissa */
    int exponent;      /**< of ten, for the mantissa */
    bool is_cut;       /**< digits that are not in the mantissa were not all zero */
    bool is_negative;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void take_digit(struct decimal *decimal, char digit, bool is_fraction)
{
    if (decimal->digits < MANTISSA_DIGITS) {
        decimal->mantissa = decimal->mantissa * 10 + (uint64_t)(digit - '0');
        decimal->digits += decimal->mantissa > 0;
        decimal->exponent -= is_fraction;
    } else {
        decimal->is_cut = decimal->is_cut || digit != '0';
        decimal->exponent += !is_fraction;
    }
}

/** The part after `e`. */
static const char *take_exponent(const char *at, const char *end, struct decimal *decimal)
{
    bool is_negative = false;
    int exponent = 0;

    at++;
    if (at < end && (*at == '+' || *at == '-')) is_negative = *at++ == '-';
    if (at == end || !is_digit(*at)) return NULL;
    for (; at < end && is_digit(*at); at++)
        if (exponent < EXPONENT_LIMIT) exponent = exponent * 10 + (*at - '0');
    decimal->exponent += is_negative ? -exponent : exponent;
    return at;
}

/** Does the whole of [@p at, @p end) read as a decimal number? */
static bool scan(const char *at, const char *end, struct decimal *decimal)
{
    int digit_count = 0;

    if (at < end && (*at == '+' || *at == '-')) decimal->is_negative = *at++ == '-';
    for (; at < end && is_digit(*at); at++, digit_count++) take_digit(decimal, *at, false);
    if (at < end && *at == '.')
        for (at++; at < end && is_digit(*at); at++, digit_count++) take_digit(decimal, *at, true);
    if (digit_count == 0) return false;
    if (at < end && (*at == 'e' || *at == 'E')) at = take_exponent(at, end, decimal);
    return at && at == end;
}

/** What the short way cannot do: any number of digits, any exponent. */
static double read_slowly(const char *text, size_t bytes)
{
    static locale_t c_locale;
    char room[SHORT_TEXT];
    char *copy = bytes < sizeof room ? room : mem_zero(bytes + 1, 1);
    double value;

    if (!c_locale) c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    memcpy(copy, text, bytes);
    copy[bytes] = '\0';
    if (c_locale) {
        const locale_t before = uselocale(c_locale);

        value = strtod(copy, NULL);
        uselocale(before);
    } else {
        value = strtod(copy, NULL);
    }
    if (copy != room) mem_free(&copy);
    return value;
}

static bool is_missing_word(const char *text, size_t bytes)
{
    static const char *const words[] = {"",     "nan",  "NaN",  "NAN", "NA",  "N/A",
                                        "null", "NULL", "None", "-",   "\\N", "-nan"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i]) == bytes && memcmp(words[i], text, bytes) == 0) return true;
    return false;
}

/** Any decimal, missing words and refusals; spaces around it are allowed. */
static enum number read_any(const char *text, size_t bytes, double *value)
{
    struct decimal decimal = {0};
    double magnitude;

    for (; bytes > 0 && (text[0] == ' ' || text[0] == '\t'); bytes--) text++;
    while (bytes > 0 && (text[bytes - 1] == ' ' || text[bytes - 1] == '\t')) bytes--;
    if (!scan(text, text + bytes, &decimal)) {
        if (!is_missing_word(text, bytes)) return NUMBER_REFUSED;
        *value = (double)NAN;
        return NUMBER_MISSING;
    }
    if (decimal.exponent == 0 && !decimal.is_cut) {
        magnitude = (double)decimal.mantissa;
    } else if (!decimal.is_cut && decimal.mantissa <= UINT64_C(1) << DBL_MANT_DIG
               && decimal.exponent >= -EXACT_POWER_MAX && decimal.exponent <= EXACT_POWER_MAX) {
        magnitude = decimal.exponent < 0
                        ? (double)decimal.mantissa / exact_powers[-decimal.exponent]
                        : (double)decimal.mantissa * exact_powers[decimal.exponent];
    } else {
        magnitude = fabs(read_slowly(text, bytes));
        if (!isfinite(magnitude)) return NUMBER_REFUSED;
    }
    *value = decimal.is_negative ? -magnitude : magnitude;
    return NUMBER_READ;
}

enum number number_parse_within(const char *start, const char *text, size_t bytes, double *value)
{
    static const uint64_t exact_to = UINT64_C(1) << DBL_MANT_DIG;
    const char *end = text + bytes;
    const size_t sign = bytes > 0 && text[0] == '-';
    const size_t count = bytes - sign;
    uint64_t mantissa = 0;
    unsigned fractions = 0;
    bool is_short;
    double magnitude;

    if (count - 1 < 8)
        is_short = short_number(eight_before(start, end, count), &mantissa, &fractions)
                   && (count > 1 || end[-1] != '.');
    else if (count - 1 < SHORT_CHARACTERS)
        is_short = long_number(eight_at(text + sign) << 4 * (SHORT_CHARACTERS - count)
                                                     << 4 * (SHORT_CHARACTERS - count),
                               eight_at(end - 8), &mantissa, &fractions);
    else
        is_short = false;
    if (!is_short || mantissa > exact_to) return read_any(text, bytes, value);
    magnitude = (double)(int64_t)mantissa / exact_powers[fractions];
    *value = sign ? -magnitude : magnitude;
    return NUMBER_READ;
}

enum number number_parse(const char *text, size_t bytes, double *value)
{
    return number_parse_within(text, text, bytes, value);
}
