// SPDX-License-Identifier: BSD-3-Clause
#include "edges.h"

#include <telltale/store.h>
#include <telltale/view.h>

#include <math.h>
#include <string.h>

/* Clocks are at most so far off: the widest time zone and an hour. */
static const double most_lag_s = 15 * 3600.0;
/* Fewer edges or hosts say nothing. */
enum { EDGES_LEAST = 4, HOSTS_LEAST = 8, HOST_CHANGES_MAX = 32, WIDTH = 3 };

struct host_changes {
    int64_t host;
    int32_t count;
    int32_t *changes; /* owned, the strongest first */
};

struct clocks {
    const struct facility *facility; /* borrowed */
    struct span times;
    struct job_index jobs;
    struct host_changes *hosts; /* owned, [count]; of this rank */
    int64_t count, room;
    void *workspace; /* owned */
};

/** What all ranks know before hosts are judged. */
struct reference {
    double lag_s[EDGE_KINDS]; /* NaN: not to be told */
    int32_t lag[EDGE_KINDS];
    int32_t moments[CLOCK_EDGES_MAX];
    int32_t moment_count;
    int64_t hosts;
};

void clock_verdict_release(struct clock_verdict *verdict)
{
    mem_free(&verdict->findings);
    verdict->finding_count = 0;
}

struct clocks *clocks_create(const struct facility *facility, struct span times)
{
    struct clocks *clocks = mem_zero(1, sizeof *clocks);

    clocks->facility = facility;
    clocks->times = times;
    clocks->workspace = mem_array(changes_workspace_bytes(times.count, facility->metric_count), 1);
    job_index_create(facility, &clocks->jobs);
    return clocks;
}

void clocks_destroy(struct clocks **clocks)
{
    if (!*clocks) return;
    for (int64_t i = 0; i < (*clocks)->count; i++) mem_free(&(*clocks)->hosts[i].changes);
    mem_free(&(*clocks)->hosts);
    mem_free(&(*clocks)->workspace);
    job_index_release(&(*clocks)->jobs);
    mem_free(clocks);
}

void clocks_add(struct clocks *clocks, int64_t host, const float *values)
{
    int32_t changes[CLOCK_CHANGES_MAX];
    struct host_changes *added;

    if (clocks->count == clocks->room) {
        clocks->room = 2 * clocks->room + 64;
        clocks->hosts = mem_resize(clocks->hosts, (size_t)clocks->room, sizeof *clocks->hosts);
    }
    added = &clocks->hosts[clocks->count++];
    added->host = host;
    added->count = changes_find(values, clocks->times.count, clocks->facility->metric_count,
                                clocks->workspace, changes);
    added->changes = mem_zero((size_t)added->count + 1, sizeof *changes);
    memcpy(added->changes, changes, (size_t)added->count * sizeof *changes);
}

static int64_t most_lag(const struct clocks *clocks)
{
    const double samples = most_lag_s / clocks->facility->period_s;

    return samples < (double)clocks->times.count ? (int64_t)samples : clocks->times.count - 1;
}

static int32_t *edge_room(const struct clocks *clocks, int64_t host)
{
    return mem_zero((size_t)(2 * (clocks->jobs.first[host + 1] - clocks->jobs.first[host])) + 1,
                    sizeof(int32_t));
}

/* ---- what most hosts have in common --------------------------------------------------------- */

/** Differences between this rank's changes and edges of one kind; @p lags [2 * most + 1], then edges, then pairs. */
static void count_lags(const struct clocks *clocks, enum edge_kind kind, int64_t most,
                       int64_t *lags)
{
    for (int64_t i = 0; i < clocks->count; i++) {
        const struct host_changes *host = &clocks->hosts[i];
        int32_t *edges = edge_room(clocks, host->host);
        const int32_t count =
            edges_settle(edges, edges_add(clocks->facility, clocks->times, &clocks->jobs,
                                          host->host, kind, 0, edges));
        const int32_t used = host->count < 4 * count ? host->count : 4 * count;

        for (int32_t e = 0; e < count; e++)
            for (int32_t c = 0; c < used; c++) {
                const int64_t lag = (int64_t)host->changes[c] - edges[e];

                if (lag >= -most && lag <= most) lags[lag + most]++;
            }
        lags[2 * most + 1] += count;
        lags[2 * most + 2] += (int64_t)count * used;
        mem_free(&edges);
    }
}

/** The lag that most edges of all hosts share; NaN where no three tenths do, or it may be chance. */
static double common_lag(const int64_t *lags, int64_t most, int64_t times)
{
    static const double least_share = 0.3, most_by_chance = 1e-3;
    const double edges = (double)lags[2 * most + 1], pairs = (double)lags[2 * most + 2];
    int64_t best = 0, best_count = 0;

    for (int64_t lag = 1; lag < 2 * most; lag++) {
        const int64_t count = lags[lag - 1] + lags[lag] + lags[lag + 1];

        if (count < best_count || (count == best_count && lags[lag] <= lags[best])) continue;
        best = lag;
        best_count = count;
    }
    if (best_count < EDGES_LEAST || (double)best_count < least_share * edges) return (double)NAN;
    if (poisson_log_tail(best_count, 3.0 * pairs / (double)times) + log1p(2.0 * (double)most)
        > log(most_by_chance))
        return (double)NAN;
    return (double)(best - most) + (double)(lags[best + 1] - lags[best - 1]) / (double)best_count;
}

static void find_common_lags(const struct comm *comm, const struct clocks *clocks,
                             struct reference *reference)
{
    const int64_t most = most_lag(clocks);
    int64_t *lags = mem_zero((size_t)(2 * most + 3), sizeof *lags);

    for (int kind = 0; kind < EDGE_KINDS; kind++) {
        double lag;

        memset(lags, 0, (size_t)(2 * most + 3) * sizeof *lags);
        count_lags(clocks, (enum edge_kind)kind, most, lags);
        comm_sum_int64s(comm, lags, 2 * most + 3);
        lag = common_lag(lags, most, clocks->times.count);
        reference->lag_s[kind] = lag * clocks->facility->period_s;
        reference->lag[kind] = isnan(lag) ? 0 : (int32_t)floor(lag + 0.5);
    }
    mem_free(&lags);
}

/** Hosts that change at each sample or beside it, by their strongest changes. */
static void count_hosts(const struct clocks *clocks, int32_t used, int64_t *at)
{
    for (int64_t i = 0; i < clocks->count; i++) {
        const struct host_changes *host = &clocks->hosts[i];

        for (int32_t c = 0; c < host->count && c < used; c++)
            for (int64_t t = host->changes[c] - 1; t <= host->changes[c] + 1; t++)
                if (t >= 0 && t < clocks->times.count) at[t]++;
    }
}

static bool is_highest(const int64_t *at, int64_t times, int64_t t)
{
    for (int64_t other = t - WIDTH; other <= t + WIDTH; other++)
        if (other >= 0 && other < times && (at[other] > at[t] || (other < t && at[other] == at[t])))
            return false;
    return true;
}

/** Moments at which a third of the hosts change, and more than would by chance. */
static void find_moments(const struct comm *comm, const struct clocks *clocks,
                         struct reference *reference)
{
    static const double most_by_chance = 1e-3;
    const int64_t times = clocks->times.count;
    const int32_t used =
        times / 48 < HOST_CHANGES_MAX ? (int32_t)(times / 48) : (int32_t)HOST_CHANGES_MAX;
    int64_t *at = mem_zero((size_t)times + 1, sizeof *at);
    const int64_t least =
        reference->hosts / 3 > EDGES_LEAST ? reference->hosts / 3 : (int64_t)EDGES_LEAST;
    const double by_chance = 3.0 * (double)(used * reference->hosts) / (double)times;
    int32_t *moments = mem_zero((size_t)times + 1, sizeof *moments);
    int32_t count = 0;

    count_hosts(clocks, used, at);
    comm_sum_int64s(comm, at, times);
    for (int64_t t = 0; reference->hosts >= HOSTS_LEAST && t < times; t++) {
        /* Of a plateau of three samples the middle is the moment. */
        if (at[t] < least || !is_highest(at, times, t)) continue;
        if (poisson_log_tail(at[t], by_chance) + log((double)times) > log(most_by_chance)) continue;
        moments[count++] = (int32_t)(t + (t + 2 < times && at[t + 2] == at[t]));
    }
    reference->moment_count = edges_settle(moments, count);
    memcpy(reference->moments, moments, (size_t)reference->moment_count * sizeof *moments);
    mem_free(&moments);
    mem_free(&at);
}

/* ---- one host ------------------------------------------------------------------------------- */

static bool judge(const struct clocks *clocks, const struct host_changes *host,
                  struct lag_counts *counts, const int32_t *edges, int32_t edge_count,
                  int64_t hosts, struct clock_finding *finding)
{
    const double period_s = clocks->facility->period_s;
    const double span_s = period_s * (double)clocks->times.count;
    struct lag lag = lag_find(counts, host->changes, host->count, edges, edge_count, false);

    if (2 * lag.matched_at_0 > lag.matched) return false;
    lag = lag_find(counts, host->changes, host->count, edges, edge_count, true);
    if (!lag_is_evidence(&lag, hosts)) return false;
    finding->host = (int32_t)host->host;
    finding->offset_s = lag.samples * period_s;
    finding->drift_s_per_day = lag.drift_samples * period_s * 86400.0 / span_s;
    finding->matched = lag.matched;
    finding->edges = lag.edges;
    finding->chance = lag.chance * (double)hosts;
    return true;
}

static bool judge_by_jobs(const struct clocks *clocks, const struct host_changes *host,
                          const struct reference *reference, struct lag_counts *counts,
                          bool *is_judged, struct clock_finding *finding)
{
    int32_t *edges = edge_room(clocks, host->host);
    int32_t count = 0;
    bool is_found = false;

    for (int kind = 0; kind < EDGE_KINDS; kind++)
        count += edges_add(clocks->facility, clocks->times, &clocks->jobs, host->host,
                           (enum edge_kind)kind, reference->lag[kind], edges + count);
    count = edges_settle(edges, count);
    *is_judged = count >= EDGES_LEAST && host->count >= EDGES_LEAST;
    if (*is_judged) is_found = judge(clocks, host, counts, edges, count, reference->hosts, finding);
    mem_free(&edges);
    return is_found;
}

static int64_t judge_mine(const struct clocks *clocks, const struct reference *reference,
                          struct clock_finding *findings, struct clock_verdict *verdict)
{
    struct lag_counts *counts = lag_counts_create(clocks->times.count, most_lag(clocks));
    int64_t found = 0;

    for (int64_t i = 0; i < clocks->count; i++) {
        const struct host_changes *host = &clocks->hosts[i];
        struct clock_finding finding = {.against = CLOCK_JOBS};
        bool is_judged, is_found;

        is_found = judge_by_jobs(clocks, host, reference, counts, &is_judged, &finding);
        verdict->judged_by_jobs += is_judged;
        is_judged = reference->moment_count >= EDGES_LEAST && host->count >= EDGES_LEAST;
        verdict->judged_by_hosts += is_judged;
        if (is_judged && !is_found) {
            finding.against = CLOCK_HOSTS;
            is_found = judge(clocks, host, counts, reference->moments, reference->moment_count,
                             reference->hosts, &finding);
        }
        if (is_found) findings[found++] = finding;
    }
    lag_counts_destroy(&counts);
    return found;
}

void clocks_judge(const struct comm *comm, const struct clocks *clocks,
                  struct clock_verdict *verdict)
{
    struct clock_finding *mine = mem_zero((size_t)clocks->count + 1, sizeof *mine);
    struct clock_verdict judged = {0};
    struct reference reference = {0};
    int64_t with_changes = 0, count;
    void *all = NULL;

    for (int64_t i = 0; i < clocks->count; i++) with_changes += clocks->hosts[i].count > 0;
    reference.hosts = comm_sum_int64(comm, with_changes);
    find_common_lags(comm, clocks, &reference);
    find_moments(comm, clocks, &reference);
    count = judge_mine(clocks, &reference, mine, &judged);
    comm_all_rows(comm, mine, count, sizeof *mine, &all, &judged.finding_count);
    judged.findings = all;
    judged.judged_by_jobs = comm_sum_int64(comm, judged.judged_by_jobs);
    judged.judged_by_hosts = comm_sum_int64(comm, judged.judged_by_hosts);
    judged.starts_lag_s = reference.lag_s[EDGE_START];
    judged.ends_lag_s = reference.lag_s[EDGE_END];
    mem_free(&mine);
    *verdict = judged;
}

/* ---- a file --------------------------------------------------------------------------------- */

static status add_tiles(struct view *view, struct clocks *clocks)
{
    const struct span mine = view_my_tiles(view);
    const int64_t host_floats = view_times(view).count * view_facility(view)->metric_count;
    float *values = mem_array((size_t)view_tile_items(view), sizeof *values);
    status st = STATUS_OK;

    for (int64_t tile = mine.first; !st && tile < mine.first + mine.count; tile++) {
        const struct span hosts = view_tile_hosts(view, tile);

        st = view_read_tile(view, tile, values);
        for (int64_t h = 0; !st && h < hosts.count; h++)
            clocks_add(clocks, hosts.first + h, values + h * host_floats);
        if (!st) st = comm_check_stop();
        comm_progress();
    }
    mem_free(&values);
    return st;
}

/** Hosts that are read at once; 0 where one host's samples are more than should be held to describe a file. */
static int64_t tile_hosts_of(int64_t host_bytes)
{
    static const int64_t usual_hosts = 64, usual_bytes = 256 << 20, most_bytes = 1 << 30;

    if (host_bytes > most_bytes) return 0;
    if (host_bytes * usual_hosts <= usual_bytes) return usual_hosts;
    return host_bytes < usual_bytes ? usual_bytes / host_bytes : 1;
}

static status survey_view(const struct comm *comm, struct view *view, struct clock_verdict *verdict)
{
    struct clocks *clocks = clocks_create(view_facility(view), view_times(view));
    const status st = comm_agree(comm, add_tiles(view, clocks));

    if (!st) clocks_judge(comm, clocks, verdict);
    clocks_destroy(&clocks);
    return st;
}

status clocks_survey(const struct comm *comm, const char *path, struct clock_verdict *verdict)
{
    struct view_options options = {0};
    struct clock_verdict found = {.starts_lag_s = (double)NAN, .ends_lag_s = (double)NAN};
    struct view *view = NULL;
    status st = STATUS_OK;

    TRY(view_open(comm, path, &options, &view));
    options.tile_hosts = tile_hosts_of(view_times(view).count * view_facility(view)->metric_count
                                       * (int64_t)sizeof(float));
    view_close(&view);
    if (options.tile_hosts > 0) {
        TRY(view_open(comm, path, &options, &view));
        st = survey_view(comm, view, &found);
        view_close(&view);
    }
    if (!st) *verdict = found;
    return st;
}
