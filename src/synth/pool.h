// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file pool.h
 * The free hosts of one block of nodes, as bits; and the moments to come, as a heap.
 */
#pragma once

#include "synth_private.h"

struct pool {
    uint64_t *free_bits; /**< owned; bit h - first */
    int64_t first, count, free_count;
};

void pool_init(struct pool *pool, int64_t first, int64_t count);
void pool_release(struct pool *pool);

/** Take the @p count lowest free hosts; there are as many. */
void pool_take(struct pool *pool, int64_t count, int32_t *hosts);
void pool_take_one(struct pool *pool, int64_t host); /**< It is free. */
void pool_return(struct pool *pool, int64_t host);
bool pool_is_free(const struct pool *pool, int64_t host);

/** Something that happens to an item at a time. */
struct moment {
    int64_t time_s;
    int64_t item;
    bool is_repair; /**< else the end of a job */
};

/** Earliest first; equal times by item, ends before repairs. */
struct moments {
    struct moment *heap; /**< owned */
    int64_t count, room;
};

void moments_push(struct moments *moments, struct moment moment);
struct moment moments_pop(struct moments *moments);
