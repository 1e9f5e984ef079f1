// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file info.h
 * What `telltale info` says of a file, as text for people or as JSON.
 */
#pragma once

#include "cli.h"

#include <telltale/clocks.h>

struct json_t;

/** Room for a name or path on one line of output. */
enum { SHOWN_BYTES = 160 };

/** Names and how often each came, most frequent first. */
struct tally {
    struct name_table *names; /**< owned */
    int64_t *counts;          /**< owned, [names_count(names)] */
};

void tally_init(struct tally *tally);
void tally_add(struct tally *tally, const char *name);
void tally_sort(struct tally *tally);
void tally_release(struct tally *tally);

/** "COMPLETED 700, FAILED 90" with at most @p most names; an object for machines with all of them. */
void tally_print(const struct context *context, const char *title, const struct tally *tally,
                 int most);
struct json_t *tally_json(const struct tally *tally);

/** What a facility file comes to; the same on every rank. */
struct facility_summary {
    const struct facility *facility;
    const char *path;
    int64_t chunk_hosts, chunk_times;

    bool has_survey;                    /**< the samples were looked at */
    int64_t present;                    /**< samples that are there */
    int64_t *present_by_host;           /**< owned */
    int64_t *present_by_metric;         /**< owned */
    int64_t silent_hosts;               /**< hosts without any */
    struct text host_list, silent_list; /**< as Slurm writes them */
    struct tally racks, states, users;  /**< of hosts; of jobs */
    struct tally labels;
    int64_t counters, placed_hosts, jobs_with_hosts;
    int64_t severities[4];
    struct clock_verdict clocks; /**< owned; where the samples were looked at */
};

/** Share of the samples that is missing; 0 where there are none. */
double missing_fraction(int64_t present, int64_t all);

/** Collective. */
status info_facility(struct context *context, const char *path);

/** On rank 0: the summary as text, as JSON. */
void facility_print(const struct context *context, const struct facility_summary *summary);
void facility_print_clocks(const struct context *context, const struct facility_summary *summary);
struct json_t *facility_clocks_json(const struct facility_summary *summary);
struct json_t *facility_json(const struct facility_summary *summary);

/** Is a file of this format one for info_archive()? */
bool info_knows_archive(const char *format);

/** Collective. A model, scores or graph file. */
status info_archive(struct context *context, const char *path, const char *format);
