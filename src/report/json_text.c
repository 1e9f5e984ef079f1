// SPDX-License-Identifier: BSD-3-Clause
#include "json_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd"
#define ELLIPSIS    "\xe2\x80\xa6"

/** Length of the well-formed UTF-8 sequence that @p bytes begin with, or 0. */
static size_t sequence_bytes(const char *bytes, size_t left)
{
    for (size_t length = 1; length <= 4 && length <= left; length++) {
        if (text_is_utf8(bytes, length)) return length;
    }
    return 0;
}

void json_clean(const char *source, size_t limit, struct text *clean)
{
    size_t left = source ? strlen(source) : 0;

    while (left > 0) {
        const size_t length = sequence_bytes(source, left);
        const size_t added = length ? length : strlen(REPLACEMENT);

        if (clean->length + added > limit - (left > added ? strlen(ELLIPSIS) : 0)) {
            text_add(clean, ELLIPSIS, strlen(ELLIPSIS));
            return;
        }
        text_add(clean, length ? source : REPLACEMENT, added);
        source += length ? length : 1;
        left -= length ? length : 1;
    }
}

static json_t *cleaned(const char *source, size_t limit)
{
    struct text clean = {0};
    json_t *value;

    json_clean(source, limit, &clean);
    value = json_stringn(clean.bytes ? clean.bytes : "", clean.length);
    ASSERT(value);
    text_release(&clean);
    return value;
}

json_t *json_full(const char *source)
{
    return cleaned(source, SIZE_MAX);
}

json_t *json_name(const char *source)
{
    return cleaned(source, JSON_NAME_BYTES);
}

json_t *json_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *json_short(double value)
{
    char text[32];

    if (!isfinite(value)) return json_null();
    snprintf(text, sizeof text, "%.6g", value);
    return json_loads(text, JSON_DECODE_ANY, NULL);
}

void json_put(json_t *object, const char *key, json_t *value)
{
    ASSERT(json_object_set_new(object, key, value) == 0);
}

json_t *json_put_list(json_t *object, const char *key)
{
    json_t *list = json_array();

    json_put(object, key, list);
    return list;
}

struct writer {
    struct output *output;
    bool is_inside_html;
};

static int write_part(const char *bytes, size_t length, void *context)
{
    const struct writer *writer = context;
    const char *end = bytes + length;

    if (!writer->is_inside_html) {
        output_write(writer->output, bytes, length);
        return 0;
    }
    while (bytes < end) {
        const char *mark = memchr(bytes, '<', (size_t)(end - bytes));

        output_write(writer->output, bytes, (size_t)((mark ? mark : end) - bytes));
        if (!mark) break;
        output_write(writer->output, "\\u003c", strlen("\\u003c"));
        bytes = mark + 1;
    }
    return 0;
}

void json_write(struct output *output, const json_t *value, bool is_inside_html)
{
    struct writer writer = {output, is_inside_html};
    const size_t flags = is_inside_html ? JSON_COMPACT : JSON_INDENT(1);

    ASSERT(json_dump_callback(value, write_part, &writer, flags | JSON_REAL_PRECISION(15)) == 0);
}
