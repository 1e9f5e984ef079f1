// SPDX-License-Identifier: BSD-3-Clause
#include "layout.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>

/* Chunks of this size read at the speed of the page cache and are a few of them a tile. */
enum { CHUNK_BYTES = 2 << 20 };

/* Smaller ones are not made to save room at the edge. */
enum { CHUNK_BYTES_FEW = 512 << 10 };

/* Below so many hosts a chunk, times are cut instead: reading one host should not skip too much. */
enum { CHUNK_HOSTS_FEW = 16 };

/* Pieces of one system call; Linux takes 1024. */
enum { PIECES_MAX = 512 };

static int64_t ceiling(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

/* The largest number of hosts that divides a tile, at most @p most. */
static int64_t largest_divisor(int64_t tile_hosts, int64_t most)
{
    int64_t divisor = tile_hosts < most ? tile_hosts : most;

    while (divisor > 1 && tile_hosts % divisor != 0) divisor--;
    return divisor < 1 ? 1 : divisor;
}

/* Smaller chunks where the last ones would be mostly empty. */
static int64_t with_less_padding(const struct layout *layout, int64_t tile_hosts, int64_t hosts)
{
    const int64_t host_bytes = layout->times * layout->metrics * (int64_t)sizeof(float);

    while (hosts > 1) {
        const int64_t padding = ceiling(layout->hosts, hosts) * hosts - layout->hosts;
        const int64_t next = largest_divisor(tile_hosts, hosts - 1);

        if (padding <= layout->hosts / 8 || next * host_bytes < CHUNK_BYTES_FEW) break;
        hosts = next;
    }
    return hosts;
}

void layout_choose_chunks(struct layout *layout, int64_t tile_hosts)
{
    const int64_t row_bytes =
        layout->metrics * (int64_t)sizeof(float); /* a host's metrics at once */
    int64_t hosts;
    int64_t times;
    int64_t parts;

    layout->chunk_hosts = layout->hosts;
    layout->chunk_times = layout->times;
    if (row_bytes == 0 || layout->hosts == 0 || layout->times == 0) return;
    hosts = CHUNK_BYTES / row_bytes / layout->times;
    if (hosts < CHUNK_HOSTS_FEW) hosts = CHUNK_HOSTS_FEW;
    if (hosts > CHUNK_BYTES / row_bytes) hosts = CHUNK_BYTES / row_bytes;
    hosts = with_less_padding(layout, tile_hosts, largest_divisor(tile_hosts, hosts));
    if (hosts > layout->hosts) hosts = layout->hosts;
    ASSERT(hosts > 0);
    times = CHUNK_BYTES / row_bytes / hosts;
    parts = ceiling(layout->times, times < 1 ? 1 : times);
    layout->chunk_hosts = hosts;
    layout->chunk_times = ceiling(layout->times, parts);
}

int64_t layout_chunk_bytes(const struct layout *layout)
{
    return layout->chunk_hosts * layout->chunk_times * layout->metrics * (int64_t)sizeof(float);
}

int64_t layout_bytes(const struct layout *layout)
{
    if (layout_chunk_bytes(layout) == 0) return 0;
    return ceiling(layout->hosts, layout->chunk_hosts) * ceiling(layout->times, layout->chunk_times)
           * layout_chunk_bytes(layout);
}

static bool is_part(struct span part, int64_t whole)
{
    return part.first >= 0 && part.count >= 0 && part.first <= whole
           && part.count <= whole - part.first;
}

bool layout_holds(const struct layout *layout, struct span hosts, struct span times)
{
    return is_part(hosts, layout->hosts) && is_part(times, layout->times);
}

/* Move as much as the system takes at once. */
static ssize_t move(int descriptor, const struct iovec *pieces, int count, off_t at,
                    enum layout_direction direction)
{
    ssize_t moved;

    do {
        errno = 0;
        moved = direction == LAYOUT_READ ? preadv(descriptor, pieces, count, at)
                                         : pwritev(descriptor, pieces, count, at);
    } while (moved < 0 && errno == EINTR);
    return moved;
}

/* Move all pieces, which stand one behind the other in the file; uses them up. */
static bool move_all(int descriptor, struct iovec *pieces, int count, off_t at,
                     enum layout_direction direction)
{
    while (count > 0) {
        ssize_t moved = move(descriptor, pieces, count, at, direction);

        if (moved <= 0) return false;
        at += moved;
        for (; count > 0 && (size_t)moved >= pieces->iov_len; pieces++, count--)
            moved -= (ssize_t)pieces->iov_len;
        if (count == 0) break;
        pieces->iov_base = (char *)pieces->iov_base + moved;
        pieces->iov_len -= (size_t)moved;
    }
    return true;
}

bool layout_transfer_bytes(int descriptor, void *bytes, size_t count, off_t at,
                           enum layout_direction direction)
{
    struct iovec piece = {bytes, count};

    return count == 0 || move_all(descriptor, &piece, 1, at, direction);
}

/* One chunk's share of a transfer. */
struct share {
    struct span hosts, times;
    int64_t at; /* of its first sample in the file */
};

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What stands in the chunk that holds the first host and time. */
static struct share first_share(const struct layout *layout, struct span hosts, struct span times)
{
    const int64_t row = hosts.first / layout->chunk_hosts;
    const int64_t column = times.first / layout->chunk_times;
    const int64_t columns = ceiling(layout->times, layout->chunk_times);
    const int64_t host = hosts.first % layout->chunk_hosts;
    const int64_t time = times.first % layout->chunk_times;
    const int64_t row_bytes = layout->metrics * (int64_t)sizeof(float);
    struct share share = {.hosts.first = hosts.first, .times.first = times.first};

    share.hosts.count = smaller(hosts.count, layout->chunk_hosts - host);
    share.times.count = smaller(times.count, layout->chunk_times - time);
    share.at = layout->first_byte + (row * columns + column) * layout_chunk_bytes(layout)
               + (host * layout->chunk_times + time) * row_bytes;
    return share;
}

/* @p values points to the share's first sample; its hosts are @p host_items floats apart there. */
static bool transfer_share(const struct layout *layout, int descriptor, const struct share *share,
                           float *values, int64_t host_items, enum layout_direction direction)
{
    const int64_t item_bytes = (int64_t)sizeof(float);
    const int64_t run_bytes = share->times.count * layout->metrics * item_bytes;
    const int64_t host_bytes = layout->chunk_times * layout->metrics * item_bytes;
    const int64_t pieces_max = run_bytes == host_bytes ? PIECES_MAX : 1;
    struct iovec pieces[PIECES_MAX];

    if (run_bytes == host_bytes && host_items * item_bytes == host_bytes) {
        return layout_transfer_bytes(descriptor, values, (size_t)(share->hosts.count * run_bytes),
                                     share->at, direction);
    }
    for (int64_t h = 0; h < share->hosts.count;) {
        const int count = (int)smaller(pieces_max, share->hosts.count - h);

        for (int i = 0; i < count; i++)
            pieces[i] = (struct iovec){values + (h + i) * host_items, (size_t)run_bytes};
        if (!move_all(descriptor, pieces, count, share->at + h * host_bytes, direction))
            return false;
        h += count;
    }
    return true;
}

bool layout_transfer(const struct layout *layout, int descriptor, struct span hosts,
                     struct span times, float *values, enum layout_direction direction)
{
    const int64_t host_items = times.count * layout->metrics;
    const int64_t last_host = hosts.first + hosts.count;
    const int64_t last_time = times.first + times.count;
    struct share share = {.hosts.count = 1, .times.count = 1};

    if (hosts.count == 0 || host_items == 0) return true;
    for (int64_t h = hosts.first; h < last_host; h += share.hosts.count) {
        for (int64_t t = times.first; t < last_time; t += share.times.count) {
            float *first =
                values + (h - hosts.first) * host_items + (t - times.first) * layout->metrics;

            share = first_share(layout, (struct span){h, last_host - h},
                                (struct span){t, last_time - t});
            if (!transfer_share(layout, descriptor, &share, first, host_items, direction))
                return false;
        }
    }
    return true;
}
