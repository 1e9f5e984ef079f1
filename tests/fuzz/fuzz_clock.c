// SPDX-License-Identifier: BSD-3-Clause
/* A moment that is read is finite, and whole seconds are read back from their text. */
#include "fuzz.h"

#include <math.h>
#include <string.h>

void fuzz_one(const char *bytes, size_t length)
{
    static const double year_0_s = -62167219200.0, year_9999_s = 253402300799.0;
    char text[CLOCK_TEXT_BYTES];
    double unix_s, again_s;

    if (!clock_parse(bytes, length, 3600, &unix_s)) return;
    ASSERT(isfinite(unix_s));
    unix_s = floor(unix_s);
    if (unix_s < year_0_s || unix_s > year_9999_s) return;
    clock_text((int64_t)unix_s, text);
    ASSERT(clock_parse(text, strlen(text), -7200, &again_s) && again_s == unix_s);
}
