// SPDX-License-Identifier: BSD-3-Clause
#include "companion.h"

#include <math.h>
#include <string.h>

/* Fewer hosts have no middle to be held against. */
enum { FEWEST_PEERS = 4 };

void companion_jobs(const struct facility *facility, double start_s, double end_s,
                    struct span hosts, int32_t *job)
{
    for (int64_t h = 0; h < hosts.count; h++) job[h] = -1;
    for (int64_t j = 0; j < facility->job_count; j++) {
        const struct job *at = &facility->jobs[j];
        const double job_end_s = at->end_unix_s < 0 ? end_s : (double)at->end_unix_s;
        const double shared_s = fmin(end_s, job_end_s) - fmax(start_s, (double)at->start_unix_s);

        if (at->start_unix_s < 0 || shared_s < 0.5 * (end_s - start_s)) continue;
        for (int64_t i = 0; i < at->host_count; i++) {
            const int64_t host = facility->job_hosts[at->host_first + i] - hosts.first;

            if (host >= 0 && host < hosts.count) job[host] = (int32_t)j;
        }
    }
}

/* The features of all hosts in one window. */
struct crowd {
    int64_t hosts, metrics;
    int half;         /* features of a reading */
    float *features;  /* owned, [hosts][metrics][half] */
    float *quantum;   /* owned, [hosts][metrics] */
    int32_t *job;     /* owned, [hosts] */
    int32_t *members; /* owned, [hosts]: hosts by job */
    double *work;     /* owned, [2 * hosts] */
};

/* The first halves of this rank's rows of one root. */
static void gather(const struct comm *comm, const struct mrdmd_night *night, int64_t root,
                   struct crowd *crowd)
{
    const int64_t readings = night->host_count * night->metric_count;
    float *mine = mem_zero((size_t)(readings * crowd->half), sizeof *mine);
    void *all;
    int64_t count;

    for (int64_t r = 0; r < readings; r++)
        memcpy(mine + r * crowd->half,
               night->features + (r * night->root_count + root) * night->items,
               (size_t)crowd->half * sizeof *mine);
    comm_all_rows(comm, mine, readings, (size_t)crowd->half * sizeof *mine, &all, &count);
    mem_free(&mine);
    mem_free(&crowd->features);
    crowd->features = all;
}

/* Powers below what the sensor resolves are equal. */
static double resolved(double power, double quantum)
{
    return power + (isfinite(quantum) ? quantum * quantum / 12.0 : 0.0);
}

static double peer_median(const struct crowd *crowd, const int32_t *members, int64_t count,
                          int64_t metric, int feature)
{
    double *values = crowd->work;

    for (int64_t i = 0; i < count; i++) {
        const int64_t reading = members[i] * crowd->metrics + metric;
        const double value = (double)crowd->features[reading * crowd->half + feature];

        values[i] = feature < BAND_FIRST ? value : resolved(value, (double)crowd->quantum[reading]);
    }
    return median_of(values, count, crowd->work + count);
}

/* Hold the hosts of one job that are this rank's against the middle of all of them. */
static void compare_members(const struct crowd *crowd, const int32_t *members, int64_t count,
                            int64_t root, struct mrdmd_night *night)
{
    for (int64_t metric = 0; metric < crowd->metrics; metric++) {
        for (int feature = 0; feature < crowd->half; feature++) {
            const double middle = peer_median(crowd, members, count, metric, feature);

            for (int64_t i = 0; i < count; i++) {
                const int64_t host = members[i] - night->host_first;
                const int64_t reading = members[i] * crowd->metrics + metric;
                const double value = (double)crowd->features[reading * crowd->half + feature];
                const double quantum = (double)crowd->quantum[reading];
                const double power = resolved(value, quantum);

                if (host < 0 || host >= night->host_count) continue;
                night->features[((host * crowd->metrics + metric) * night->root_count + root)
                                    * night->items
                                + crowd->half + feature] =
                    (float)(feature < BAND_FIRST ? value - middle
                            : middle > 0.0       ? power / middle
                                                 : (power > 0.0 ? (double)NAN : 1.0));
            }
        }
    }
}

/* Go through the jobs of a window by their hosts; hosts without a job are each other's peers. */
static void compare_window(const struct crowd *crowd, int64_t job_count, int64_t root,
                           struct mrdmd_night *night)
{
    int64_t *first = mem_zero((size_t)job_count + 2, sizeof *first);

    for (int64_t h = 0; h < crowd->hosts; h++) first[crowd->job[h] + 2]++;
    for (int64_t j = 0; j <= job_count; j++) first[j + 1] += first[j];
    for (int64_t h = 0; h < crowd->hosts; h++)
        crowd->members[first[crowd->job[h] + 1]++] = (int32_t)h;
    for (int64_t j = job_count; j >= 0; j--) { /* first[j] now is the end of group j */
        const int64_t begin = j > 0 ? first[j - 1] : 0;

        if (first[j] - begin >= FEWEST_PEERS)
            compare_members(crowd, crowd->members + begin, first[j] - begin, root, night);
    }
    mem_free(&first);
}

void companion_add_peers(const struct comm *comm, const struct view *view,
                         struct mrdmd_night *night)
{
    const struct facility *facility = view_facility(view);
    const struct mrdmd_plan *plan = night->plan;
    struct crowd crowd = {
        .hosts = facility->host_count,
        .metrics = night->metric_count,
        .half = band_plan_features(night->band_plan),
        .job = mem_zero((size_t)facility->host_count, sizeof *crowd.job),
        .members = mem_zero((size_t)facility->host_count, sizeof *crowd.members),
        .work = mem_zero((size_t)(2 * facility->host_count), sizeof *crowd.work),
    };
    const struct span everyone = {0, facility->host_count};
    void *quantum;
    int64_t count;

    comm_all_rows(comm, night->quantum, night->host_count * night->metric_count,
                  sizeof *night->quantum, &quantum, &count);
    crowd.quantum = quantum;
    for (int w = 0; w < plan->window_count; w = plan->windows[w].next) {
        const struct mrdmd_window *root = &plan->windows[w];

        gather(comm, night, root->root, &crowd);
        companion_jobs(facility, view_time_unix_s(view, root->first),
                       view_time_unix_s(view, root->first + root->count), everyone, crowd.job);
        compare_window(&crowd, facility->job_count, root->root, night);
    }
    mem_free(&crowd.features);
    mem_free(&crowd.quantum);
    mem_free(&crowd.job);
    mem_free(&crowd.members);
    mem_free(&crowd.work);
}
