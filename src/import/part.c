// SPDX-License-Identifier: BSD-3-Clause
#include "import_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Lines that one row may go over: a stray quote must not swallow a file. */
enum { LINES_OF_A_ROW = 256, ROWS_OF_A_TICK = 2048 };

/** Does a field of the row exceed the limit? */
static bool has_huge_field(const struct part *part)
{
    for (int field = 0; field < part->row.count; field++)
        if (part->row.fields[field].length > part->import->field_limit) return true;
    return false;
}

/**
 * Put line after line together until the quote is closed. Where it never is, only the first line is
 * spoilt.
 */
static status join_quoted(struct part *part, struct line *line, char delimiter, bool *is_closed)
{
    struct row *row = &part->row;
    const size_t first_bytes = part->lines.start - part->lines.mark;
    bool has_line = true;

    row->joined.length = 0;
    text_add(&row->joined, line->bytes, line->length);
    *is_closed = false;
    for (int lines = 0;
         !*is_closed && lines < LINES_OF_A_ROW && row->joined.length <= part->import->field_limit;
         lines++) {
        TRY(lines_next(&part->lines, line, &has_line));
        if (!has_line || line->is_huge) break;
        text_add(&row->joined, "\n", 1);
        text_add(&row->joined, line->bytes, line->length);
        if (!memchr(line->bytes, '"', line->length)) continue;
        *is_closed = row_split_quoted(row, row->joined.bytes, row->joined.length, delimiter);
    }
    if (!*is_closed && !line->is_huge) lines_rewind(&part->lines, first_bytes, part->line);
    return STATUS_OK;
}

static status refuse_or_split(struct part *part, struct line *line, char delimiter, bool is_quoted,
                              bool *is_row)
{
    bool is_closed = true, may_be_huge = line->length > part->import->field_limit;

    *is_row = false;
    if (line->is_huge)
        return part_refuse(part, REASON_HUGE, "a line of more than %zu bytes",
                           part->import->line_limit);
    if (line->has_nul) return part_refuse(part, REASON_NUL, "NUL bytes in a line of text");
    if (!is_quoted)
        row_split(&part->row, line->bytes, line->length, delimiter);
    else
        is_closed = row_split_quoted(&part->row, line->bytes, line->length, delimiter);
    if (!is_closed) {
        may_be_huge = true;
        TRY(join_quoted(part, line, delimiter, &is_closed));
    }
    if (!is_closed) return part_refuse(part, REASON_QUOTE, "a quote that is not closed");
    if (may_be_huge && has_huge_field(part))
        return part_refuse(part, REASON_HUGE, "a field of more than %zu bytes",
                           part->import->field_limit);
    part->row.is_ended = line->is_ended;
    *is_row = true;
    return STATUS_OK;
}

/** A long file is alive: say so, and ask whether the run shall stop. */
static status tick(const struct part *part)
{
    const struct import *import = part->import;
    const int64_t done = import->bytes_done + input_position(part->lines.input);

    comm_progress();
    if (done < import->bytes_to_read) log_progress("import: reading", done, import->bytes_to_read);
    return comm_check_stop();
}

status part_next_row(struct part *part, char delimiter, bool is_quoted, bool *has_row)
{
    struct line line;
    bool has_line;

    if (part->lines.number % ROWS_OF_A_TICK == 0) TRY(tick(part));
    for (*has_row = false; !*has_row;) {
        lines_mark(&part->lines);
        TRY(lines_next(&part->lines, &line, &has_line));
        if (!has_line) return STATUS_OK;
        part->line = part->lines.number;
        part->row.line = part->line;
        if (line.length == 0) continue;
        part_begin_row(part);
        TRY(refuse_or_split(part, &line, delimiter, is_quoted, has_row));
    }
    return STATUS_OK;
}

void part_begin_row(struct part *part)
{
    ASSERT(!part->is_open);
    part->is_open = true;
    part->is_repaired = false;
    part->import->tally.read++;
}

/** Nothing happens twice to a row. */
static void close_row(struct part *part)
{
    ASSERT(part->is_open);
    part->is_open = false;
}

void part_not_a_row(struct part *part)
{
    close_row(part);
    part->import->tally.read--;
}

static void note_reason(struct part *part, enum reason reason)
{
    struct reason_count *count = &part->import->tally.reasons[reason];

    if (count->rows++ == 0) {
        count->key = part->key;
        count->line = part->line;
        text_printable(part->place, count->place, sizeof count->place);
    }
}

void part_repair(struct part *part, enum reason reason)
{
    note_reason(part, reason);
    part->is_repaired = true;
}

status part_refuse(struct part *part, enum reason reason, const char *format, ...)
{
    char message[256];
    va_list arguments;

    close_row(part);
    note_reason(part, reason);
    part->import->tally.rows[ROW_REFUSED]++;
    if (!part->import->is_strict) return STATUS_OK;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return part_fail(part, "%s", message);
}

void part_leave_out(struct part *part, enum reason reason)
{
    close_row(part);
    note_reason(part, reason);
    part->import->tally.rows[ROW_LEFT_OUT]++;
}

void part_use(struct part *part)
{
    close_row(part);
    part->import->tally.rows[part->is_repaired ? ROW_REPAIRED : ROW_USED]++;
}

status part_fail(const struct part *part, const char *format, ...)
{
    char message[512], place[PLACE_BYTES], safe[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return fail(STATUS_BAD_INPUT, "%s:%lld: %s", text_printable(part->place, place, sizeof place),
                (long long)part->line, text_printable(message, safe, sizeof safe));
}

/** How many bytes of well-formed UTF-8 other than NUL stand at the beginning. */
static size_t good_length(const char *bytes, size_t length)
{
    size_t at = 0;

    while (at < length) {
        size_t step = 1;

        if ((unsigned char)bytes[at] >= 0x80)
            for (step = 2; step <= 4 && at + step <= length; step++)
                if (text_is_utf8(bytes + at, step)) break;
        if (step > 4 || at + step > length || !text_is_utf8(bytes + at, step)) return at;
        at += step;
    }
    return at;
}

const char *part_text(struct part *part, struct piece piece)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    struct text clean = {0};
    const char *interned;

    if (text_is_utf8(piece.bytes, piece.length))
        return builder_text(&part->import->builder, piece.bytes, piece.length);
    while (piece.length > 0) {
        const size_t good = good_length(piece.bytes, piece.length);

        text_add(&clean, piece.bytes, good);
        piece.bytes += good;
        piece.length -= good;
        if (piece.length == 0) break;
        text_add(&clean, replacement, sizeof replacement - 1);
        piece.bytes++;
        piece.length--;
    }
    part_repair(part, REASON_TEXT);
    interned = builder_text(&part->import->builder, clean.bytes, clean.length);
    text_release(&clean);
    return interned;
}

const char *place_name(const char *place)
{
    const char *bang = strrchr(place, '!');
    const char *slash = strrchr(bang ? bang : place, '/');

    return slash ? slash + 1 : bang ? bang + 1 : place;
}

void place_stem(const char *place, char *stem, size_t room)
{
    static const char *const packings[] = {".gz", ".xz", ".zst", ".bz2"};
    const char *start = place_name(place);
    size_t length = strlen(start);
    const char *dot;

    for (size_t i = 0; i < sizeof packings / sizeof packings[0]; i++) {
        const size_t tail = strlen(packings[i]);

        if (length > tail && memcmp(start + length - tail, packings[i], tail) == 0) {
            length -= tail;
            break;
        }
    }
    if (length >= room) length = room - 1;
    memcpy(stem, start, length);
    stem[length] = '\0';
    dot = strrchr(stem, '.');
    if (dot && dot != stem) stem[dot - stem] = '\0';
}

status part_find_column(const struct part *part, const char *setting, const char *const *usual,
                        int *column)
{
    const char *name = settings_text(part->import->settings, setting);

    *column = name ? row_find(&part->row, name) : row_find_any(&part->row, usual);
    if (name && *column < 0)
        return part_fail(part, "there is no column '%s' (%s) in the header", name, setting);
    return STATUS_OK;
}
