// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/synth.h>

#include <math.h>
#include <string.h>

static struct synth_options small(int64_t hosts, int64_t metrics, int64_t samples)
{
    struct synth_options options = synth_defaults();

    options.hosts = hosts;
    options.metrics = metrics;
    options.samples = samples;
    options.seed = 11;
    return options;
}

/* All samples, shape [hosts, samples, metrics], made in blocks; for mem_free(). */
static float *generate(const struct synth *synth, struct span hosts, int64_t block)
{
    const struct facility *facility = synth_facility(synth);
    const int64_t samples = facility->sample_count;
    const int64_t metrics = facility->metric_count;
    struct synth_stream *stream = synth_stream_create(synth, hosts, block);
    float *all = mem_zero((size_t)(hosts.count * samples * metrics), sizeof *all);
    float *part = mem_zero((size_t)(hosts.count * block * metrics), sizeof *part);

    for (int64_t first = 0; first < samples; first += block) {
        const int64_t count = samples - first < block ? samples - first : block;

        synth_stream_next(stream, count, part);
        for (int64_t h = 0; h < hosts.count; h++) {
            memcpy(all + (h * samples + first) * metrics, part + h * count * metrics,
                   (size_t)(count * metrics) * sizeof *all);
        }
    }
    synth_stream_destroy(&stream);
    mem_free(&part);
    return all;
}

static float *generate_all(const struct synth_options *options, struct synth **synth)
{
    CHECK(synth_create(options, synth) == STATUS_OK);
    return generate(*synth, (struct span){0, options->hosts}, options->samples);
}

/* The same numbers, and missing in the same places? */
static bool is_same(const float *a, const float *b, int64_t count)
{
    int64_t equal = 0;

    for (int64_t i = 0; i < count; i++) equal += a[i] == b[i] || (isnan(a[i]) && isnan(b[i]));
    return equal == count;
}

static void blocks_of_hosts_and_time_do_not_matter(void)
{
    struct synth_options options = small(37, 23, 333);
    const int64_t host_items = (int64_t)333 * 23;
    struct synth *synth;
    float *whole;
    float *blocks;
    float *some;

    options.outages_per_node_year = 200.0;
    whole = generate_all(&options, &synth);
    blocks = generate(synth, (struct span){0, 37}, 64);
    some = generate(synth, (struct span){9, 5}, 100);
    CHECK(is_same(whole, blocks, 37 * host_items));
    CHECK(is_same(whole + 9 * host_items, some, 5 * host_items));
    mem_free(&some);
    mem_free(&blocks);
    mem_free(&whole);
    synth_destroy(&synth);
}

/* Does the facility tell of an anomaly that changes this metric of this host at this sample? */
static bool is_told(const struct facility *facility, int64_t host, int64_t sample, int64_t metric)
{
    const double at_s = (double)facility->start_unix_s + (double)sample * facility->period_s;

    for (int64_t i = 0; i < facility->label_count; i++) {
        const struct label *label = &facility->labels[i];

        if (label->host == host && label->start_unix_s <= at_s && at_s < label->end_unix_s
            && synth_kind_touches(label->name, facility->metrics[metric].name))
            return true;
    }
    return false;
}

/* What is compared: gauges themselves, counters by their increment. */
static float change(const struct facility *facility, const float *values, int64_t h, int64_t t,
                    int64_t m)
{
    const int64_t metrics = facility->metric_count;
    const float *at = &values[(h * facility->sample_count + t) * metrics + m];

    if (facility->metrics[m].kind == METRIC_GAUGE) return *at;
    return t > 0 ? *at - *(at - metrics) : NAN;
}

/* Counters are whole numbers in single precision: an increment is known to one, and to the resolution of
 * the totals. */
static float resolution(const struct facility *facility, const float *a, const float *b, int64_t h,
                        int64_t t, int64_t m)
{
    const int64_t at = (h * facility->sample_count + t) * facility->metric_count + m;

    if (facility->metrics[m].kind == METRIC_GAUGE) return 0.0F;
    return 1.0F + fmaxf(fabsf(a[at]), fabsf(b[at])) * 0x1p-22F;
}

/* Samples of one metric that anomalies changed, where a label tells of it and where none does. */
struct changes {
    int64_t inside, outside;
};

static void count_changes(const struct facility *facility, const float *with, const float *without,
                          int64_t m, struct changes *changes)
{
    for (int64_t h = 0; h < facility->host_count; h++) {
        for (int64_t t = 0; t < facility->sample_count; t++) {
            const float before = change(facility, without, h, t, m);
            const float after = change(facility, with, h, t, m);
            const float known = resolution(facility, with, without, h, t, m);

            if (isnan(before) || fabsf(after - before) <= known) continue;
            changes->inside += is_told(facility, h, t, m);
            changes->outside += !is_told(facility, h, t, m);
        }
    }
}

/* Samples of all metrics that labels tell of. */
static int64_t count_told(const struct facility *facility)
{
    int64_t told = 0;

    for (int64_t i = 0; i < facility->label_count; i++) {
        const struct label *label = &facility->labels[i];
        const double span_s = label->end_unix_s - label->start_unix_s;

        for (int64_t m = 0; m < facility->metric_count; m++) {
            if (synth_kind_touches(label->name, facility->metrics[m].name))
                told += llround(span_s / facility->period_s);
        }
    }
    return told;
}

static void labels_say_all_that_anomalies_change(void)
{
    struct synth_options options = small(96, 60, 720);
    struct changes changes = {0};
    struct synth *sick;
    struct synth *well;
    float *with;
    float *without;

    options.anomalies = 40;
    options.anomaly_median_steps = 20.0;
    with = generate_all(&options, &sick);
    options.anomalies = 0;
    without = generate_all(&options, &well);
    CHECK(synth_facility(well)->label_count == 0);
    CHECK(synth_anomaly_count(sick) >= 30);
    for (int64_t m = 0; m < options.metrics; m++)
        count_changes(synth_facility(sick), with, without, m, &changes);
    CHECK(changes.outside == 0);
    /* Some amounts drown in the quantum or in a missing sample, and swings pass zero. */
    CHECK((double)changes.inside > 0.85 * (double)count_told(synth_facility(sick)));
    mem_free(&without);
    mem_free(&with);
    synth_destroy(&well);
    synth_destroy(&sick);
}

static void any_size_can_be_made(void)
{
    static const int64_t sizes[][3] = {
        {1,  1,   1   },
        {1,  1,   10  },
        {2,  3,   5   },
        {65, 130, 4   },
        {3,  2,   4000}
    };

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const struct synth_options options = small(sizes[i][0], sizes[i][1], sizes[i][2]);
        const struct facility *facility;
        struct synth *synth;
        float *values = generate_all(&options, &synth);

        facility = synth_facility(synth);
        CHECK(facility->host_count == sizes[i][0]);
        CHECK(facility->metric_count == sizes[i][1]);
        CHECK(names_count(facility->host_names) == sizes[i][0]);
        for (int64_t m = 0; m < facility->metric_count; m++) {
            CHECK(facility_find_metric(facility, facility->metrics[m].name,
                                       facility->metrics[m].source)
                  == m);
        }
        mem_free(&values);
        synth_destroy(&synth);
    }
}

static void hosts_stand_in_distinct_places(void)
{
    const struct synth_options options = small(300, 1, 1);
    const struct facility *facility;
    struct synth *synth;

    CHECK(synth_create(&options, &synth) == STATUS_OK);
    facility = synth_facility(synth);
    for (int64_t h = 0; h < 300; h++) {
        const struct host *host = &facility->hosts[h];
        struct host read = {.name = host->name, .row = -1, .rack = -1, .chassis = -1, .slot = -1};

        CHECK(facility_find_host(facility, host->name) == h);
        host_position_from_name(&read);
        CHECK(read.row == host->row && read.rack == host->rack && read.chassis == host->chassis
              && read.slot == host->slot);
    }
    synth_destroy(&synth);
}

static void jobs_share_no_host_at_any_time(void)
{
    const struct synth_options options = small(80, 1, 1440);
    const struct facility *facility;
    struct synth *synth;
    int64_t *busy_until = mem_zero(80, sizeof *busy_until);

    CHECK(synth_create(&options, &synth) == STATUS_OK);
    facility = synth_facility(synth);
    CHECK(facility->job_count > 20);
    for (int64_t j = 0; j < facility->job_count; j++) {
        const struct job *job = &facility->jobs[j];
        const bool is_running = job->end_unix_s < 0;

        CHECK(job->submit_unix_s <= job->start_unix_s);
        CHECK(is_running == (strcmp(job->state, "RUNNING") == 0));
        CHECK(job->host_count == job->node_count);
        if (!is_running) CHECK(job->end_unix_s - job->start_unix_s <= job->limit_s);
        for (int64_t i = 0; i < job->host_count; i++) {
            const int32_t host = facility->job_hosts[job->host_first + i];

            CHECK(busy_until[host] <= job->start_unix_s);
            busy_until[host] = is_running ? INT64_MAX : job->end_unix_s;
        }
    }
    mem_free(&busy_until);
    synth_destroy(&synth);
}

static void nights_share_the_facility_and_nothing_else(void)
{
    struct synth_options options = small(40, 12, 600);
    struct synth *nights[2];
    float *values[2];
    int64_t equal = 0;

    for (int night = 0; night < 2; night++) {
        options.night = night;
        values[night] = generate_all(&options, &nights[night]);
    }
    CHECK(synth_facility(nights[1])->start_unix_s
          == synth_facility(nights[0])->start_unix_s + 600 * 60);
    for (int64_t h = 0; h < 40; h++) {
        CHECK(strcmp(synth_facility(nights[0])->hosts[h].name,
                     synth_facility(nights[1])->hosts[h].name)
              == 0);
    }
    /* The hottest host of one night is among the hot ones of the next: offsets stay. */
    for (int64_t i = 0; i < (int64_t)40 * 600; i++) equal += values[0][i * 12] == values[1][i * 12];
    CHECK(equal < 40 * 600 / 10);
    for (int night = 0; night < 2; night++) {
        mem_free(&values[night]);
        synth_destroy(&nights[night]);
    }
}

static void counters_grow_but_for_rare_resets(void)
{
    struct synth_options options = small(64, 40, 1440);
    const struct facility *facility;
    struct synth *synth;
    int64_t resets = 0;
    int64_t steps = 0;
    float *values;

    options.outages_per_node_year = 20.0;
    values = generate_all(&options, &synth);
    facility = synth_facility(synth);
    for (int64_t m = 0; m < 40; m++) {
        if (facility->metrics[m].kind != METRIC_COUNTER) continue;
        for (int64_t h = 0; h < 64; h++) {
            float before = NAN;

            for (int64_t t = 0; t < 1440; t++) {
                const float value = values[(h * 1440 + t) * 40 + m];

                if (isnan(value)) continue;
                CHECK(value == floorf(value));
                resets += value < before;
                steps++;
                before = value;
            }
        }
    }
    CHECK(steps > 0);
    CHECK(resets > 0 && resets < steps / 10000);
    mem_free(&values);
    synth_destroy(&synth);
}

static void kinds_can_be_chosen(void)
{
    struct synth_options options = small(64, 16, 720);
    struct synth *synth;

    for (int kind = 0; synth_kind_name(kind); kind++) {
        options.anomaly_kinds = (uint64_t)1 << kind;
        options.anomalies = 3;
        CHECK(synth_create(&options, &synth) == STATUS_OK);
        CHECK(synth_facility(synth)->label_count >= 3);
        for (int64_t i = 0; i < synth_facility(synth)->label_count; i++)
            CHECK(strcmp(synth_facility(synth)->labels[i].name, synth_kind_name(kind)) == 0);
        synth_destroy(&synth);
    }
    /* The only metric is a temperature, which a leak leaves alone. */
    options.metrics = 1;
    options.anomaly_kinds = 0;
    for (int kind = 0; synth_kind_name(kind); kind++) {
        if (strcmp(synth_kind_name(kind), "memleak") == 0)
            options.anomaly_kinds = (uint64_t)1 << kind;
    }
    CHECK(synth_create(&options, &synth) == STATUS_BAD_USE);
}

static void sizes_that_cannot_be_are_refused(void)
{
    struct synth_options options = small(0, 1, 1);
    struct synth *synth;

    CHECK(synth_create(&options, &synth) == STATUS_BAD_USE);
    options = small(1, 1, 0);
    CHECK(synth_create(&options, &synth) == STATUS_BAD_USE);
    options = small(1, 1, 1);
    options.period_s = NAN;
    CHECK(synth_create(&options, &synth) == STATUS_BAD_USE);
    options = small(10000000, 1000000, 10000000000);
    CHECK(synth_bytes(&options) == INT64_MAX);
    CHECK(synth_check_room("x.h5", &options) == STATUS_CANNOT_WRITE);
    CHECK(strstr(status_message(), "GB of samples are needed") != NULL);
}

CHECK_MAIN({"blocks of hosts and time do not matter", blocks_of_hosts_and_time_do_not_matter},
           {"labels say all that anomalies change", labels_say_all_that_anomalies_change},
           {"any size can be made", any_size_can_be_made},
           {"hosts stand in distinct places", hosts_stand_in_distinct_places},
           {"jobs share no host at any time", jobs_share_no_host_at_any_time},
           {"nights share the facility and nothing else",
            nights_share_the_facility_and_nothing_else},
           {"counters grow but for rare resets", counters_grow_but_for_rare_resets},
           {"kinds can be chosen", kinds_can_be_chosen},
           {"sizes that cannot be are refused", sizes_that_cannot_be_are_refused})
