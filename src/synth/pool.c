// SPDX-License-Identifier: BSD-3-Clause
#include "pool.h"

void pool_init(struct pool *pool, int64_t first, int64_t count)
{
    pool->first = first;
    pool->count = count;
    pool->free_count = 0;
    pool->free_bits = mem_zero((size_t)(count / 64 + 1), sizeof *pool->free_bits);
    for (int64_t h = 0; h < count; h++) pool_return(pool, first + h);
}

void pool_release(struct pool *pool)
{
    mem_free(&pool->free_bits);
}

bool pool_is_free(const struct pool *pool, int64_t host)
{
    const int64_t bit = host - pool->first;

    return bit >= 0 && bit < pool->count && (pool->free_bits[bit / 64] >> (bit % 64) & 1);
}

void pool_return(struct pool *pool, int64_t host)
{
    const int64_t bit = host - pool->first;

    ASSERT(!pool_is_free(pool, host));
    pool->free_bits[bit / 64] |= (uint64_t)1 << (bit % 64);
    pool->free_count++;
}

void pool_take_one(struct pool *pool, int64_t host)
{
    const int64_t bit = host - pool->first;

    ASSERT(pool_is_free(pool, host));
    pool->free_bits[bit / 64] &= ~((uint64_t)1 << (bit % 64));
    pool->free_count--;
}

void pool_take(struct pool *pool, int64_t count, int32_t *hosts)
{
    int64_t taken = 0;

    ASSERT(count <= pool->free_count);
    for (int64_t word = 0; taken < count; word++) {
        while (pool->free_bits[word] && taken < count) {
            const int64_t host = pool->first + 64 * word + __builtin_ctzll(pool->free_bits[word]);

            pool_take_one(pool, host);
            hosts[taken++] = (int32_t)host;
        }
    }
}

static bool comes_before(const struct moment *a, const struct moment *b)
{
    if (a->time_s != b->time_s) return a->time_s < b->time_s;
    if (a->is_repair != b->is_repair) return b->is_repair;
    return a->item < b->item;
}

void moments_push(struct moments *moments, struct moment moment)
{
    int64_t at = moments->count++;

    if (moments->count > moments->room) {
        moments->room = moments->room ? 2 * moments->room : 256;
        moments->heap = mem_resize(moments->heap, (size_t)moments->room, sizeof *moments->heap);
    }
    while (at > 0 && comes_before(&moment, &moments->heap[(at - 1) / 2])) {
        moments->heap[at] = moments->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    moments->heap[at] = moment;
}

struct moment moments_pop(struct moments *moments)
{
    const struct moment first = moments->heap[0];
    const struct moment last = moments->heap[--moments->count];
    int64_t at = 0;

    for (;;) {
        int64_t child = 2 * at + 1;

        if (child >= moments->count) break;
        if (child + 1 < moments->count
            && comes_before(&moments->heap[child + 1], &moments->heap[child]))
            child++;
        if (!comes_before(&moments->heap[child], &last)) break;
        moments->heap[at] = moments->heap[child];
        at = child;
    }
    moments->heap[at] = last;
    return first;
}
