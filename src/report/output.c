// SPDX-License-Identifier: BSD-3-Clause
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file's name may have 255 bytes: long ones are cut before ".partial" is put to them. */
enum { NAME_BYTES_KEPT = 200 };

/* ".NAME.partial" in the same folder: one name, so that what a killed run left is taken up by the next. */
static char *partial_path(const char *path)
{
    const char *slash = strrchr(path, '/');
    const int folder_length = slash ? (int)(slash - path) + 1 : 0;
    struct text partial = {0};

    text_printf(&partial, "%.*s.%.*s.partial", folder_length, path, (int)NAME_BYTES_KEPT,
                path + folder_length);
    return partial.bytes;
}

static status refuse(const char *path, const char *reason)
{
    return fail(STATUS_CANNOT_WRITE, "%s: cannot write: %s", path, reason);
}

/* A device or a pipe would be replaced by the rename: it is left alone. */
static status check_place(const char *path)
{
    struct stat about;

    if (path[0] == '\0' || path[strlen(path) - 1] == '/') return refuse(path, "is a folder");
    if (lstat(path, &about) != 0 || S_ISREG(about.st_mode) || S_ISLNK(about.st_mode))
        return STATUS_OK;
    return refuse(path, S_ISDIR(about.st_mode) ? "is a folder" : "is not a regular file");
}

/* The lock belongs to the file that has the name now, and is ours? */
static bool holds(int descriptor, const char *partial)
{
    struct stat opened, named;

    return flock(descriptor, LOCK_EX | LOCK_NB) == 0 && fstat(descriptor, &opened) == 0
           && lstat(partial, &named) == 0 && opened.st_ino == named.st_ino;
}

static status open_partial(const char *path, const char *partial, FILE **file)
{
    const int descriptor = open(partial, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);

    if (descriptor < 0) return refuse(path, strerror(errno));
    if (!holds(descriptor, partial) || ftruncate(descriptor, 0) != 0) {
        close(descriptor);
        return refuse(path, "another run is writing it");
    }
    *file = fdopen(descriptor, "w");
    ASSERT(*file);
    return STATUS_OK;
}

status output_open(struct output *output, const char *path)
{
    struct output opened = {0};
    status st;

    TRY(check_place(path));
    opened.new_path = partial_path(path);
    st = open_partial(path, opened.new_path, &opened.file);
    if (st) {
        mem_free(&opened.new_path);
        return st;
    }
    opened.path = mem_text(path);
    *output = opened;
    return STATUS_OK;
}

void output_write(struct output *output, const void *bytes, size_t length)
{
    if (output->error || !length) return;
    if (fwrite(bytes, 1, length, output->file) != length) output->error = errno ? errno : EIO;
}

/** The new name is safe only when the folder that holds it is on the disk as well. */
static void sync_folder(const char *path)
{
    char *copy = mem_text(path);
    const int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (folder >= 0) {
        (void)fsync(folder);
        (void)close(folder);
    }
    mem_free(&copy);
}

status output_close(struct output *output)
{
    status st = STATUS_OK;

    if (!output->error && (fflush(output->file) || fsync(fileno(output->file))))
        output->error = errno;
    if (!output->error && rename(output->new_path, output->path)) output->error = errno;
    if (output->error) {
        (void)unlink(output->new_path);
        st = refuse(output->path, strerror(output->error));
    } else {
        sync_folder(output->path);
    }
    (void)fclose(output->file); /* last: its lock keeps others from the name; all is on the disk */
    mem_free(&output->path);
    mem_free(&output->new_path);
    *output = (struct output){0};
    return st;
}
