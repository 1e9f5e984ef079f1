// SPDX-License-Identifier: BSD-3-Clause
#include "effects.h"

#include <math.h>
#include <stdlib.h>

/* Durations are log-normal: 90 % are below 400 samples where the median is 7.5. */
static const double duration_spread = 2.75;

/* Incidents of a job strike one host, or in this share of cases up to MORE_HOSTS. */
static const double more_share = 0.3;
enum { MORE_HOSTS = 4 };

/* How often a place is looked for before an incident is given up. */
enum { TRIES = 40 };

static const double host_days_per_incident = 20.0;

/* Plants under way: rows chained by host, so that they do not meet. */
struct field {
    const struct synth *synth;
    struct planted *rows; /**< owned */
    int64_t *older;       /**< row of the same host before this; owned, as `rows` */
    int64_t *newest;      /**< owned, [hosts], -1 none */
    int64_t count, room;
    uint64_t kinds; /**< bit k: kind k is asked for and changes a metric that there is */
};

/* Is the host free of other anomalies, with a sample between? */
static bool is_clear(const struct field *field, int64_t host, int64_t first, int64_t count)
{
    for (int64_t row = field->newest[host]; row >= 0; row = field->older[row]) {
        const struct planted *other = &field->rows[row];

        if (first <= other->first + other->count && other->first <= first + count) return false;
    }
    return true;
}

static void plant_row(struct field *field, const struct planted *planted)
{
    if (field->count == field->room) {
        field->room *= 2;
        field->rows = mem_resize(field->rows, (size_t)field->room, sizeof *field->rows);
        field->older = mem_resize(field->older, (size_t)field->room, sizeof *field->older);
    }
    field->rows[field->count] = *planted;
    field->older[field->count] = field->newest[planted->host];
    field->newest[planted->host] = field->count++;
}

/* The job on a host at a moment, or -1. */
static int32_t job_at(const struct synth *synth, int64_t host, double time_s)
{
    for (int64_t i = synth->jobs_of.first[host]; i < synth->jobs_of.first[host + 1]; i++) {
        const struct synth_job *job = &synth->schedule.jobs[synth->jobs_of.item[i]];

        if ((double)job->start_s <= time_s && time_s < (double)job->end_s)
            return (int32_t)synth->jobs_of.item[i];
    }
    return -1;
}

static bool plant_rack(struct field *field, struct planted *planted)
{
    const struct synth_options *options = &field->synth->options;
    const int64_t first = planted->host / options->rack_hosts * options->rack_hosts;
    int64_t end = first + options->rack_hosts;

    if (end > options->hosts) end = options->hosts;
    for (int64_t h = first; h < end; h++)
        if (!is_clear(field, h, planted->first, planted->count)) return false;
    for (int64_t h = first; h < end; h++) {
        planted->host = (int32_t)h;
        planted->job = job_at(field->synth, h, (double)planted->first * options->period_s);
        plant_row(field, planted);
    }
    return true;
}

static bool plant_job(struct field *field, struct planted *planted, int64_t more)
{
    const struct synth *synth = field->synth;
    const double start_s = (double)planted->first * synth->options.period_s;

    if (!is_clear(field, planted->host, planted->first, planted->count)) return false;
    planted->job = job_at(synth, planted->host, start_s);
    plant_row(field, planted);
    if (planted->job < 0) return true;
    for (int64_t i = 0; i < synth->schedule.jobs[planted->job].node_count && more > 0; i++) {
        planted->host = synth->schedule.hosts[synth->schedule.jobs[planted->job].host_first + i];
        if (!is_clear(field, planted->host, planted->first, planted->count)) continue;
        plant_row(field, planted);
        more--;
    }
    return true;
}

static uint64_t useful_kinds(const struct synth *synth)
{
    uint64_t useful = 0;

    for (int kind = 0; kind_row(kind); kind++) {
        bool touches = false;

        for (int64_t m = 0; m < synth->options.metrics && !touches; m++)
            touches = synth->metrics[m].row >= 0 && anomaly_touches(kind, synth->metrics[m].row);
        if (touches) useful |= (uint64_t)1 << kind;
    }
    return useful & synth->options.anomaly_kinds;
}

/* One of the kinds that last at least so few samples; where there is none, @p steps grows. */
static int draw_kind(const struct field *field, struct random *random, int64_t *steps)
{
    int kinds[64];
    int count = 0;

    for (;; ++*steps) {
        for (int kind = 0; kind_row(kind); kind++) {
            if (field->kinds >> kind & 1 && kind_row(kind)->least_steps <= *steps)
                kinds[count++] = kind;
        }
        if (count > 0) return kinds[random_below(random, count)];
    }
}

static bool plant_incident(struct field *field, int64_t incident)
{
    const struct synth *synth = field->synth;
    const int64_t samples = synth->options.samples;
    const int64_t longest = samples / 2 > 1 ? samples / 2 : 1;
    struct random random = keyed_random(synth->night_key, FOR_ANOMALY, 0, (uint64_t)incident);
    struct planted planted = {.incident = incident};
    enum reach reach;
    int64_t more = 0;

    planted.count = (int64_t)ceil(
        synth->options.anomaly_median_steps * exp(duration_spread * random_normal(&random)) - 0.5);
    if (planted.count < 1) planted.count = 1;
    if (planted.count > longest) planted.count = longest;
    planted.kind = draw_kind(field, &random, &planted.count);
    planted.level =
        (float)(synth->options.anomaly_strength * (0.6 + 0.4 * random_uniform(&random)));
    planted.time_scale = 0.7 + 0.7 * random_uniform(&random);
    reach = kind_row(planted.kind)->reach;
    if (reach == REACH_JOB && random_uniform(&random) < more_share)
        more = 1 + random_below(&random, MORE_HOSTS - 1);
    if (planted.count > samples - 1) return false;
    for (int i = 0; i < TRIES; i++) {
        planted.host = (int32_t)random_below(&random, synth->options.hosts);
        planted.first = 1 + random_below(&random, samples - planted.count);
        if (reach == REACH_RACK ? plant_rack(field, &planted) : plant_job(field, &planted, more))
            return true;
    }
    return false;
}

static int by_host_and_time(const void *a, const void *b)
{
    const struct planted *x = a;
    const struct planted *y = b;

    if (x->host != y->host) return x->host < y->host ? -1 : 1;
    return (x->first > y->first) - (x->first < y->first);
}

static int64_t incidents_wanted(const struct synth_options *options)
{
    const double host_days =
        (double)options->hosts * (double)options->samples * options->period_s / 86400.0;
    const double wanted = floor(host_days / host_days_per_incident);

    if (options->anomalies >= 0) return options->anomalies;
    return wanted < 1.0 ? 1 : wanted > 1e6 ? 1000000 : (int64_t)wanted;
}

/* Hand the rows over to the plan, by host and time. */
static void field_adopt(struct synth *synth, const struct field *field)
{
    const int64_t hosts = synth->options.hosts;

    synth->planted = field->rows;
    synth->planted_count = field->count;
    if (field->count > 0)
        qsort(field->rows, (size_t)field->count, sizeof *field->rows, by_host_and_time);
    synth->planted_first = mem_zero((size_t)hosts + 1, sizeof *synth->planted_first);
    for (int64_t i = 0; i < field->count; i++) synth->planted_first[field->rows[i].host + 1]++;
    for (int64_t h = 0; h < hosts; h++) synth->planted_first[h + 1] += synth->planted_first[h];
}

status anomalies_plant(struct synth *synth)
{
    const struct synth_options *options = &synth->options;
    struct field field = {.synth = synth, .kinds = useful_kinds(synth)};
    int64_t wanted = incidents_wanted(options);

    if (wanted > 0 && field.kinds == 0) {
        if (options->anomalies > 0) {
            return fail(STATUS_BAD_USE,
                        "none of the anomaly kinds asked for changes any of the %ld metrics",
                        (long)options->metrics);
        }
        wanted = 0;
    }
    field.room = 64;
    field.rows = mem_zero((size_t)field.room, sizeof *field.rows);
    field.older = mem_zero((size_t)field.room, sizeof *field.older);
    field.newest = mem_zero((size_t)options->hosts, sizeof *field.newest);
    for (int64_t h = 0; h < options->hosts; h++) field.newest[h] = -1;
    for (int64_t incident = 0; incident < wanted; incident++)
        synth->incident_count += plant_incident(&field, incident);
    mem_free(&field.newest);
    mem_free(&field.older);
    field_adopt(synth, &field);
    return STATUS_OK;
}
