// SPDX-License-Identifier: BSD-3-Clause
#include "readings.h"

#include <string.h>

void reading_list_release(struct reading_list *list)
{
    mem_free(&list->first);
    mem_free(&list->metric);
    memset(list, 0, sizeof *list);
}

static void make_room(struct reading_list *list, int64_t hosts, int64_t rows)
{
    if (hosts >= list->host_room) {
        list->host_room = 2 * hosts;
        list->first = mem_resize(list->first, (size_t)list->host_room + 1, sizeof *list->first);
    }
    if (rows >= list->room) {
        list->room = 2 * rows;
        list->metric = mem_resize(list->metric, (size_t)list->room, sizeof *list->metric);
    }
}

void reading_list_add(struct reading_list *list, const bool *is_there, int64_t metrics)
{
    make_room(list, list->host_count + 1, list->count + metrics);
    list->first[list->host_count++] = list->count;
    for (int64_t m = 0; m < metrics; m++)
        if (is_there[m]) list->metric[list->count++] = (int32_t)m;
    list->first[list->host_count] = list->count;
}

int64_t reading_list_find(const struct reading_list *list, int64_t host, int64_t metric)
{
    int64_t low, high;

    if (host < 0 || host >= list->host_count) return -1;
    low = list->first[host];
    high = list->first[host + 1];
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;

        if (list->metric[middle] == metric) return middle;
        if (list->metric[middle] < metric)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

void reading_list_keys(const struct reading_list *list, int64_t first_host, int64_t metrics,
                       int64_t *keys)
{
    for (int64_t h = 0; h < list->host_count; h++)
        for (int64_t row = list->first[h]; row < list->first[h + 1]; row++)
            keys[row] = (first_host + h) * metrics + list->metric[row];
}

void reading_list_of_keys(struct reading_list *list, const int64_t *keys, int64_t count,
                          int64_t hosts, int64_t metrics)
{
    make_room(list, hosts, count);
    for (int64_t h = 0; h < hosts; h++) {
        list->first[h] = list->count;
        for (; list->count < count && keys[list->count] < (h + 1) * metrics; list->count++)
            list->metric[list->count] = (int32_t)(keys[list->count] - h * metrics);
    }
    list->host_count = hosts;
    list->first[hosts] = list->count;
}
