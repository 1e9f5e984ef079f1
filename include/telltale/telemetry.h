// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file telemetry.h
 * The vocabulary: hosts, metrics, jobs, hardware events and labels of a facility, and lists of hosts.
 *
 * A `struct facility` is all that is known beside the samples themselves; every rank holds the
 * same one. Its texts are interned: pointers into one table that lives as long as the facility,
 * so that equal texts are equal pointers.
 */
#pragma once

#include <telltale/base.h>

struct host {
    const char *name;                 /**< interned, unique */
    int32_t row, rack, chassis, slot; /**< position; -1 where unknown */
    int32_t stamps_backward;          /**< how often its stamps stepped back when they were read */
    int32_t stamps_future;            /**< stamps that were still to come when they were read */
};

enum metric_kind { METRIC_GAUGE = 0, METRIC_COUNTER = 1 /**< cumulative */ };

struct metric {
    const char *name;   /**< interned: `MemFree` */
    const char *unit;   /**< interned: `KiB`, "" where unknown */
    const char *source; /**< interned: `meminfo`; name::source is unique */
    enum metric_kind kind;
};

struct job {
    const char *id, *user, *project, *name, *application, *queue,
        *state;                                               /**< interned, "" unknown */
    int64_t submit_unix_s, start_unix_s, end_unix_s, limit_s; /**< -1 unknown */
    int32_t node_count, exit_code;                            /**< -1 unknown */
    int64_t host_first,
        host_count; /**< its hosts: facility.job_hosts[host_first + ...]; 0 unknown */
};

enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_ERROR, SEVERITY_FATAL };

struct event {
    double unix_s;
    int32_t host; /**< -1 none */
    enum severity severity;
    const char *category, *location, *message; /**< interned */
};

struct label {
    int32_t host, job; /**< -1 none */
    double start_unix_s, end_unix_s;
    const char *name; /**< interned: "memleak", "healthy" */
};

/** Which metric moves which in a made-up system whose laws are known: true for all hosts. */
struct known_graph {
    const char *system; /**< interned: "lorenz96" */
    double *weight; /**< owned, [metrics, metrics]: row i, column j: of j in the law of i; 0 none */
    int8_t *lag;    /**< owned, [metrics, metrics]: samples from cause to effect; 0 none */
};

struct facility {
    const char *name;     /**< interned */
    int64_t start_unix_s; /**< the moment of sample 0 */
    double period_s;
    int64_t sample_count; /**< 0 for a file of jobs or events alone */

    struct host *hosts; /**< owned, [host_count] */
    int64_t host_count;
    struct metric *metrics; /**< owned, [metric_count] */
    int64_t metric_count;
    struct job *jobs; /**< owned, [job_count], ordered by start, submit, id */
    int64_t job_count;
    int32_t *job_hosts; /**< owned, [job_host_count] */
    int64_t job_host_count;
    struct event *events; /**< owned, [event_count], in time order */
    int64_t event_count;
    struct label *labels; /**< owned, [label_count], ordered by start, host, job */
    int64_t label_count;

    struct known_graph
        *graph; /**< owned; NULL: not known, as ever but in what `synth` makes. Not read back */

    struct name_table *texts;        /**< owned */
    struct name_table *host_names;   /**< owned; host number by name */
    struct name_table *metric_names; /**< owned; metric number by name::source */

    /** Allocated items of the arrays above, for the functions that append. */
    struct facility_room {
        int64_t hosts, metrics, jobs, job_hosts, events, labels;
    } room;
};

struct facility *facility_create(void);
void facility_destroy(struct facility **facility);

/** The interned copy of a text; lives as long as the facility. */
const char *facility_text(struct facility *facility, const char *text);
const char *facility_text_part(struct facility *facility, const char *bytes, size_t length);

/**
 * Append; the returned pointer is valid until the next append. Texts start as "", numbers as unknown,
 * times of events and labels as 0. A host or metric that is there already is returned as it is.
 */
struct host *facility_add_host(struct facility *facility, const char *name);
struct metric *facility_add_metric(struct facility *facility, const char *name, const char *source);
struct job *facility_add_job(struct facility *facility);
struct event *facility_add_event(struct facility *facility);
struct label *facility_add_label(struct facility *facility);

/** Give the facility a graph without edges over the metrics that it has now. */
struct known_graph *facility_add_graph(struct facility *facility, const char *system);

/** Append a host to the job added last. */
void facility_add_job_host(struct facility *facility, int32_t host);

/** Add copies of all jobs, events and labels of another facility, whose hosts, found by name, must be there already. */
void facility_copy_records(struct facility *to, const struct facility *from);

/** Which input each record of a facility came from, in its order; inputs are numbered in theirs. */
struct facility_inputs {
    const int64_t *jobs, *events,
        *labels; /**< borrowed, [job_count], [event_count], [label_count] */
};

/**
 * Make one record of those that several inputs hold: of events and labels that are equal, and of jobs of the same
 * number and submission (start, where no log tells that), where the record of the job that had come further counts, or
 * else the later one, as far as it knows. What one input holds twice stays twice.
 *
 * @return how many went
 */
int64_t facility_unite(struct facility *facility, const struct facility_inputs *inputs);

/** Jobs, events and labels of several facilities, each an input, into one that has their hosts and no such record yet;
 *  united and sorted. */
void facility_join_records(struct facility *to, const struct facility *const *from, int count);

/** Make hosts and metrics that were put into the arrays directly findable by name. */
void facility_index(struct facility *facility);

/** The number of a host by name, or -1. */
int64_t facility_find_host(const struct facility *facility, const char *name);

/** The number of a metric by name and source (NULL: any), or -1. */
int64_t facility_find_metric(const struct facility *facility, const char *name, const char *source);

/**
 * Put jobs, events and labels in the order that the file wants; ties keep their order. The jobs' hosts
 * and the labels' job numbers follow.
 */
void facility_sort(struct facility *facility);

/**
 * Bring a cumulative counter into single precision, which counts exactly only to 2^24: a series that
 * passes it is written relative to its first sample.
 *
 * @param series  shape [times], NaN where missing
 * @param values  shape [times], every @p stride floats: series - base
 * @return        the base, for store_write_bases(): the first sample, or 0 where nothing had to be done
 */
double counter_rebase(const double *series, int64_t times, float *values, int64_t stride);

/* ---- lists of hosts ------------------------------------------------------------------------- */

/**
 * Expand a host list as Slurm writes it: `node[001-128,130],login1`, nested or several brackets a
 * name included. STATUS_BAD_INPUT where brackets do not match, a range falls, or more than
 * @p limit hosts would come out (checked before anything is expanded).
 *
 * @param add  called for each name in order
 */
status host_list_expand(const char *list, int64_t limit,
                        void (*add)(void *context, const char *name), void *context);

/**
 * Write @p names, in their order, as such a list, runs of numbers as ranges. What comes is added to
 * @p list; host_list_expand() gives the names back.
 */
void host_list_fold(const char *const *names, int64_t count, struct text *list);

/**
 * Read the position from a host's name. Leaves -1 where the name does not say.
 *
 * - Cray: c3-1c2s7n1 (cabinet 3 of row 1, chassis 2, blade 7, node 1), x1000c2s7b1n0
 * - Blue Gene: R1F-M0-N04-J12 (row 1, rack 0xF, midplane, node board, card), also without the end
 * - Harvard: holy7c16109, holygpu8a11301 (row 7c read as hexadecimal, rack 16, chassis 1, slot 09)
 * - letters with numbers that name what they count: rack12-node03, r3c1s7n2, r1i0n5, row2-rack4-slot7
 *
 * Where several nodes share a blade or board the slot counts them all: 4 nodes a Cray blade, 32 cards a
 * Blue Gene node board.
 */
void host_position_from_name(struct host *host);

/**
 * The hosts that an event at @p location concerns: the host of that name; else the one that the location
 * is a part of (a core of a card); else all hosts within it (a rack's, a chassis's), where names are written
 * as places are: `R1C-M1` contains `R1C-M1-N04-J07`, `c0-0c2` contains `c0-0c2s7n1`. What serves a place and
 * holds no hosts itself (a Blue Gene's power, coolant, service card, link) concerns the hosts of that
 * place. Hosts with names of another kind are found by their position for Cray nodes and blades.
 *
 * @param add  called for each in the facility's order; NULL: only count
 * @return     how many they are
 */
int64_t facility_hosts_at(const struct facility *facility, const char *location,
                          void (*add)(void *context, int32_t host), void *context);
