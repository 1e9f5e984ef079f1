// SPDX-License-Identifier: BSD-3-Clause
#include "import_private.h"

#include <stdio.h>
#include <string.h>

enum { FIRST_ROOM = 256 * 1024 };

void lines_init(struct lines *lines, struct input *input, size_t limit)
{
    memset(lines, 0, sizeof *lines);
    lines->input = input;
    lines->limit = limit;
    lines->room = FIRST_ROOM;
    lines->buffer = mem_zero(lines->room, 1);
}

void lines_release(struct lines *lines)
{
    mem_free(&lines->buffer);
    memset(lines, 0, sizeof *lines);
}

/** Get more bytes behind those that are there, from the mark on. */
static status read_more(struct lines *lines)
{
    const size_t keep = lines->mark < lines->start ? lines->mark : lines->start;
    size_t count;
    status st;

    if (keep > 0) {
        memmove(lines->buffer, lines->buffer + keep, lines->end - keep);
        lines->start -= keep;
        lines->end -= keep;
        lines->mark -= keep;
        lines->last_start -= keep < lines->last_start ? keep : lines->last_start;
    }
    if (lines->end == lines->room) {
        lines->room *= 2;
        lines->buffer = mem_resize(lines->buffer, lines->room, 1);
    }
    st = input_read(lines->input, lines->buffer + lines->end, lines->room - lines->end, &count);
    if (st) {
        char why[STATUS_MESSAGE_BYTES];

        snprintf(why, sizeof why, "%s", status_message());
        return fail(st, "%s, after line %lld", why, (long long)lines->number);
    }
    lines->end += count;
    lines->bytes += (int64_t)count;
    lines->is_at_end = count == 0;
    return STATUS_OK;
}

status lines_head(struct lines *lines, const char **head, size_t *length)
{
    static const char byte_order_mark[] = "\xEF\xBB\xBF";

    while (!lines->is_at_end && lines->end - lines->start < FIRST_ROOM / 2) TRY(read_more(lines));
    if (lines->number == 0 && lines->end >= 3 && lines->start == 0
        && memcmp(lines->buffer, byte_order_mark, 3) == 0)
        lines->start = 3;
    *head = lines->buffer + lines->start;
    *length = lines->end - lines->start;
    return STATUS_OK;
}

/** Drop the rest of a line that is too long. */
static status skip_line(struct lines *lines, size_t kept)
{
    for (;;) {
        const char *from = lines->buffer + kept;
        const char *newline = memchr(from, '\n', lines->end - kept);

        if (newline) {
            lines->start = (size_t)(newline - lines->buffer) + 1;
            return STATUS_OK;
        }
        lines->end = kept;
        lines->start = lines->mark = 0;
        if (lines->is_at_end) return STATUS_OK;
        TRY(read_more(lines));
    }
}

status lines_next(struct lines *lines, struct line *line, bool *has_line)
{
    size_t searched = lines->start, length;
    const char *newline = NULL;

    memset(line, 0, sizeof *line);
    for (;;) {
        newline = memchr(lines->buffer + searched, '\n', lines->end - searched);
        if (newline || lines->is_at_end || lines->end - lines->start > lines->limit) break;
        length = lines->end - lines->start;
        TRY(read_more(lines));
        searched = lines->start + length;
    }
    *has_line = newline || lines->end > lines->start;
    if (!*has_line) return STATUS_OK;
    lines->number++;
    lines->last_start = lines->start;
    line->is_ended = newline != NULL;
    length = newline ? (size_t)(newline - lines->buffer) - lines->start : lines->end - lines->start;
    if (length > lines->limit) {
        line->is_huge = true;
        line->length = lines->limit < 256 ? lines->limit : 256;
        TRY(skip_line(lines, lines->start + line->length));
        line->bytes = lines->buffer + lines->last_start;
        return STATUS_OK;
    }
    line->bytes = lines->buffer + lines->start;
    lines->start += length + (newline != NULL);
    if (length > 0 && line->bytes[length - 1] == '\r') length--;
    line->length = length;
    line->has_nul = memchr(line->bytes, '\0', length) != NULL;
    return STATUS_OK;
}

void lines_mark(struct lines *lines)
{
    lines->mark = lines->start;
}

void lines_rewind(struct lines *lines, size_t bytes, int64_t number)
{
    lines->start = lines->mark + bytes;
    lines->number = number;
}

void lines_unread(struct lines *lines)
{
    lines->start = lines->last_start;
    lines->number--;
}
