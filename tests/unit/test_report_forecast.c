// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/report.h>

#include <math.h>

static void the_models_threshold_is_one_of_those_offered(void)
{
    struct report_what_if levels[REPORT_LEVELS];

    report_what_if_levels(3.0, 100.0, levels);
    CHECK_CLOSE(levels[REPORT_LEVELS_BELOW].threshold, 3.0, 0.0);
    CHECK_CLOSE(levels[0].threshold, 0.75, 1e-15);
    CHECK_CLOSE(levels[REPORT_LEVELS - 1].threshold, 100.0, 1e-12);
    for (int k = 1; k < REPORT_LEVELS; k++) CHECK(levels[k].threshold > levels[k - 1].threshold);
}

static void thresholds_are_offered_where_the_model_has_none(void)
{
    struct report_what_if levels[REPORT_LEVELS];

    report_what_if_levels((double)INFINITY, 5.0, levels);
    CHECK_CLOSE(levels[REPORT_LEVELS_BELOW].threshold, 5.0, 0.0);
    report_what_if_levels((double)NAN, 0.0, levels);
    CHECK_CLOSE(levels[REPORT_LEVELS_BELOW].threshold, 1.0, 0.0);
    CHECK_CLOSE(levels[REPORT_LEVELS - 1].threshold, 4.0, 1e-12);
}

/** What report_what_if_add() counts at once, one threshold at a time. */
static struct report_what_if counted(double threshold, const float *scores, int64_t times,
                                     double period_s)
{
    struct report_what_if count = {.threshold = threshold};
    int64_t last_day = -1;
    bool was_above = false;

    for (int64_t t = 0; t < times; t++) {
        const bool is_above = (double)scores[t] > threshold;
        const int64_t day = (int64_t)((double)t * period_s / 86400.0);

        count.samples += is_above;
        count.events += is_above && !was_above;
        count.host_days += is_above && day != last_day;
        if (is_above) last_day = day;
        was_above = is_above;
    }
    count.hosts = count.samples > 0;
    return count;
}

static void counts_of_all_thresholds_are_those_of_each(void)
{
    enum { TIMES = 200, HOSTS = 5 };
    struct report_what_if levels[REPORT_LEVELS];
    struct report_what_if sums[REPORT_LEVELS] = {{0}};
    struct random random = random_start(3, 1);
    float scores[TIMES];

    report_what_if_levels(1.0, 3.0, levels);
    for (int h = 0; h < HOSTS; h++) {
        for (int t = 0; t < TIMES; t++) scores[t] = (float)(3.0 * random_uniform(&random));
        for (int t = 20 * h; t < 20 * h + 10; t++) scores[t] = NAN;
        scores[50] = (float)levels[40].threshold; /* on a threshold is not above it */
        report_what_if_add(levels, scores, TIMES, 1200.0);
        for (int k = 0; k < REPORT_LEVELS; k++) {
            const struct report_what_if one = counted(levels[k].threshold, scores, TIMES, 1200.0);

            sums[k].hosts += one.hosts;
            sums[k].events += one.events;
            sums[k].host_days += one.host_days;
            sums[k].samples += one.samples;
        }
    }
    for (int k = 0; k < REPORT_LEVELS; k++) {
        CHECK(levels[k].hosts == sums[k].hosts && levels[k].events == sums[k].events);
        CHECK(levels[k].host_days == sums[k].host_days && levels[k].samples == sums[k].samples);
    }
    CHECK(levels[0].events > levels[90].events && levels[0].host_days == 15);
}

static void the_records_of_a_forecast_keep_to_their_part_of_the_page(void)
{
    const struct facility facility = {.sample_count = 1440, .period_s = 60, .host_count = 4392};
    struct report_plan scores, predictions;
    const int64_t bytes =
        report_plan_forecast(&facility, 16, 66, REPORT_BUDGET_BYTES, &scores, &predictions);

    CHECK(bytes <= REPORT_BUDGET_BYTES * 3 / 16);
    CHECK(scores.other_bucket_samples > 1 && scores.metric_count == 1);
    CHECK(predictions.other_bucket_samples >= 1 && predictions.metric_count == 66);
    CHECK(report_plan_forecast(&facility, 0, 66, REPORT_BUDGET_BYTES, &scores, &predictions)
          <= REPORT_BUDGET_BYTES / 16);
}

CHECK_MAIN({"the_models_threshold_is_one_of_those_offered",
            the_models_threshold_is_one_of_those_offered},
           {"thresholds_are_offered_where_the_model_has_none",
            thresholds_are_offered_where_the_model_has_none},
           {"counts_of_all_thresholds_are_those_of_each",
            counts_of_all_thresholds_are_those_of_each},
           {"the_records_of_a_forecast_keep_to_their_part_of_the_page",
            the_records_of_a_forecast_keep_to_their_part_of_the_page})
