// SPDX-License-Identifier: BSD-3-Clause
#include "sample_facility.h"

#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void add_jobs(struct facility *facility)
{
    char id[32];

    for (int j = 0; j < 5 && facility->host_count > 0; j++) {
        struct job *job = facility_add_job(facility);

        snprintf(id, sizeof id, "%d", 1000 + j);
        job->id = facility_text(facility, id);
        job->user = facility_text(facility, "us\xc3\xa9r|1");
        job->name = facility_text(facility, "</script>\n\"x\",'y'");
        job->submit_unix_s = facility->start_unix_s + j;
        job->start_unix_s = facility->start_unix_s + 10 * j;
        job->end_unix_s = j == 4 ? -1 : facility->start_unix_s + 10 * j + 60;
        job->node_count = j;
        for (int32_t h = 0; h < j && h < facility->host_count; h++)
            facility_add_job_host(facility, h);
    }
}

static void add_events_and_labels(struct facility *facility)
{
    for (int e = 0; e < 7; e++) {
        struct event *event = facility_add_event(facility);

        event->unix_s = (double)facility->start_unix_s + 0.25 * e;
        event->host = facility->host_count > 0 && e % 2 ? 0 : -1;
        event->severity = (enum severity)(e % 4);
        event->category = facility_text(facility, "memory");
        event->message = facility_text(facility, e % 2 ? "corrected" : "");
    }
    for (int l = 0; l < 3 && facility->job_count > 0; l++) {
        struct label *label = facility_add_label(facility);

        label->job = l;
        label->host = 0;
        label->start_unix_s = (double)facility->start_unix_s + l;
        label->end_unix_s = label->start_unix_s + 60.0;
        label->name = facility_text(facility, l ? "memleak" : "healthy");
    }
}

struct facility *sample_facility(int64_t hosts, int64_t metrics, int64_t times)
{
    struct facility *facility = facility_create();
    char name[32];

    facility->name = facility_text(facility, "sample");
    facility->start_unix_s = 1700000000;
    facility->period_s = 60.0;
    facility->sample_count = times;
    for (int64_t h = 0; h < hosts; h++) {
        snprintf(name, sizeof name, "n%03lld", (long long)h);
        facility_add_host(facility, name)->rack = (int32_t)(h / 4);
    }
    for (int64_t m = 0; m < metrics; m++) {
        struct metric *metric;

        snprintf(name, sizeof name, "m%lld", (long long)m);
        metric = facility_add_metric(facility, name, "sample");
        metric->unit = facility_text(facility, "\xc2\xb0"
                                               "C");
        metric->kind = m % 3 == 2 ? METRIC_COUNTER : METRIC_GAUGE;
    }
    add_jobs(facility);
    add_events_and_labels(facility);
    return facility;
}

float sample_value(int64_t host, int64_t time, int64_t metric)
{
    if ((host + time * 7 + metric) % 11 == 0) return NAN;
    return (float)(host * 10000 + time * 10 + metric) * 0.125F;
}

void sample_fill(struct span hosts, struct span times, int64_t metrics, float *values)
{
    for (int64_t h = 0; h < hosts.count; h++) {
        for (int64_t t = 0; t < times.count; t++) {
            for (int64_t m = 0; m < metrics; m++) {
                values[(h * times.count + t) * metrics + m] =
                    sample_value(hosts.first + h, times.first + t, m);
            }
        }
    }
}

const char *sample_path(const char *name)
{
    static char path[512];
    const char *folder = getenv("TMPDIR");
    int64_t process = getpid();

    comm_broadcast(check_comm, &process, sizeof process, 0);
    snprintf(path, sizeof path, "%s/telltale-%lld-%s", folder ? folder : "/tmp", (long long)process,
             name);
    return path;
}

void sample_remove(const char *path)
{
    comm_barrier(check_comm);
    if (comm_rank(check_comm) == 0) unlink(path);
    comm_barrier(check_comm);
}
