// SPDX-License-Identifier: BSD-3-Clause
#include "calibration.h"
#include "companion.h"

#include <math.h>
#include <string.h>

/* Below so many windows a tail cannot be told. */
enum { FEWEST_WINDOWS = 100 };

/* So many windows of a metric are judged: more would tell the same. */
enum { WINDOWS_WANTED = 20000 };

static const double tail_share = 0.05;

/* A shape of 1 has no mean; one below 0 has an end, beyond which the parametric p-value decides. */
static const double shape_least = -0.3, shape_most = 0.9;

int calibration_bin(double p)
{
    const double deviate = normal_deviate(p);
    const int bin = deviate > 0.0 ? (int)(deviate * CALIBRATION_STEPS) : 0;

    return bin < CALIBRATION_BINS ? bin : CALIBRATION_BINS - 1;
}

/* The first bin from which on no more than the tail's share lies. */
static int tail_begin(const int64_t *counts, int64_t total, int64_t *beyond)
{
    int bin = CALIBRATION_BINS;

    *beyond = 0;
    while (bin > 1 && (double)(*beyond + counts[bin - 1]) <= tail_share * (double)total)
        *beyond += counts[--bin];
    return bin;
}

/* A tail is said to end only as far as trials that know nothing of each other tell: windows of one
 * stretch of time are alike. One standard error of the shape is about the inverse root of those in the tail. */
static double believed_shape(double shape, double trials)
{
    const double error = 1.0 / sqrt(tail_share * trials);

    shape = fmax(shape_least, fmin(shape_most, shape));
    return shape < 0.0 ? fmin(0.0, shape + error) : shape;
}

struct mrdmd_tail calibration_fit(const int64_t *counts, double trials)
{
    struct mrdmd_tail tail = {.from = INFINITY};
    int64_t total = 0;
    int64_t beyond, above;
    double mean = 0.0; /* E[x], E[x (1 - F(x))] of the excesses x */
    double weighted = 0.0;
    int begin;

    for (int bin = 0; bin < CALIBRATION_BINS; bin++) total += counts[bin];
    if (total < FEWEST_WINDOWS) return tail;
    begin = tail_begin(counts, total, &beyond);
    tail.from = (double)begin / CALIBRATION_STEPS;
    if (beyond == 0) { /* nothing that small, or everything: the share itself sits at the edge */
        tail.share = begin < CALIBRATION_BINS ? 1.0 / (double)total : tail_share;
        tail.from =
            (double)(begin < CALIBRATION_BINS ? begin : CALIBRATION_BINS - 1) / CALIBRATION_STEPS;
        tail.scale = 1.0;
        return tail;
    }
    above = beyond;
    for (int bin = begin; bin < CALIBRATION_BINS; bin++) {
        const double excess = (bin - begin + 0.5) / CALIBRATION_STEPS;
        const double share = (double)counts[bin] / (double)beyond;

        mean += share * excess;
        weighted += share * excess * ((double)above - 0.5 * (double)counts[bin]) / (double)beyond;
        above -= counts[bin];
    }
    tail.share = (double)(beyond + 1) / (double)(total + 1);
    tail.shape = believed_shape(2.0 - mean / fmax(mean - 2.0 * weighted, 1e-9), trials);
    tail.scale = mean * (1.0 - tail.shape);
    return tail;
}

double calibration_apply(const struct mrdmd_tail *tail, double p)
{
    const double excess = normal_deviate(p) - tail->from;
    double stretched, chance;

    if (isnan(p) || isinf(tail->from)) return p;
    if (excess <= 0.0) return fmax(p, tail->share);
    stretched = 1.0 + tail->shape * excess / tail->scale;
    if (stretched <= 0.0) return p;
    chance =
        fabs(tail->shape) < 1e-6 ? exp(-excess / tail->scale) : pow(stretched, -1.0 / tail->shape);
    return fmax(p, tail->share * chance);
}

/* Room for the judging of one reading. */
struct workspace {
    float *others;                  /* [windows][items], a block struck out */
    double *work;                   /* companion_workspace() */
    double *z, *p;                  /* [items] */
    struct band_baseline *baseline; /* [items] */
};

static void judge_reading(const struct mrdmd_trials *trials, const struct band_plan *plan,
                          int64_t reading, const struct band_prior *prior, struct workspace *space,
                          int64_t *counts)
{
    const int64_t windows = trials->windows;
    const int64_t cells = windows * trials->items;
    const int blocks = band_blocks(windows);
    const float *features = trials->features + reading * cells;

    /* Whole blocks are left out, because a job lasts through many windows. */
    for (int block = 0; block < blocks; block++) {
        const int64_t begin = band_block_begin(windows, block);
        const int64_t end = band_block_begin(windows, block + 1);

        memcpy(space->others, features, (size_t)cells * sizeof *space->others);
        for (int64_t i = begin * trials->items; i < end * trials->items; i++)
            space->others[i] = NAN;
        companion_fit(plan, space->others, windows, (double)trials->quantum[reading], space->work,
                      space->baseline);
        for (int64_t w = begin; w < end; w++) {
            companion_judge(plan, features + w * trials->items, space->baseline, prior, space->work,
                            space->z, space->p);
            for (int i = 0; i < trials->items; i++) {
                if (!isnan(space->p[i]))
                    counts[i * CALIBRATION_BINS + calibration_bin(space->p[i])]++;
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
        .z = mem_zero(items, sizeof(double)),
        .p = mem_zero(items, sizeof(double)),
        .baseline = mem_zero(items, sizeof *space.baseline),
    };

    for (int64_t h = 0; h < trials->host_count; h++) {
        if ((trials->host_first + h) % stride != 0) continue;
        for (int64_t m = 0; m < trials->metrics; m++)
            judge_reading(trials, plan, h * trials->metrics + m, priors + m * trials->items, &space,
                          counts + m * trials->items * CALIBRATION_BINS);
    }
    mem_free(&space.others);
    mem_free(&space.work);
    mem_free(&space.z);
    mem_free(&space.p);
    mem_free(&space.baseline);
}

/* A metric with too few windows to tell of its tail has that of all metrics together. */
static void lend_tails(const struct mrdmd_trials *trials, const int64_t *counts, double blocks,
                       struct mrdmd_tail *tails)
{
    for (int item = 0; item < trials->items; item++) {
        int64_t all[CALIBRATION_BINS] = {0};
        struct mrdmd_tail common;

        for (int64_t m = 0; m < trials->metrics; m++) {
            for (int bin = 0; bin < CALIBRATION_BINS; bin++)
                all[bin] += counts[(m * trials->items + item) * CALIBRATION_BINS + bin];
        }
        common = calibration_fit(all, blocks);
        for (int64_t m = 0; m < trials->metrics; m++) {
            if (isinf(tails[m * trials->items + item].from))
                tails[m * trials->items + item] = common;
        }
    }
}

void calibration_find(const struct mrdmd_analysis *self, const struct mrdmd_trials *trials,
                      const struct mrdmd_night *shape, const struct band_prior *priors,
                      struct mrdmd_tail *tails)
{
    const int64_t laws = trials->metrics * trials->items;
    const int64_t stride = host_stride(trials);
    const int64_t hosts = (names_count(trials->hosts) + stride - 1) / stride;
    const double blocks = (double)hosts * band_blocks(trials->windows);
    int64_t *counts = mem_array((size_t)(laws * CALIBRATION_BINS), sizeof *counts);

    count_deviates(trials, shape->band_plan, priors, counts);
    comm_sum_int64s(self->comm, counts, laws * CALIBRATION_BINS);
    for (int64_t law = 0; law < laws; law++)
        tails[law] = calibration_fit(counts + law * CALIBRATION_BINS, blocks);
    lend_tails(trials, counts, blocks, tails);
    mem_free(&counts);
}
