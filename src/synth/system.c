// SPDX-License-Identifier: BSD-3-Clause
#include "system.h"

#include <telltale/store.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Samples before the first, until the start is forgotten. */
enum { SETTLING_SAMPLES = 500 };

static const char *const kind_names[] = {[SYSTEM_VAR2] = "var2",
                                         [SYSTEM_NONLINEAR_VAR] = "nonlinear_var",
                                         [SYSTEM_LORENZ96] = "lorenz96"};
enum { KIND_COUNT = sizeof kind_names / sizeof kind_names[0] };

const char *synth_system_name(int kind)
{
    return kind >= 0 && kind < KIND_COUNT ? kind_names[kind] : NULL;
}

static status find_kind(const char *name, enum system_kind *kind)
{
    for (int k = 0; k < KIND_COUNT; k++) {
        if (strcmp(kind_names[k], name) == 0) {
            *kind = (enum system_kind)k;
            return STATUS_OK;
        }
    }
    return fail(STATUS_BAD_USE, "system: '%s' is none that is known", name);
}

static status check_options(const struct system_options *options, enum system_kind kind)
{
    const int64_t most = 4096;
    const int64_t most_floats = INT64_C(1) << 28;

    if (kind == SYSTEM_LORENZ96 && (options->parents != 3 || options->metrics < 4)) {
        return fail(STATUS_BAD_USE,
                    "lorenz96 with %ld metrics and %ld parents: it has three parents of each "
                    "metric, and at least four metrics",
                    (long)options->metrics, (long)options->parents);
    }
    if (options->metrics > most || options->parents >= options->metrics) {
        return fail(STATUS_BAD_USE,
                    "%ld metrics with %ld parents each: a system has more metrics than parents, "
                    "and at most %ld",
                    (long)options->metrics, (long)options->parents, (long)most);
    }
    if (options->samples > most_floats / options->metrics) {
        return fail(STATUS_BAD_USE,
                    "%ld samples of %ld metrics: a host of a system has at most %ld in all",
                    (long)options->samples, (long)options->metrics, (long)most_floats);
    }
    return STATUS_OK;
}

static void add_edge(struct known_graph *graph, int64_t metrics, int64_t effect, int64_t cause,
                     double weight, int lag)
{
    graph->weight[effect * metrics + cause] = weight;
    graph->lag[effect * metrics + cause] = (int8_t)lag;
}

static void tell_graph(struct synth_system *system)
{
    const int64_t metrics = system->options.metrics;
    struct known_graph *graph = facility_add_graph(system->facility, system->options.kind);

    for (int64_t i = 0; i < metrics; i++) {
        if (system->kind == SYSTEM_LORENZ96) {
            add_edge(graph, metrics, i, i, -1.0, 1);
            add_edge(graph, metrics, i, (i + 1) % metrics, 1.0, 1);
            add_edge(graph, metrics, i, (i + metrics - 1) % metrics, 1.0, 1);
            add_edge(graph, metrics, i, (i + metrics - 2) % metrics, -1.0, 1);
        }
        for (int64_t k = 0; k < system->term_count; k++) {
            const struct law *law = &system->laws[i * system->term_count + k];

            add_edge(graph, metrics, i, law->cause, law->weight, law->lag);
        }
    }
}

static struct facility *make_facility(const struct system_options *options)
{
    struct facility *facility = facility_create();
    char name[48];

    facility->name = facility_text(facility, options->facility);
    facility->start_unix_s =
        options->start_unix_s
        + llround((double)options->night * (double)options->samples * options->period_s);
    facility->period_s = options->period_s;
    facility->sample_count = options->samples;
    for (int64_t h = 0; h < options->hosts; h++) {
        snprintf(name, sizeof name, "host%04ld", (long)h);
        facility_add_host(facility, name);
    }
    for (int64_t m = 0; m < options->metrics; m++) {
        snprintf(name, sizeof name, "x%02ld", (long)m);
        facility_add_metric(facility, name, options->kind);
    }
    return facility;
}

status synth_system_create(const struct system_options *options, struct synth_system **system)
{
    struct synth_system *made;
    enum system_kind kind = SYSTEM_VAR2;

    TRY(find_kind(options->kind, &kind));
    TRY(check_options(options, kind));
    made = mem_zero(1, sizeof *made);
    made->options = *options;
    made->options.kind = kind_names[kind];
    made->kind = kind;
    made->facility = make_facility(options);
    if (kind != SYSTEM_LORENZ96) {
        made->term_count = options->parents + 1;
        made->laws = mem_zero((size_t)(options->metrics * made->term_count), sizeof *made->laws);
        laws_make(options, kind, made->laws);
    }
    tell_graph(made);
    *system = made;
    return STATUS_OK;
}

void synth_system_destroy(struct synth_system **system)
{
    struct synth_system *gone = *system;

    if (!gone) return;
    mem_free(&gone->laws);
    facility_destroy(&gone->facility);
    mem_free(system);
}

const struct facility *synth_system_facility(const struct synth_system *system)
{
    return system->facility;
}

static void run_laws(const struct synth_system *system, struct random *random, float *values)
{
    const int64_t metrics = system->options.metrics;
    double *past = mem_zero((size_t)(2 * metrics), sizeof *past);
    double *next = mem_zero((size_t)metrics, sizeof *next);

    for (int64_t t = -SETTLING_SAMPLES; t < system->options.samples; t++) {
        laws_step(system->laws, metrics, system->term_count, past, next);
        for (int64_t i = 0; i < metrics; i++) {
            past[metrics + i] = past[i];
            past[i] = next[i] + random_normal(random);
            if (t >= 0) values[t * metrics + i] = (float)past[i];
        }
    }
    mem_free(&next);
    mem_free(&past);
}

static void run_lorenz(const struct synth_system *system, struct random *random, float *values)
{
    const int64_t metrics = system->options.metrics;
    double *x = mem_zero((size_t)metrics, sizeof *x);
    double *work = mem_zero((size_t)(5 * metrics), sizeof *work);

    for (int64_t i = 0; i < metrics; i++) x[i] = lorenz_forcing + random_normal(random);
    for (int64_t t = -SETTLING_SAMPLES; t < system->options.samples; t++) {
        lorenz_step(metrics, x, work);
        for (int64_t i = 0; i < metrics && t >= 0; i++) values[t * metrics + i] = (float)x[i];
    }
    mem_free(&work);
    mem_free(&x);
}

/* Fisher and Yates' shuffle of each metric's samples. */
static void permute(const struct system_options *options, uint64_t key, int64_t host, float *values)
{
    for (int64_t m = 0; m < options->metrics; m++) {
        struct random random = keyed_random(key, FOR_MISSING, (uint64_t)host, (uint64_t)m);

        for (int64_t t = options->samples - 1; t > 0; t--) {
            const int64_t other = random_below(&random, t + 1);
            const float kept = values[t * options->metrics + m];

            values[t * options->metrics + m] = values[other * options->metrics + m];
            values[other * options->metrics + m] = kept;
        }
    }
}

void synth_system_run(const struct synth_system *system, int64_t host, float *values)
{
    const uint64_t key = random_mix(system->options.seed, (uint64_t)system->options.night);
    struct random random = keyed_random(key, FOR_NOISE, (uint64_t)host, 0);

    if (system->kind == SYSTEM_LORENZ96) {
        run_lorenz(system, &random, values);
    } else {
        run_laws(system, &random, values);
    }
    if (system->options.is_permuted) permute(&system->options, key, host, values);
}

static status write_hosts(const struct comm *comm, const struct synth_system *system,
                          struct store_writer *writer)
{
    const struct system_options *options = &system->options;
    const struct span mine = comm_share(comm, options->hosts);
    float *values = mem_array((size_t)(options->samples * options->metrics), sizeof *values);
    status st = STATUS_OK;

    for (int64_t h = mine.first; h < mine.first + mine.count && !st; h++) {
        synth_system_run(system, h, values);
        st = store_write(writer, (struct span){h, 1}, (struct span){0, options->samples}, values);
        comm_progress();
        if (!st) st = comm_check_stop();
    }
    mem_free(&values);
    return comm_agree(comm, st);
}

status synth_system_write(const struct comm *comm, const struct synth_system *system,
                          const char *path)
{
    const struct store_options store_options = {0};
    struct store_writer *writer;
    status st;

    TRY(store_create(comm, path, system->facility, &store_options, &writer));
    comm_stage_begin(comm, "generate");
    st = write_hosts(comm, system, writer);
    comm_stage_end(comm);
    if (!st) return store_commit(&writer);
    store_discard(&writer);
    return st;
}
