// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/telemetry.h>

#include <stdio.h>
#include <string.h>

/* A name cut at one of its numbers. */
struct cut {
    size_t prefix; /**< bytes before the number */
    size_t digits;
    int64_t number;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A number of more digits does not fit int64_t; such a name stands alone. */
enum { NUMBER_DIGITS_MAX = 18 };

static bool read_number(const char *name, size_t at, struct cut *cut)
{
    cut->prefix = at;
    cut->number = 0;
    cut->digits = 0;
    for (; is_digit(name[at + cut->digits]); cut->digits++) {
        if (cut->digits == NUMBER_DIGITS_MAX) return false;
        cut->number = 10 * cut->number + (name[at + cut->digits] - '0');
    }
    return cut->digits > 0;
}

/* Cut two names at the one number in which they differ; false where there is no such number. */
static bool cut_pair(const char *a, const char *b, struct cut *cut)
{
    struct cut other;
    size_t at = 0;

    while (a[at] && a[at] == b[at]) at++;
    while (at > 0 && is_digit(a[at - 1])) at--;
    /* Behind a bracket it would come out in another order. */
    if (memchr(a, '[', at)) return false;
    return read_number(a, at, cut) && read_number(b, at, &other)
           && strcmp(a + at + cut->digits, b + at + other.digits) == 0;
}

/* Is @p b the same as @p a except for the number at the cut? */
static bool shares_cut(const char *a, const struct cut *cut, const char *b, struct cut *other)
{
    return strncmp(a, b, cut->prefix) == 0 && read_number(b, cut->prefix, other)
           && strcmp(a + cut->prefix + cut->digits, b + cut->prefix + other->digits) == 0;
}

/* Does a range that starts with the digits of @p low go on from @p last to @p next? */
static bool goes_on(const struct cut *low, const struct cut *last, const char *name,
                    const struct cut *next)
{
    char digits[24];

    if (next->number != last->number + 1) return false;
    snprintf(digits, sizeof digits, "%0*lld", (int)low->digits, (long long)next->number);
    return strlen(digits) == next->digits && memcmp(digits, name + next->prefix, next->digits) == 0;
}

static void write_range(struct text *list, const char *low_name, const struct cut *low,
                        const char *high_name, const struct cut *high)
{
    text_add(list, low_name + low->prefix, low->digits);
    if (high->number == low->number) return;
    text_add(list, "-", 1);
    text_add(list, high_name + high->prefix, high->digits);
}

/* Write the names from @p names[0] on that differ in one number only; returns how many. */
static int64_t fold_run(const char *const *names, int64_t count, struct text *list)
{
    struct cut first;
    struct cut low;
    struct cut last;
    struct cut next;
    int64_t low_at = 0;
    int64_t n = 1;

    if (count < 2 || !cut_pair(names[0], names[1], &first)) {
        text_add(list, names[0], strlen(names[0]));
        return 1;
    }
    text_add(list, names[0], first.prefix);
    text_add(list, "[", 1);
    low = last = first;
    for (; n < count && shares_cut(names[0], &first, names[n], &next); n++) {
        if (!goes_on(&low, &last, names[n], &next)) {
            write_range(list, names[low_at], &low, names[n - 1], &last);
            text_add(list, ",", 1);
            low = next;
            low_at = n;
        }
        last = next;
    }
    write_range(list, names[low_at], &low, names[n - 1], &last);
    text_printf(list, "]%s", names[0] + first.prefix + first.digits);
    return n;
}

/* Fold once; what comes out is one item behind the other, each with its NUL. @return how many */
static int64_t fold_once(const char *const *names, int64_t count, struct text *items)
{
    int64_t item_count = 0;

    for (int64_t at = 0; at < count; item_count++) {
        at += fold_run(names + at, count - at, items);
        text_add(items, "", 1);
    }
    return item_count;
}

void host_list_fold(const char *const *names, int64_t count, struct text *list)
{
    struct text items = {0};
    int64_t left = fold_once(names, count, &items);
    int64_t before = count;

    while (left > 1 && left < before) { /* racks of nodes: items that differ further left */
        const char **parts = mem_zero((size_t)left, sizeof *parts);
        struct text folded = {0};
        const char *at = items.bytes;

        for (int64_t i = 0; i < left; i++, at += strlen(at) + 1) parts[i] = at;
        before = left;
        left = fold_once(parts, left, &folded);
        text_release(&items);
        items = folded;
        mem_free(&parts);
    }
    for (size_t at = 0; at < items.length; at += strlen(items.bytes + at) + 1)
        text_printf(list, "%s%s", at ? "," : "", items.bytes + at);
    text_release(&items);
}
