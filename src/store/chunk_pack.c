// SPDX-License-Identifier: BSD-3-Clause
#include "chunk_pack.h"

#include <string.h>
#include <zlib.h>

void chunk_pack_init(struct chunk_pack *pack, const struct layout *layout)
{
    pack->chunk_bytes = (size_t)layout_chunk_bytes(layout);
    pack->room_bytes = compressBound(pack->chunk_bytes);
    pack->samples = mem_array(pack->chunk_bytes, 1);
    pack->shuffled = mem_array(pack->chunk_bytes, 1);
    pack->packed = mem_array(pack->room_bytes, 1);
}

void chunk_pack_release(struct chunk_pack *pack)
{
    mem_free(&pack->samples);
    mem_free(&pack->shuffled);
    mem_free(&pack->packed);
}

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The chunk's samples in its own order. */
static void cut_out(struct chunk_pack *pack, const struct layout *layout, struct chunk_place chunk,
                    const struct chunk_source *source)
{
    const int64_t last_host = source->hosts.first + source->hosts.count;
    const int64_t last_time = source->times.first + source->times.count;
    const int64_t hosts = lesser(layout->chunk_hosts, last_host - chunk.host);
    const int64_t times = lesser(layout->chunk_times, last_time - chunk.time);
    const int64_t metrics = layout->metrics;

    memset(pack->samples, 0, pack->chunk_bytes);
    for (int64_t h = 0; h < hosts; h++) {
        const int64_t row = (chunk.host + h - source->hosts.first) * source->times.count
                            + chunk.time - source->times.first;

        memcpy(pack->samples + h * layout->chunk_times * metrics, source->values + row * metrics,
               (size_t)(times * metrics) * sizeof(float));
    }
}

/* All first bytes of the samples, then all second ones, and so on. */
static void shuffle(struct chunk_pack *pack)
{
    const size_t count = pack->chunk_bytes / sizeof(float);
    const unsigned char *bytes = (const unsigned char *)pack->samples;

    for (size_t b = 0; b < sizeof(float); b++) {
        for (size_t i = 0; i < count; i++)
            pack->shuffled[b * count + i] = bytes[i * sizeof(float) + b];
    }
}

size_t chunk_pack(struct chunk_pack *pack, const struct layout *layout, int level,
                  struct chunk_place chunk, const struct chunk_source *source)
{
    uLongf bytes = pack->room_bytes;

    cut_out(pack, layout, chunk, source);
    shuffle(pack);
    if (compress2(pack->packed, &bytes, pack->shuffled, pack->chunk_bytes, level) != Z_OK)
        base_die("out of memory: samples cannot be compressed");
    return bytes;
}
