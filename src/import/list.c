// SPDX-License-Identifier: BSD-3-Clause
#include "builder.h"

void *list_add(struct list *list, size_t item_bytes)
{
    char *item;

    if (list->count == list->room) {
        list->room = list->room ? 2 * list->room : 16;
        list->items = mem_resize(list->items, (size_t)list->room, item_bytes);
    }
    list->item_bytes = item_bytes;
    item = list->items + (size_t)list->count++ * item_bytes;
    for (size_t i = 0; i < item_bytes; i++) item[i] = 0;
    return item;
}

void *list_at(const struct list *list, int64_t number)
{
    ASSERT(number >= 0 && number < list->count);
    return list->items + (size_t)number * list->item_bytes;
}

void list_release(struct list *list)
{
    mem_free(&list->items);
    list->count = list->room = 0;
}
