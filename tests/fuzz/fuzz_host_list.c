// SPDX-License-Identifier: BSD-3-Clause
/* Lists of hosts: at most so many names come out as are allowed, and folding them loses none. */
#include "fuzz.h"

#include <telltale/telemetry.h>

#include <string.h>

enum { LIMIT = 2000 };

struct names {
    char *names[LIMIT];
    int64_t count;
};

static void add_name(void *context, const char *name)
{
    struct names *names = context;

    ASSERT(names->count < LIMIT);
    names->names[names->count++] = mem_text(name);
}

static void compare_name(void *context, const char *name)
{
    struct names *names = context;

    ASSERT(names->count < LIMIT && strcmp(names->names[names->count++], name) == 0);
}

void fuzz_one(const char *bytes, size_t length)
{
    struct names names = {.count = 0};
    struct text folded = {0};
    const status outcome = host_list_expand(bytes, LIMIT, add_name, &names);
    const int64_t count = names.count;

    (void)length;
    ASSERT(outcome == STATUS_OK || (outcome == STATUS_BAD_INPUT && count == 0));
    host_list_fold((const char *const *)names.names, count, &folded);
    names.count = 0;
    if (count > 0 && host_list_expand(folded.bytes, LIMIT, compare_name, &names) == STATUS_OK)
        ASSERT(names.count == count);
    text_release(&folded);
    for (int64_t name = 0; name < count; name++) mem_free(&names.names[name]);
}
