// SPDX-License-Identifier: BSD-3-Clause
/* Places by a regular expression: the expression, the parts, then a name a line. */
#include "fuzz.h"

#include "host_pattern.h"

#include <telltale/import.h>

static void match_names(const struct host_pattern *pattern, const char *bytes, size_t length)
{
    while (length > 0) {
        char *name = fuzz_take_line(&bytes, &length);
        struct host host = {.name = name, .row = -2, .rack = -2, .chassis = -2, .slot = -2};
        const bool is_match = host_pattern_match(pattern, &host);
        const int32_t places[] = {host.row, host.rack, host.chassis, host.slot};

        for (int level = 0; level < 4; level++)
            ASSERT(is_match ? places[level] >= -1 : places[level] == -2);
        mem_free(&name);
    }
}

void fuzz_one(const char *bytes, size_t length)
{
    struct settings *settings = settings_create(import_parameters);
    char *expression = fuzz_take_line(&bytes, &length);
    char *parts = fuzz_take_line(&bytes, &length);
    struct host_pattern *pattern = NULL;

    if (settings_set(settings, "host_pattern", expression, "pattern") == STATUS_OK
        && (*parts == '\0' || settings_set(settings, "host_parts", parts, "parts") == STATUS_OK)
        && host_pattern_create(settings, &pattern) == STATUS_OK && pattern)
        match_names(pattern, bytes, length);
    host_pattern_destroy(&pattern);
    mem_free(&parts);
    mem_free(&expression);
    settings_destroy(&settings);
}
