// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file job_roots.h
 * Jobs as roots: the hosts of a job from its start to its end are decomposed by themselves, in a tree of their
 * own. Jobs are dealt out to the ranks, and each is solved by one rank alone.
 */
#pragma once

#include "analysis.h"

struct job_root {
    int64_t job;          /**< number in the facility */
    struct span times;    /**< samples of the view within the job */
    const int32_t *hosts; /**< borrowed from the facility */
    int64_t host_count;
};

/**
 * The jobs with hosts and at least @p least samples in the view, in the order of the facility. Pure.
 *
 * @param roots  a new block
 * @return how many
 */
int64_t job_roots_find(const struct view *view, int64_t least, struct job_root **roots);

/** What decomposes jobs of one view; of one rank. */
struct job_solver {
    const struct comm *alone; /**< borrowed: comm_alone_create() */
    struct view *view;        /**< borrowed */
    struct mrdmd_options options;
    const struct mrdmd_group
        *group; /**< borrowed: the metrics decomposed together; NULL: all, as they are */
    const struct mrdmd_scale *scales; /**< borrowed, [metrics]: of a mixed group */
    bool is_precise;
    int64_t block_hosts; /**< hosts that are read at a time */
};

/** Local. Lay out and solve one job. @param result, plan  new, for the caller to destroy */
status job_root_solve(const struct job_solver *solver, const struct job_root *root,
                      struct mrdmd_plan **plan, struct mrdmd_result **result);

/** Local. Call @p use with the rows of one block of a job's hosts after the other. */
status job_root_blocks(const struct job_solver *solver, const struct job_root *root,
                       const struct mrdmd_plan *plan,
                       void (*use)(void *user, struct span hosts, const struct mrdmd_rows *rows),
                       void *user);
