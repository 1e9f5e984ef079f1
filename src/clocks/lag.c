// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/clocks.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * A change is at an edge if it is within this many samples of it. As many changes as there are edges are held
 * against them, and twice as many.
 */
enum { NEAR = 1, NEAR_0 = 2, DRIFT_STEP = 2, DRIFT_MOST = 64, EDGES_LEAST = 4, WIDTHS = 2 };

struct lag_counts {
    int64_t times, most;
    int32_t *at; /* owned, [2 * most + 1 and a margin on both sides] */
};

struct lag_counts *lag_counts_create(int64_t times, int64_t most)
{
    struct lag_counts *counts = mem_zero(1, sizeof *counts);

    counts->times = times;
    counts->most = most < times ? most : times - 1;
    counts->at = mem_zero((size_t)(2 * (counts->most + NEAR) + 1), sizeof *counts->at);
    return counts;
}

void lag_counts_destroy(struct lag_counts **counts)
{
    if (!*counts) return;
    mem_free(&(*counts)->at);
    mem_free(counts);
}

/** What a lag that grows by @p drift over the span has added up to at a sample. */
static int32_t drift_at(const struct lag_counts *counts, int32_t edge, int32_t drift)
{
    return (int32_t)floor((double)drift * ((double)edge / (double)counts->times - 0.5) + 0.5);
}

/* What is held against each other; borrowed. Handed on by value: nothing that is counted can touch it. */
struct moments {
    const int32_t *changes, *edges; /* in samples */
    int32_t change_count, edge_count;
};

/** Edges that are still within the span at this lag. */
static int32_t edges_within(const struct lag_counts *counts, struct moments moments, int64_t lag)
{
    int32_t within = 0;

    for (int32_t e = 0; e < moments.edge_count; e++)
        within += moments.edges[e] + lag >= 0 && moments.edges[e] + lag < counts->times;
    return within;
}

/* The first term and a geometric series over the rest. */
double poisson_log_tail(int64_t count, double mean)
{
    const double k = (double)count;

    if (mean >= k) return 0.0;
    return k * log(mean) - mean - lgamma(k + 1.0) - log1p(-mean / (k + 1.0));
}

struct best {
    int64_t lag;
    int32_t drift, matched, exact;
};

/** Count the differences for one drift and keep the lag that most edges agree on. */
static void try_drift(struct lag_counts *counts, struct moments moments, int32_t drift,
                      struct best *best)
{
    const int64_t most = counts->most;
    int32_t *at = counts->at + most + NEAR; /* of lag 0 */

    memset(counts->at, 0, (size_t)(2 * (most + NEAR) + 1) * sizeof *counts->at);
    for (int32_t e = 0; e < moments.edge_count; e++) {
        const int32_t edge = moments.edges[e];
        const int32_t expected = edge + drift_at(counts, edge, drift);

        for (int32_t c = 0; c < moments.change_count; c++) {
            const int64_t lag = moments.changes[c] - expected;

            if (lag >= -most && lag <= most) at[lag]++;
        }
    }
    for (int64_t lag = -most; lag <= most; lag++) {
        const int32_t matched = at[lag - 1] + at[lag] + at[lag + 1];
        const bool is_nearer = llabs(lag) < llabs(best->lag);

        if (matched < best->matched || (matched == best->matched && at[lag] < best->exact))
            continue;
        if (matched == best->matched && at[lag] == best->exact && !is_nearer) continue;
        *best = (struct best){lag, drift, matched, at[lag]};
    }
}

/** Edges with a change within @p near samples of the lag, and the mean of these differences. */
static int32_t match(const struct lag_counts *counts, struct moments moments,
                     const struct best *best, int near, double *mean)
{
    int32_t matched = 0;
    double sum = 0.0;

    for (int32_t e = 0; e < moments.edge_count; e++) {
        const int32_t edge = moments.edges[e];
        const int64_t expected = edge + drift_at(counts, edge, best->drift);

        for (int32_t c = 0; c < moments.change_count; c++) {
            const int64_t lag = moments.changes[c] - expected;

            if (llabs(lag - best->lag) > near) continue;
            matched++;
            sum += (double)lag;
            break;
        }
    }
    if (mean) *mean = matched > 0 ? sum / (double)matched : 0.0;
    return matched;
}

/**
 * A lag stands for more tries the larger it is, so that small offsets, which are usual, need fewer edges: the shares
 * of all lags, 1 / tries, sum up to 1.
 */
static double tries_of(const struct lag_counts *counts, int64_t lag)
{
    return 2.0 * (1.0 + log1p((double)counts->most)) * (double)(llabs(lag) + 1);
}

static double expected_by_chance(const struct lag_counts *counts, const struct lag *lag,
                                 int32_t change_count, double tries)
{
    const double mean =
        (double)lag->edges * (double)change_count * (double)(2 * NEAR + 1) / (double)counts->times;

    return exp(fmin(poisson_log_tail(lag->matched, mean) + log(tries), 0.0));
}

static struct lag find(struct lag_counts *counts, struct moments moments, bool may_drift)
{
    static const struct best at_0;
    double tries = WIDTHS;
    struct best best = {0}, drifting = {0};
    struct lag lag = {0};

    try_drift(counts, moments, 0, &best);
    for (int32_t drift = DRIFT_STEP; may_drift && drift <= DRIFT_MOST; drift += DRIFT_STEP) {
        try_drift(counts, moments, drift, &drifting);
        try_drift(counts, moments, -drift, &drifting);
    }
    if (drifting.matched >= best.matched + best.matched / 2 + 2) {
        best = drifting;
        tries *= (double)DRIFT_MOST;
    }
    lag.matched = match(counts, moments, &best, NEAR, &lag.samples);
    lag.matched_at_0 = match(counts, moments, &at_0, NEAR_0, NULL);
    lag.edges = edges_within(counts, moments, best.lag);
    lag.drift_samples = (double)best.drift;
    tries *= tries_of(counts, best.lag);
    lag.chance =
        lag.matched > 0 ? expected_by_chance(counts, &lag, moments.change_count, tries) : 1.0;
    return lag;
}

struct lag lag_find(struct lag_counts *counts, const int32_t *changes, int32_t change_count,
                    const int32_t *edges, int32_t edge_count, bool may_drift)
{
    struct lag best = {.chance = 2.0};

    for (int32_t times = 1; times <= WIDTHS; times++) {
        const int32_t most = times * edge_count;
        const struct moments moments = {changes, edges, change_count < most ? change_count : most,
                                        edge_count};
        const struct lag lag = find(counts, moments, may_drift);

        if (lag.chance < best.chance) best = lag;
    }
    return best;
}

bool lag_is_evidence(const struct lag *lag, int64_t hosts)
{
    static const double most_by_chance = 1e-2;
    const bool is_elsewhere = fabs(lag->samples) > NEAR_0 || fabs(lag->drift_samples) > 2 * NEAR_0;

    return is_elsewhere && lag->matched >= EDGES_LEAST && 2 * lag->matched >= lag->edges
           && 2 * lag->matched_at_0 <= lag->matched && lag->chance * (double)hosts < most_by_chance;
}
