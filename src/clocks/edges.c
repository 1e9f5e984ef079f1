// SPDX-License-Identifier: BSD-3-Clause
#include "edges.h"

#include <math.h>
#include <stdlib.h>

void job_index_create(const struct facility *facility, struct job_index *index)
{
    int64_t *next = mem_zero((size_t)facility->host_count + 2, sizeof *next);

    index->first = mem_zero((size_t)facility->host_count + 1, sizeof *index->first);
    index->jobs = mem_zero((size_t)facility->job_host_count + 1, sizeof *index->jobs);
    for (int64_t i = 0; i < facility->job_host_count; i++) next[facility->job_hosts[i] + 1]++;
    for (int64_t host = 0; host < facility->host_count; host++) {
        next[host + 1] += next[host];
        index->first[host + 1] = next[host + 1];
    }
    for (int64_t job = 0; job < facility->job_count; job++)
        for (int64_t i = 0; i < facility->jobs[job].host_count; i++)
            index->jobs[next[facility->job_hosts[facility->jobs[job].host_first + i]]++] =
                (int32_t)job;
    mem_free(&next);
}

void job_index_release(struct job_index *index)
{
    mem_free(&index->first);
    mem_free(&index->jobs);
}

int32_t edges_add(const struct facility *facility, struct span times, const struct job_index *index,
                  int64_t host, enum edge_kind kind, int32_t lag, int32_t *edges)
{
    int32_t count = 0;

    for (int64_t i = index->first[host]; i < index->first[host + 1]; i++) {
        const struct job *job = &facility->jobs[index->jobs[i]];
        const int64_t unix_s = kind == EDGE_START ? job->start_unix_s : job->end_unix_s;
        const double sample = ceil((double)(unix_s - facility->start_unix_s) / facility->period_s)
                              - (double)times.first;

        if (unix_s < 0 || sample < 0.0 || sample >= (double)times.count) continue;
        edges[count++] = (int32_t)sample + lag;
    }
    return count;
}

static int by_sample(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

    return (x > y) - (x < y);
}

int32_t edges_settle(int32_t *edges, int32_t count)
{
    enum { APART = 4 };
    int32_t kept = 0;

    qsort(edges, (size_t)count, sizeof *edges, by_sample);
    for (int32_t e = 0; e < count; e++)
        if (kept == 0 || edges[e] >= edges[kept - 1] + APART) edges[kept++] = edges[e];
    if (kept <= CLOCK_EDGES_MAX) return kept;
    for (int32_t e = 0; e < CLOCK_EDGES_MAX; e++)
        edges[e] = edges[(int64_t)e * kept / CLOCK_EDGES_MAX];
    return CLOCK_EDGES_MAX;
}
