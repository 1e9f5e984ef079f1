// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/scores.h>

#include <math.h>

/* Below so many windows a tail cannot be told. */
enum { FEWEST_WINDOWS = 100 };

static const double tail_share = 0.05;

/* What deviates of tails may be off by, many times over. */
static const double rounding = 1e-9;

/* A shape of 1 has no mean; one below 0 has an end, beyond which the parametric p-value decides. */
static const double shape_least = -0.3, shape_most = 0.9;

static int bin_of(double deviate)
{
    const int bin = deviate > 0.0 ? (int)(deviate * TAIL_STEPS) : 0;

    return bin < TAIL_BINS ? bin : TAIL_BINS - 1;
}

int tail_bin(double p)
{
    return bin_of(normal_deviate(p));
}

/* Deviates that reach the last bin are those of readings that had never moved. */
enum { BODY_BINS = TAIL_BINS - 1 };

/* The first bin from which on no more than the tail's share lies. */
static int tail_begin(const int64_t *counts, int64_t total, double share, int64_t *beyond)
{
    int bin = BODY_BINS;

    *beyond = 0;
    while (bin > 1 && (double)(*beyond + counts[bin - 1]) <= share * (double)total)
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

/* Fit scale and shape to the excesses over the bin where the tail begins, of which there are @p beyond. */
static void fit_excesses(const int64_t *counts, int begin, int64_t beyond, struct tail_law *tail)
{
    int64_t above = beyond;
    double mean = 0.0; /* E[x], E[x (1 - F(x))] of the excesses x */
    double weighted = 0.0;

    for (int bin = begin; bin < BODY_BINS; bin++) {
        const double excess = (bin - begin + 0.5) / TAIL_STEPS;
        const double share = (double)counts[bin] / (double)beyond;

        mean += share * excess;
        weighted += share * excess * ((double)above - 0.5 * (double)counts[bin]) / (double)beyond;
        above -= counts[bin];
    }
    tail->shape = 2.0 - mean / fmax(mean - 2.0 * weighted, 1e-9);
    tail->scale = mean;
}

struct tail_law tail_fit(const int64_t *counts, double trials)
{
    struct tail_law tail = {.from = INFINITY};
    int64_t total = 0;
    int64_t beyond;
    int begin;

    for (int bin = 0; bin < TAIL_BINS; bin++) total += counts[bin];
    if (total < FEWEST_WINDOWS) return tail;
    begin = tail_begin(counts, total, tail_share, &beyond);
    tail.from = (double)begin / TAIL_STEPS;
    tail.unmet = (double)counts[BODY_BINS] / (double)total;
    if (beyond == 0) { /* nothing that small, or everything: the share itself sits at the edge */
        tail.share = begin < BODY_BINS ? 1.0 / (double)total : tail_share;
        tail.scale = 1.0;
        return tail;
    }
    tail.share = (double)(beyond + 1) / (double)(total + 1);
    fit_excesses(counts, begin, beyond, &tail);
    tail.shape = believed_shape(tail.shape, trials);
    tail.scale *= 1.0 - tail.shape;
    return tail;
}

struct tail_law tail_guess(const int64_t *counts)
{
    struct tail_law tail = {.from = INFINITY, .shape = shape_most};
    int64_t total = 0;
    int64_t beyond;
    int begin;

    for (int bin = 0; bin < TAIL_BINS; bin++) total += counts[bin];
    if (total == 0) return tail;
    begin = tail_begin(counts, total, 0.5, &beyond);
    tail.from = (double)begin / TAIL_STEPS;
    tail.share = (double)(beyond + 1) / (double)(total + 1);
    tail.unmet = (double)counts[BODY_BINS] / (double)total;
    tail.scale = 1.0;
    if (beyond > 0) fit_excesses(counts, begin, beyond, &tail);
    tail.shape = shape_most;
    tail.scale *= 1.0 - shape_most;
    return tail;
}

double tail_apply(const struct tail_law *tail, double p)
{
    double deviate, excess, chance, stretched;

    if (isnan(p) || isinf(tail->from)) return p;
    /* Most windows are ordinary, and a deviate is dear. */
    if (p > normal_tail(tail->from) * (1.0 + rounding)) return fmax(p, tail->share);
    deviate = normal_deviate(p);
    excess = deviate - tail->from;
    if (bin_of(deviate) == BODY_BINS) p = fmax(p, tail->unmet);
    if (excess <= 0.0) return fmax(p, tail->share);
    stretched = 1.0 + tail->shape * excess / tail->scale;
    if (stretched <= 0.0) return p;
    chance =
        fabs(tail->shape) < 1e-6 ? exp(-excess / tail->scale) : pow(stretched, -1.0 / tail->shape);
    return fmax(p, tail->share * chance);
}

double tail_limit(const struct tail_law *tail, double p)
{
    double excess, limit;

    if (isinf(tail->from) || p >= tail->share) return p;
    excess = fabs(tail->shape) < 1e-6
                 ? -log(p / tail->share) * tail->scale
                 : (pow(p / tail->share, -tail->shape) - 1.0) * tail->scale / tail->shape;
    limit = fmin(p, normal_tail(tail->from + excess));
    return tail_bin(limit) < BODY_BINS || tail->unmet <= p ? limit : 0.0;
}
