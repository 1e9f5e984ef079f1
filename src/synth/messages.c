// SPDX-License-Identifier: BSD-3-Clause
#include "synth_private.h"

#include <math.h>
#include <stdio.h>

/* What breaks, and what the node says then. */
static const struct fault {
    const char *category;
    float share;
    const char *part; /* of a node, numbered */
    const char *first, *then;
} faults[] = {
    {"memory",    .38F, "dimm", "uncorrectable memory error, node halted",
     "corrected memory error on rank 1"                                                                              },
    {"processor", .17F, "cpu",  "machine check exception, processor context corrupt",
     "machine check event logged, bank 7"                                                                            },
    {"network",   .20F, "nic",  "link down, no lane trained",                         "lane degraded, link retrained"},
    {"storage",   .10F, "disk", "device offline, file system shut down",
     "input/output error, retrying"                                                                                  },
    {"power",     .08F, "psu",  "power supply lost input, node off",                  "input voltage out of range"   },
    {"cooling",   .07F, "fan",  "processor above critical temperature, node off",
     "fan below minimum speed"                                                                                       },
};

enum { FAULT_COUNT = (int)(sizeof faults / sizeof faults[0]) };

/* Raw messages of one outage: 85 in the mean (76 to 94 in published logs), most of them in the first
 * minutes. */
enum { MESSAGES_LEAST = 25 };
static const double messages_more = 60.0;
static const double messages_tau_s = 90.0;

static int draw_fault(struct random *random)
{
    double rest = random_uniform(random);
    int fault = 0;

    while (fault + 1 < FAULT_COUNT && (rest -= (double)faults[fault].share) >= 0.0) fault++;
    return fault;
}

static void report_outage(const struct outage *outage, int64_t start_unix_s, double end_s,
                          struct random *random, struct facility *facility)
{
    const struct fault *fault = &faults[draw_fault(random)];
    const int64_t count = MESSAGES_LEAST + (int64_t)(messages_more * random_exponential(random));
    char part[16];
    char location[128];
    const char *place;

    snprintf(part, sizeof part, "%s%d", fault->part, (int)random_below(random, 4));
    snprintf(location, sizeof location, "%s/%s", facility->hosts[outage->host].name, part);
    place = facility_text(facility, location);
    for (int64_t i = 0; i < count; i++) {
        const double at_s =
            (double)outage->down_s + (i == 0 ? 0.0 : messages_tau_s * random_exponential(random));
        const uint32_t bits = random_bits(random);
        struct event *event;

        if (at_s < 0.0 || at_s >= end_s) continue;
        event = facility_add_event(facility);
        event->unix_s = (double)start_unix_s + floor(at_s * 1000.0) / 1000.0;
        event->host = outage->host;
        event->severity = i == 0          ? SEVERITY_FATAL
                          : bits % 4 == 0 ? SEVERITY_ERROR
                                          : SEVERITY_WARNING;
        event->category = facility_text(facility, fault->category);
        event->location = place;
        event->message = facility_text(facility, i == 0 ? fault->first : fault->then);
    }
}

/* Half of the nodes of a rack without cooling say so, once it is hot. */
static void report_heat(const struct synth *synth, int64_t row, struct facility *facility)
{
    const struct planted *planted = &synth->planted[row];
    struct random random = keyed_random(synth->night_key, FOR_OUTAGE, 2, (uint64_t)row);
    const double hot =
        (double)planted->first + (double)planted->count * (0.3 + 0.7 * random_uniform(&random));
    struct event *event;

    if (random_uniform(&random) < 0.5) return;
    event = facility_add_event(facility);
    event->unix_s = (double)synth->start_unix_s + floor(hot * synth->options.period_s);
    event->host = planted->host;
    event->severity = SEVERITY_WARNING;
    event->category = facility_text(facility, "cooling");
    event->location = facility->hosts[planted->host].name;
    event->message = facility_text(facility, "processor above warning temperature");
}

void outages_report(const struct synth *synth, struct facility *facility)
{
    const double end_s = (double)synth->options.samples * synth->options.period_s;

    for (int64_t i = 0; i < synth->outage_count; i++) {
        struct random random = keyed_random(synth->night_key, FOR_OUTAGE, 1, (uint64_t)i);

        report_outage(&synth->outages[i], synth->start_unix_s, end_s, &random, facility);
    }
    for (int64_t row = 0; row < synth->planted_count; row++)
        if (anomaly_is_heat(&synth->planted[row])) report_heat(synth, row, facility);
}
