// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/base.h>

#include <string.h>

enum { BLOCK_BYTES = 16 * 1024 };

/* Room for texts, which never move. */
struct name_block {
    struct name_block *next; /**< owned */
    size_t used;
    size_t room;
    char bytes[];
};

/* Open addressing with linear probing over numbers. */
struct name_table {
    struct name_block *blocks; /**< owned; the one in use first */
    const char **text;         /**< owned; [room], text n in its block */
    int64_t count;
    int64_t room;
    int64_t *slot;     /**< owned; [slot_count], number + 1, 0 is free */
    size_t slot_count; /**< a power of two, more than twice the count */
};

/* FNV-1a, 64 bits, folded: http://www.isthe.com/chongo/tech/comp/fnv/ */
static size_t hash(const char *text, size_t length)
{
    uint64_t value = 0xCBF29CE484222325u;

    for (size_t i = 0; i < length; i++) value = (value ^ (unsigned char)text[i]) * 0x100000001B3u;
    return (size_t)(value ^ (value >> 32));
}

struct name_table *names_create(void)
{
    struct name_table *names = mem_zero(1, sizeof *names);

    names->slot_count = 64;
    names->slot = mem_zero(names->slot_count, sizeof *names->slot);
    return names;
}

void names_destroy(struct name_table **names)
{
    if (!*names) return;
    for (struct name_block *block = (*names)->blocks; block;) {
        struct name_block *next = block->next;

        mem_free(&block);
        block = next;
    }
    mem_free(&(*names)->text);
    mem_free(&(*names)->slot);
    mem_free(names);
}

static bool is_same(const struct name_table *names, int64_t number, const char *text, size_t length)
{
    const char *known = names_text(names, number);

    return strlen(known) == length && memcmp(known, text, length) == 0;
}

static size_t find_slot(const struct name_table *names, const char *text, size_t length)
{
    size_t at = hash(text, length) & (names->slot_count - 1);

    while (names->slot[at] && !is_same(names, names->slot[at] - 1, text, length))
        at = (at + 1) & (names->slot_count - 1);
    return at;
}

static void grow_slots(struct name_table *names)
{
    names->slot_count *= 2;
    mem_free(&names->slot);
    names->slot = mem_zero(names->slot_count, sizeof *names->slot);
    for (int64_t number = 0; number < names->count; number++) {
        const char *text = names_text(names, number);

        names->slot[find_slot(names, text, strlen(text))] = number + 1;
    }
}

static const char *keep_text(struct name_table *names, const char *text, size_t length)
{
    struct name_block *block = names->blocks;
    char *kept;

    if (!block || block->room - block->used < length + 1) {
        const size_t room = length + 1 > BLOCK_BYTES ? length + 1 : BLOCK_BYTES;

        block = mem_zero(1, sizeof *block + room);
        block->room = room;
        block->next = names->blocks;
        names->blocks = block;
    }
    kept = block->bytes + block->used;
    memcpy(kept, text, length);
    kept[length] = '\0';
    block->used += length + 1;
    return kept;
}

int64_t names_add(struct name_table *names, const char *text, size_t length)
{
    size_t at;

    if (memchr(text, '\0', length)) length = strlen(text);
    at = find_slot(names, text, length);
    if (names->slot[at]) return names->slot[at] - 1;
    if (names->count == names->room) {
        names->room = names->room ? 2 * names->room : 64;
        names->text = mem_resize(names->text, (size_t)names->room, sizeof *names->text);
    }
    names->text[names->count] = keep_text(names, text, length);
    names->slot[at] = ++names->count;
    if (2 * (size_t)names->count > names->slot_count) grow_slots(names);
    return names->count - 1;
}

int64_t names_find(const struct name_table *names, const char *text, size_t length)
{
    return names->slot[find_slot(names, text, length)] - 1;
}

const char *names_text(const struct name_table *names, int64_t number)
{
    ASSERT(number >= 0 && number < names->count);
    return names->text[number];
}

int64_t names_count(const struct name_table *names)
{
    return names->count;
}
