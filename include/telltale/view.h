// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file view.h
 * What an analysis sees of a facility file: hosts cut into tiles that are dealt out to the ranks,
 * counters as rates, infinities as missing samples, gaps described and, where an analysis asks for
 * it, bridged.
 */
#pragma once

#include <telltale/comm.h>
#include <telltale/store.h>
#include <telltale/telemetry.h>

struct view_options {
    int64_t tile_hosts; /**< hosts a tile; 64 where 0. Part of the result: sums go by tiles */
    double start_unix_s, end_unix_s; /**< only samples at start <= t < end; 0: no limit */
};

struct view;

/**
 * Collective. Opens the file. STATUS_BAD_INPUT where it holds no telemetry, or none in the time asked for.
 */
status view_open(const struct comm *comm, const char *path, const struct view_options *options,
                 struct view **view);

/**
 * Collective. Nights that follow one another as one timeline, in any order: what one file of the whole span would hold, with
 * the same bits, wherever the nights' own files hold the same samples.
 *
 * Hosts and metrics are joined by name; hosts that not all nights have stand in natural order, and times between
 * nights and hosts that a night does not have are missing samples. Counters go on across midnight. Jobs, events and
 * labels that stand in several nights are one each (facility_unite()).
 *
 * STATUS_BAD_INPUT, naming the files, where nights overlap, have another period or begin between two samples of the
 * others, where more is missing between them than they hold, and where a metric has another unit or kind.
 */
status view_open_timeline(const struct comm *comm, const char *const *paths, int count,
                          const struct view_options *options, struct view **view);
void view_close(struct view **view); /**< Collective. Accepts NULL. */

const struct comm *view_comm(const struct view *view);
const struct facility *view_facility(const struct view *view);
const char *view_path(const struct view *view); /**< of a timeline its first night's */

/** The files that the view is of, in order of time. */
int view_file_count(const struct view *view);
const char *view_file_path(const struct view *view, int file);

/** The samples seen: [first, first + count) of the file's, and the moment of the first. */
struct span view_times(const struct view *view);
double view_time_unix_s(const struct view *view, int64_t sample); /**< sample counted from first */

int64_t view_tile_count(const struct view *view);
struct span view_tile_hosts(const struct view *view, int64_t tile);

/** The run of tiles that belongs to this rank; empty where there are more ranks than tiles. */
struct span view_my_tiles(const struct view *view);

/**
 * Read one tile whole. Local.
 *
 * @param values  shape [hosts of the tile, times, metrics]: gauges as they are, counters as
 *                increments per second (NaN at the first sample and across a reset), NaN where missing
 */
status view_read_tile(struct view *view, int64_t tile, float *values);

/** The same of hosts that follow one another. Local. @param values  shape [hosts.count, times, metrics] */
status view_read_some(struct view *view, struct span hosts, float *values);

/**
 * Hosts to read at a time, so that memory is for what hosts hold and not for all metrics of a tile: those of a tile, or
 * of large hosts fewer, but no fewer than share chunks of the file.
 */
int64_t view_block_hosts(const struct view *view);

/**
 * Some samples of one tile as they stand in the file, counters cumulative. Local.
 *
 * @param times   counted from view_times().first
 * @param values  shape [hosts of the tile, times.count, metrics]
 */
status view_read_raw(struct view *view, int64_t tile, struct span times, float *values);

/**
 * Samples of any hosts as view_read_tile() brings them; where there is a sample before the first, counters have a rate at
 * the first. Local.
 *
 * @param values  shape [host_count, times.count, metrics]
 */
status view_read_hosts(struct view *view, const int32_t *hosts, int64_t host_count,
                       struct span times, float *values);

/** Turn raw samples into what view_read_tile() brings. @param values  shape [hosts, times, metrics] */
void view_refine(const struct view *view, int64_t hosts, int64_t times, float *values);

/** Floats of the largest tile: room for view_read_tile(). */
int64_t view_tile_items(const struct view *view);

/* ---- counters and gaps: pure ---------------------------------------------------------------- */

/**
 * Turn a cumulative counter into a rate, in place. The increment between two present samples is divided
 * by the time between them and stands at the later; a fall is a reset and gives NaN.
 *
 * @param series  shape [times], every @p stride floats
 */
void counter_to_rate(float *series, int64_t times, int64_t stride, double period_s);

/** Gaps of one series. */
struct gaps {
    int64_t present; /**< samples that are there */
    int64_t longest; /**< missing samples in a row, at the ends included */
};

struct gaps gaps_find(const float *series, int64_t times, int64_t stride);

/** Fill gaps: linear between neighbours, constant at the ends. All stays NaN where no sample is present. */
void gaps_bridge(double *series, int64_t times, int64_t stride);
