// SPDX-License-Identifier: BSD-3-Clause
#include "work.h"

#include <string.h>

/* The reason on a line "NAME: REASON" of @p length bytes, or NULL. */
static const char *reason_on(const char *line, size_t length, const char *name)
{
    const size_t name_length = strlen(name);

    if (length < name_length + 2 || memcmp(line, name, name_length) != 0) return NULL;
    return memcmp(line + name_length, ": ", 2) == 0 ? line + name_length + 2 : NULL;
}

void chapter_leave_out(struct chapter *chapter, const char *message)
{
    const char *reason = reason_on(message, strlen(message), chapter->analysis->name);

    if (!reason) reason = message;
    mem_free(&chapter->left_out);
    chapter->left_out = mem_text(reason);
}

int chapters_left_out(const struct chapter *chapters, int count)
{
    int left_out = 0;

    for (int i = 0; i < count; i++) left_out += chapters[i].left_out != NULL;
    return left_out;
}

void left_out_put(struct archive *archive, const struct chapter *chapters, int count)
{
    struct text lines = {0};

    for (int i = 0; i < count; i++) {
        if (!chapters[i].left_out) continue;
        text_printf(&lines, "%s%s: %s", lines.length > 0 ? "\n" : "", chapters[i].analysis->name,
                    chapters[i].left_out);
    }
    if (lines.length > 0) archive_put_text(archive, "/", "left_out", lines.bytes);
    text_release(&lines);
}

char *left_out_reason(struct archive *archive, const char *name)
{
    struct text lines = {0};
    char *found = NULL;

    if (archive_get_text(archive, "/", "left_out", &lines) == STATUS_OK) {
        for (char *line = lines.bytes; line && *line && !found;) {
            char *end = strchr(line, '\n');
            const size_t length = end ? (size_t)(end - line) : strlen(line);
            const char *reason;

            line[length] = '\0';
            reason = reason_on(line, length, name);
            if (reason) found = mem_text(reason);
            line += length + (end != NULL);
        }
    }
    text_release(&lines);
    return found;
}
