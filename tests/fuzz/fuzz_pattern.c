// SPDX-License-Identifier: BSD-3-Clause
/* Names of runs and globs: a pattern, then a path a line. */
#include "fuzz.h"

#include <telltale/import.h>

void fuzz_one(const char *bytes, size_t length)
{
    char *pattern = fuzz_take_line(&bytes, &length);
    const bool is_pattern = run_pattern_check(pattern) == STATUS_OK;
    struct run_name run;

    while (length > 0) {
        char *path = fuzz_take_line(&bytes, &length);

        text_matches(path, pattern);
        if (is_pattern && run_name_match(pattern, path, &run))
            ASSERT(run.label_count >= 0 && run.label_count <= RUN_LABELS_MAX);
        mem_free(&path);
    }
    mem_free(&pattern);
}
