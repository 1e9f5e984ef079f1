// SPDX-License-Identifier: BSD-3-Clause
#include "tail.h"

#include <math.h>
#include <stdlib.h>

/* The share of values that the law of the tail is fitted to, and the fewest. */
static const double TAIL_FRACTION = 0.02;
enum { TAIL_LEAST = 20 };

/* Values in rising order, each so many times. */
struct sorted {
    const double *value;
    const int64_t *count; /* NULL: once each */
    int64_t groups, total;
};

static int64_t count_of(const struct sorted *sorted, int64_t group)
{
    return sorted->count ? sorted->count[group] : 1;
}

/* The value that @p above values follow. */
static double value_below(const struct sorted *sorted, int64_t above)
{
    int64_t group = sorted->groups;

    do {
        above -= count_of(sorted, --group);
    } while (above >= 0 && group > 0);
    return sorted->value[group];
}

/* The first two probability-weighted moments of what the @p tail largest exceed @p start by: E[x] and E[x (1 - F)]. */
static void tail_moments(const struct sorted *sorted, int64_t tail, double start, double *a0,
                         double *a1)
{
    int64_t above = 0;

    *a0 = *a1 = 0;
    for (int64_t group = sorted->groups - 1; above < tail; group--) {
        const int64_t all = count_of(sorted, group);
        const double here = (double)(all < tail - above ? all : tail - above);
        const double excess = sorted->value[group] - start;

        *a0 += excess * here / (double)tail;
        *a1 +=
            excess * here * ((double)above + (here - 1) / 2) / ((double)(tail - 1) * (double)tail);
        above += (int64_t)here;
    }
}

static double threshold_of(const struct sorted *sorted, double rate)
{
    const int64_t wanted = (int64_t)(TAIL_FRACTION * (double)sorted->total);
    const int64_t tail = wanted < TAIL_LEAST ? TAIL_LEAST : wanted;
    const double expected = rate * (double)sorted->total; /* values above the threshold */
    double a0, a1, shape, scale, ratio, start;

    if (sorted->total == 0) return INFINITY;
    if (expected >= (double)tail || sorted->total <= tail)
        return value_below(sorted, (int64_t)fmin(expected, (double)(sorted->total - 1)));
    start = value_below(sorted, tail);
    tail_moments(sorted, tail, start, &a0, &a1);
    if (!(a0 > 0) || !(a0 - 2 * a1 > 0)) return value_below(sorted, 0);
    shape = fmax(-0.5, fmin(2 - a0 / (a0 - 2 * a1), 0.9)); /* xi; a mean exists below 1 */
    scale = a0 * (1 - shape);
    ratio = expected / (double)tail;
    return start
           + (fabs(shape) < 1e-9 ? -scale * log(ratio) : scale / shape * (pow(ratio, -shape) - 1));
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double tail_threshold(double *values, int64_t count, double rate)
{
    const struct sorted sorted = {values, NULL, count, count};

    qsort(values, (size_t)count, sizeof *values, by_value);
    return threshold_of(&sorted, rate);
}

/* ---- scores counted ------------------------------------------------------------------------------- */

enum {
    OCTAVE_BINS = TALLY_BINS / TALLY_OCTAVES,
    FIRST_OCTAVE = -20
}; /* from 2^-21 to below 2^20 */

/* Bins are equal parts of an octave: a score is known to half a part in so many. */
static int bin_of(double score)
{
    int octave;
    const double part = frexp(score, &octave); /* score = part 2^octave, part in [1/2, 1) */
    const int bin = (octave - FIRST_OCTAVE) * OCTAVE_BINS + (int)((2 * part - 1) * OCTAVE_BINS);

    if (!(score > 0) || bin < 0) return 0;
    return bin < TALLY_BINS ? bin : TALLY_BINS - 1;
}

static double middle_of(int bin)
{
    const double part = (bin % OCTAVE_BINS + 0.5) / OCTAVE_BINS;

    return ldexp((1 + part) / 2, bin / OCTAVE_BINS + FIRST_OCTAVE);
}

void score_tally_add(int64_t *tally, double score)
{
    tally[bin_of(score)]++;
}

int64_t score_tally_add_below(int64_t *tally, const int64_t *more, double limit)
{
    const int end = isfinite(limit) ? bin_of(limit) + 1 : TALLY_BINS;
    int64_t added = 0;

    for (int bin = 0; bin < end; bin++) {
        tally[bin] += more[bin];
        added += more[bin];
    }
    return added;
}

double score_tally_threshold(const int64_t *tally, double rate)
{
    double middles[TALLY_BINS];
    struct sorted sorted = {middles, tally, TALLY_BINS, 0};

    for (int bin = 0; bin < TALLY_BINS; bin++) {
        middles[bin] = middle_of(bin);
        sorted.total += tally[bin];
    }
    return threshold_of(&sorted, rate);
}
