// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/scores.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void the_median_of_an_even_count_lies_between_the_middle_two(void)
{
    const double values[] = {4.0, NAN, 1.0, 3.0, 2.0};
    double work[5];

    CHECK(median_of(values, 5, work) == 2.5);
    CHECK(median_of(values, 4, work) == 3.0);
    CHECK(isnan(median_of(values + 1, 1, work)));
    CHECK(isnan(median_of(values, 0, work)));
}

static int ascending(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

static void selection_agrees_with_sorting_also_where_values_repeat(void)
{
    double values[300], work[300];
    struct random random = random_start(5, 0);

    for (int trial = 0; trial < 600; trial++) {
        const int count = 1 + trial / 2;
        double median;

        for (int i = 0; i < count; i++)
            values[i] = trial % 2 ? (double)random_below(&random, 4) : random_normal(&random);
        median = median_of(values, count, work);
        qsort(values, (size_t)count, sizeof *values, ascending);
        CHECK_CLOSE(median, 0.5 * (values[(count - 1) / 2] + values[count / 2]), 1e-15);
    }
}

static void a_wild_value_moves_neither_median_nor_deviation(void)
{
    const double calm[] = {1.0, 2.0, 3.0, 4.0, 5.0}, wild[] = {1.0, 2.0, 3.0, 4.0, 1e30};
    double work[5], median[2], mad[2];

    median_mad(calm, 5, work, &median[0], &mad[0]);
    median_mad(wild, 5, work, &median[1], &mad[1]);
    CHECK(median[0] == 3.0 && median[1] == 3.0);
    CHECK(mad[0] == mad[1]);
    CHECK_CLOSE(mad[0], 1.4826022185056018, 1e-15);
}

static void the_deviation_of_normal_numbers_is_their_standard_deviation(void)
{
    enum { COUNT = 100001 };
    double *values = mem_zero(COUNT, sizeof *values), *work = mem_zero(COUNT, sizeof *work);
    struct random random = random_start(6, 0);
    double median, mad;

    for (int i = 0; i < COUNT; i++) values[i] = 7.0 + 2.0 * random_normal(&random);
    median_mad(values, COUNT, work, &median, &mad);
    /* Standard errors: 1.25 sigma / sqrt(n) and 1.17 sigma / sqrt(n), four of them. */
    CHECK(fabs(median - 7.0) < 4.0 * 1.25 * 2.0 / sqrt((double)COUNT));
    CHECK(fabs(mad - 2.0) < 4.0 * 1.17 * 2.0 / sqrt((double)COUNT));
    mem_free(&values);
    mem_free(&work);
}

/* The example of Benjamini and Hochberg (1995), section 3: at q = .05 four of fifteen are rejected. */
static void false_discovery_control_repeats_the_published_example(void)
{
    const double p[] = {.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344,
                        .0459, .3240, .4262, .5719, .6528, .7590, 1.000, NAN};
    double work[16];

    CHECK(fdr_threshold(p, 16, 0.05, work) == .0095);
    CHECK(fdr_threshold(p, 16, 1e-6, work) == -1.0);
    CHECK(fdr_threshold(p + 15, 1, 0.05, work) == -1.0);
    CHECK(fdr_threshold(p, 0, 0.05, work) == -1.0);
}

static void the_step_up_rule_rejects_all_below_the_last_that_qualifies(void)
{
    const double p[] = {.04, .03, .035, .049};
    double work[4];

    CHECK(fdr_threshold(p, 4, 0.05, work) == .049);
}

/* By hand: values 4 3 2 1, truth 1 0 1 0: (1/1 + 2/3) / 2; three of four pairs in order. */
static void detection_measures_agree_with_hand_work(void)
{
    const double value[] = {1.0, 4.0, 2.0, 3.0};
    const int8_t truth[] = {0, 1, 1, 0};

    CHECK_CLOSE(average_precision(value, truth, 4), (1.0 + 2.0 / 3.0) / 2.0, 1e-15);
    CHECK_CLOSE(roc_area(value, truth, 4), 0.75, 1e-15);
}

static void ties_are_taken_together(void)
{
    const double value[] = {1.0, 1.0, 1.0, 1.0, 1.0};
    const int8_t truth[] = {0, 1, 0, 0, 0};

    CHECK_CLOSE(average_precision(value, truth, 5), 0.2, 1e-15);
    CHECK_CLOSE(roc_area(value, truth, 5), 0.5, 1e-15);
}

static void a_missing_score_ranks_last_and_one_class_has_no_measure(void)
{
    const double value[] = {NAN, 1.0, 2.0};
    const int8_t missing[] = {1, 0, 0}, all[] = {1, 1, 1};

    CHECK_CLOSE(average_precision(value, missing, 3), 1.0 / 3.0, 1e-15);
    CHECK(roc_area(value, missing, 3) == 0.0);
    CHECK(isnan(average_precision(value, all, 3)));
    CHECK(isnan(roc_area(value, all, 3)));
    CHECK(isnan(average_precision(value, all, 0)));
}

CHECK_MAIN({"the median of an even count lies between the middle two",
            the_median_of_an_even_count_lies_between_the_middle_two},
           {"selection agrees with sorting also where values repeat",
            selection_agrees_with_sorting_also_where_values_repeat},
           {"a wild value moves neither median nor deviation",
            a_wild_value_moves_neither_median_nor_deviation},
           {"the deviation of normal numbers is their standard deviation",
            the_deviation_of_normal_numbers_is_their_standard_deviation},
           {"false discovery control repeats the published example",
            false_discovery_control_repeats_the_published_example},
           {"the step-up rule rejects all below the last that qualifies",
            the_step_up_rule_rejects_all_below_the_last_that_qualifies},
           {"detection measures agree with hand work", detection_measures_agree_with_hand_work},
           {"ties are taken together", ties_are_taken_together},
           {"a missing score ranks last and one class has no measure",
            a_missing_score_ranks_last_and_one_class_has_no_measure})
