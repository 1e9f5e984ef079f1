// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file forest.h
 * Decompositions of several roots, found one after the other, as one table of windows and modes: what grows when
 * samples are appended, and what jobs bring.
 */
#pragma once

#include "analysis.h"

/** One root and the windows below it. */
struct forest_root {
    int64_t first, count; /**< samples */
    int64_t job;          /**< whose hosts and time it has; -1: all hosts */
    double spread;        /**< struct mrdmd_result */
    int window_first, window_count;
};

struct forest {
    struct forest_root *roots; /**< owned, [root_count] */
    int root_count;
    struct mrdmd_plan plan; /**< windows (owned) and their count; `first` counts from sample 0 */
    struct mrdmd_result result; /**< rank, mode_first, mode_count, modes; owned */
};

void forest_release(struct forest *forest);

/** Append a root that was planned as if its first sample were 0. */
void forest_add(struct forest *forest, const struct mrdmd_plan *plan,
                const struct mrdmd_result *result, int64_t first, int64_t job);

/** Collective. Append the jobs' roots of all ranks, in the order of jobs; a job is of one rank. */
void forest_gather(const struct comm *comm, const struct forest *mine,
                   const struct mrdmd_options *options, struct forest *forest);

/** Take off the roots from number @p count on. */
void forest_cut(struct forest *forest, int count);

/** The largest spread of the roots. */
double forest_spread(const struct forest *forest);

/** Collective. Write /mrdmd/windows, modes, roots and bands. */
void forest_write(const struct comm *comm, struct archive *archive, const struct forest *forest,
                  const struct mrdmd_bands *bands);

/** Collective. Read what forest_write() wrote; STATUS_BAD_INPUT where the columns do not belong together. */
status forest_read(struct archive *archive, const char *path, struct forest *forest);
