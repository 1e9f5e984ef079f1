// SPDX-License-Identifier: BSD-3-Clause
#include "json_part.h"

#include <string.h>

/** jansson asks for more bytes; SIZE_MAX ends it with an error. */
static size_t more_bytes(void *buffer, size_t room, void *data)
{
    struct part *part = data;
    size_t count;

    const char *head;
    size_t length;

    if (lines_head(&part->lines, &head, &length)) return SIZE_MAX;
    count = length < room ? length : room;
    memcpy(buffer, head, count);
    part->lines.start += count;
    part->lines.number = 1;
    return count;
}

status json_part_read(struct part *part, json_t **document)
{
    json_error_t error;
    json_t *read = json_load_callback(more_bytes, part, JSON_REJECT_DUPLICATES, &error);

    if (!read) {
        part->line = error.line;
        return part_fail(part, "no valid JSON: %s", error.text);
    }
    if (!json_is_object(read)) {
        json_decref(read);
        return part_fail(part, "the JSON document is no object");
    }
    part->line = 0;
    *document = read;
    return STATUS_OK;
}
