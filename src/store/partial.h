// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file partial.h
 * A file in the making: written under a temporary name beside its place, renamed when complete. What a
 * killed run left behind is removed by the next that writes the same file.
 */
#pragma once

#include <telltale/comm.h>

struct partial {
    char *path; /**< where it will stand; owned */
    char *part; /**< where it is written; owned */
    int lock;   /**< rank 0: descriptor whose lock says that the writer lives; elsewhere -1 */
};

/** Make the temporary file, empty. STATUS_CANNOT_WRITE where the system refuses. Local; on one rank. */
status partial_make(const char *path, struct partial *partial);

/**
 * Sync, rename to its name and sync the folder where @p outcome is fine; otherwise remove it. Releases.
 * Local; on the rank that made it.
 *
 * @return @p outcome, or why it failed here
 */
status partial_finish(struct partial *partial, status outcome);

/** Collective. The same on rank 0, known to all. */
status partial_begin(const struct comm *comm, const char *path, struct partial *partial);

/**
 * Make sure that the file can grow to @p bytes: blocks are set aside where the file system can do that,
 * otherwise free space is compared. Local; of one rank.
 */
status partial_reserve(const struct partial *partial, int64_t bytes);

/** Collective. partial_finish() with the outcome of all ranks. All other descriptors are synced and closed
 *  before. */
status partial_end(const struct comm *comm, struct partial *partial, status mine);

/** Open the temporary file on this rank. */
status partial_open(const struct partial *partial, int *descriptor);

/** Sync and close a descriptor (-1: nothing). */
status partial_close(const struct partial *partial, int *descriptor);
