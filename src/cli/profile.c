// SPDX-License-Identifier: BSD-3-Clause
#include "cli.h"

#include <stdio.h>

void profile_print(const struct comm *comm)
{
    struct stage_time times[COMM_STAGES_MAX];
    const int count = comm_stage_times(comm, times);
    const double peak_mb = 1e-6 * (double)mem_peak_bytes();
    const double most_mb = comm_max_double(comm, peak_mb);

    if (comm_rank(comm) != 0) return;
    fprintf(stderr, "%-28s %10s %10s %10s %8s\n", "stage", "min s", "mean s", "max s", "visits");
    for (int i = 0; i < count; i++) {
        fprintf(stderr, "%-28s %10.3f %10.3f %10.3f %8lld\n", times[i].name, times[i].min_s,
                times[i].mean_s, times[i].max_s, (long long)times[i].visits);
    }
    fprintf(stderr, "most memory of a rank: %.0f MB\n", most_mb);
}
