// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file layout.h
 * Where the samples of a facility file stand: chunks of hosts x times x all metrics, one behind the other,
 * so that ranks read and write them with the system's own calls, straight between file and array.
 */
#pragma once

#include <telltale/comm.h>

#include <sys/types.h>

struct layout {
    int64_t hosts, times, metrics;
    int64_t chunk_hosts, chunk_times; /**< a chunk at the edge has its full size in the file */
    int64_t first_byte;               /**< where the first chunk begins */
    bool is_direct;                   /**< false: only HDF5 can find the samples */
};

/** Choose chunks of at most @p tile_hosts hosts for the extents of @p layout; pure. */
void layout_choose_chunks(struct layout *layout, int64_t tile_hosts);

/** Bytes of a chunk, and of all of them. */
int64_t layout_chunk_bytes(const struct layout *layout);
int64_t layout_bytes(const struct layout *layout);

/** Is this a part of the samples? */
bool layout_holds(const struct layout *layout, struct span hosts, struct span times);

enum layout_direction { LAYOUT_READ, LAYOUT_WRITE };

/**
 * Read or write samples; for layouts that are direct. False with errno where the system refuses, errno 0
 * where the file ends early.
 *
 * @param values  shape [hosts.count, times.count, metrics]; only read from when writing
 */
bool layout_transfer(const struct layout *layout, int descriptor, struct span hosts,
                     struct span times, float *values, enum layout_direction direction);

/** Read or write one run of bytes; as above. */
bool layout_transfer_bytes(int descriptor, void *bytes, size_t count, off_t at,
                           enum layout_direction direction);
