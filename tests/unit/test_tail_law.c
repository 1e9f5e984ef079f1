// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/scores.h>

#include <math.h>
#include <string.h>

/* P-values of windows whose deviates are twice as far off as a normal law says, and now and then five times. */
static double odd_p(struct random *random)
{
    const double scale = random_uniform(random) < 0.02 ? 5.0 : 2.0;

    return normal_tail(scale * random_normal(random));
}

static void a_calibrated_p_is_as_rare_as_it_says(void)
{
    enum { WINDOWS = 40000 };
    int64_t counts[TAIL_BINS] = {0};
    struct random random = random_start(11, 0);
    struct tail_law tail;
    int plain = 0, calibrated = 0;

    for (int w = 0; w < WINDOWS; w++) counts[tail_bin(odd_p(&random))]++;
    tail = tail_fit(counts, WINDOWS);
    for (int w = 0; w < WINDOWS; w++) {
        const double p = odd_p(&random);

        plain += p < 0.001;
        calibrated += tail_apply(&tail, p) < 0.001;
    }
    CHECK(plain > 50 * WINDOWS / 1000);
    /* 40 are expected, and their number has a standard deviation of 6.3. */
    CHECK(calibrated > 15 && calibrated < 80);
}

static void a_limit_is_the_largest_p_that_passes(void)
{
    int64_t counts[TAIL_BINS] = {0};
    struct random random = random_start(12, 0);
    struct tail_law tail;

    for (int w = 0; w < 5000; w++) counts[tail_bin(odd_p(&random))]++;
    tail = tail_fit(counts, 5000.0);
    for (double p = 1e-6; p < 0.5; p *= 3.0) {
        const double limit = tail_limit(&tail, p);

        CHECK(tail_apply(&tail, limit * (1.0 - 1e-3)) <= p);
        CHECK(tail_apply(&tail, limit * (1.0 + 1e-3)) > p);
    }
}

static void what_never_moved_and_does_is_as_rare_as_that_was(void)
{
    int64_t counts[TAIL_BINS] = {0};
    struct tail_law tail;

    counts[tail_bin(0.5)] = 990;
    counts[tail_bin(0.0)] = 10;
    tail = tail_fit(counts, 1000.0);
    CHECK_CLOSE(tail_apply(&tail, 0.0), 0.01, 1e-12);
    CHECK(tail_apply(&tail, normal_tail(20.0)) < 1e-6);
    CHECK(tail_limit(&tail, 1e-12) > 0.0);
    CHECK(isnan(tail_apply(&tail, NAN)));
}

static void few_windows_make_no_rare_events(void)
{
    int64_t counts[TAIL_BINS] = {0};
    struct tail_law tail;

    for (int w = 0; w < 10; w++) counts[20 * w / 3]++;
    CHECK(isinf(tail_fit(counts, 8.0).from));
    tail = tail_guess(counts);
    CHECK(tail_apply(&tail, normal_tail(6.0)) > 1e-3);
    CHECK(tail_apply(&tail, 0.6) == 0.6);
}

static void a_level_that_jumps_from_block_to_block_varies_between_them(void)
{
    double still[64], jumps[64], work[64], freedom;
    struct random random = random_start(13, 0);

    for (int w = 0; w < 64; w++) {
        still[w] = random_normal(&random);
        jumps[w] = still[w] + (w / 8 % 2 ? 10.0 : 0.0);
    }
    CHECK(blocks_of(64) == 8 && block_begin(64, 3) == 24 && blocks_of(3) == 1);
    CHECK(block_variance(still, 64, 1.0, work, &freedom) < 0.5);
    /* Four blocks at 0 and four at 10 have variance 200 / 7, and so has their mean an eighth. */
    CHECK_CLOSE(block_variance(jumps, 64, 1.0, work, &freedom), 200.0 / 7.0 * 9.0 / 8.0, 0.3);
    CHECK(freedom == 7.0);
}

CHECK_MAIN({"a calibrated p is as rare as it says", a_calibrated_p_is_as_rare_as_it_says},
           {"a limit is the largest p that passes", a_limit_is_the_largest_p_that_passes},
           {"what never moved and does is as rare as that was",
            what_never_moved_and_does_is_as_rare_as_that_was},
           {"few windows make no rare events", few_windows_make_no_rare_events},
           {"a level that jumps from block to block varies between them",
            a_level_that_jumps_from_block_to_block_varies_between_them})
