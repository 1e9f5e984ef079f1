// SPDX-License-Identifier: BSD-3-Clause
#include "import_private.h"

#include <endian.h>
#include <string.h>
#include <strings.h>

enum { FIRST_FIELDS = 64 };

void row_release(struct row *row)
{
    mem_free(&row->fields);
    text_release(&row->joined);
    text_release(&row->unquoted);
    memset(row, 0, sizeof *row);
}

static void make_room(struct row *row, int count)
{
    if (count <= row->room) return;
    while (row->room < count) row->room = row->room ? 2 * row->room : FIRST_FIELDS;
    row->fields = mem_resize(row->fields, (size_t)row->room, sizeof *row->fields);
}

static void add_field(struct row *row, const char *bytes, size_t length)
{
    make_room(row, row->count + 1);
    row->fields[row->count].bytes = bytes;
    row->fields[row->count].length = length;
    row->count++;
}

/** The top bit of each byte of eight, the first in the lowest byte, that is @p pattern's. */
static uint64_t same_bytes(const char *bytes, uint64_t pattern)
{
    static const uint64_t low_bits = UINT64_C(0x7f7f7f7f7f7f7f7f);
    uint64_t word;

    memcpy(&word, bytes, sizeof word);
    word = le64toh(word) ^ pattern;
    return ~(((word & low_bits) + low_bits) | word | low_bits);
}

void row_split(struct row *row, const char *bytes, size_t length, char delimiter)
{
    const uint64_t pattern = UINT64_C(0x0101010101010101) * (unsigned char)delimiter;
    const char *end = bytes + length, *start = bytes;
    const char *at = bytes;

    row->count = 0;
    row->start = bytes;
    /* Fields of numbers are a few bytes long: eight bytes at a time beat a search for each. */
    for (; delimiter && end - at >= 8; at += 8) {
        make_room(row, row->count + 8);
        for (uint64_t found = same_bytes(at, pattern); found; found &= found - 1) {
            const char *next = at + __builtin_ctzll(found) / 8;

            row->fields[row->count++] = (struct piece){start, (size_t)(next - start)};
            start = next + 1;
        }
    }
    for (; delimiter && at < end; at++) {
        if (*at != delimiter) continue;
        add_field(row, start, (size_t)(at - start));
        start = at + 1;
    }
    add_field(row, start, (size_t)(end - start));
}

void row_split_words(struct row *row, const char *bytes, size_t length)
{
    const char *end = bytes + length;

    row->count = 0;
    while (bytes < end) {
        const char *start;

        while (bytes < end && (*bytes == ' ' || *bytes == '\t')) bytes++;
        start = bytes;
        while (bytes < end && *bytes != ' ' && *bytes != '\t') bytes++;
        if (bytes > start) add_field(row, start, (size_t)(bytes - start));
    }
}

/**
 * The contents of a quoted field at @p at (its opening quote), put behind the others in @p row->unquoted.
 * Returns where it ends (behind the closing quote), or NULL where it does not.
 */
static const char *take_quoted(struct row *row, const char *at, const char *end)
{
    const size_t start = row->unquoted.length;

    for (at++; at < end;) {
        const char *quote = memchr(at, '"', (size_t)(end - at));

        if (!quote) return NULL;
        text_add(&row->unquoted, at, (size_t)(quote - at));
        at = quote + 1;
        if (at == end || *at != '"') {
            add_field(row, row->unquoted.bytes + start, row->unquoted.length - start);
            return at;
        }
        text_add(&row->unquoted, "\"", 1);
        at++;
    }
    return NULL;
}

bool row_split_quoted(struct row *row, const char *bytes, size_t length, char delimiter)
{
    const char *end = bytes + length;

    if (!memchr(bytes, '"', length)) {
        row_split(row, bytes, length, delimiter);
        return true;
    }
    row->count = 0;
    row->start = NULL;
    /* What is unquoted is never longer than the line: with this room, pieces do not move. */
    if (row->unquoted.room < length + 1) {
        row->unquoted.bytes = mem_resize(row->unquoted.bytes, length + 1, 1);
        row->unquoted.room = length + 1;
    }
    row->unquoted.length = 0;
    for (;;) {
        const char *next;

        if (bytes < end && *bytes == '"') {
            bytes = take_quoted(row, bytes, end);
            if (!bytes) return false;
            next = memchr(bytes, delimiter, (size_t)(end - bytes));
        } else {
            next = memchr(bytes, delimiter, (size_t)(end - bytes));
            add_field(row, bytes, (size_t)((next ? next : end) - bytes));
        }
        if (!next) return true;
        bytes = next + 1;
    }
}

bool piece_is(struct piece piece, const char *text)
{
    return piece.length == strlen(text) && memcmp(piece.bytes, text, piece.length) == 0;
}

bool piece_is_like(struct piece piece, const char *text)
{
    return piece.length == strlen(text) && strncasecmp(piece.bytes, text, piece.length) == 0;
}

struct piece piece_trim(struct piece piece)
{
    while (piece.length > 0 && (*piece.bytes == ' ' || *piece.bytes == '\t')) {
        piece.bytes++;
        piece.length--;
    }
    while (piece.length > 0
           && (piece.bytes[piece.length - 1] == ' ' || piece.bytes[piece.length - 1] == '\t'))
        piece.length--;
    return piece;
}

int row_find(const struct row *header, const char *name)
{
    for (int column = 0; column < header->count; column++)
        if (piece_is_like(piece_trim(header->fields[column]), name)) return column;
    return -1;
}

int row_find_any(const struct row *header, const char *const *names)
{
    for (; *names; names++) {
        const int column = row_find(header, *names);

        if (column >= 0) return column;
    }
    return -1;
}
