// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include "../../src/view/rates.h"

#include <telltale/view.h>

#include <math.h>
#include <string.h>

static const float none = NAN;

static bool is_same(const float *actual, const float *expected, int count)
{
    for (int i = 0; i < count; i++)
        if (!(actual[i] == expected[i] || (isnan(actual[i]) && isnan(expected[i])))) return false;
    return true;
}

static void a_counter_becomes_its_increments_per_second(void)
{
    float series[] = {100.0f, 160.0f, 160.0f, 280.0f};
    const float expected[] = {none, 1.0f, 0.0f, 2.0f};

    counter_to_rate(series, 4, 1, 60.0);
    CHECK(is_same(series, expected, 4));
}

static void a_reset_is_a_missing_rate_and_never_a_negative_one(void)
{
    float series[] = {100.0f, 220.0f, 30.0f, 90.0f};
    const float expected[] = {none, 2.0f, none, 1.0f};

    counter_to_rate(series, 4, 1, 60.0);
    CHECK(is_same(series, expected, 4));
}

static void an_increment_across_a_gap_is_divided_by_its_length(void)
{
    float series[] = {none, 100.0f, none, none, 280.0f};
    const float expected[] = {none, none, none, none, 1.0f};

    counter_to_rate(series, 5, 1, 60.0);
    CHECK(is_same(series, expected, 5));
}

static void the_counters_of_a_host_become_rates_and_its_gauges_stay(void)
{
    float values[] = {1.0f, 100.0f, 7.0f, 2.0f, 160.0f, 7.0f, none, 100.0f, 9.0f};
    const float expected[] = {1.0f, none, 7.0f, 2.0f, 2.0f, 7.0f, none, none, 9.0f};
    const int32_t counters[] = {1};

    rates_of_host(values, 3, 3, 30.0, counters, 1);
    CHECK(is_same(values, expected, 9));
}

static void infinite_samples_are_missing_ones(void)
{
    float values[] = {1.0f, INFINITY, -INFINITY, none, 3.4e38f, -0.0f};
    const float expected[] = {1.0f, none, none, none, 3.4e38f, -0.0f};

    rates_drop_infinite(values, 6);
    CHECK(is_same(values, expected, 6));
}

static void gaps_are_counted_at_the_ends_too(void)
{
    const float series[] = {none, none, 1.0f, none, 2.0f, none, none, none};
    const struct gaps gaps = gaps_find(series, 8, 1), every_other = gaps_find(series, 4, 2);

    CHECK(gaps.present == 2 && gaps.longest == 3);
    CHECK(every_other.present == 2 && every_other.longest == 1);
}

static void bridges_are_straight_within_and_level_at_the_ends(void)
{
    double series[] = {NAN, 1.0, NAN, NAN, 4.0, NAN};
    const double expected[] = {1.0, 1.0, 2.0, 3.0, 4.0, 4.0};

    gaps_bridge(series, 6, 1);
    for (int i = 0; i < 6; i++) CHECK_CLOSE(series[i], expected[i], 1e-15);
}

static void without_a_sample_there_is_nothing_to_bridge(void)
{
    double series[] = {NAN, NAN};

    gaps_bridge(series, 2, 1);
    CHECK(isnan(series[0]) && isnan(series[1]));
}

CHECK_MAIN({"a counter becomes its increments per second",
            a_counter_becomes_its_increments_per_second},
           {"a reset is a missing rate and never a negative one",
            a_reset_is_a_missing_rate_and_never_a_negative_one},
           {"an increment across a gap is divided by its length",
            an_increment_across_a_gap_is_divided_by_its_length},
           {"the counters of a host become rates and its gauges stay",
            the_counters_of_a_host_become_rates_and_its_gauges_stay},
           {"infinite samples are missing ones", infinite_samples_are_missing_ones},
           {"gaps are counted at the ends too", gaps_are_counted_at_the_ends_too},
           {"bridges are straight within and level at the ends",
            bridges_are_straight_within_and_level_at_the_ends},
           {"without a sample there is nothing to bridge",
            without_a_sample_there_is_nothing_to_bridge})
