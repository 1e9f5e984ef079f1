// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file scan.h
 * A scan of a night: two passes over its tiles. The first lists the readings that hold samples, takes their features and
 * the products of each group of metrics; the second takes their sizes from the modes. Where the modes decide the bands,
 * which features go by, features are taken in the second.
 */
#pragma once

#include "companion.h"

/** The readings of one group in the tile at hand that hold samples, host by host. */
struct scan_members {
    int64_t count;
    int64_t *row;    /**< owned, [room]: among the night's readings */
    int32_t *metric; /**< owned */
    int32_t *host;   /**< owned: of this rank */
    int64_t room;
    int64_t hosts;        /**< that have any */
    int64_t fewest, most; /**< members of a host that has any */
    float *values;        /**< owned: for each host [times][its members] */
    int64_t value_room;
};

/** What is carried from tile to tile. */
struct scan {
    const struct mrdmd_analysis *self;
    struct view *view;
    const struct mrdmd_scale *scales;
    struct mrdmd_night *night;
    int64_t reading_room;         /**< rows that the night's arrays have room for */
    float *values;                /**< owned: a block of hosts */
    struct scan_members *members; /**< owned, [groups] */
    float *grid;                  /**< owned: members of hosts that have not equally many */
    int64_t grid_room;
    double *offset, *scale; /**< owned, [scale_room] */
    int64_t scale_room;
    struct mrdmd_rows rows;          /**< owned: of a group's members, one group after the other */
    int64_t rows_room;               /**< readings that it has room for; 0: not made yet */
    struct mrdmd_products *products; /**< owned, [groups]; one block of scratch for all */
    struct mrdmd_sizer **sizers;     /**< owned, [groups] */
    float *magnitude;                /**< owned: of the members */
    struct mrdmd_energy *energy;     /**< owned: likewise, [members][roots] */
    int64_t size_room;               /**< members that there is room for in both */
    struct mrdmd_energy *tile;       /**< owned: of a group's tile, [roots][metrics] */
    struct exact_sums *sums;         /**< owned: the same of all tiles */
};

/** scan_tile.c: a tile begins without members. */
void scan_tile_begin(struct scan *scan);

/** Add what the hosts in `values` hold to the members of their groups. @param hosts  among all hosts */
void scan_tile_add(struct scan *scan, struct span hosts);

/** The rows of a group's members, NULL where the tile has none; they stay until the next call. */
const struct mrdmd_rows *scan_tile_rows(struct scan *scan, int group);
void scan_tile_release(struct scan *scan);

/** scan_features.c: append the hosts in `values` to the night's list of readings: what has a single sample is there. */
void scan_list(struct scan *scan, struct span hosts);

/** Take the features of the hosts in `values`, which are listed. */
void scan_features(struct scan *scan, struct span hosts);
void scan_list_and_features(struct scan *scan, struct span hosts);

/** scan_sizes.c: magnitudes and residuals of a group's members. */
void scan_sizes_begin(struct scan *scan);
void scan_sizes(struct scan *scan, int group, const struct mrdmd_rows *rows);

/** Collective. Sum energies, and release what scan_sizes_begin() made. */
void scan_sizes_end(struct scan *scan);
