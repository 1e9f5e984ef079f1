// SPDX-License-Identifier: BSD-3-Clause
/* Places in the names of hosts, by a regular expression of the user's. POSIX extended ones: the C library has
 * them, and without back-references they match in a time that the name's length bounds. */
#include "host_pattern.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GROUPS_MAX = 16, PATTERN_BYTES = 256, NAME_BYTES = 256, REPEATS_MAX = 1000, DIGITS_MAX = 6 };

static const char *const level_names[] = {"row", "rack", "chassis", "slot"};
enum { LEVELS = 4 };

struct host_pattern {
    regex_t expression;
    int group_count;
    struct group {
        int level; /**< -1: not wanted */
        int base;
    } groups[GROUPS_MAX];
};

/** The factor of a `+` that stands at a group or at another repetition: it doubles what they stand for. */
static long plus_factor(const char *pattern, const char *at)
{
    return *at == '+' && at > pattern && strchr(")+*?}", at[-1]) ? 2 : 1;
}

/** How often bounds `{m,n}` and `+` of the pattern repeat what they stand at, one in another. */
static long count_repeats(const char *pattern)
{
    long repeats = 1;

    for (const char *at = strpbrk(pattern, "{+"); at && repeats <= REPEATS_MAX;
         at = strpbrk(at + 1, "{+")) {
        char *end;
        long low = *at == '{' ? strtol(at + 1, &end, 10) : plus_factor(pattern, at), high = low;

        if (*at == '{' && *end == ',') high = strtol(end + 1, &end, 10);
        if (high < low) high = low;
        if (high > REPEATS_MAX) return high;
        if (high > 1) repeats *= high;
    }
    return repeats;
}

static bool has_back_reference(const char *pattern)
{
    for (const char *at = strchr(pattern, '\\'); at && at[1]; at = strchr(at + 2, '\\'))
        if (at[1] >= '1' && at[1] <= '9') return true;
    return false;
}

static status check(const char *pattern)
{
    if (strlen(pattern) > PATTERN_BYTES)
        return fail(STATUS_BAD_USE, "host_pattern is longer than %d bytes", PATTERN_BYTES);
    if (count_repeats(pattern) > REPEATS_MAX)
        return fail(STATUS_BAD_USE, "host_pattern '%s' repeats more than %d times", pattern,
                    REPEATS_MAX);
    if (has_back_reference(pattern))
        return fail(STATUS_BAD_USE, "host_pattern '%s' has a back-reference", pattern);
    return STATUS_OK;
}

/** "row", "rack:hex", "-". */
static status read_part(const char *text, struct group *group)
{
    const size_t length = strcspn(text, ":");
    const char *form = text + length;

    *group = (struct group){-1, strcmp(form, ":hex") == 0 ? 16 : 10};
    for (int level = 0; level < LEVELS; level++)
        if (strlen(level_names[level]) == length && memcmp(level_names[level], text, length) == 0)
            group->level = level;
    if ((group->level < 0 && strcmp(text, "-") != 0) || (*form && group->base == 10))
        return fail(STATUS_BAD_USE,
                    "host_parts: '%s' is none of row, rack, chassis, slot, with or without :hex, "
                    "and -",
                    text);
    return STATUS_OK;
}

static status read_parts(const struct settings *settings, struct host_pattern *pattern)
{
    pattern->group_count = settings_list_count(settings, "host_parts");
    if (pattern->group_count > GROUPS_MAX - 1)
        return fail(STATUS_BAD_USE, "host_parts names more than %d groups", GROUPS_MAX - 1);
    for (int item = 0; item < pattern->group_count; item++)
        TRY(read_part(settings_list_item(settings, "host_parts", item), &pattern->groups[item]));
    if (pattern->group_count > 0) return STATUS_OK;
    for (int level = 0; level < LEVELS; level++) pattern->groups[level] = (struct group){level, 10};
    pattern->group_count = LEVELS;
    return STATUS_OK;
}

status host_pattern_create(const struct settings *settings, struct host_pattern **pattern)
{
    const char *text = settings_text(settings, "host_pattern");
    struct host_pattern read = {.group_count = 0};
    int outcome;

    if (!text) return STATUS_OK;
    TRY(check(text));
    TRY(read_parts(settings, &read));
    outcome = regcomp(&read.expression, text, REG_EXTENDED);
    if (outcome != 0) {
        char why[128];

        regerror(outcome, &read.expression, why, sizeof why);
        return fail(STATUS_BAD_USE, "host_pattern '%s' is no regular expression: %s", text, why);
    }
    /* What stands behind the last group keeps its own count; fewer groups than parts is a mistake. */
    if (read.expression.re_nsub < 1
        || (settings_list_count(settings, "host_parts") > 0
            && read.expression.re_nsub != (size_t)read.group_count)) {
        const int groups = (int)read.expression.re_nsub;

        regfree(&read.expression);
        return fail(STATUS_BAD_USE, "host_pattern '%s' has %d groups (...) for %d parts", text,
                    groups, read.group_count);
    }
    *pattern = mem_zero(1, sizeof **pattern);
    **pattern = read;
    return STATUS_OK;
}

void host_pattern_destroy(struct host_pattern **pattern)
{
    if (!*pattern) return;
    regfree(&(*pattern)->expression);
    mem_free(pattern);
}

/** A number of few digits; -1 where it is none. */
static int32_t read_number(const char *text, int length, int base)
{
    char digits[DIGITS_MAX + 1], *end;
    long value;

    if (length < 1 || length > DIGITS_MAX) return -1;
    memcpy(digits, text, (size_t)length);
    digits[length] = '\0';
    if (strspn(digits, "0123456789abcdefABCDEF") != (size_t)length) return -1;
    value = strtol(digits, &end, base);
    return *end == '\0' ? (int32_t)value : -1;
}

bool host_pattern_match(const struct host_pattern *pattern, struct host *host)
{
    regmatch_t found[GROUPS_MAX];
    int32_t *places[LEVELS] = {&host->row, &host->rack, &host->chassis, &host->slot};
    int32_t values[LEVELS] = {-1, -1, -1, -1};

    if (strlen(host->name) > NAME_BYTES
        || regexec(&pattern->expression, host->name, GROUPS_MAX, found, 0) != 0)
        return false;
    for (int i = 0; i < pattern->group_count && i < (int)pattern->expression.re_nsub; i++) {
        const regmatch_t *match = &found[i + 1];
        const struct group *group = &pattern->groups[i];

        /* Of groups for one level in branches, the one that took part counts. */
        if (match->rm_so < 0 || group->level < 0 || values[group->level] >= 0) continue;
        values[group->level] =
            read_number(host->name + match->rm_so, (int)(match->rm_eo - match->rm_so), group->base);
    }
    for (int level = 0; level < LEVELS; level++) *places[level] = values[level];
    return true;
}

int64_t host_pattern_apply(const struct host_pattern *pattern, struct facility *facility)
{
    int64_t count = 0;

    for (int64_t host = 0; host < facility->host_count; host++)
        count += host_pattern_match(pattern, &facility->hosts[host]);
    return count;
}
