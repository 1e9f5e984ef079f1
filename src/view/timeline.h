// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file timeline.h
 * Files of nights that follow one another, read as one (telltale/view.h, view_open_timeline()). A single file is the
 * shortest timeline, and is read as it stands.
 */
#pragma once

#include <telltale/store.h>

/** A night's place in the timeline. */
struct night {
    struct store *store; /**< owned */
    int64_t first;       /**< its first sample in the timeline */
    int64_t *host;       /**< owned, [hosts of the timeline]: number in the file, -1 none */
    int64_t *metric;     /**< owned, [metrics of the file]: number in the timeline */
    double *shift; /**< owned, [hosts][metrics] of the timeline: what a counter's samples lack */
};

struct timeline {
    struct night *nights; /**< owned, [count], in order of time */
    int count;
    struct facility *joined; /**< owned; NULL: that of the only night */
    bool *
        has_shift; /**< owned, [hosts]: is the nights' `shift` known? Of this rank's hosts, when read */
    bool has_counters;
};

status timeline_open(const struct comm *comm, const char *const *paths, int count,
                     struct timeline **timeline);
void timeline_close(struct timeline **timeline);

const struct facility *timeline_facility(const struct timeline *timeline);

/** Of the first night. */
const char *timeline_path(const struct timeline *timeline);

/** store_read() of the timeline. */
status timeline_read(struct timeline *timeline, struct span hosts, struct span times,
                     float *values);

/* ---- timeline_facility.c ---------------------------------------------------------------------- */

/** Join hosts, metrics and records of nights in order; STATUS_BAD_INPUT where a metric is not the same everywhere. */
status timeline_join(struct timeline *timeline);

/* ---- timeline_bases.c ------------------------------------------------------------------------- */

/**
 * Fill the nights' `shift` of one host: a file holds a counter that passes 2^24 less its first sample of that night
 * (counter_rebase()), one file of the whole span less the first of the span.
 */
status timeline_find_shift(struct timeline *timeline, int64_t host);
