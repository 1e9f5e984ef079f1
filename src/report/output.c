// SPDX-License-Identifier: BSD-3-Clause
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A rename onto a device or a pipe would put a file in its place: root could lose /dev/null that way. */
static status check_place(const char *path)
{
    struct stat about;

    if (lstat(path, &about) != 0 || S_ISREG(about.st_mode) || S_ISLNK(about.st_mode))
        return STATUS_OK;
    return fail(STATUS_CANNOT_WRITE, "%s: %s", path,
                S_ISDIR(about.st_mode) ? "is a folder" : "is not a regular file");
}

status output_open(struct output *output, const char *path)
{
    struct text new_path = {0};
    int descriptor;

    TRY(check_place(path));
    text_printf(&new_path, "%s.%ld.new", path, (long)getpid());
    descriptor = open(new_path.bytes, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor < 0) {
        const status st = fail(STATUS_CANNOT_WRITE, "%s: %s", path, strerror(errno));

        text_release(&new_path);
        return st;
    }
    *output = (struct output){.file = fdopen(descriptor, "w"),
                              .path = mem_text(path),
                              .new_path = mem_text(new_path.bytes)};
    ASSERT(output->file);
    text_release(&new_path);
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
    if (fclose(output->file) && !output->error) output->error = errno;
    if (!output->error && rename(output->new_path, output->path)) output->error = errno;
    if (output->error) {
        (void)unlink(output->new_path);
        st = fail(STATUS_CANNOT_WRITE, "%s: %s", output->path, strerror(output->error));
    } else {
        sync_folder(output->path);
    }
    mem_free(&output->path);
    mem_free(&output->new_path);
    *output = (struct output){0};
    return st;
}
