// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file ranking.h
 * The order in which readings and hosts are worth a look.
 */
#pragma once

#include <telltale/report.h>

/** A reading in a band; for a host, its worst. */
struct ranked {
    int32_t host, metric, band;
    int64_t flagged_count; /**< of the host */
};

/** Place of a cell in the arrays of @p scores. */
int64_t ranking_cell(const struct report_night *night, const struct ranked *ranked);

/**
 * All hosts that have a score, the worst reading first: flagged before not flagged, then by |deciding|,
 * then by |zscore|, then by number.
 *
 * @param rows  room for one per host
 * @return      how many there are
 */
int64_t ranking_hosts(const struct report_night *night, struct ranked *rows);

/** The flagged cells in the same order; the list is the caller's to mem_free(). */
struct ranked *ranking_flagged(const struct report_night *night, int64_t *count);

/** How often each metric is flagged, [metrics]. */
void ranking_metric_counts(const struct report_night *night, int64_t *counts);

/** Flagged cells on each host, [hosts]. */
void ranking_host_counts(const struct report_night *night, int64_t *counts);
