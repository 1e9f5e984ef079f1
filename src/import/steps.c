// SPDX-License-Identifier: BSD-3-Clause
/* The step in time of hosts whose files hold one row each, such as a folder for each poll. */
#include "gather.h"

#include <stdlib.h>

/** When a host's rows of one file begin. */
struct beginning {
    int64_t host; /**< of the facility */
    double unix_s;
};

static int by_host_and_time(const void *a, const void *b)
{
    const struct beginning *x = a, *y = b;

    if (x->host != y->host) return x->host < y->host ? -1 : 1;
    return (x->unix_s > y->unix_s) - (x->unix_s < y->unix_s);
}

/** Collective: files of one host are read by different ranks. */
static struct beginning *gather_beginnings(struct import *import, const struct merged *merged,
                                           int64_t *count)
{
    const int64_t *hosts = merged->of_rank[comm_rank(import->comm)].hosts;
    int64_t mine_count;
    const struct segment *segments = spill_segments(import->builder.spill, &mine_count);
    struct beginning *mine = mem_zero((size_t)mine_count + 1, sizeof *mine);
    struct beginning *all;

    for (int64_t i = 0; i < mine_count; i++)
        mine[i] = (struct beginning){hosts[segments[i].host], segments[i].first_unix_s};
    comm_all_rows(import->comm, mine, mine_count, sizeof *mine, (void **)&all, count);
    mem_free(&mine);
    if (*count > 1) qsort(all, (size_t)*count, sizeof *all, by_host_and_time);
    return all;
}

void steps_between_files(struct import *import, const struct merged *merged, int64_t *bins)
{
    int64_t count;
    struct beginning *all = gather_beginnings(import, merged, &count);

    for (int64_t i = 1; i < count; i++)
        if (all[i].host == all[i - 1].host && all[i].unix_s > all[i - 1].unix_s)
            bins[step_bin(all[i].unix_s - all[i - 1].unix_s)]++;
    mem_free(&all);
}
