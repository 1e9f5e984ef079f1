// SPDX-License-Identifier: BSD-3-Clause
#include "made_up.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const hostile[] = {
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror=alert(2)>",
    "<!--<script>",
    "line\nbreak\tand \x01 control",
    "turned \xe2\x80\xae gnp.exe" /* NOLINT(misc-misleading-bidirectional): that is the attack */,
    "'; DROP TABLE hosts; --",
    "bad \xff\xfe utf-8 \xc3",
    "javascript:alert(3)",
    "{{constructor.constructor('alert(4)')()}}",
    "&lt;b&gt;&amp;",
};

enum { LONG_NAME_BYTES = 10240 };

static const char *text_of(struct facility *facility, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static const char *text_of(struct facility *facility, const char *format, ...)
{
    char line[256];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    return facility_text(facility, line);
}

static const char *hostile_name(struct facility *facility, int number)
{
    const int count = (int)(sizeof hostile / sizeof hostile[0]);
    char longest[LONG_NAME_BYTES + 1];

    if (number % (count + 1) < count)
        return text_of(facility, "%s %d", hostile[number % (count + 1)], number);
    memset(longest, '<', LONG_NAME_BYTES);
    longest[0] = 'L';
    longest[LONG_NAME_BYTES] = '\0';
    return facility_text(facility, longest);
}

static void fill_hosts(struct facility *facility, const struct shape *shape)
{
    facility->host_count = shape->hosts;
    facility->hosts = mem_zero((size_t)shape->hosts, sizeof *facility->hosts);
    for (int h = 0; h < shape->hosts; h++) {
        struct host *host = &facility->hosts[h];

        host->row = host->rack = host->chassis = host->slot = -1;
        host->name =
            shape->is_hostile ? hostile_name(facility, h) : text_of(facility, "node%04d", h + 1);
        if (!shape->has_racks) continue;
        host->rack = h / 192 % 12;
        host->row = h / 192 / 12;
        host->chassis = h / 64 % 3;
        host->slot = h / 4 % 16;
        if (!shape->is_hostile) {
            host->name = text_of(facility, "c%d-%dc%ds%dn%d", host->rack, host->row, host->chassis,
                                 host->slot, h % 4);
        }
    }
}

static void fill_metrics(struct facility *facility, const struct shape *shape)
{
    static const char *const names[] = {"cpu_temperature", "node_power", "memory_free",
                                        "load_1m",         "fan_speed",  "inlet_temperature",
                                        "ib_rx_bytes",     "page_faults"};
    static const char *const units[] = {"degC", "W", "KiB", "", "rpm", "degC", "B", ""};
    static const char *const sources[] = {"meminfo", "vmstat", "procstat"};

    facility->metric_count = shape->metrics;
    facility->metrics = mem_zero((size_t)shape->metrics, sizeof *facility->metrics);
    for (int m = 0; m < shape->metrics; m++) {
        struct metric *metric = &facility->metrics[m];
        const bool is_named = m < 8 && shape->metrics <= 8;

        metric->name = shape->is_hostile ? hostile_name(facility, m + 3)
                       : is_named        ? names[m]
                                         : text_of(facility, "%s_%03d", names[m % 8], m);
        metric->unit = units[m % 8];
        metric->source = is_named ? "" : sources[m % 3];
        metric->kind = m % 8 >= 6 ? METRIC_COUNTER : METRIC_GAUGE;
    }
}

/** Logs alone have no samples and last a day. */
static double made_up_span_s(const struct shape *shape)
{
    return shape->samples ? shape->samples * shape->period_s : 86400.0;
}

static void name_job(struct facility *facility, struct job *job, const struct shape *shape,
                     int number, struct random *random)
{
    static const char *const applications[] = {"ExaMiniMD", "sw4lite",         "lammps",
                                               "vasp_std",  "python train.py", "xhpl"};
    static const char *const queues[] = {"normal", "large", "debug"};

    job->id = text_of(facility, "%d", 1403244 + number);
    job->project = "chm137";
    job->application = applications[number % 6];
    job->queue = queues[number % 3];
    job->state = number % 11 ? "COMPLETED" : "FAILED";
    if (shape->is_hostile) {
        job->user = hostile_name(facility, number + 1);
        job->name = hostile_name(facility, number);
    } else {
        job->user = text_of(facility, "user%02d", (int)random_below(random, 40));
        job->name = text_of(facility, "%s|run %d", job->application, number);
    }
}

/** A block of neighbouring hosts, a power of two of them. */
static void place_job(struct facility *facility, struct job *job, struct random *random)
{
    const int64_t hosts = facility->host_count;
    const int64_t nodes = (int64_t)1 << random_below(random, hosts < 64 ? 3 : 9);
    const int64_t first = hosts ? random_below(random, hosts - nodes + 1) : 0;

    job->node_count = (int32_t)nodes;
    job->host_first = facility->job_host_count;
    job->host_count = hosts ? nodes : 0;
    for (int64_t h = first; h < first + job->host_count; h++) {
        facility->job_hosts[facility->job_host_count++] = (int32_t)h;
    }
}

static void fill_jobs(struct facility *facility, const struct shape *shape, struct random *random)
{
    const double span_s = made_up_span_s(shape);

    facility->job_count = shape->jobs;
    facility->jobs = mem_zero((size_t)shape->jobs, sizeof *facility->jobs);
    facility->job_hosts = mem_zero((size_t)shape->jobs * 256, sizeof *facility->job_hosts);
    for (int j = 0; j < shape->jobs; j++) {
        struct job *job = &facility->jobs[j];
        const double part = random_uniform(random) * random_uniform(random);

        name_job(facility, job, shape, j, random);
        place_job(facility, job, random);
        job->start_unix_s =
            facility->start_unix_s + (int64_t)(span_s * (1.3 * j / shape->jobs - 0.3));
        job->submit_unix_s = job->start_unix_s - 900;
        job->end_unix_s = job->start_unix_s + (int64_t)(span_s * (0.02 + 0.25 * part));
        job->limit_s = 86400;
    }
}

static enum severity any_severity(struct random *random)
{
    const double u = random_uniform(random);

    if (u < 0.6) return SEVERITY_INFO;
    if (u < 0.9) return SEVERITY_WARNING;
    return u < 0.985 ? SEVERITY_ERROR : SEVERITY_FATAL;
}

/** Some events name no host; half of the others fall on a few bad ones. */
static int32_t any_host(const struct shape *shape, struct random *random)
{
    const double u = random_uniform(random);

    if (!shape->hosts || u < 0.05) return -1;
    if (u < 0.5) return (int32_t)(random_below(random, 40) * shape->hosts / 40);
    return (int32_t)random_below(random, shape->hosts);
}

static void fill_events(struct facility *facility, const struct shape *shape, struct random *random)
{
    static const char *const categories[] = {"memory", "pcie", "thermal", "network", "power"};
    const double step_s = made_up_span_s(shape) / (shape->events + 1.0);

    facility->event_count = shape->events;
    facility->events = mem_zero((size_t)shape->events, sizeof *facility->events);
    for (int e = 0; e < shape->events; e++) {
        struct event *event = &facility->events[e];

        event->unix_s = (double)facility->start_unix_s + e * step_s;
        event->severity = any_severity(random);
        event->host = any_host(shape, random);
        event->category = categories[e % 5];
        event->location = text_of(facility, "R%02d-M0-N%02d", e % 48, e % 16);
        event->message = shape->is_hostile
                             ? hostile_name(facility, e)
                             : text_of(facility, "corrected error in bank %d, syndrome 0x%04x",
                                       e % 8, (unsigned)(e % 997));
    }
}

static void fill_labels(struct facility *facility, const struct shape *shape)
{
    const double start = (double)facility->start_unix_s;

    facility->labels = mem_zero(3, sizeof *facility->labels);
    facility->label_count = shape->hosts ? 3 : 0;
    for (int l = 0; l < facility->label_count; l++) {
        facility->labels[l] = (struct label){.host = 7 + l * (shape->hosts / 9),
                                             .job = -1,
                                             .start_unix_s = start + made_up_span_s(shape) * 0.55,
                                             .end_unix_s = start + made_up_span_s(shape) * 0.7,
                                             .name = l ? "cpuoccupy" : "memleak"};
        if (shape->is_hostile) facility->labels[l].name = hostile[l];
    }
}

struct facility *made_up_facility(const struct shape *shape, struct random *random)
{
    struct facility *facility = facility_create();

    facility->name =
        shape->is_hostile ? "</title><script>alert(5)</script> & \"Sons\"" : "Made-up Peak";
    facility->start_unix_s = 1795132800;
    facility->period_s = shape->period_s;
    facility->sample_count = shape->samples;
    fill_hosts(facility, shape);
    fill_metrics(facility, shape);
    fill_jobs(facility, shape, random);
    fill_events(facility, shape, random);
    fill_labels(facility, shape);
    return facility;
}
