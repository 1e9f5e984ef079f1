// SPDX-License-Identifier: BSD-3-Clause
#include "info.h"

#include <jansson.h>

#include <stdlib.h>
#include <string.h>

void tally_init(struct tally *tally)
{
    tally->names = names_create();
    tally->counts = NULL;
}

void tally_release(struct tally *tally)
{
    names_destroy(&tally->names);
    mem_free(&tally->counts);
}

void tally_add(struct tally *tally, const char *name)
{
    const int64_t before = names_count(tally->names);
    const int64_t number = names_add(tally->names, name, strlen(name));

    /* Room doubles whenever the count passes a power of two. */
    if (number == before && (before & (before - 1)) == 0) {
        tally->counts =
            mem_resize(tally->counts, (size_t)(before > 0 ? 2 * before : 1), sizeof *tally->counts);
    }
    if (number == before) tally->counts[number] = 0;
    tally->counts[number]++;
}

struct tallied {
    const char *name;
    int64_t count;
};

static int compare(const void *left, const void *right)
{
    const struct tallied *a = left;
    const struct tallied *b = right;

    if (a->count != b->count) return a->count < b->count ? 1 : -1;
    return strcmp(a->name, b->name);
}

void tally_sort(struct tally *tally)
{
    const int64_t count = names_count(tally->names);
    struct tallied *items = mem_zero((size_t)count, sizeof *items);
    struct name_table *sorted = names_create();

    for (int64_t n = 0; n < count; n++)
        items[n] = (struct tallied){names_text(tally->names, n), tally->counts[n]};
    qsort(items, (size_t)count, sizeof *items, compare);
    for (int64_t n = 0; n < count; n++) {
        names_add(sorted, items[n].name, strlen(items[n].name));
        tally->counts[n] = items[n].count;
    }
    mem_free(&items);
    names_destroy(&tally->names);
    tally->names = sorted;
}

void tally_print(const struct context *context, const char *title, const struct tally *tally,
                 int most)
{
    const int64_t count = names_count(tally->names);

    say(context, "%-10s", title);
    for (int64_t n = 0; n < count && n < most; n++) {
        char shown[64];
        const char *name = text_printable(names_text(tally->names, n), shown, sizeof shown);

        say(context, "%s %s %lld", n ? "," : "", name[0] ? name : "(unknown)",
            (long long)tally->counts[n]);
    }
    if (count > most) say(context, ", and %lld more", (long long)(count - most));
    say(context, "\n");
}

json_t *tally_json(const struct tally *tally)
{
    json_t *object = json_object();

    for (int64_t n = 0; n < names_count(tally->names); n++)
        json_object_set_new(object, names_text(tally->names, n), json_integer(tally->counts[n]));
    return object;
}
