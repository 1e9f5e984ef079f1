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

/* The features of all readings in one window. */
struct crowd {
    int64_t hosts, metrics;
    int half;                     /* features of a reading */
    struct reading_list readings; /* owned: of all ranks */
    float *features;              /* owned, [readings][half] */
    float *quantum;               /* owned, [readings] */
    int32_t *job;                 /* owned, [hosts] */
    int32_t *members;             /* owned, [hosts]: hosts by job */
    int64_t *rows;                /* owned, [hosts]: a metric's readings of some members */
    double *work;                 /* owned, [2 * hosts] */
};

/* Collective. Which readings there are, and what their sensors resolve. */
static void gather_readings(const struct comm *comm, const struct mrdmd_night *night,
                            struct crowd *crowd)
{
    const int64_t count = night->readings.count;
    int64_t *keys = mem_zero((size_t)count, sizeof *keys);
    int64_t all_count;
    void *all;

    reading_list_keys(&night->readings, night->host_first, night->metric_count, keys);
    comm_all_rows(comm, keys, count, sizeof *keys, &all, &all_count);
    reading_list_of_keys(&crowd->readings, all, all_count, crowd->hosts, crowd->metrics);
    mem_free(&all);
    mem_free(&keys);
    comm_all_rows(comm, night->quantum, count, sizeof *night->quantum, &all, &all_count);
    crowd->quantum = all;
}

/* The first halves of this rank's rows of one root. */
static void gather(const struct comm *comm, const struct mrdmd_night *night, int64_t root,
                   struct crowd *crowd)
{
    const int64_t readings = night->readings.count;
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

/* The readings of a metric among some hosts, into crowd->rows. @return how many */
static int64_t find_rows(const struct crowd *crowd, const int32_t *members, int64_t count,
                         int64_t metric)
{
    int64_t found = 0;

    for (int64_t i = 0; i < count; i++) {
        const int64_t row = reading_list_find(&crowd->readings, members[i], metric);

        if (row >= 0) crowd->rows[found++] = row;
    }
    return found;
}

static double peer_median(const struct crowd *crowd, int64_t count, int feature)
{
    double *values = crowd->work;

    for (int64_t i = 0; i < count; i++) {
        const int64_t row = crowd->rows[i];
        const double value = (double)crowd->features[row * crowd->half + feature];

        values[i] = feature < BAND_FIRST ? value : resolved(value, (double)crowd->quantum[row]);
    }
    return median_of(values, count, crowd->work + count);
}

/* A feature against the middle of the peers. */
static double against(double value, double quantum, double middle, int feature)
{
    const double power = resolved(value, quantum);

    if (feature < BAND_FIRST) return value - middle;
    if (middle > 0.0) return power / middle;
    return power > 0.0 ? (double)NAN : 1.0;
}

/* Hold the hosts of one job that are this rank's against the middle of all of them. */
static void compare_members(const struct crowd *crowd, const int32_t *members, int64_t count,
                            int64_t root, struct mrdmd_night *night)
{
    const int64_t first = crowd->readings.first[night->host_first];

    for (int64_t metric = 0; metric < crowd->metrics; metric++) {
        const int64_t rows = find_rows(crowd, members, count, metric);

        for (int feature = 0; feature < crowd->half; feature++) {
            const double middle = peer_median(crowd, rows, feature);

            for (int64_t i = 0; i < rows; i++) {
                const int64_t row = crowd->rows[i];
                const int64_t mine = row - first;

                if (mine < 0 || mine >= night->readings.count) continue;
                night->features[(mine * night->root_count + root) * night->items + crowd->half
                                + feature] =
                    (float)against((double)crowd->features[row * crowd->half + feature],
                                   (double)crowd->quantum[row], middle, feature);
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
        .rows = mem_zero((size_t)facility->host_count, sizeof *crowd.rows),
        .work = mem_zero((size_t)(2 * facility->host_count), sizeof *crowd.work),
    };
    const struct span everyone = {0, facility->host_count};

    gather_readings(comm, night, &crowd);
    for (int w = 0; w < plan->window_count; w = plan->windows[w].next) {
        const struct mrdmd_window *root = &plan->windows[w];

        gather(comm, night, root->root, &crowd);
        companion_jobs(facility, view_time_unix_s(view, root->first),
                       view_time_unix_s(view, root->first + root->count), everyone, crowd.job);
        compare_window(&crowd, facility->job_count, root->root, night);
    }
    reading_list_release(&crowd.readings);
    mem_free(&crowd.features);
    mem_free(&crowd.quantum);
    mem_free(&crowd.job);
    mem_free(&crowd.members);
    mem_free(&crowd.rows);
    mem_free(&crowd.work);
}
