// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <forecast/forecast.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- quantiles over all ranks ----------------------------------------------------------------------- */

enum { VALUES = 4001, SETS = 3 };

static float value_of(int set, int64_t i)
{
    struct random random = random_start(8, (uint64_t)(set * VALUES + i));
    const double x = random_normal(&random);

    return set == 1 ? (float)floor(2 * x) : (float)(x * pow(10, set));
}

static int by_value(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;

    return (x > y) - (x < y);
}

static void quantiles_are_those_of_all_ranks_values_in_order(void)
{
    static const double fractions[] = {0, 0.25, 0.5, 0.999, 1};
    const struct span mine = comm_share(check_comm, VALUES);
    float *values = mem_zero(SETS * VALUES, sizeof *values);
    float *sorted = mem_zero(VALUES, sizeof *sorted);
    struct column columns[SETS];
    int32_t set_of[SETS] = {0, 1, 2};
    const struct column_sets sets = {columns, set_of, SETS, SETS};
    double quantiles[SETS];

    for (int s = 0; s < SETS; s++) {
        for (int64_t i = 0; i < mine.count; i++) values[i * SETS + s] = value_of(s, mine.first + i);
        columns[s] = (struct column){values + s, mine.count, SETS};
    }
    for (size_t f = 0; f < sizeof fractions / sizeof *fractions; f++) {
        quantiles_of(check_comm, &sets, fractions[f], quantiles);
        for (int s = 0; s < SETS; s++) {
            for (int64_t i = 0; i < VALUES; i++) sorted[i] = value_of(s, i);
            qsort(sorted, VALUES, sizeof *sorted, by_value);
            CHECK(quantiles[s]
                  == (double)sorted[(int64_t)floor(fractions[f] * (VALUES - 1) + 0.5)]);
        }
    }
    mem_free(&values);
    mem_free(&sorted);
}

static void missing_values_have_no_part_in_quantiles(void)
{
    const float values[] = {NAN, 3, NAN, 1, 2};
    const struct column columns[] = {
        {values,     comm_rank(check_comm) == 0 ? 5 : 0, 1},
        {values + 2, 1,                                  1}
    };
    const int32_t set_of[] = {0, 1};
    const struct column_sets sets = {columns, set_of, 2, 2};
    double quantiles[2];

    quantiles_of(check_comm, &sets, 0.5, quantiles);
    CHECK(quantiles[0] == 2);
    CHECK(isnan(quantiles[1]));
}

/* ---- the tail ------------------------------------------------------------------------------------------ */

static double draw(struct random *random, double shape)
{
    const double u = 1 - random_uniform(random);

    return shape == 0 ? -log(u) : (pow(u, -shape) - 1) / shape;
}

static double true_quantile(double shape, double rate)
{
    return shape == 0 ? -log(rate) : (pow(rate, -shape) - 1) / shape;
}

/* 100 times 20,000 draws; the mean of the thresholds at a rate beyond the data has a bias of a few percent. */
static void the_tail_of_pareto_laws_is_carried_beyond_the_data(void)
{
    static const double shapes[] = {-0.2, 0, 0.2};
    enum { DRAWS = 20000, REPEATS = 100 };
    double *values;

    if (comm_rank(check_comm) != 0) return; /* local, and long */
    values = mem_zero(DRAWS, sizeof *values);
    for (int s = 0; s < 3; s++) {
        struct random random = random_start(2, (uint64_t)s);
        double mean = 0;

        for (int r = 0; r < REPEATS; r++) {
            for (int i = 0; i < DRAWS; i++) values[i] = draw(&random, shapes[s]);
            mean += tail_threshold(values, DRAWS, 2e-5) / REPEATS;
        }
        CHECK_CLOSE(mean / true_quantile(shapes[s], 2e-5), 1, 0.06);
    }
    mem_free(&values);
}

static void a_threshold_within_the_data_is_a_rank(void)
{
    double values[1000];

    for (int i = 0; i < 1000; i++) values[i] = (double)((i * 7) % 1000);
    CHECK(tail_threshold(values, 1000, 0.1) == 899); /* a hundred lie above */
    CHECK(isinf(tail_threshold(values, 0, 0.1)));
    CHECK(tail_threshold(values, 5, 1e-9) == values[4]);
}

/* ---- windows --------------------------------------------------------------------------------------------- */

enum { TIMES = 12, METRICS = 2 };

static void windows_span_neither_long_gaps_nor_jobs(void)
{
    float x[TIMES * METRICS];
    int8_t is_live[METRICS], is_break[TIMES] = {0};
    struct span runs[TIMES + 1];

    for (int i = 0; i < TIMES * METRICS; i++) x[i] = (float)i;
    x[4 * METRICS] = NAN;
    series_live(x, TIMES, METRICS, is_live);
    CHECK(is_live[0] && is_live[1]);
    CHECK(series_runs(x, TIMES, METRICS, is_live, NULL, 3, runs) == 2);
    CHECK(runs[0].first == 0 && runs[0].count == 4);
    CHECK(runs[1].first == 5 && runs[1].count == 7);
    is_break[9] = 1;
    CHECK(series_runs(x, TIMES, METRICS, is_live, is_break, 3, runs) == 3);
    CHECK(runs[1].first == 5 && runs[1].count == 4);
    CHECK(runs[2].first == 9 && runs[2].count == 3);
    CHECK(series_runs(x, TIMES, METRICS, is_live, is_break, 5, runs) == 0);
}

static void a_metric_that_is_mostly_missing_is_none_of_the_hosts(void)
{
    float x[TIMES * METRICS];
    int8_t is_live[METRICS];
    struct span runs[TIMES + 1];

    for (int i = 0; i < TIMES * METRICS; i++) x[i] = i % METRICS == 1 && i > 6 ? NAN : 1;
    series_live(x, TIMES, METRICS, is_live);
    CHECK(is_live[0] && !is_live[1]);
    CHECK(series_runs(x, TIMES, METRICS, is_live, NULL, 1, runs) == 1);
    CHECK(runs[0].count == TIMES);
}

/* ---- scores ------------------------------------------------------------------------------------------------ */

static void a_score_is_the_root_mean_square_of_clipped_errors(void)
{
    const struct residual_law laws[] = {
        {1, 2},
        {0, 1},
        {0, 1}
    };
    const float residuals[] = {7, -50, NAN};
    float z[3];

    CHECK_CLOSE(residual_score(residuals, laws, 3, 4, z), sqrt((9.0 + 16.0) / 2), 1e-7);
    CHECK(z[0] == 3 && z[1] == -4 && isnan(z[2]));
    CHECK(isnan(residual_score(residuals + 2, laws, 1, 4, z)));
}

CHECK_MAIN({"quantiles_are_those_of_all_ranks_values_in_order",
            quantiles_are_those_of_all_ranks_values_in_order},
           {"missing_values_have_no_part_in_quantiles", missing_values_have_no_part_in_quantiles},
           {"the_tail_of_pareto_laws_is_carried_beyond_the_data",
            the_tail_of_pareto_laws_is_carried_beyond_the_data},
           {"a_threshold_within_the_data_is_a_rank", a_threshold_within_the_data_is_a_rank},
           {"windows_span_neither_long_gaps_nor_jobs", windows_span_neither_long_gaps_nor_jobs},
           {"a_metric_that_is_mostly_missing_is_none_of_the_hosts",
            a_metric_that_is_mostly_missing_is_none_of_the_hosts},
           {"a_score_is_the_root_mean_square_of_clipped_errors",
            a_score_is_the_root_mean_square_of_clipped_errors})
