// SPDX-License-Identifier: BSD-3-Clause
#include "night.h"

#include <glob.h>
#include <string.h>

static void add_path(struct paths *paths, const char *path)
{
    paths->path = mem_resize(paths->path, (size_t)paths->count + 1, sizeof *paths->path);
    paths->path[paths->count++] = mem_text(path);
}

/* What rank 0 found, each path with its NUL. */
static void find(const char *pattern, struct text *found)
{
    glob_t matches;

    if (glob(pattern, 0, NULL, &matches) == 0) {
        for (size_t i = 0; i < matches.gl_pathc; i++)
            text_add(found, matches.gl_pathv[i], strlen(matches.gl_pathv[i]) + 1);
        globfree(&matches);
    }
}

void paths_add(const struct comm *comm, struct paths *paths, const char *pattern)
{
    struct text found = {0};
    int64_t length;
    char *bytes;

    if (!strpbrk(pattern, "*?[")) {
        add_path(paths, pattern);
        return;
    }
    if (comm_rank(comm) == 0) find(pattern, &found);
    length = (int64_t)found.length;
    comm_broadcast(comm, &length, sizeof length, 0);
    bytes = mem_zero((size_t)length + 1, 1);
    if (found.length > 0) memcpy(bytes, found.bytes, found.length);
    if (length > 0) comm_broadcast(comm, bytes, (size_t)length, 0);
    for (const char *at = bytes; at < bytes + length; at += strlen(at) + 1) add_path(paths, at);
    mem_free(&bytes);
    text_release(&found);
}

void paths_release(struct paths *paths)
{
    for (int i = 0; i < paths->count; i++) mem_free(&paths->path[i]);
    mem_free(&paths->path);
    paths->count = 0;
}
