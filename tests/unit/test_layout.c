// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include "../../src/store/layout.h"

static struct layout chosen(int64_t hosts, int64_t times, int64_t metrics, int64_t tile_hosts)
{
    struct layout layout = {.hosts = hosts, .times = times, .metrics = metrics};

    layout_choose_chunks(&layout, tile_hosts);
    return layout;
}

static void chunks_have_half_to_four_megabytes(void)
{
    static const int64_t sizes[][3] = {
        {4392,   2880,    8    },
        {256,    1440,    16   },
        {35000,  2880,    1    },
        {49,     600,     800  },
        {150,    700,     7    },
        {100000, 10000,   3    },
        {2,      1000000, 4    },
        {64,     100,     20000}
    };

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const struct layout layout = chosen(sizes[i][0], sizes[i][1], sizes[i][2], 64);

        CHECK(layout_chunk_bytes(&layout) >= 512 << 10);
        CHECK(layout_chunk_bytes(&layout) <= 4 << 20);
        CHECK(64 % layout.chunk_hosts == 0 || layout.chunk_hosts == layout.hosts);
    }
}

static void chunks_never_pass_a_tile_or_the_data(void)
{
    struct layout layout = chosen(1000, 10, 2, 64);

    CHECK(layout.chunk_hosts == 64 && layout.chunk_times == 10);
    layout = chosen(5, 10, 2, 64);
    CHECK(layout.chunk_hosts == 5 && layout.chunk_times == 10);
    layout = chosen(1000, 100000, 8, 7);
    CHECK(layout.chunk_hosts <= 7);
    layout = chosen(10, 1, 3000000, 64);
    CHECK(layout.chunk_hosts == 1 && layout.chunk_times == 1);
}

static void little_room_is_lost_at_the_edges(void)
{
    const struct layout layout = chosen(150, 700, 7, 64);
    const int64_t needed = 150 * 700 * 7 * 4;

    CHECK(layout_bytes(&layout) < needed + needed / 8);
}

static void nothing_takes_no_room(void)
{
    struct layout layout = chosen(0, 10, 2, 64);

    CHECK(layout_bytes(&layout) == 0);
    layout = chosen(10, 0, 2, 64);
    CHECK(layout_bytes(&layout) == 0);
    layout = chosen(10, 10, 0, 64);
    CHECK(layout_bytes(&layout) == 0);
}

CHECK_MAIN({"chunks have half to four megabytes", chunks_have_half_to_four_megabytes},
           {"chunks never pass a tile or the data", chunks_never_pass_a_tile_or_the_data},
           {"little room is lost at the edges", little_room_is_lost_at_the_edges},
           {"nothing takes no room", nothing_takes_no_room})
