// SPDX-License-Identifier: BSD-3-Clause
#include "synth_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Copies of a catalogue row differ by a few percent. */
static const double copy_spread = 0.04;

struct synth_options synth_defaults(void)
{
    return (struct synth_options){.facility = "synthetic",
                                  .hosts = 1,
                                  .metrics = 1,
                                  .samples = 1,
                                  .period_s = 60.0,
                                  .seed = 1,
                                  .start_unix_s = 1767225600,
                                  .gpu_share = 0.22,
                                  .constant_share = 0.15,
                                  .silent_share = 0.02,
                                  .missing_share = 0.005,
                                  .outages_per_node_year = 2.0,
                                  .anomalies = -1,
                                  .anomaly_kinds = UINT64_MAX,
                                  .anomaly_median_steps = 7.5,
                                  .anomaly_strength = 1.0};
}

int64_t synth_bytes(const struct synth_options *options)
{
    int64_t bytes;

    if (__builtin_mul_overflow(options->hosts, options->samples, &bytes)
        || __builtin_mul_overflow(bytes, options->metrics, &bytes)
        || __builtin_mul_overflow(bytes, (int64_t)sizeof(float), &bytes))
        return INT64_MAX;
    return bytes;
}

static status check_options(const struct synth_options *options)
{
    const double span_s =
        (double)options->samples * options->period_s * (double)(options->night + 1);

    if (options->hosts < 1 || options->metrics < 1 || options->samples < 1) {
        return fail(STATUS_BAD_USE,
                    "%ld hosts, %ld metrics, %ld samples: a facility has at least one of each",
                    (long)options->hosts, (long)options->metrics, (long)options->samples);
    }
    if (options->hosts > INT32_MAX || options->metrics > INT32_MAX) {
        return fail(STATUS_BAD_USE, "%ld hosts, %ld metrics: at most %d of each",
                    (long)options->hosts, (long)options->metrics, INT32_MAX);
    }
    if (!(options->period_s > 0.0) || !(span_s < 1e12)) {
        return fail(STATUS_BAD_USE, "%ld samples every %g s: between 0 and 1e12 s in all",
                    (long)options->samples, options->period_s);
    }
    if (!(options->silent_share >= 0.0 && options->silent_share <= 0.7))
        return fail(STATUS_BAD_USE, "silent_share %g: between 0 and 0.7", options->silent_share);
    return STATUS_OK;
}

/* Racks of a size that leaves several of them on small floors too. */
static int64_t rack_size(const struct synth_options *options)
{
    if (options->rack_hosts > 0) return options->rack_hosts;
    return options->hosts <= 128 ? 16 : options->hosts <= 512 ? 32 : 64;
}

static int sampler_number(struct name_table *samplers, const char *source)
{
    return (int)names_add(samplers, source, strlen(source));
}

static void metrics_make(struct synth *synth)
{
    const struct synth_options *options = &synth->options;
    struct name_table *samplers = names_create();

    synth->metrics = mem_zero((size_t)options->metrics, sizeof *synth->metrics);
    for (int64_t m = 0; m < options->metrics; m++) {
        const struct catalogue_place place = catalogue_place(m, options->constant_share);
        struct random random = keyed_random(options->seed, FOR_OFFSET, UINT64_MAX, (uint64_t)m);
        struct synth_metric *metric = &synth->metrics[m];
        struct metric *entry;
        char name[80];

        metric->model = catalogue_model(place);
        metric->is_constant = place.is_constant;
        metric->row = place.is_constant || place.copy > 0 ? -1 : place.row;
        metric->sampler = sampler_number(samplers, metric->model.source);
        metric->scale =
            place.copy == 0 ? 1.0F : (float)(1.0 + copy_spread * random_normal(&random));
        metric->persistence = (float)exp(-options->period_s / (double)metric->model.noise_tau_s);
        snprintf(name, sizeof name, place.copy == 0 ? "%s" : "%s_%ld", metric->model.name,
                 (long)place.copy + 1);
        entry = facility_add_metric(synth->facility, name, metric->model.source);
        entry->unit = facility_text(synth->facility, metric->model.unit);
        entry->kind = metric->model.kind;
    }
    synth->sampler_count = (int)names_count(samplers);
    names_destroy(&samplers);
}

static void labels_report(const struct synth *synth, struct facility *facility)
{
    const double period_s = synth->options.period_s;

    for (int64_t i = 0; i < synth->planted_count; i++) {
        const struct planted *planted = &synth->planted[i];
        struct label *label = facility_add_label(facility);

        label->host = planted->host;
        label->job = planted->job;
        label->start_unix_s = (double)synth->start_unix_s + (double)planted->first * period_s;
        label->end_unix_s = label->start_unix_s + (double)planted->count * period_s;
        label->name = facility_text(facility, synth_kind_name(planted->kind));
    }
}

/* Everything that may be refused is decided before this is called. */
static void plan(struct synth *synth)
{
    struct synth_options *options = &synth->options;
    struct facility *facility = synth->facility;

    facility->name = facility_text(facility, options->facility);
    facility->start_unix_s = synth->start_unix_s;
    facility->period_s = options->period_s;
    facility->sample_count = options->samples;
    synth->places = mem_zero((size_t)options->hosts, sizeof *synth->places);
    places_make(options, facility, synth->places);
    metrics_make(synth);
    noise_table(synth->noise);
    weather_start(&synth->weather, options->seed);
    synth->outage_count = outages_make(options, synth->places, &synth->outages);
    outages_by_host(synth->outages, synth->outage_count, options->hosts, &synth->outages_of);
    schedule_make(options, synth->outages, synth->outage_count, &synth->schedule);
    schedule_by_host(&synth->schedule, options->hosts, &synth->jobs_of);
    schedule_report(options, &synth->schedule, synth->start_unix_s, facility);
}

status synth_create(const struct synth_options *options, struct synth **synth)
{
    struct synth *made;
    status st;

    TRY(check_options(options));
    made = mem_zero(1, sizeof *made);
    made->options = *options;
    made->options.rack_hosts = rack_size(options);
    made->night_key = synth_night_key(options);
    made->start_unix_s =
        options->start_unix_s
        + llround((double)options->night * (double)options->samples * options->period_s);
    made->facility = facility_create();
    plan(made);
    st = anomalies_plant(made);
    if (st) {
        synth_destroy(&made);
        return st;
    }
    outages_report(made, made->facility);
    labels_report(made, made->facility);
    facility_sort(made->facility);
    *synth = made;
    return STATUS_OK;
}

void synth_destroy(struct synth **synth)
{
    struct synth *gone = *synth;

    if (!gone) return;
    mem_free(&gone->planted_first);
    mem_free(&gone->planted);
    by_host_release(&gone->outages_of);
    mem_free(&gone->outages);
    by_host_release(&gone->jobs_of);
    schedule_release(&gone->schedule);
    mem_free(&gone->metrics);
    mem_free(&gone->places);
    facility_destroy(&gone->facility);
    mem_free(synth);
}

const struct facility *synth_facility(const struct synth *synth)
{
    return synth->facility;
}

int64_t synth_anomaly_count(const struct synth *synth)
{
    return synth->incident_count;
}
