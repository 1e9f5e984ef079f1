// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file edges.h
 * When jobs start and end on each host, in samples.
 */
#pragma once

#include <telltale/clocks.h>

enum edge_kind { EDGE_START, EDGE_END, EDGE_KINDS };

/** The jobs of each host. */
struct job_index {
    int64_t *first; /**< owned, [hosts + 1] */
    int32_t *jobs;  /**< owned, those of host h from first[h] on */
};

void job_index_create(const struct facility *facility, struct job_index *index);
void job_index_release(struct job_index *index);

/**
 * The edges of one kind that lie within the span, moved by @p lag samples, in no order.
 *
 * @param edges  shape [2 * jobs of the host], appended to
 */
int32_t edges_add(const struct facility *facility, struct span times, const struct job_index *index,
                  int64_t host, enum edge_kind kind, int32_t lag, int32_t *edges);

/** Sort, drop those that stand within the width of a change behind another, keep at most CLOCK_EDGES_MAX. */
int32_t edges_settle(int32_t *edges, int32_t count);
