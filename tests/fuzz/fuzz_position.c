// SPDX-License-Identifier: BSD-3-Clause
/* Positions from names of hosts, a name a line; the order of names as people count. */
#include "fuzz.h"

#include <telltale/import.h>
#include <telltale/telemetry.h>

void fuzz_one(const char *bytes, size_t length)
{
    char *before = mem_text("");

    while (length > 0) {
        char *name = fuzz_take_line(&bytes, &length);
        struct host host = {.name = name, .row = -1, .rack = -1, .chassis = -1, .slot = -1};

        host_position_from_name(&host);
        ASSERT(host.row >= -1 && host.rack >= -1 && host.chassis >= -1 && host.slot >= -1);
        ASSERT(natural_compare(name, name) == 0);
        ASSERT((natural_compare(before, name) < 0) == (natural_compare(name, before) > 0));
        mem_free(&before);
        before = name;
    }
    mem_free(&before);
}
