// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file blocks.h
 * The JSON blocks of the page. Each chapter of src/report/web/chapters reads one or more of them; an
 * analysis that adds a chapter adds its block to the table in blocks.c.
 */
#pragma once

#include "json_text.h"

#include <telltale/report.h>

/** All that a block is made from. */
struct block_source {
    const struct report_night *night;
    const struct report_plan *plan;
    const struct report_timeline *timeline; /**< may be NULL */
};

struct block {
    const char *name;                                    /**< its element is `telltale-<name>` */
    json_t *(*build)(const struct block_source *source); /**< NULL: this night has none */
};

/** In the order of the page; ends with a NULL name. */
extern const struct block blocks[];

json_t *block_night(const struct block_source *source);
json_t *block_facility(const struct block_source *source);
json_t *block_scores(const struct block_source *source);
json_t *block_spectrum(const struct block_source *source);
json_t *block_forecast(const struct block_source *source);
json_t *block_relation(const struct block_source *source);
json_t *block_jobs(const struct block_source *source);
json_t *block_events(const struct block_source *source);
json_t *block_labels(const struct block_source *source);
json_t *block_timeline(const struct block_source *source);

/** Parts that summary.json has as well. */
json_t *block_quality(const struct report_night *night, json_t *(*text)(const char *));
json_t *block_clocks(const struct report_night *night, json_t *(*text)(const char *));
json_t *block_stages(const struct report_night *night);
json_t *block_bands(const struct report_scores *scores);

/** A night lasts from its first sample to the moment after its last; without samples, from the first job or
 *  event to the last. */
int64_t block_start_unix_s(const struct facility *facility);
int64_t block_end_unix_s(const struct facility *facility);
