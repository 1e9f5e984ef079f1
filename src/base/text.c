// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/base.h>

#include <stdio.h>
#include <string.h>

static void make_room(struct text *text, size_t more)
{
    const size_t wanted = text->length + more + 1;

    if (wanted <= text->room) return;
    text->room = wanted < 64 ? 64 : wanted + wanted / 2;
    text->bytes = mem_resize(text->bytes, text->room, 1);
}

void text_add(struct text *text, const char *bytes, size_t length)
{
    make_room(text, length);
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void text_printf(struct text *text, const char *format, ...)
{
    va_list args, again;
    int length;

    va_start(args, format);
    va_copy(again, args);
    length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    ASSERT(length >= 0);
    make_room(text, (size_t)length);
    vsnprintf(text->bytes + text->length, (size_t)length + 1, format, again);
    va_end(again);
    text->length += (size_t)length;
}

void text_release(struct text *text)
{
    mem_free(&text->bytes);
    text->length = 0;
    text->room = 0;
}

/* Bytes of the well-formed character at @p at, 0 where there is none (RFC 3629, section 4). */
static size_t utf8_length(const unsigned char *at, size_t left)
{
    static const struct {
        unsigned char first, last, second_low, second_high, bytes;
    } forms[] = {
        {0x01, 0x7F, 0x00, 0x00, 1},
        {0xC2, 0xDF, 0x80, 0xBF, 2},
        {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3},
        {0xED, 0xED, 0x80, 0x9F, 3},
        {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4},
        {0xF1, 0xF3, 0x80, 0xBF, 4},
        {0xF4, 0xF4, 0x80, 0x8F, 4},
    };

    for (size_t form = 0; form < sizeof forms / sizeof forms[0]; form++) {
        const size_t bytes = forms[form].bytes;

        if (at[0] < forms[form].first || at[0] > forms[form].last) continue;
        if (bytes > left) return 0;
        if (bytes > 1 && (at[1] < forms[form].second_low || at[1] > forms[form].second_high))
            return 0;
        for (size_t i = 2; i < bytes; i++) {
            if ((at[i] & 0xC0) != 0x80) return 0;
        }
        return bytes;
    }
    return 0;
}

bool text_is_utf8(const char *bytes, size_t length)
{
    const unsigned char *at = (const unsigned char *)bytes;

    while (length > 0) {
        const size_t step = utf8_length(at, length);

        if (step == 0) return false;
        at += step;
        length -= step;
    }
    return true;
}

bool text_matches(const char *text, const char *pattern)
{
    const char *star = NULL;
    const char *resume = NULL;

    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            resume = text;
        } else if (*pattern == '?' || *pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*') pattern++;
    return *pattern == '\0';
}

/**
 * Characters that move the cursor, break the line or turn the direction of what follows: C0, DEL and C1 controls,
 * U+061C, U+200E and U+200F, U+2028 to U+202E, U+2066 to U+2069, U+FEFF.
 */
static bool is_control(const unsigned char *at, size_t step)
{
    if (step == 1) return *at < 0x20 || *at == 0x7F;
    if (step == 2) return (at[0] == 0xC2 && at[1] < 0xA0) || (at[0] == 0xD8 && at[1] == 0x9C);
    if (step != 3) return false;
    if (at[0] == 0xEF) return at[1] == 0xBB && at[2] == 0xBF;
    if (at[0] != 0xE2) return false;
    if (at[1] == 0x80) return at[2] == 0x8E || at[2] == 0x8F || (at[2] >= 0xA8 && at[2] <= 0xAE);
    return at[1] == 0x81 && at[2] >= 0xA6 && at[2] <= 0xA9;
}

char *text_printable(const char *text, char *line, size_t room)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t left = strlen(text);
    size_t length = 0;

    while (left > 0) {
        const size_t step = utf8_length(at, left);

        if (length + 4 + (step ? step : 1) > room) {
            memcpy(line + length, "...", 3);
            length += 3;
            break;
        }
        if (step == 0 || is_control(at, step))
            line[length++] = '?';
        else {
            memcpy(line + length, at, step);
            length += step;
        }
        at += step ? step : 1;
        left -= step ? step : 1;
    }
    line[length] = '\0';
    return line;
}
