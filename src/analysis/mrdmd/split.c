// SPDX-License-Identifier: BSD-3-Clause
#include "mrdmd.h"

#include <math.h>

static double cut_weight(int64_t at, const struct mrdmd_job *jobs, int64_t job_count)
{
    double weight = 0.0;

    for (int64_t job = 0; job < job_count; job++) {
        if (jobs[job].start < (double)at && (double)at < jobs[job].end) weight += jobs[job].weight;
    }
    return weight;
}

int64_t mrdmd_split(int64_t first, int64_t count, int64_t least, int64_t reach,
                    const struct mrdmd_job *jobs, int64_t job_count)
{
    const int64_t middle = first + (count + 1) / 2;
    int64_t best = middle;
    double best_weight = INFINITY;

    if (job_count == 0) return middle;
    for (int64_t off = 0; off <= reach; off++) {
        for (int side = -1; side <= 1; side += 2) {
            const int64_t at = middle + side * off;
            double weight;

            if (at - first < least || first + count - at < least) continue;
            weight = cut_weight(at, jobs, job_count);
            if (weight < best_weight) {
                best_weight = weight;
                best = at;
            }
        }
    }
    return best;
}
