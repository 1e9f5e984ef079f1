// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <string.h>

static double parsed(const char *text, int zone_s)
{
    double unix_s = -12345.5;

    return clock_parse(text, strlen(text), zone_s, &unix_s) ? unix_s : -12345.5;
}

static void known_moments_are_read_and_written(void)
{
    char text[CLOCK_TEXT_BYTES];

    CHECK(parsed("2022-10-05T11:52:48", 0) == 1664970768.0);
    CHECK(parsed("1970-01-01", 0) == 0.0);
    CHECK(parsed("2106-02-07T06:28:16Z", 3600) == 4294967296.0);
    CHECK(parsed("2019-01-01 08:55:55", -7 * 3600) == parsed("2019-01-01T15:55:55Z", 0));
    CHECK(parsed("2020-02-29 23:59:59+01:00", 0) == parsed("2020-02-29T22:59:59Z", 0));
    CHECK(parsed("1746653827.002057", 0) > 1746653827.002
          && parsed("1746653827.002057", 0) < 1746653827.0021);
    CHECK(strcmp(clock_text(1664970768, text), "2022-10-05T11:52:48Z") == 0);
    CHECK(strcmp(clock_text(-1, text), "1969-12-31T23:59:59Z") == 0);
}

static void every_day_of_two_centuries_makes_the_round_trip(void)
{
    for (int64_t day = -36525; day < 73050; day++) {
        char text[CLOCK_TEXT_BYTES];

        CHECK(parsed(clock_text(day * 86400 + 3661, text), 0) == (double)(day * 86400 + 3661));
    }
}

static void what_is_no_moment_is_refused(void)
{
    static const char *const wrong[] = {"",
                                        "2021-02-29",
                                        "2021-13-01",
                                        "2021-1-1",
                                        "12:00",
                                        "Unknown",
                                        "2021-01-01T",
                                        "2021-01-01T25:00:00",
                                        "2021-01-01 10:00:00x",
                                        "1e5",
                                        "2021-01-01T10:00:00+",
                                        "99999999999999",
                                        "-"};

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        CHECK(parsed(wrong[i], 0) == -12345.5);
}

CHECK_MAIN({"known moments are read and written", known_moments_are_read_and_written},
           {"every day of two centuries makes the round trip",
            every_day_of_two_centuries_makes_the_round_trip},
           {"what is no moment is refused", what_is_no_moment_is_refused})
