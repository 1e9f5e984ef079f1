// SPDX-License-Identifier: BSD-3-Clause
/* The command line, a word a line. */
#include "fuzz.h"

#include <telltale/analysis.h>
#include <telltale/import.h>

enum { WORDS = 64 };

void fuzz_one(const char *bytes, size_t length)
{
    struct settings *settings[] = {settings_create(import_parameters),
                                   settings_create(analysis_find("mrdmd")->parameters)};
    const struct option_set set = {settings, 2};
    const char *operands[WORDS];
    char *words[WORDS];
    int count = 0, operand_count = 0;

    while (length > 0 && count < WORDS) words[count++] = fuzz_take_line(&bytes, &length);
    if (options_parse(&set, count, words, operands, &operand_count) == STATUS_OK)
        ASSERT(operand_count <= count);
    while (count > 0) mem_free(&words[--count]);
    settings_destroy(&settings[0]);
    settings_destroy(&settings[1]);
}
