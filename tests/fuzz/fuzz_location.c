// SPDX-License-Identifier: BSD-3-Clause
/* Which hosts a location concerns: names of hosts up to an empty line, then a location a line. */
#include "fuzz.h"

#include <telltale/telemetry.h>

static const struct facility *asked;

static void take(void *context, int32_t host)
{
    int64_t *count = context;

    ASSERT(host >= 0 && host < asked->host_count);
    (*count)++;
}

static void add_hosts(struct facility *facility, const char **bytes, size_t *length)
{
    bool is_name = true;

    while (*length > 0 && is_name) {
        char *name = fuzz_take_line(bytes, length);

        is_name = *name != '\0';
        if (is_name && facility_find_host(facility, name) < 0)
            host_position_from_name(facility_add_host(facility, facility_text(facility, name)));
        mem_free(&name);
    }
    facility_index(facility);
}

void fuzz_one(const char *bytes, size_t length)
{
    struct facility *facility = facility_create();

    add_hosts(facility, &bytes, &length);
    asked = facility;
    while (length > 0) {
        char *location = fuzz_take_line(&bytes, &length);
        int64_t taken = 0;

        ASSERT(facility_hosts_at(facility, location, take, &taken) == taken);
        ASSERT(facility_hosts_at(facility, location, NULL, NULL) == taken);
        mem_free(&location);
    }
    facility_destroy(&facility);
}
