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

struct mrdmd_source {
    const struct comm *comm; /**< borrowed */
    struct view *view;       /**< owned; NULL for a matrix */
    struct archive *archive; /**< owned; NULL for a facility file */
    const char *dataset;     /**< borrowed */
    int64_t readings, times;
    double period_s;
    int64_t tile_readings; /**< readings of the largest tile */
    float *values;         /**< owned: a tile of a facility file */
    double *x;             /**< owned: a tile of a matrix */
};

/** Collective. @param settings  `dataset`, `period_s` and `tile_hosts` are read */
status mrdmd_source_open(const struct comm *comm, const char *path, const struct settings *settings,
                         struct mrdmd_source *source);
void mrdmd_source_close(struct mrdmd_source *source); /**< Collective. */

/** The tiles of this rank. */
struct span mrdmd_source_tiles(const struct mrdmd_source *source);

/** The readings of a tile. */
struct span mrdmd_source_readings(const struct mrdmd_source *source, int64_t tile);

/** Fill rows from a tile. Local. */
status mrdmd_source_fill(struct mrdmd_source *source, const struct mrdmd_plan *plan, int64_t tile,
                         struct mrdmd_rows *rows);
