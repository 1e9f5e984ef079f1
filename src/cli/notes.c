// SPDX-License-Identifier: BSD-3-Clause
#include "work.h"

#include <stdio.h>
#include <string.h>

void notes_take(const struct comm *comm, struct chapter *chapter, const struct facility *facility)
{
    struct text lines = {0};
    int64_t length;

    if (chapter->analysis->notes && comm_rank(comm) == 0)
        chapter->analysis->notes(chapter->self, facility, &lines);
    length = (int64_t)lines.length;
    comm_broadcast(comm, &length, sizeof length, 0);
    mem_free(&chapter->notes);
    if (length > 0) {
        chapter->notes = mem_zero((size_t)length + 1, 1);
        if (lines.bytes) memcpy(chapter->notes, lines.bytes, (size_t)length);
        comm_broadcast(comm, chapter->notes, (size_t)length, 0);
    }
    text_release(&lines);
}

static const char *group_of(const char *analysis, char *group, size_t room)
{
    snprintf(group, room, "/scores/%s", analysis);
    return group;
}

void notes_put(struct archive *archive, const struct chapter *chapter)
{
    char group[64];

    if (chapter->notes)
        archive_put_text(archive, group_of(chapter->analysis->name, group, sizeof group), "notes",
                         chapter->notes);
}

char *notes_of(struct archive *archive, const char *analysis)
{
    struct text lines = {0};
    char group[64];
    char *notes = NULL;

    if (archive_get_text(archive, group_of(analysis, group, sizeof group), "notes", &lines)
            == STATUS_OK
        && lines.length > 0)
        notes = mem_text(lines.bytes);
    text_release(&lines);
    return notes;
}
