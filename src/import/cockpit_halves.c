// SPDX-License-Identifier: BSD-3-Clause
#include "cockpit.h"

#include <math.h>
#include <string.h>

enum { WAITING_MAX = 64 };

/** What has come of one job: its start, or its metrics. */
struct half {
    double start_unix_s; /**< NaN: not known yet */
    json_t *data;        /**< owned; NULL: not come yet, or taken */
    char *place;         /**< owned; of the data */
};

struct halves {
    struct name_table *folders; /**< owned; number of a half by folder */
    struct list halves;         /**< struct half */
    int waiting;                /**< with data */
};

static struct half *half_of(struct part *part)
{
    const char *name = place_name(part->place);
    struct halves **halves = &part->import->halves;
    struct half *half;
    int64_t number;

    if (!*halves) {
        *halves = mem_zero(1, sizeof **halves);
        (*halves)->folders = names_create();
    }
    number = names_add((*halves)->folders, part->place, (size_t)(name - part->place));
    if (number < (*halves)->halves.count) return list_at(&(*halves)->halves, number);
    half = list_add(&(*halves)->halves, sizeof *half);
    half->start_unix_s = (double)NAN;
    return half;
}

static void drop_data(struct halves *halves, struct half *half)
{
    if (!half->data) return;
    json_decref(half->data);
    half->data = NULL;
    mem_free(&half->place);
    halves->waiting--;
}

/** Both halves are here. */
static status take(struct part *part, struct half *half)
{
    const char *place = part->place;
    status st;

    part->place = half->place;
    st = cockpit_take_data(part, half->data, half->start_unix_s);
    part->place = place;
    drop_data(part->import->halves, half);
    return st;
}

status halves_add_start(struct part *part, double start_unix_s)
{
    struct half *half = half_of(part);

    half->start_unix_s = start_unix_s;
    return half->data ? take(part, half) : STATUS_OK;
}

status halves_add_data(struct part *part, json_t *data)
{
    struct half *half = half_of(part);

    if (half->data || part->import->halves->waiting == WAITING_MAX) {
        json_decref(data);
        return part_fail(part, half->data ? "a second data.json for one job"
                                          : "metrics of 64 jobs stand before their meta.json: "
                                            "unpack the archive and import the folder");
    }
    half->data = data;
    half->place = mem_text(part->place);
    part->import->halves->waiting++;
    return isnan(half->start_unix_s) ? STATUS_OK : take(part, half);
}

status halves_end(struct import *import, const char *path)
{
    status st = STATUS_OK;

    if (!import->halves) return STATUS_OK;
    for (int64_t number = 0; number < import->halves->halves.count; number++) {
        const struct half *half = list_at(&import->halves->halves, number);
        char place[PLACE_BYTES];

        if (!half->data) continue;
        text_printable(half->place, place, sizeof place);
        text_printf(&import->notes, "%s: passed over: no meta.json beside it\n", place);
        import->tally.files--;
        import->tally.passed_over++;
        if (import->is_strict && !st)
            st = fail(STATUS_BAD_INPUT, "%s: no meta.json beside %s", path, place);
    }
    halves_destroy(&import->halves);
    return st;
}

void halves_destroy(struct halves **halves)
{
    if (!*halves) return;
    for (int64_t number = 0; number < (*halves)->halves.count; number++)
        drop_data(*halves, list_at(&(*halves)->halves, number));
    list_release(&(*halves)->halves);
    names_destroy(&(*halves)->folders);
    mem_free(halves);
}
