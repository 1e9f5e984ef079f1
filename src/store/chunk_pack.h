// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file chunk_pack.h
 * One chunk of samples as HDF5's filters "shuffle" and "deflate" leave it, so that ranks can pack chunks at the same
 * time and one rank writes them. Pure; the caller owns the space.
 */
#pragma once

#include "layout.h"

/** Space to pack in. */
struct chunk_pack {
    size_t chunk_bytes, room_bytes;
    float *samples;          /**< shape [chunk_hosts, chunk_times, metrics]; owned */
    unsigned char *shuffled; /**< shape [chunk_bytes]; owned */
    unsigned char *packed;   /**< shape [room_bytes]; owned */
};

/** Where a chunk begins. */
struct chunk_place {
    int64_t host, time;
};

/** Samples that hold whole chunks, or what there is of them at the edge. */
struct chunk_source {
    struct span hosts, times;
    const float *values; /**< shape [hosts.count, times.count, metrics]; borrowed */
};

void chunk_pack_init(struct chunk_pack *pack, const struct layout *layout);
void chunk_pack_release(struct chunk_pack *pack);

/**
 * Pack one of the chunks of @p source into pack->packed; what it has beyond the edge is 0.
 *
 * @param level  1 to 9, as gzip's
 * @return bytes of the packed chunk
 */
size_t chunk_pack(struct chunk_pack *pack, const struct layout *layout, int level,
                  struct chunk_place chunk, const struct chunk_source *source);
