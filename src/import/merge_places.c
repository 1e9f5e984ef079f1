// SPDX-License-Identifier: BSD-3-Clause
/* Where hosts stand, as layouts say. */
#include "gather.h"

#include <stdlib.h>
#include <string.h>

void take_places(struct unpack *unpack, struct list *places)
{
    for (int64_t left = unpack_int64(unpack); left > 0; left--) {
        struct found_place *place = list_add(places, sizeof *place);

        unpack_bytes(unpack, place, sizeof *place);
        place->host = unpack_text(unpack);
    }
}

static int by_name_and_arrival(const void *a, const void *b)
{
    const struct found_place *x = a, *y = b;
    const int order = natural_compare(x->host, y->host);

    if (order != 0) return order;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

void merge_places(struct facility *facility, struct list *places)
{
    const bool may_add = facility->host_count == 0;

    if (places->count > 1)
        qsort(places->items, (size_t)places->count, sizeof(struct found_place),
              by_name_and_arrival);
    for (int64_t number = 0; number < places->count; number++) {
        const struct found_place *place = list_at(places, number);
        int64_t at = facility_find_host(facility, place->host);
        struct host *host;

        if (at < 0 && !may_add) continue;
        if (at < 0) {
            facility_add_host(facility, place->host);
            at = facility->host_count - 1;
        }
        host = &facility->hosts[at];
        host->row = place->row;
        host->rack = place->rack;
        host->chassis = place->chassis;
        host->slot = place->slot;
    }
}
