// SPDX-License-Identifier: BSD-3-Clause
#include "calibration.h"
#include "companion.h"

#include <math.h>
#include <string.h>

/* So many windows of a metric are judged: more would tell the same. */
enum { WINDOWS_WANTED = 20000 };

/* Room for the judging of one reading. */
struct workspace {
    float *others;                  /* [windows][items], a block struck out */
    double *work;                   /* companion_workspace() */
    double *p;                      /* [items] */
    struct band_baseline *baseline; /* [items] */
};

static void judge_reading(const struct mrdmd_trials *trials, const struct band_plan *plan,
                          int64_t reading, const struct band_prior *prior, struct workspace *space,
                          int64_t *counts)
{
    const int64_t windows = trials->windows;
    const int64_t cells = windows * trials->items;
    const int blocks = blocks_of(windows);
    const float *features = trials->features + reading * cells;

    /* Whole blocks are left out, because a job lasts through many windows. */
    for (int block = 0; block < blocks; block++) {
        const int64_t begin = block_begin(windows, block);
        const int64_t end = block_begin(windows, block + 1);

        memcpy(space->others, features, (size_t)cells * sizeof *space->others);
        for (int64_t i = begin * trials->items; i < end * trials->items; i++)
            space->others[i] = NAN;
        companion_fit(plan, space->others, windows, (double)trials->quantum[reading], space->work,
                      space->baseline);
        for (int64_t w = begin; w < end; w++) {
            companion_judge(plan, features + w * trials->items, space->baseline, prior, space->work,
                            NULL, space->p);
            for (int i = 0; i < trials->items; i++) {
                if (!isnan(space->p[i])) counts[i * TAIL_BINS + tail_bin(space->p[i])]++;
            }
        }
    }
}

static int64_t host_stride(const struct mrdmd_trials *trials)
{
    return 1 + names_count(trials->hosts) * trials->windows / WINDOWS_WANTED;
}

static void count_deviates(const struct mrdmd_trials *trials, const struct band_plan *plan,
                           const struct band_prior *priors, int64_t *counts)
{
    const size_t items = (size_t)trials->items;
    const int64_t stride = host_stride(trials);
    struct workspace space = {
        .others = mem_zero((size_t)trials->windows * items, sizeof(float)),
        .work = mem_zero(companion_workspace(plan, trials->windows) + items, sizeof(double)),
        .p = mem_zero(items, sizeof(double)),
        .baseline = mem_zero(items, sizeof *space.baseline),
    };

    for (int64_t h = 0; h < trials->host_count; h++) {
        if ((trials->host_first + h) % stride != 0) continue;
        for (int64_t row = trials->readings.first[h]; row < trials->readings.first[h + 1]; row++) {
            const int64_t law = trials->readings.metric[row] * trials->items;

            judge_reading(trials, plan, row, priors + law, &space, counts + law * TAIL_BINS);
        }
    }
    mem_free(&space.others);
    mem_free(&space.work);
    mem_free(&space.p);
    mem_free(&space.baseline);
}

/* A metric with too few windows to tell of its tail has that of all metrics together. */
static void lend_tails(const struct mrdmd_trials *trials, const int64_t *counts, double blocks,
                       struct tail_law *tails)
{
    for (int item = 0; item < trials->items; item++) {
        int64_t all[TAIL_BINS] = {0};
        struct tail_law common;

        for (int64_t m = 0; m < trials->metrics; m++) {
            for (int bin = 0; bin < TAIL_BINS; bin++)
                all[bin] += counts[(m * trials->items + item) * TAIL_BINS + bin];
        }
        common = tail_fit(all, blocks);
        for (int64_t m = 0; m < trials->metrics; m++) {
            if (isinf(tails[m * trials->items + item].from))
                tails[m * trials->items + item] = common;
        }
    }
}

void calibration_find(const struct mrdmd_analysis *self, const struct mrdmd_trials *trials,
                      const struct mrdmd_night *shape, const struct band_prior *priors,
                      struct tail_law *tails)
{
    const int64_t laws = trials->metrics * trials->items;
    const int64_t stride = host_stride(trials);
    const int64_t hosts = (names_count(trials->hosts) + stride - 1) / stride;
    const double blocks = (double)hosts * blocks_of(trials->windows);
    int64_t *counts = mem_array((size_t)(laws * TAIL_BINS), sizeof *counts);

    count_deviates(trials, shape->band_plan, priors, counts);
    comm_sum_int64s(self->comm, counts, laws * TAIL_BINS);
    for (int64_t law = 0; law < laws; law++)
        tails[law] = tail_fit(counts + law * TAIL_BINS, blocks);
    lend_tails(trials, counts, blocks, tails);
    mem_free(&counts);
}
