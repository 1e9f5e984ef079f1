// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/import.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum number parse(const char *text, double *value)
{
    return number_parse(text, strlen(text), value);
}

/** Digits, a point somewhere, an exponent now and then: what strtod() reads too. */
static void random_decimal(struct random *random, char *text)
{
    const int64_t integers = random_below(random, 24), fractions = random_below(random, 24);
    char *at = text;

    if (random_below(random, 4) == 0) *at++ = random_below(random, 2) ? '-' : '+';
    for (int64_t i = 0; i < integers; i++) *at++ = (char)('0' + random_below(random, 10));
    if (integers == 0 || fractions > 0) *at++ = '.';
    for (int64_t i = 0; i < fractions || (integers == 0 && i == 0); i++)
        *at++ = (char)('0' + random_below(random, 10));
    if (random_below(random, 3) == 0)
        at += sprintf(at, "e%d", (int)random_below(random, 640) - 330);
    *at = '\0';
}

static void two_million_random_decimals_read_as_strtod_reads_them(void)
{
    struct random random = random_start(2, 7);
    int64_t wrong = 0;

    for (int i = 0; i < 2000000; i++) {
        char text[96];
        double expected, value = 0;
        enum number outcome;

        random_decimal(&random, text);
        expected = strtod(text, NULL);
        outcome = parse(text, &value);
        wrong += isfinite(expected) ? outcome != NUMBER_READ || memcmp(&value, &expected, 8) != 0
                                    : outcome != NUMBER_REFUSED;
    }
    CHECK(wrong == 0);
}

/** Does the whole text read as [sign] digits [point digits] [e [sign] digits], by hand? */
static bool is_decimal(const char *at)
{
    size_t integers, fractions = 0;

    at += *at == '+' || *at == '-';
    integers = strspn(at, "0123456789");
    at += integers;
    if (*at == '.') {
        fractions = strspn(++at, "0123456789");
        at += fractions;
    }
    if (integers + fractions == 0) return false;
    if (*at != 'e' && *at != 'E') return *at == '\0';
    at++;
    at += *at == '+' || *at == '-';
    return *at != '\0' && at[strspn(at, "0123456789")] == '\0';
}

/** Mostly digits, and what may go wrong beside them. */
static void random_short_text(struct random *random, char *text)
{
    static const char others[] = "..-+eE,x: \x1f\x7f\x80\xae\xb0\xff/;";
    const int64_t length = random_below(random, 20);
    const int64_t strange = random_below(random, 3);

    for (int64_t i = 0; i < length; i++) text[i] = (char)('0' + random_below(random, 10));
    text[length] = '\0';
    for (int64_t i = 0; length > 0 && i < strange; i++)
        text[random_below(random, length)] =
            others[random_below(random, (int64_t)sizeof others - 1)];
}

static void what_stands_around_a_short_text_does_not_change_it(void)
{
    struct random random = random_start(4, 1);
    int64_t wrong = 0, read = 0;

    for (int i = 0; i < 2000000; i++) {
        char line[64], *text = line + random_below(&random, 24), *end;
        double alone = 42, within = 42, expected;
        enum number outcome;

        for (size_t b = 0; b < sizeof line; b++) line[b] = "0159.-, x"[random_below(&random, 9)];
        random_short_text(&random, text);
        end = text + strlen(text);
        outcome = parse(text, &alone);
        expected = strtod(text, NULL);
        if (*text == ' ' || (end > text && end[-1] == ' ')) continue;
        *end = '7';
        wrong += number_parse_within(line, text, (size_t)(end - text), &within) != outcome;
        wrong += memcmp(&alone, &within, sizeof alone) != 0 && !isnan(alone);
        *end = '\0';
        wrong += (outcome == NUMBER_READ) != (is_decimal(text) && isfinite(expected));
        wrong += outcome == NUMBER_READ && memcmp(&alone, &expected, sizeof alone) != 0;
        read += outcome == NUMBER_READ;
    }
    CHECK(wrong == 0);
    CHECK(read > 500000);
}

/** The decimal of @p value, exactly: as many digits as it has. */
static void print_exactly(long double value, char *text, size_t room)
{
    snprintf(text, room, "%.1100Le", value);
}

/** A finite positive double, of all sizes; every fourth a subnormal one. */
static double random_double(struct random *random)
{
    uint64_t bits = (uint64_t)random_bits(random) << 32 | random_bits(random);
    double value;

    bits &= INT64_MAX;
    if (bits % 4 == 0) bits &= (UINT64_C(1) << 52) - 1;
    memcpy(&value, &bits, sizeof value);
    return value < DBL_MAX ? value : 1;
}

/* A long double holds what is halfway between two doubles; its neighbours decide the rounding. */
static void halfway_between_any_two_doubles_even_wins_and_a_digit_decides(void)
{
    struct random random = random_start(5, 1);
    int64_t wrong = 0;

    for (int i = 0; i < 4000; i++) {
        char text[1300];
        const double low = random_double(&random), high = nextafter(low, (double)INFINITY);
        uint64_t low_bits;
        double value = 0;

        memcpy(&low_bits, &low, sizeof low_bits);
        print_exactly(((long double)low + (long double)high) / 2, text, sizeof text);
        wrong += parse(text, &value) != NUMBER_READ || value != (low_bits % 2 == 0 ? low : high);
        *(strchr(text, 'e') - 1) = '1';
        wrong += parse(text, &value) != NUMBER_READ || value != high;
    }
    CHECK(wrong == 0);
}

static void every_subnormal_comes_back(void)
{
    struct random random = random_start(6, 1);
    int64_t wrong = 0;

    for (int i = 0; i < 200000; i++) {
        const uint64_t bits = ((uint64_t)random_bits(&random) << 32 | random_bits(&random))
                              >> (12 + random_below(&random, 52));
        char text[64];
        double expected, value = 1;

        memcpy(&expected, &bits, sizeof expected);
        snprintf(text, sizeof text, "%.*g", 17 + i % 20, expected);
        wrong += parse(text, &value) != NUMBER_READ || memcmp(&value, &expected, 8) != 0;
    }
    CHECK(wrong == 0);
}

static void every_double_printed_with_17_digits_comes_back(void)
{
    struct random random = random_start(3, 1);
    int64_t wrong = 0;

    for (int i = 0; i < 500000; i++) {
        const uint64_t bits = (uint64_t)random_bits(&random) << 32 | random_bits(&random);
        char text[64];
        double expected, value = 0;

        memcpy(&expected, &bits, sizeof expected);
        if (!isfinite(expected)) continue;
        snprintf(text, sizeof text, "%.17g", expected);
        wrong += parse(text, &value) != NUMBER_READ || memcmp(&value, &expected, 8) != 0;
    }
    CHECK(wrong == 0);
}

static void numbers_halfway_between_doubles_round_to_even(void)
{
    double value;

    CHECK(parse("9007199254740993", &value) == NUMBER_READ && value == 9007199254740992.0);
    CHECK(parse("9007199254740995", &value) == NUMBER_READ && value == 9007199254740996.0);
    CHECK(parse("9007199254740992.99999999999999999999", &value) == NUMBER_READ
          && value == 9007199254740992.0);
    CHECK(parse("9007199254740993.00000000000000000001", &value) == NUMBER_READ
          && value == 9007199254740994.0);
    CHECK(parse("2.2250738585072011e-308", &value) == NUMBER_READ
          && value == 2.2250738585072011e-308);
    CHECK(parse("1e-400", &value) == NUMBER_READ && value == 0);
    CHECK(parse("0e99999999999", &value) == NUMBER_READ && value == 0);
}

static void a_number_of_a_thousand_digits_is_read(void)
{
    char text[1200];
    double value;

    memset(text, '3', 1000);
    text[0] = '0';
    text[1] = '.';
    text[1000] = '\0';
    CHECK(parse(text, &value) == NUMBER_READ && value == 1.0 / 3.0);
}

static void what_is_no_decimal_number_is_refused(void)
{
    static const char *const wrong[] = {"1e999", "-1e999", "0x10", "0x1p3", "1,5",  "1.5.2", "inf",
                                        "+inf",  "1e",     "1e+",  ".",     "e5",   "1 2",   "--1",
                                        "1_000", "12abc",  "+",    "\t.",   "1e5.5"};
    double value = 42;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        CHECK(parse(wrong[i], &value) == NUMBER_REFUSED);
    CHECK(value == 42);
}

static void a_missing_value_is_no_error(void)
{
    static const char *const missing[] = {"", "  ", "nan", "NaN", "NA", "N/A", "null", "None", "-"};

    for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++) {
        double value = 1;

        CHECK(parse(missing[i], &value) == NUMBER_MISSING && isnan(value));
    }
}

CHECK_MAIN({"two million random decimals read as strtod reads them",
            two_million_random_decimals_read_as_strtod_reads_them},
           {"what stands around a short text does not change it",
            what_stands_around_a_short_text_does_not_change_it},
           {"halfway between any two doubles even wins and a digit decides",
            halfway_between_any_two_doubles_even_wins_and_a_digit_decides},
           {"every subnormal comes back", every_subnormal_comes_back},
           {"every double printed with 17 digits comes back",
            every_double_printed_with_17_digits_comes_back},
           {"numbers halfway between doubles round to even",
            numbers_halfway_between_doubles_round_to_even},
           {"a number of a thousand digits is read", a_number_of_a_thousand_digits_is_read},
           {"what is no decimal number is refused", what_is_no_decimal_number_is_refused},
           {"a missing value is no error", a_missing_value_is_no_error})
