// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/telemetry.h>

#include <stdlib.h>
#include <string.h>

/* An item and where it stood, so that qsort() keeps the order of ties. */
struct placed_job {
    struct job job;
    int64_t place;
};

struct placed_event {
    struct event event;
    int64_t place;
};

struct placed_label {
    struct label label;
    int64_t place;
};

static int compare_int64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_double(double a, double b)
{
    return (a > b) - (a < b);
}

static int compare_jobs(const void *left, const void *right)
{
    const struct placed_job *a = left;
    const struct placed_job *b = right;
    int order = compare_int64(a->job.start_unix_s, b->job.start_unix_s);

    if (order == 0) order = compare_int64(a->job.submit_unix_s, b->job.submit_unix_s);
    if (order == 0) order = strcmp(a->job.id, b->job.id);
    return order ? order : compare_int64(a->place, b->place);
}

static int compare_events(const void *left, const void *right)
{
    const struct placed_event *a = left;
    const struct placed_event *b = right;
    const int order = compare_double(a->event.unix_s, b->event.unix_s);

    return order ? order : compare_int64(a->place, b->place);
}

static int compare_labels(const void *left, const void *right)
{
    const struct placed_label *a = left;
    const struct placed_label *b = right;
    int order = compare_double(a->label.start_unix_s, b->label.start_unix_s);

    if (order == 0) order = compare_int64(a->label.host, b->label.host);
    if (order == 0) order = compare_int64(a->label.job, b->label.job);
    return order ? order : compare_int64(a->place, b->place);
}

/* Copy the hosts of each job to where they stand now that the jobs are in order. */
static void repack_job_hosts(struct facility *facility)
{
    int32_t *packed = mem_zero((size_t)facility->job_host_count, sizeof *packed);
    int64_t next = 0;

    for (int64_t j = 0; j < facility->job_count; j++) {
        struct job *job = &facility->jobs[j];

        if (job->host_count > 0) {
            memcpy(packed + next, facility->job_hosts + job->host_first,
                   (size_t)job->host_count * sizeof *packed);
        }
        job->host_first = next;
        next += job->host_count;
    }
    mem_free(&facility->job_hosts);
    facility->job_hosts = packed;
    facility->room.job_hosts = facility->job_host_count;
    facility->job_host_count = next;
}

static void sort_jobs(struct facility *facility)
{
    const size_t count = (size_t)facility->job_count;
    struct placed_job *placed = mem_zero(count, sizeof *placed);
    int32_t *place_now = mem_zero(count, sizeof *place_now);

    for (size_t i = 0; i < count; i++)
        placed[i] = (struct placed_job){facility->jobs[i], (int64_t)i};
    qsort(placed, count, sizeof *placed, compare_jobs);
    for (size_t i = 0; i < count; i++) {
        facility->jobs[i] = placed[i].job;
        place_now[placed[i].place] = (int32_t)i;
    }
    repack_job_hosts(facility);
    for (int64_t i = 0; i < facility->label_count; i++) {
        struct label *label = &facility->labels[i];

        if (label->job >= 0) label->job = place_now[label->job];
    }
    mem_free(&place_now);
    mem_free(&placed);
}

static void sort_events(struct facility *facility)
{
    const size_t count = (size_t)facility->event_count;
    struct placed_event *placed = mem_zero(count, sizeof *placed);

    for (size_t i = 0; i < count; i++)
        placed[i] = (struct placed_event){facility->events[i], (int64_t)i};
    qsort(placed, count, sizeof *placed, compare_events);
    for (size_t i = 0; i < count; i++) facility->events[i] = placed[i].event;
    mem_free(&placed);
}

static void sort_labels(struct facility *facility)
{
    const size_t count = (size_t)facility->label_count;
    struct placed_label *placed = mem_zero(count, sizeof *placed);

    for (size_t i = 0; i < count; i++)
        placed[i] = (struct placed_label){facility->labels[i], (int64_t)i};
    qsort(placed, count, sizeof *placed, compare_labels);
    for (size_t i = 0; i < count; i++) facility->labels[i] = placed[i].label;
    mem_free(&placed);
}

void facility_sort(struct facility *facility)
{
    ASSERT(facility->job_count <= INT32_MAX);
    sort_jobs(facility); /* first: it renumbers the jobs of labels */
    sort_events(facility);
    sort_labels(facility);
}
