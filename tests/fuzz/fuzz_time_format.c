// SPDX-License-Identifier: BSD-3-Clause
/* Times in a format and zone of the user's: zone, format, then a time a line. */
#include "fuzz.h"

#include "import_private.h"

#include <math.h>
#include <string.h>

static void read_times(const struct settings *settings, const char *bytes, size_t length)
{
    struct import import = {0};
    const struct part part = {.import = &import};
    double unix_s;

    if (time_styles_read(settings, import.time_styles) != STATUS_OK) return;
    import.time_style = import.time_styles[STYLE_OF_ALL];
    while (length > 0) {
        char *line = fuzz_take_line(&bytes, &length);

        if (part_time(&part, (struct piece){line, strlen(line)}, &unix_s)) ASSERT(isfinite(unix_s));
        mem_free(&line);
    }
}

void fuzz_one(const char *bytes, size_t length)
{
    struct settings *settings = settings_create(import_parameters);
    char *zone = fuzz_take_line(&bytes, &length);
    char *format = fuzz_take_line(&bytes, &length);

    if (settings_set(settings, "time_zone", zone, "zone") == STATUS_OK
        && settings_set(settings, "time_format", format, "format") == STATUS_OK)
        read_times(settings, bytes, length);
    mem_free(&format);
    mem_free(&zone);
    settings_destroy(&settings);
}
