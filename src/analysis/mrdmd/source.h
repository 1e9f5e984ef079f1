// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file source.h
 * What `telltale mrdmd` decomposes: the samples of a facility file, counters as rates, or a matrix of any
 * HDF5 file, readings by times; in tiles of rows that are dealt out to the ranks.
 */
#pragma once

#include "mrdmd.h"

#include <telltale/config.h>
#include <telltale/view.h>

/** Up to so many samples precise products cost nothing that anybody waits for. */
#define MRDMD_SMALL_CELLS 2e7

struct mrdmd_source {
    const struct comm *comm; /**< borrowed */
    struct view *view;       /**< owned; NULL for a matrix */
    struct archive *archive; /**< owned; NULL for a facility file */
    const char *dataset;     /**< borrowed */
    int64_t readings, times;
    double period_s;
    int64_t tile_readings; /**< readings of the largest tile */
    struct span window;    /**< samples that mrdmd_source_fill() brings; all of them at first */
    float *values;         /**< owned: a tile of a facility file, or of a matrix of singles */
    bool is_single;        /**< does the file hold a matrix of singles? */
    float *singles;        /**< owned: a tile of a matrix as it stands; NULL at first */
    double *x;             /**< owned: a tile of a matrix of doubles; NULL at first */
    int64_t file_first; /**< number of the file's first sample; samples before it are kept ones */
    struct archive
        *kept; /**< owned: holds raw samples of earlier files as /state/tail; may be NULL */
    struct span kept_span; /**< which */
};

/** Collective. @param paths  shape [count]: nights of one timeline, or one file; @param settings  `dataset`, `period_s`
 *  and `tile_hosts` are read */
status mrdmd_source_open(const struct comm *comm, const char *const *paths, int count,
                         const struct settings *settings, struct mrdmd_source *source);
void mrdmd_source_close(struct mrdmd_source *source); /**< Collective. */

/** The tiles of this rank. */
struct span mrdmd_source_tiles(const struct mrdmd_source *source);

/** The readings of a tile. */
struct span mrdmd_source_readings(const struct mrdmd_source *source, int64_t tile);

/** From now on bring the samples of @p window. */
void mrdmd_source_look(struct mrdmd_source *source, struct span window);

/** The rows of a tile in files: hosts of a facility file, readings of a matrix; and bytes of one sample. */
struct span mrdmd_source_rows(const struct mrdmd_source *source, int64_t tile);
int64_t mrdmd_source_sample_bytes(const struct mrdmd_source *source);

/**
 * Read raw samples of a tile, kept ones and those of the file, counters cumulative. Local.
 *
 * @param raw  shape [rows, times.count, mrdmd_source_sample_bytes()]
 */
status mrdmd_source_read(struct mrdmd_source *source, int64_t tile, struct span times, void *raw);

/**
 * Lay out the windows of source->window as if its first sample were 0. @param levels_fewer  is taken off the
 * setting `max_level`
 */
status mrdmd_source_plan(const struct mrdmd_source *source, const struct settings *settings,
                         int levels_fewer, struct mrdmd_plan **plan);

/**
 * Collective, in decompose.c. One pass over source->window and the recursion.
 *
 * @param precision  "auto", "plain" or "precise"
 */
status mrdmd_source_solve(struct mrdmd_source *source, const struct mrdmd_plan *plan,
                          const char *precision, struct mrdmd_result **result);

/** Fill rows from a tile. Local. */
status mrdmd_source_fill(struct mrdmd_source *source, const struct mrdmd_plan *plan, int64_t tile,
                         struct mrdmd_rows *rows);
