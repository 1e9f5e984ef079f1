// SPDX-License-Identifier: BSD-3-Clause
#include "run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Draws until a donor's window does not overlap; hosts with few windows may have no such. */
enum { DONOR_DRAWS = 32 };

/* Graphs that are compared with each other at most. */
enum { PERIODS_MAX = 64 };

void picks_choose(const int32_t *cell_of, int64_t items, int cells, int64_t wanted, int halves,
                  struct picks *picks)
{
    int64_t *count = mem_zero((size_t)cells, sizeof *count);
    int64_t *seen = mem_zero((size_t)cells, sizeof *seen);
    struct pick *pick;

    for (int64_t item = 0; item < items; item++) count[cell_of[item]]++;
    *picks = (struct picks){.cells = cells * halves,
                            .all = mem_zero((size_t)(wanted * cells), sizeof *picks->all)};
    pick = picks->all;
    for (int64_t item = 0; item < items; item++) {
        const int cell = cell_of[item];
        const int64_t from = seen[cell] * wanted / count[cell];
        const int64_t to = ++seen[cell] * wanted / count[cell];

        for (int64_t turn = from; turn < to; turn++)
            *pick++ = (struct pick){item, random_mix((uint64_t)item, (uint64_t)(turn - from)),
                                    (int32_t)(cell * halves + turn % halves)};
    }
    picks->count = pick - picks->all;
    mem_free(&seen);
    mem_free(&count);
}

void picks_release(struct picks *picks)
{
    mem_free(&picks->all);
}

struct span picks_mine(const struct comm *comm, const struct picks *picks)
{
    const struct span chunks = comm_share(comm, (picks->count + CHUNK_PICKS - 1) / CHUNK_PICKS);
    const int64_t first = chunks.first * CHUNK_PICKS;
    const int64_t end = (chunks.first + chunks.count) * CHUNK_PICKS;

    if (first >= picks->count) return (struct span){picks->count, 0};
    return (struct span){first, (end < picks->count ? end : picks->count) - first};
}

struct span picks_items(const struct picks *picks, struct span some)
{
    if (some.count == 0) return (struct span){0, 0};
    return (struct span){picks->all[some.first].item, picks->all[some.first + some.count - 1].item
                                                          - picks->all[some.first].item + 1};
}

/* The items of the list that are of the same series as this one: they follow each other. */
static struct span siblings(const struct item_list *list, int64_t item)
{
    int64_t low = 0, high = list->run_count - 1;
    int64_t first, last;

    while (low < high) {
        const int64_t middle = (low + high + 1) / 2;

        if (list->runs[middle].number <= item)
            low = middle;
        else
            high = middle - 1;
    }
    first = last = low;
    while (first > 0 && list->runs[first - 1].series == list->runs[low].series) first--;
    while (last + 1 < list->run_count && list->runs[last + 1].series == list->runs[low].series)
        last++;
    return (struct span){list->runs[first].number, list->runs[last].number + list->runs[last].count
                                                       - list->runs[first].number};
}

struct relation_sample pick_sample(const struct data_set *data, const struct pick *pick,
                                   bool is_permuted)
{
    const struct item_list *list = &data->validation;
    const struct item item = item_find(data, list, pick->item);
    const struct span pool = siblings(list, pick->item);
    struct random random = random_start(pick->key, 0);
    struct item donor = item;
    const float *x = item.series->x;

    for (int draw = 0; draw < DONOR_DRAWS; draw++) {
        donor = item_find(data, list, pool.first + random_below(&random, pool.count));
        if (llabs(donor.first - item.first) >= data->window) break;
    }
    return (struct relation_sample){
        .window = x + item.first * data->metrics,
        .next = x + ((is_permuted ? donor.first : item.first) + data->window) * data->metrics,
        .donor = x + donor.first * data->metrics,
        .cell = pick->cell};
}

/* ---- periods ---------------------------------------------------------------------------------- */

static void name_period(struct view *const *nights, const struct series *series, double unix_s,
                        enum relation_periods kind, struct text *name)
{
    char moment[CLOCK_TEXT_BYTES];
    const double length_s = kind == PERIODS_HOUR ? 3600.0 : 86400.0;

    name->length = 0;
    if (kind == PERIODS_HOST) {
        text_printf(name, "%s", view_facility(nights[series->night])->hosts[series->host].name);
        return;
    }
    text_printf(name, "%s", clock_text((int64_t)(floor(unix_s / length_s) * length_s), moment));
}

status periods_find(struct view *const *nights, const struct data_set *data,
                    enum relation_periods kind, struct periods *periods)
{
    const struct item_list *list = &data->validation;
    struct periods found = {.of_item = mem_zero((size_t)list->item_count + 1, sizeof(int32_t)),
                            .names = names_create()};
    struct text name = {0};

    for (int64_t r = 0; r < list->run_count; r++) {
        const struct item_run *run = &list->runs[r];
        const struct series *series = &data->series[run->series];

        for (int64_t i = 0; i < run->count; i++) {
            name_period(nights, series,
                        view_time_unix_s(nights[series->night], run->first + i + data->window),
                        kind, &name);
            found.of_item[run->number + i] =
                (int32_t)names_add(found.names, name.bytes, name.length);
        }
    }
    text_release(&name);
    found.count = (int)names_count(found.names);
    if (found.count > PERIODS_MAX) {
        const int count = found.count;

        periods_release(&found);
        return fail(STATUS_BAD_INPUT, "%s: %d periods to compare, at most %d", view_path(nights[0]),
                    count, PERIODS_MAX);
    }
    *periods = found;
    return STATUS_OK;
}

void periods_release(struct periods *periods)
{
    mem_free(&periods->of_item);
    names_destroy(&periods->names);
}
