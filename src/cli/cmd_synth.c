// SPDX-License-Identifier: BSD-3-Clause
#include "cli.h"

#include <telltale/synth.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const struct parameter parameters[] = {
    {"hosts", PARAMETER_INT, NULL, 1, 1e7, NULL, "Hosts; of a system 1 if not given"},
    {"metrics", PARAMETER_INT, NULL, 1, 1e6, NULL, "Metrics a host; of a system 20 if not given"},
    {"samples", PARAMETER_INT, NULL, 1, 1e10, NULL, "Samples of each metric; of a system 8000 if not given"},
    {"period_s", PARAMETER_REAL, "60", 1e-3, 1e6, NULL, "Seconds between samples"},
    {"seed", PARAMETER_INT, "1", 0, 9e15, NULL, "Another number is another facility"},
    {"output", PARAMETER_PATH, NULL, 0, 0, NULL, "The facility file to write"},
    {"system", PARAMETER_CHOICE, "facility", 0, 0, "facility|var2|nonlinear_var|lorenz96",
     "A facility, or metrics that move each other by known laws: the graph is in the file"},
    {"parents", PARAMETER_INT, "3", 1, 4095, NULL, "Metrics that move each metric of a system"},
    {"permute", PARAMETER_FLAG, "false", 0, 0, NULL,
     "Put each metric's samples of a system in an order of its own: a control, nothing moves anything"},
    {"night", PARAMETER_INT, "0", 0, 1e6, NULL,
     "Which of the consecutive nights of the facility: same hosts, other jobs and weather"},
    {"start", PARAMETER_TEXT, "2026-01-01", 0, 0, NULL, "Moment of the first sample of night 0, UTC"},
    {"facility", PARAMETER_TEXT, "synthetic", 0, 0, NULL, "Name of the facility"},
    {"rack_hosts", PARAMETER_INT, "0", 0, 1e6, NULL, "Hosts a rack; 0: by the facility's size"},
    {"gpu_share", PARAMETER_REAL, "0.22", 0, 1, NULL, "Share of the hosts with accelerators"},
    {"jobs", PARAMETER_FLAG, "true", 0, 0, NULL, "Jobs run on the hosts"},
    {"jobs_per_day", PARAMETER_REAL, "0", 0, 1e7, NULL, "Jobs submitted a day; 0: as many as keep the hosts busy"},
    {"anomalies", PARAMETER_TEXT, "auto", 0, 0, NULL,
     "Incidents to plant: a number, none, or auto: one per 20 host-days, at least one"},
    {"anomaly_kinds", PARAMETER_LIST, NULL, 0, 0, NULL, "Kinds of incidents; without: all"},
    {"anomaly_median_steps", PARAMETER_REAL, "7.5", 1, 1e9, NULL, "Median duration of incidents, in samples"},
    {"anomaly_strength", PARAMETER_REAL, "1", 0, 1000, NULL, "Factor on all that anomalies do"},
    {"constant_share", PARAMETER_REAL, "0.15", 0, 1, NULL, "Share of the metrics that never change"},
    {"silent_share", PARAMETER_REAL, "0.02", 0, 0.7, NULL, "Share of the hosts that do not answer at a poll"},
    {"missing_share", PARAMETER_REAL, "0.005", 0, 0.7, NULL, "Share of the samples that one sampler of a host loses"},
    {"outages_per_node_year", PARAMETER_REAL, "2", 0, 1e5, NULL, "Hardware outages of a node in a year"},
    {0},
};
/* clang-format on */

static status read_count(const char *text, int64_t *count)
{
    char *end;

    if (strcmp(text, "auto") == 0) {
        *count = -1;
        return STATUS_OK;
    }
    if (strcmp(text, "none") == 0) {
        *count = 0;
        return STATUS_OK;
    }
    errno = 0;
    *count = strtoll(text, &end, 10);
    if (errno || end == text || *end || *count < 0 || *count > 10000000) {
        return fail(STATUS_BAD_USE, "anomalies: '%s' is neither auto, none nor a number up to 1e7",
                    text);
    }
    return STATUS_OK;
}

static status read_kinds(const struct settings *settings, uint64_t *kinds)
{
    const int count = settings_list_count(settings, "anomaly_kinds");
    uint64_t mask = 0;

    for (int item = 0; item < count; item++) {
        const char *name = settings_list_item(settings, "anomaly_kinds", item);
        struct text known = {0};
        int kind = 0;
        status st;

        while (synth_kind_name(kind) && strcmp(synth_kind_name(kind), name) != 0) kind++;
        if (!synth_kind_name(kind)) {
            for (kind = 0; synth_kind_name(kind); kind++)
                text_printf(&known, "%s%s", kind ? ", " : "", synth_kind_name(kind));
            st = fail(STATUS_BAD_USE, "anomaly_kinds: '%s' is none of %s", name, known.bytes);
            text_release(&known);
            return st;
        }
        mask |= (uint64_t)1 << kind;
    }
    if (count > 0) *kinds = mask;
    return STATUS_OK;
}

/* Settings that need no second look. */
static void read_plain(const struct settings *settings, struct synth_options *options)
{
    options->facility = settings_text(settings, "facility");
    options->hosts = settings_int(settings, "hosts");
    options->metrics = settings_int(settings, "metrics");
    options->samples = settings_int(settings, "samples");
    options->period_s = settings_real(settings, "period_s");
    options->seed = (uint64_t)settings_int(settings, "seed");
    options->night = settings_int(settings, "night");
    options->rack_hosts = settings_int(settings, "rack_hosts");
    options->gpu_share = settings_real(settings, "gpu_share");
    options->constant_share = settings_real(settings, "constant_share");
    options->silent_share = settings_real(settings, "silent_share");
    options->missing_share = settings_real(settings, "missing_share");
    options->outages_per_node_year = settings_real(settings, "outages_per_node_year");
    options->anomaly_median_steps = settings_real(settings, "anomaly_median_steps");
    options->anomaly_strength = settings_real(settings, "anomaly_strength");
}

static status read_start(const struct settings *settings, int64_t *start_unix_s)
{
    const char *start = settings_text(settings, "start");
    double moment = 0.0;

    if (!clock_parse(start, strlen(start), 0, &moment) || floor(moment) != moment)
        return fail(STATUS_BAD_USE, "start: '%s' is no date and time in whole seconds", start);
    *start_unix_s = (int64_t)moment;
    return STATUS_OK;
}

static status read_options(const struct settings *settings, struct synth_options *options)
{
    static const char *const required[] = {"hosts", "metrics", "samples"};

    if (settings_is_given(settings, "parents") || settings_is_given(settings, "permute")) {
        return fail(STATUS_BAD_USE, "%s: not for a facility; say which --system",
                    settings_is_given(settings, "parents") ? "parents" : "permute");
    }
    for (size_t i = 0; i < sizeof required / sizeof required[0]; i++) {
        if (!settings_is_given(settings, required[i]))
            return fail(STATUS_BAD_USE, "--%s is missing", required[i]);
    }
    TRY(read_start(settings, &options->start_unix_s));
    TRY(read_count(settings_text(settings, "anomalies"), &options->anomalies));
    TRY(read_kinds(settings, &options->anomaly_kinds));
    read_plain(settings, options);
    options->jobs_per_day =
        settings_flag(settings, "jobs") ? settings_real(settings, "jobs_per_day") : -1.0;
    return STATUS_OK;
}

/* What has no meaning for a system of known structure is not passed over. */
static status check_system_options(const struct settings *settings)
{
    static const char *const allowed[] = {"hosts",   "metrics", "samples", "period_s",
                                          "seed",    "output",  "system",  "parents",
                                          "permute", "night",   "start",   "facility"};

    for (const struct parameter *row = parameters; row->name; row++) {
        bool is_allowed = false;

        for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
            is_allowed = is_allowed || strcmp(row->name, allowed[i]) == 0;
        if (!is_allowed && settings_is_given(settings, row->name)) {
            return fail(STATUS_BAD_USE, "%s: a system (%s) has none", row->name,
                        settings_text(settings, "system"));
        }
    }
    return STATUS_OK;
}

static int64_t size_or(const struct settings *settings, const char *name, int64_t standard)
{
    return settings_is_given(settings, name) ? settings_int(settings, name) : standard;
}

static status run_system(struct context *context, const char *path)
{
    const struct settings *settings = context->settings;
    struct synth_options room = synth_defaults();
    struct system_options options = {.kind = settings_text(settings, "system"),
                                     .facility = settings_text(settings, "facility"),
                                     .hosts = size_or(settings, "hosts", 1),
                                     .metrics = size_or(settings, "metrics", 20),
                                     .samples = size_or(settings, "samples", 8000),
                                     .parents = settings_int(settings, "parents"),
                                     .period_s = settings_real(settings, "period_s"),
                                     .seed = (uint64_t)settings_int(settings, "seed"),
                                     .night = settings_int(settings, "night"),
                                     .is_permuted = settings_flag(settings, "permute")};
    struct synth_system *system = NULL;
    status st;

    TRY(check_system_options(settings));
    TRY(read_start(settings, &options.start_unix_s));
    room.hosts = options.hosts;
    room.metrics = options.metrics;
    room.samples = options.samples;
    TRY(comm_agree(context->comm, synth_check_room(path, &room)));
    TRY(comm_agree(context->comm, synth_system_create(&options, &system)));
    st = synth_system_write(context->comm, system, path);
    if (!st) {
        say(context, "%s: %s, %ld hosts x %ld metrics x %ld samples, %ld parents of each metric\n",
            path, options.kind, (long)options.hosts, (long)options.metrics, (long)options.samples,
            (long)options.parents);
    }
    synth_system_destroy(&system);
    return st;
}

static void say_result(const struct context *context, const struct synth *synth, const char *path)
{
    const struct facility *facility = synth_facility(synth);
    char from[CLOCK_TEXT_BYTES];

    say(context,
        "%s: %s, %ld hosts x %ld metrics x %ld samples every %g s from %s\n"
        "%ld jobs, %ld hardware events, %ld incidents planted (%ld labels)\n",
        path, facility->name, (long)facility->host_count, (long)facility->metric_count,
        (long)facility->sample_count, facility->period_s, clock_text(facility->start_unix_s, from),
        (long)facility->job_count, (long)facility->event_count, (long)synth_anomaly_count(synth),
        (long)facility->label_count);
}

static status run(struct context *context)
{
    struct synth_options options = synth_defaults();
    struct synth *synth = NULL;
    const char *path;
    status st;

    TRY(require_text(context, "output", &path));
    if (strcmp(settings_text(context->settings, "system"), "facility") != 0)
        return run_system(context, path);
    TRY(read_options(context->settings, &options));
    TRY(comm_agree(context->comm, synth_check_room(path, &options)));
    comm_stage_begin(context->comm, "plan");
    st = comm_agree(context->comm, synth_create(&options, &synth));
    comm_stage_end(context->comm);
    if (!st) st = synth_write(context->comm, synth, path);
    if (!st && synth_anomaly_count(synth) < options.anomalies) {
        notice("%ld of %ld incidents found no room of their own",
               (long)(options.anomalies - synth_anomaly_count(synth)), (long)options.anomalies);
    }
    if (!st) say_result(context, synth, path);
    synth_destroy(&synth);
    return st;
}

const struct command command_synth = {
    .name = "synth",
    .summary = "make a facility of any size with known truth",
    .usage = "--hosts H --metrics M --samples T -o FILE",
    .details =
        "Places, users, jobs, outages with their messages, telemetry that answers to all of them, and\n"
        "planted anomalies that the file's labels tell of. The file depends on the options alone, not on\n"
        "the number of ranks. Two nights of one facility, the first healthy:\n"
        "\n"
        "  telltale synth --hosts 256 --metrics 16 --samples 1440 --anomalies none -o day0.h5\n"
        "  telltale synth --hosts 256 --metrics 16 --samples 1440 --night 1 -o day1.h5\n"
        "\n"
        "With --system, metrics that move each other by laws that are known, and in the file which moves which.",
    .parameters = parameters,
    .operands_max = 0,
    .run = run,
};
