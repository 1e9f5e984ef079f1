// SPDX-License-Identifier: BSD-3-Clause
/* Numbers are read as strtod() reads them, to the bit. */
#include "fuzz.h"

#include <telltale/import.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

void fuzz_one(const char *bytes, size_t length)
{
    double value = -1, expected;

    switch (number_parse(bytes, length, &value)) {
    case NUMBER_REFUSED:
        ASSERT(value == -1);
        return;
    case NUMBER_MISSING:
        ASSERT(isnan(value));
        return;
    case NUMBER_READ:
        break;
    }
    expected = strtod(bytes, NULL);
    ASSERT(isfinite(value) && memcmp(&value, &expected, sizeof value) == 0);
}
