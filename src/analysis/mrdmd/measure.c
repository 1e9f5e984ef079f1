// SPDX-License-Identifier: BSD-3-Clause
#include "mrdmd.h"

#include <telltale/analysis.h>

#include <math.h>
#include <string.h>

/* A day every 30 seconds, in tiles of 64 hosts x 8 metrics; these few tiles stand for all of them in turn
 * and are together larger than caches are. */
enum { TIMES = 2880, HOSTS = 64, METRICS = 8, TILES = 12, TILE_READINGS = HOSTS * METRICS };
enum { TILE_VALUES = TILE_READINGS * TIMES };

/* Waves that differ from reading to reading, and noise. */
static float *make_values(int64_t values)
{
    float *made = mem_array((size_t)values, sizeof *made);
    struct random random = random_start(1, 1);

    for (int64_t i = 0; i < values; i++) {
        const int64_t t = i / METRICS % TIMES;
        const int64_t reading = i / (METRICS * TIMES) * METRICS + i % METRICS;

        made[i] = (float)(40 + reading % 17)
                  + (float)((t * (1 + reading % 5)) % TIMES) / (TIMES * 0.25F)
                  + (float)random_uniform(&random);
    }
    return made;
}

static struct mrdmd_plan *make_plan(void)
{
    const struct mrdmd_options options = {.max_level = 6,
                                          .max_cycles = 1,
                                          .nyquist_factor = 4,
                                          .sampling = SAMPLING_POOLED,
                                          .period_s = 30.0,
                                          .power_threshold = 0.01};
    struct mrdmd_plan *plan = NULL;

    ASSERT(mrdmd_plan_create(&options, TIMES, NULL, 0, &plan) == STATUS_OK);
    return plan;
}

static double nominal_flops(const struct mrdmd_plan *plan, int64_t readings)
{
    return 2.0 * (double)plan->product_count * (double)readings;
}

static void one_pass(const struct comm *comm, const struct mrdmd_plan *plan, const float *values,
                     int64_t readings)
{
    const struct span mine = comm_share(comm, (readings + TILE_READINGS - 1) / TILE_READINGS);
    struct mrdmd_products products;
    struct mrdmd_result *result = NULL;
    struct mrdmd_rows rows;

    mrdmd_rows_init(&rows, plan, TILE_READINGS);
    rows.should_defer = true;
    mrdmd_products_init(&products, plan, false);
    for (int64_t tile = mine.first; tile < mine.first + mine.count; tile++) {
        const int64_t left = (readings - tile * TILE_READINGS) / METRICS;

        mrdmd_rows_fill(&rows, plan, values + tile % TILES * TILE_VALUES,
                        left < HOSTS ? (int)left : HOSTS, METRICS, NULL, NULL);
        mrdmd_products_add(&products, &rows);
    }
    mrdmd_products_reduce(&products, comm);
    ASSERT(mrdmd_solve(comm, &products, &result) == STATUS_OK);
    mrdmd_result_destroy(&result);
    mrdmd_products_release(&products);
    mrdmd_rows_release(&rows);
}

static void classical(const struct mrdmd_plan *plan, const float *values, int64_t readings)
{
    double *x = mem_array((size_t)(readings * TIMES), sizeof *x);
    struct mrdmd_result *result = NULL;

    for (int64_t r = 0; r < readings; r++) {
        for (int64_t t = 0; t < TIMES; t++)
            x[r * TIMES + t] =
                (double)values[(r / METRICS % (TILES * HOSTS) * TIMES + t) * METRICS + r % METRICS];
    }
    ASSERT(mrdmd_classical(plan, x, NULL, readings, &result, NULL) == STATUS_OK);
    mrdmd_result_destroy(&result);
    mem_free(&x);
}

/* Processor time, so that what else runs on the machine matters little; a rank that waits for others uses its
 * processor as well. */
static double measure(const struct comm *comm, int64_t readings, double seconds, bool is_classical)
{
    const int64_t whole = readings / METRICS * METRICS;
    struct mrdmd_plan *plan = make_plan();
    float *values = make_values((int64_t)TILES * TILE_VALUES);
    const double end = clock_monotonic_s() + seconds;
    double least = INFINITY;
    double flops;

    do {
        double before;

        comm_barrier(comm);
        before = clock_processor_s();
        if (is_classical)
            classical(plan, values, whole);
        else
            one_pass(comm, plan, values, whole);
        least = fmin(least, comm_max_double(comm, clock_processor_s() - before));
    } while (comm_min_double(comm, end - clock_monotonic_s()) > 0.0);
    flops = nominal_flops(plan, whole);
    mem_free(&values);
    mrdmd_plan_destroy(&plan);
    return flops / least / (is_classical ? 1 : comm_size(comm));
}

double mrdmd_measure_pass(const struct comm *comm, int64_t readings, double seconds)
{
    return measure(comm, readings, seconds, false);
}

double mrdmd_measure_classical(const struct comm *comm, int64_t readings, double seconds)
{
    return measure(comm, readings, seconds, true);
}
