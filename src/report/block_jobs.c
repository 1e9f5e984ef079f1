// SPDX-License-Identifier: BSD-3-Clause
#include "blocks.h"

#include <stdlib.h>
#include <string.h>

/* What a job's numbers take beside its texts, and what one run of hosts takes. */
static const int64_t job_number_bytes = 80;
static const int64_t run_bytes = 12;

enum { TEXT_COUNT = 7, NUMBER_COUNT = 6 };

static const char *const text_keys[TEXT_COUNT] = {"id",          "user",  "project", "name",
                                                  "application", "queue", "state"};
static const char *const number_keys[NUMBER_COUNT] = {"submit_unix_s", "start_unix_s", "end_unix_s",
                                                      "limit_s",       "node_count",   "exit_code"};

static bool is_of_night(const struct job *job, int64_t start, int64_t end)
{
    return job->start_unix_s < end && (job->end_unix_s < 0 || job->end_unix_s >= start);
}

static int compare_hosts(const void *left, const void *right)
{
    const int32_t a = *(const int32_t *)left;
    const int32_t b = *(const int32_t *)right;

    return (a > b) - (a < b);
}

/** A job's hosts as [first, count, first, count, ...]: jobs mostly run on blocks of neighbours. */
static json_t *runs_of(const struct facility *facility, const struct job *job)
{
    const size_t count = (size_t)job->host_count;
    int32_t *hosts = mem_zero(count, sizeof *hosts);
    json_t *runs = json_array();

    if (count) memcpy(hosts, facility->job_hosts + job->host_first, count * sizeof *hosts);
    qsort(hosts, count, sizeof *hosts, compare_hosts);
    for (size_t i = 0; i < count;) {
        size_t end = i + 1;

        while (end < count && hosts[end] <= hosts[end - 1] + 1) end++;
        json_array_append_new(runs, json_integer(hosts[i]));
        json_array_append_new(runs, json_integer(hosts[end - 1] - hosts[i] + 1));
        i = end;
    }
    mem_free(&hosts);
    return runs;
}

static int64_t add_job(json_t **columns, const struct facility *facility, const struct job *job)
{
    const char *const texts[TEXT_COUNT] = {job->id,          job->user,  job->project, job->name,
                                           job->application, job->queue, job->state};
    const int64_t values[NUMBER_COUNT] = {job->submit_unix_s, job->start_unix_s, job->end_unix_s,
                                          job->limit_s,       job->node_count,   job->exit_code};
    int64_t bytes = job_number_bytes;
    json_t *runs = runs_of(facility, job);

    for (int i = 0; i < TEXT_COUNT; i++) {
        json_t *text = json_name(texts[i]);

        bytes += (int64_t)json_string_length(text) + 3;
        json_array_append_new(columns[i], text);
    }
    for (int i = 0; i < NUMBER_COUNT; i++) {
        json_array_append_new(columns[TEXT_COUNT + i], json_integer(values[i]));
    }
    bytes += run_bytes * (int64_t)(json_array_size(runs) / 2);
    json_array_append_new(columns[TEXT_COUNT + NUMBER_COUNT], runs);
    return bytes;
}

json_t *block_jobs(const struct block_source *source)
{
    const struct facility *facility = source->night->facility;
    const int64_t start = block_start_unix_s(facility);
    const int64_t end = block_end_unix_s(facility);
    int64_t bytes = 0;
    json_t *object = json_object();
    json_t *columns[TEXT_COUNT + NUMBER_COUNT + 2];

    for (int i = 0; i < TEXT_COUNT + NUMBER_COUNT + 2; i++) columns[i] = json_array();
    for (int i = 0; i < TEXT_COUNT; i++) json_put(object, text_keys[i], columns[i]);
    for (int i = 0; i < NUMBER_COUNT; i++)
        json_put(object, number_keys[i], columns[TEXT_COUNT + i]);
    json_put(object, "runs", columns[TEXT_COUNT + NUMBER_COUNT]);
    json_put(object, "number", columns[TEXT_COUNT + NUMBER_COUNT + 1]);
    for (int64_t i = 0; i < facility->job_count && bytes < source->plan->job_bytes; i++) {
        if (!is_of_night(&facility->jobs[i], start, end)) continue;
        bytes += add_job(columns, facility, &facility->jobs[i]);
        json_array_append_new(columns[TEXT_COUNT + NUMBER_COUNT + 1], json_integer(i));
    }
    return object;
}
