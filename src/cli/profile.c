// SPDX-License-Identifier: BSD-3-Clause
#include "cli.h"

#include <stdio.h>

static void print_traffic(const struct comm_traffic *rows, int count)
{
    fprintf(stderr, "\n%-28s %-10s %8s %16s %16s\n", "exchange in stage", "kind", "calls",
            "bytes sent", "received");
    for (int i = 0; i < count; i++) {
        fprintf(stderr, "%-28s %-10s %8lld %16lld %16lld\n", rows[i].stage[0] ? rows[i].stage : "-",
                comm_kind_name(rows[i].kind), (long long)rows[i].calls,
                (long long)rows[i].sent_bytes, (long long)rows[i].received_bytes);
    }
}

void profile_print(const struct comm *comm)
{
    struct stage_time times[COMM_STAGES_MAX];
    struct comm_traffic *traffic = mem_zero(COMM_TRAFFIC_MAX, sizeof *traffic);
    const int rows = comm_traffic(comm, traffic);
    const int count = comm_stage_times(comm, times);
    const double peak_mb = 1e-6 * (double)mem_peak_bytes();
    const double most_mb = comm_max_double(comm, peak_mb);

    if (comm_rank(comm) != 0) {
        mem_free(&traffic);
        return;
    }
    fprintf(stderr, "%-28s %10s %10s %10s %8s\n", "stage", "min s", "mean s", "max s", "visits");
    for (int i = 0; i < count; i++) {
        fprintf(stderr, "%-28s %10.3f %10.3f %10.3f %8lld\n", times[i].name, times[i].min_s,
                times[i].mean_s, times[i].max_s, (long long)times[i].visits);
    }
    fprintf(stderr, "most memory of a rank: %.0f MB\n", most_mb);
    print_traffic(traffic, rows);
    mem_free(&traffic);
}
