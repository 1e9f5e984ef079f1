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
           {"every double printed with 17 digits comes back",
            every_double_printed_with_17_digits_comes_back},
           {"numbers halfway between doubles round to even",
            numbers_halfway_between_doubles_round_to_even},
           {"a number of a thousand digits is read", a_number_of_a_thousand_digits_is_read},
           {"what is no decimal number is refused", what_is_no_decimal_number_is_refused},
           {"a missing value is no error", a_missing_value_is_no_error})
