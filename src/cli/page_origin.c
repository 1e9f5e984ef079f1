// SPDX-License-Identifier: BSD-3-Clause
/* The facility files that a scores file was made from. */
#include "page.h"

#include <libgen.h>
#include <string.h>
#include <sys/stat.h>

static void add_file(struct page_origin *origin, const char *path, size_t length)
{
    struct text copy = {0};

    text_add(&copy, path, length);
    origin->files = mem_resize(origin->files, (size_t)origin->count + 1, sizeof *origin->files);
    origin->files[origin->count++] = copy.bytes;
}

/* A path a line. */
static void add_lines(struct page_origin *origin, const char *lines)
{
    for (const char *line = lines; line;) {
        const char *end = strchr(line, '\n');

        add_file(origin, line, end ? (size_t)(end - line) : strlen(line));
        line = end ? end + 1 : NULL;
    }
}

status page_origin_read(const struct comm *comm, const char *scores, struct page_origin *origin)
{
    struct archive *archive = NULL;
    struct text files = {0};
    int64_t start_unix_s = 0, joined = 0;
    status st;

    TRY(archive_open(comm, scores, SCORES_FORMAT, SCORES_VERSION, &archive));
    st = archive_get_text(archive, "/", "facility_files", &files);
    if (!st) st = archive_get_int(archive, "/", "start_unix_s", &start_unix_s);
    if (!st && archive_get_int(archive, "/", "joined", &joined)) joined = 0;
    archive_close(&archive);
    st = comm_agree(comm, st);
    if (!st) {
        *origin = (struct page_origin){0};
        add_lines(origin, files.bytes ? files.bytes : "");
        origin->are_apart = origin->count > 1 && joined == 0;
        date_text(start_unix_s, origin->date);
    }
    text_release(&files);
    return st;
}

void page_origin_release(struct page_origin *origin)
{
    for (int i = 0; i < origin->count; i++) mem_free(&origin->files[i]);
    mem_free(&origin->files);
    origin->count = 0;
}

static bool is_folder(const struct comm *comm, const char *path)
{
    struct stat about;
    bool is_one = comm_rank(comm) == 0 && stat(path, &about) == 0 && S_ISDIR(about.st_mode);

    comm_broadcast(comm, &is_one, sizeof is_one, 0);
    return is_one;
}

void page_origin_move(const struct comm *comm, const char *place, struct page_origin *origin)
{
    if (!is_folder(comm, place)) {
        page_origin_release(origin);
        add_file(origin, place, strlen(place));
        return;
    }
    for (int i = 0; i < origin->count; i++) {
        char *name = mem_text(origin->files[i]);
        struct text path = {0};

        text_printf(&path, "%s/%s", place, basename(name));
        mem_free(&name);
        mem_free(&origin->files[i]);
        origin->files[i] = path.bytes;
    }
}
