// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <relation/relation.h>

#include <math.h>

enum { METRICS = 8, LAGS = 3, TIMES = 6000, WINDOWS = TIMES - LAGS };

/* Independent noise, but for 2 -> 5 at lag 2 and 3 -> 5 at lag 1. */
static float *series(void)
{
    float *x = mem_zero((size_t)TIMES * METRICS, sizeof *x);
    struct random random = random_start(9, 0);

    for (int t = 0; t < TIMES; t++) {
        for (int m = 0; m < METRICS; m++) x[t * METRICS + m] = (float)random_normal(&random);
        if (t < 2) continue;
        x[t * METRICS + 5] += 0.2F * x[(t - 2) * METRICS + 2] - 0.3F * x[(t - 1) * METRICS + 3];
    }
    return x;
}

static double *sums_of(const struct companion *companion, const float *x)
{
    double *sums = mem_zero((size_t)companion->sum_count, sizeof *sums);
    double *part = mem_zero((size_t)companion->sum_count, sizeof *part);
    double *work = mem_zero((size_t)companion_work_doubles(companion), sizeof *work);
    const float *now[256], *past[256];

    for (int first = 0; first < WINDOWS; first += 256) {
        const int count = WINDOWS - first < 256 ? WINDOWS - first : 256;

        for (int w = 0; w < count; w++) {
            now[w] = x + (first + w + LAGS) * METRICS;
            past[w] = now[w] - METRICS;
        }
        companion_add(companion, now, past, count, work, part);
        for (int64_t i = 0; i < companion->sum_count; i++) sums[i] += part[i];
    }
    mem_free(&work);
    mem_free(&part);
    return sums;
}

static void the_statistic_is_chi_squared_where_nothing_is_and_large_where_something_is(void)
{
    const struct companion companion = companion_of(METRICS, LAGS);
    float *x = series();
    double *sums = sums_of(&companion, x);
    int8_t is_used[METRICS];
    double wald[METRICS * METRICS], correlation[METRICS * METRICS];
    double sum = 0.0;

    for (int m = 0; m < METRICS; m++) is_used[m] = m != 7;
    CHECK(companion_read(&companion, sums, is_used, wald, correlation) == STATUS_OK);
    /* Half the squared ratio of weight to noise: n w^2, less what chance gives, with deviation 2 sqrt(n) w. */
    CHECK_CLOSE(wald[5 * METRICS + 2], WINDOWS * 0.04 + LAGS, 4.0 * 2.0 * sqrt(WINDOWS * 0.04));
    CHECK_CLOSE(wald[5 * METRICS + 3], WINDOWS * 0.09 + LAGS, 4.0 * 2.0 * sqrt(WINDOWS * 0.09));
    for (int pair = 0; pair < METRICS * METRICS; pair++) {
        const int i = pair / METRICS, j = pair % METRICS;

        if (i == 7 || j == 7)
            CHECK(wald[pair] == 0.0 && correlation[pair] == 0.0);
        else if (i != 5)
            sum += wald[pair];
        if (i != 7 && i == j) CHECK_CLOSE(correlation[pair], 1.0, 1e-9);
    }
    /* 42 draws of chi squared with 3 degrees: mean 3, deviation sqrt(6 / 42); four of them. */
    CHECK_CLOSE(sum / 42.0, 3.0, 4.0 * sqrt(6.0 / 42.0));
    mem_free(&sums);
    mem_free(&x);
}

/* With one metric and one lag it is n r^2 / (1 - r^2), r the correlation with the row before. */
static void for_one_metric_it_is_the_square_of_t(void)
{
    const struct companion companion = companion_of(1, 1);
    double *sums = mem_zero((size_t)companion.sum_count, sizeof *sums);
    double *work = mem_zero((size_t)companion_work_doubles(&companion), sizeof *work);
    static const int8_t is_used[] = {1};
    float x[201];
    const float *now[200], *past[200];
    double xy = 0.0, xx = 0.0, yy = 0.0, mx = 0.0, my = 0.0, wald, correlation, r2;
    struct random random = random_start(1, 1);

    x[0] = 3.0F;
    for (int t = 1; t <= 200; t++) x[t] = 0.6F * x[t - 1] + (float)random_normal(&random) + 1.0F;
    for (int w = 0; w < 200; w++) {
        now[w] = x + w + 1;
        past[w] = x + w;
        mx += (double)x[w] / 200;
        my += (double)x[w + 1] / 200;
    }
    for (int w = 0; w < 200; w++) {
        xx += ((double)x[w] - mx) * ((double)x[w] - mx);
        yy += ((double)x[w + 1] - my) * ((double)x[w + 1] - my);
        xy += ((double)x[w] - mx) * ((double)x[w + 1] - my);
    }
    r2 = xy * xy / (xx * yy);
    companion_add(&companion, now, past, 200, work, sums);
    CHECK(companion_read(&companion, sums, is_used, &wald, &correlation) == STATUS_OK);
    /* The penalty of 1e-4 moves it by as much. */
    CHECK_CLOSE(wald, 198.0 * r2 / (1.0 - r2), 5e-4 * wald);
    mem_free(&work);
    mem_free(&sums);
}

/* Wald statistic of metric 0 by its own past, and its correlation with itself, beside metrics that stand still. */
static void read_beside_constants(int metrics, int windows, double *wald, double *correlation)
{
    const struct companion companion = companion_of(metrics, 1);
    double *sums = mem_zero((size_t)companion.sum_count, sizeof *sums);
    double *work = mem_zero((size_t)companion_work_doubles(&companion), sizeof *work);
    double *walds = mem_zero((size_t)metrics * (size_t)metrics, sizeof *walds);
    double *correlations = mem_zero((size_t)metrics * (size_t)metrics, sizeof *correlations);
    int8_t *is_used = mem_zero((size_t)metrics, sizeof *is_used);
    float *x = mem_zero((size_t)(windows + 1) * (size_t)metrics, sizeof *x);
    const float *now[64], *past[64];
    struct random random = random_start(2, 1);

    is_used[0] = 1;
    for (int t = 0; t <= windows; t++) {
        for (int m = 1; m < metrics; m++) x[t * metrics + m] = 7.0F;
        x[t * metrics] = (float)random_normal(&random);
    }
    for (int w = 0; w < windows; w++) {
        past[w] = x + (ptrdiff_t)w * metrics;
        now[w] = past[w] + metrics;
    }
    companion_add(&companion, now, past, windows, work, sums);
    CHECK(companion_read(&companion, sums, is_used, walds, correlations) == STATUS_OK);
    *wald = walds[0];
    *correlation = correlations[0];
    mem_free(&x);
    mem_free(&is_used);
    mem_free(&correlations);
    mem_free(&walds);
    mem_free(&work);
    mem_free(&sums);
}

static void metrics_that_stand_still_take_no_freedom(void)
{
    double alone, beside, correlation;

    read_beside_constants(1, 40, &alone, &correlation);
    read_beside_constants(60, 40, &beside, &correlation);
    CHECK(alone > 0.0);
    CHECK_CLOSE(beside, alone, 1e-9 * alone);
    CHECK_CLOSE(correlation, 1.0, 1e-9);
}

static void without_freedom_there_is_no_statistic_but_a_correlation(void)
{
    double wald, correlation;

    read_beside_constants(3, 2, &wald, &correlation);
    CHECK(wald == 0.0);
    CHECK_CLOSE(correlation, 1.0, 1e-9);
}

CHECK_MAIN({"the statistic is chi squared where nothing is and large where something is",
            the_statistic_is_chi_squared_where_nothing_is_and_large_where_something_is},
           {"for one metric it is the square of t", for_one_metric_it_is_the_square_of_t},
           {"metrics that stand still take no freedom", metrics_that_stand_still_take_no_freedom},
           {"without freedom there is no statistic but a correlation",
            without_freedom_there_is_no_statistic_but_a_correlation})
