// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/base.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

/* Below this size huge pages cannot help. */
enum { HUGE_PAGE_BYTES = 2 << 20 };
enum { CACHE_LINE_BYTES = 64 };

static atomic_long live_count;

static size_t checked_bytes(size_t count, size_t item_bytes)
{
    size_t bytes;

    if (__builtin_mul_overflow(count ? count : 1, item_bytes ? item_bytes : 1, &bytes))
        base_die("out of memory: %zu items of %zu bytes", count, item_bytes);
    return bytes;
}

void *mem_zero(size_t count, size_t item_bytes)
{
    const size_t bytes = checked_bytes(count, item_bytes);
    void *memory = calloc(1, bytes);

    if (!memory) base_die("out of memory: %zu items of %zu bytes", count, item_bytes);
    live_count++;
    return memory;
}

void *mem_array(size_t count, size_t item_bytes)
{
    const size_t bytes = checked_bytes(count, item_bytes);
    const size_t alignment = bytes >= HUGE_PAGE_BYTES ? HUGE_PAGE_BYTES : CACHE_LINE_BYTES;
    const size_t rounded = (bytes + alignment - 1) / alignment * alignment;
    void *memory = aligned_alloc(alignment, rounded);

    if (!memory) base_die("out of memory: %zu items of %zu bytes", count, item_bytes);
    if (bytes >= HUGE_PAGE_BYTES) madvise(memory, rounded, MADV_HUGEPAGE);
    memset(memory, 0, bytes);
    live_count++;
    return memory;
}

void *mem_resize(void *memory, size_t count, size_t item_bytes)
{
    const size_t bytes = checked_bytes(count, item_bytes);
    void *resized = realloc(memory, bytes);

    if (!resized) base_die("out of memory: %zu items of %zu bytes", count, item_bytes);
    if (!memory) live_count++;
    return resized;
}

char *mem_text(const char *text)
{
    const size_t bytes = strlen(text) + 1;

    return memcpy(mem_zero(bytes, 1), text, bytes);
}

void mem_free(void *address_of_pointer)
{
    void *memory;

    memcpy(&memory, address_of_pointer, sizeof memory);
    if (memory) live_count--;
    free(memory);
    memset(address_of_pointer, 0, sizeof memory);
}

long mem_live(void)
{
    return live_count;
}

int64_t mem_peak_bytes(void)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
    return (int64_t)usage.ru_maxrss * 1024;
}
