// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include "../../src/analysis/mrdmd/band_power.h"

#include <telltale/scores.h>

#include <math.h>

enum { WINDOW = 128, BANDS = 3, ITEMS = BAND_FIRST + BANDS };
static const double BANDS_HZ[BANDS][2] = {
    {0.0,  0.1       },
    {0.1,  0.25      },
    {0.25, 0.5 + 1e-9}
};

struct bench {
    struct band_plan *plan;
    double series[WINDOW];
    double features[ITEMS];
    void *work;
};

static struct bench bench_open(void)
{
    struct bench bench = {.plan = band_plan_create(WINDOW, 1.0, BANDS_HZ, BANDS)};

    bench.work = mem_zero(1, band_plan_workspace_bytes(bench.plan));
    return bench;
}

static void bench_run(struct bench *bench, double *quantum)
{
    const int64_t start = 0;

    band_features(bench->plan, bench->series, &start, 1, bench->work, bench->features, quantum);
}

static void bench_close(struct bench *bench)
{
    band_plan_destroy(&bench->plan);
    mem_free(&bench->work);
}

static void every_bin_but_zero_belongs_to_one_band(void)
{
    struct bench bench = bench_open();

    CHECK(band_plan_features(bench.plan) == ITEMS);
    CHECK(band_plan_bins(bench.plan, 0) == 12);
    CHECK(band_plan_bins(bench.plan, 1) == 19);
    CHECK(band_plan_bins(bench.plan, 2) == 33);
    bench_close(&bench);
}

/* A sine of amplitude A has the mean square A^2 / 2, and Hann's window keeps it within two bins. */
static void the_power_of_a_tone_stands_in_its_band(void)
{
    struct bench bench = bench_open();

    for (int t = 0; t < WINDOW; t++)
        bench.series[t] = 5.0 + 3.0 * sin(2.0 * M_PI * 24.0 * t / WINDOW);
    bench_run(&bench, NULL);
    CHECK_CLOSE(bench.features[BAND_FIRST + 1], 4.5, 1e-3);
    CHECK(bench.features[BAND_FIRST] < 1e-3 && bench.features[BAND_FIRST + 2] < 1e-3);
    bench_close(&bench);
}

static void level_and_trend_are_no_power(void)
{
    struct bench bench = bench_open();
    double quantum = HUGE_VAL;

    for (int t = 0; t < WINDOW; t++) bench.series[t] = 1e6 + 0.25 * t;
    bench_run(&bench, &quantum);
    CHECK_CLOSE(bench.features[BAND_LEVEL], 1e6 + 0.125 * (WINDOW - 1), 1e-14);
    CHECK_CLOSE(bench.features[BAND_TREND], 0.25 * (WINDOW - 1), 1e-12);
    for (int band = 0; band < BANDS; band++) CHECK(bench.features[BAND_FIRST + band] < 1e-18);
    CHECK(quantum == 0.25);
    bench_close(&bench);
}

static void a_constant_reading_has_exactly_no_power(void)
{
    struct bench bench = bench_open();
    double quantum = HUGE_VAL;

    for (int t = 0; t < WINDOW; t++) bench.series[t] = (double)0.1f;
    bench_run(&bench, &quantum);
    CHECK(bench.features[BAND_LEVEL] == (double)0.1f && bench.features[BAND_TREND] == 0.0);
    for (int band = 0; band < BANDS; band++) CHECK(bench.features[BAND_FIRST + band] == 0.0);
    CHECK(isinf(quantum));
    bench_close(&bench);
}

static void few_missing_samples_are_bridged_and_many_make_no_feature(void)
{
    struct bench bench = bench_open();

    for (int t = 0; t < WINDOW; t++) bench.series[t] = t % 9 == 4 ? (double)NAN : 2.0 * t;
    bench_run(&bench, NULL);
    CHECK_CLOSE(bench.features[BAND_TREND], 2.0 * (WINDOW - 1), 1e-12);
    for (int t = 0; t < WINDOW; t += 3) bench.series[t] = NAN;
    bench_run(&bench, NULL);
    for (int item = 0; item < ITEMS; item++) CHECK(isnan(bench.features[item]));
    bench_close(&bench);
}

static void a_band_without_a_bin_has_no_feature(void)
{
    const double narrow[1][2] = {
        {0.001, 0.002}
    };
    struct band_plan *plan = band_plan_create(WINDOW, 1.0, narrow, 1);
    void *work = mem_zero(1, band_plan_workspace_bytes(plan));
    double series[WINDOW] = {0.0}, features[BAND_FIRST + 1];
    const int64_t start = 0;

    band_features(plan, series, &start, 1, work, features, NULL);
    CHECK(band_plan_bins(plan, 0) == 0);
    CHECK(isnan(features[BAND_FIRST]) && features[BAND_LEVEL] == 0.0);
    mem_free(&work);
    band_plan_destroy(&plan);
}

/* Baseline of one reading from features given window by window. */
static void fit(const struct bench *bench, const double *features, int windows, double quantum,
                struct band_baseline *baseline)
{
    double *work = mem_zero(3 * (size_t)windows, sizeof *work);

    band_baseline_fit(bench->plan, features, windows, quantum, work, baseline);
    mem_free(&work);
}

static void a_constant_reading_is_normal_until_it_moves(void)
{
    static const double levels[] = {0.0, 17.25, -3e9};

    for (int i = 0; i < 3; i++) {
        struct bench bench = bench_open();
        struct band_baseline baseline[ITEMS];
        double features[8][ITEMS] = {{0.0}}, side[ITEMS], p[ITEMS];

        for (int w = 0; w < 8; w++) features[w][BAND_LEVEL] = levels[i];
        fit(&bench, &features[0][0], 8, HUGE_VAL, baseline);
        for (int t = 0; t < WINDOW; t++) bench.series[t] = levels[i];
        bench_run(&bench, NULL);
        band_judge(bench.plan, bench.features, baseline, NULL, side, p);
        for (int item = 0; item < ITEMS; item++)
            CHECK(band_deviate(side[item]) == 0.0 && p[item] == 1.0);
        for (int t = 0; t < WINDOW; t += 5) bench.series[t] += 1e-3 * (1.0 + fabs(levels[i]));
        bench_run(&bench, NULL);
        band_judge(bench.plan, bench.features, baseline, NULL, side, p);
        CHECK(p[BAND_LEVEL] == 1.0); /* peaks are no level */
        for (int item = BAND_FIRST; item < ITEMS; item++)
            CHECK(band_deviate(side[item]) > 30.0 && p[item] == 0.0);
        for (int t = 0; t < WINDOW; t++)
            bench.series[t] = levels[i] + 1e-3 * (1.0 + fabs(levels[i]));
        bench_run(&bench, NULL);
        band_judge(bench.plan, bench.features, baseline, NULL, side, p);
        CHECK(p[BAND_LEVEL] == 0.0 && band_deviate(side[BAND_LEVEL]) > 30.0);
        bench_close(&bench);
    }
}

/* Half of the windows are quiet, so that the MAD is 0: what the others did must stay normal. */
static void a_reading_that_moves_now_and_then_may_do_so_again(void)
{
    struct bench bench = bench_open();
    struct band_baseline baseline[ITEMS];
    double features[20][ITEMS] = {{0.0}}, side[ITEMS], p[ITEMS];

    for (int w = 0; w < 20; w += 10)
        for (int item = 0; item < ITEMS; item++) features[w][item] = 0.5;
    fit(&bench, &features[0][0], 20, 1.0, baseline);
    band_judge(bench.plan, features[0], baseline, NULL, side, p);
    for (int item = 0; item < ITEMS; item++) CHECK(p[item] > 0.01 && p[item] < 0.2);
    band_judge(bench.plan, features[1], baseline, NULL, side, p);
    for (int item = 0; item < ITEMS; item++) CHECK(p[item] >= 0.5);
    bench_close(&bench);
}

/* Windows that scatter by 1, some far off, in two of eight blocks around another level: a new block may lie as far. */
static void a_level_that_wanders_may_wander_on(void)
{
    struct bench bench = bench_open();
    struct band_baseline still[ITEMS], wanders[ITEMS];
    double features[64][ITEMS] = {{0.0}}, side[ITEMS], p_still[ITEMS], p_wanders[ITEMS];

    for (int w = 0; w < 64; w++) features[w][BAND_LEVEL] = w % 5 - 2;
    for (int w = 0; w < 64; w += 5) features[w][BAND_LEVEL] = w % 2 ? 20.0 : -20.0;
    fit(&bench, &features[0][0], 64, 1.0, still);
    for (int block = 1; block < BLOCKS_MAX; block += 4)
        for (int64_t w = block_begin(64, block); w < block_begin(64, block + 1); w++)
            features[w][BAND_LEVEL] += 20.0;
    fit(&bench, &features[0][0], 64, 1.0, wanders);
    features[0][BAND_LEVEL] = 20.0;
    band_judge(bench.plan, features[0], still, NULL, side, p_still);
    band_judge(bench.plan, features[0], wanders, NULL, side, p_wanders);
    CHECK(p_still[BAND_LEVEL] < 1e-5);
    CHECK(p_wanders[BAND_LEVEL] > 0.02);
    bench_close(&bench);
}

static void without_baseline_or_window_there_is_no_verdict(void)
{
    struct bench bench = bench_open();
    struct band_baseline baseline[ITEMS];
    double features[4][ITEMS] = {{0.0}}, side[ITEMS], p[ITEMS];

    for (int item = 0; item < ITEMS; item++) features[2][item] = features[3][item] = NAN;
    fit(&bench, &features[0][0], 4, HUGE_VAL, baseline);
    band_judge(bench.plan, features[0], baseline, NULL, side, p);
    for (int item = 0; item < ITEMS; item++)
        CHECK(isnan(band_deviate(side[item])) && isnan(p[item]));
    features[2][BAND_LEVEL] = 1.0;
    fit(&bench, &features[0][0], 3, HUGE_VAL, baseline);
    band_judge(bench.plan, features[3], baseline, NULL, side, p);
    for (int item = 0; item < ITEMS; item++)
        CHECK(isnan(band_deviate(side[item])) && isnan(p[item]));
    bench_close(&bench);
}

CHECK_MAIN({"every bin but zero belongs to one band", every_bin_but_zero_belongs_to_one_band},
           {"the power of a tone stands in its band", the_power_of_a_tone_stands_in_its_band},
           {"level and trend are no power", level_and_trend_are_no_power},
           {"a constant reading has exactly no power", a_constant_reading_has_exactly_no_power},
           {"few missing samples are bridged and many make no feature",
            few_missing_samples_are_bridged_and_many_make_no_feature},
           {"a band without a bin has no feature", a_band_without_a_bin_has_no_feature},
           {"a constant reading is normal until it moves",
            a_constant_reading_is_normal_until_it_moves},
           {"a reading that moves now and then may do so again",
            a_reading_that_moves_now_and_then_may_do_so_again},
           {"a level that wanders may wander on", a_level_that_wanders_may_wander_on},
           {"without baseline or window there is no verdict",
            without_baseline_or_window_there_is_no_verdict})
