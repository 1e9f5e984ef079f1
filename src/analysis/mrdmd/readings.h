// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file readings.h
 * Which metrics of which hosts hold samples. Hosts differ in their sensors: arrays have a row for what is there, and
 * none for what is not.
 */
#pragma once

#include <telltale/base.h>

/** Rows, host by host. */
struct reading_list {
    int64_t *first;     /**< owned, [host_count + 1]: a host's rows begin here */
    int32_t *metric;    /**< owned, [count], rising within a host */
    int64_t host_count; /**< hosts added so far */
    int64_t count;      /**< rows */
    int64_t host_room, room;
};

void reading_list_release(struct reading_list *list);

/** Append a host. @param is_there  shape [metrics] */
void reading_list_add(struct reading_list *list, const bool *is_there, int64_t metrics);

/** The row of a metric of a host, or -1. */
int64_t reading_list_find(const struct reading_list *list, int64_t host, int64_t metric);

/** What stands for a reading among all hosts: (first_host + host) * metrics + metric. @param keys  shape [count] */
void reading_list_keys(const struct reading_list *list, int64_t first_host, int64_t metrics,
                       int64_t *keys);

/**
 * The list that keys tell of.
 *
 * @param keys  rising
 * @param list  released before
 */
void reading_list_of_keys(struct reading_list *list, const int64_t *keys, int64_t count,
                          int64_t hosts, int64_t metrics);
