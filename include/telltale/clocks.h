// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file clocks.h
 * Evidence that a host's clock is wrong: its load changes at other moments than its jobs start and end, or than
 * many other hosts change.
 *
 * Of each host the moments are found at which its metrics step from one level to another. Edges are the moments
 * at which they are expected to: starts and ends of the host's jobs, or moments at which a third of all hosts
 * step together. The differences between changes and edges are counted by lag: where the clock is right, most edges
 * have a change at lag 0; where it is ahead, at its offset. How many would fall on one lag by chance is a Poisson
 * variable, for the changes that are taken are the strongest, as many as the edges or twice as many; a finding must be
 * less likely than one in a hundred for all hosts and lags together, hold half of the edges, and twice as many as
 * lag 0.
 *
 * What all hosts share says nothing of a host: the lag between the job log and most hosts (a prolog, or a time zone
 * that was named wrongly) is found first and stated by itself.
 *
 * Offsets up to two periods are within the width of a change and not seen. Where jobs come in a fixed rhythm, an
 * offset of a multiple of it looks like none.
 */
#pragma once

#include <telltale/comm.h>
#include <telltale/telemetry.h>

/** What a host's changes are held against. */
enum clock_against { CLOCK_JOBS, CLOCK_HOSTS };

struct clock_finding {
    int32_t host;
    enum clock_against against;
    double offset_s;        /**< that the clock is ahead (late stamps), in the middle of the span */
    double drift_s_per_day; /**< 0 unless the offset moves by more than the changes' width */
    int32_t matched, edges; /**< edges with a change at that offset, of those within the span */
    double chance;          /**< expected number of such findings among all hosts by chance */
};

/** The same on every rank. */
struct clock_verdict {
    struct clock_finding *findings; /**< owned, [finding_count], by host; at most one each */
    int64_t finding_count;
    int64_t judged_by_jobs, judged_by_hosts; /**< hosts with edges enough */
    double starts_lag_s,
        ends_lag_s; /**< most hosts' changes behind the job log; NaN: not to be told */
};
void clock_verdict_release(struct clock_verdict *verdict);

/* ---- collective: all hosts of a facility ---------------------------------------------------- */

/** The changes of this rank's hosts. */
struct clocks;

/** @param times  the samples that are seen, counted from the facility's first */
struct clocks *clocks_create(const struct facility *facility, struct span times);
void clocks_destroy(struct clocks **clocks);

/**
 * Take in one host of this rank; each host on one rank only. Local.
 *
 * @param values  shape [times, metrics]: counters as rates, NaN where missing, as view_read_tile() brings them
 */
void clocks_add(struct clocks *clocks, int64_t host, const float *values);

/** Collective. The verdict over all hosts; the same for any number of ranks. */
void clocks_judge(const struct comm *comm, const struct clocks *clocks,
                  struct clock_verdict *verdict);

/**
 * Collective. Reads a facility file for it, some hosts at a time; judges none where one host's samples are over 1 GiB.
 * STATUS_BAD_INPUT where it holds no telemetry.
 */
status clocks_survey(const struct comm *comm, const char *path, struct clock_verdict *verdict);

/* ---- pure ----------------------------------------------------------------------------------- */

enum { CLOCK_CHANGES_MAX = 128, CLOCK_EDGES_MAX = 64 };

/** Bytes of workspace for changes_find(). */
size_t changes_workspace_bytes(int64_t times, int64_t metrics);

/**
 * Find the samples at which a host steps to another level: the strongest first, none within three samples of
 * a stronger one. A metric's step is the difference between the means of three samples before and after; it counts
 * by how far it exceeds three times the metric's usual step, up to a limit, so that no metric decides alone.
 *
 * @param values   shape [times, metrics]
 * @param changes  shape [CLOCK_CHANGES_MAX]; change t is between samples t - 1 and t
 * @return         how many
 */
int32_t changes_find(const float *values, int64_t times, int64_t metrics, void *workspace,
                     int32_t *changes);

/** At which lag do changes stand behind edges? */
struct lag {
    double samples;         /**< mean of the matched differences; in the middle where it drifts */
    double drift_samples;   /**< over the span */
    int32_t matched, edges; /**< of the edges that stay within the span at this lag */
    int32_t matched_at_0;   /**< within two samples of lag 0 */
    double chance;          /**< expected number of lags so good by chance */
};

/** Counters of lags from -most to most. */
struct lag_counts;
struct lag_counts *lag_counts_create(int64_t times, int64_t most);
void lag_counts_destroy(struct lag_counts **counts);

/**
 * The best constant lag, or, where @p may_drift and that explains many more edges, the best lag that grows evenly.
 *
 * @param changes  shape [change_count], the strongest first
 * @param edges    shape [edge_count], samples in rising order
 */
struct lag lag_find(struct lag_counts *counts, const int32_t *changes, int32_t change_count,
                    const int32_t *edges, int32_t edge_count, bool may_drift);

/** log of the bound of P(X >= count) for a Poisson variable of this mean; 0 where that is no bound. */
double poisson_log_tail(int64_t count, double mean);

/** Is it evidence of another clock, if @p hosts were looked at? */
bool lag_is_evidence(const struct lag *lag, int64_t hosts);
