// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

static void spans_cover_all_items_once(void)
{
    for (int ranks = 1; ranks <= 9; ranks++) {
        int64_t next = 0;

        for (int rank = 0; rank < ranks; rank++) {
            const struct span span = comm_share_of(7, ranks, rank);

            CHECK(span.first == next);
            next += span.count;
        }
        CHECK(next == 7);
    }
}

CHECK_MAIN({"spans cover all items once", spans_cover_all_items_once})
