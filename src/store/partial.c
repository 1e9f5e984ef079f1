// SPDX-License-Identifier: BSD-3-Clause
#include "partial.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* A file's name may have 255 bytes: long ones are cut before ".partial-" and the process are put to it. */
enum { NAME_BYTES_KEPT = 200 };

static char *folder_of(const char *path)
{
    char *copy = mem_text(path);
    char *folder = mem_text(dirname(copy));

    mem_free(&copy);
    return folder;
}

/* "folder/.name.partial-" */
static void temporary_stem(const char *path, struct text *folder, struct text *stem)
{
    char *copy = mem_text(path);

    text_printf(stem, ".%.*s.partial-", (int)NAME_BYTES_KEPT, basename(copy));
    mem_free(&copy);
    copy = folder_of(path);
    text_printf(folder, "%s", copy);
    mem_free(&copy);
}

/* Remove a leftover unless its writer lives. */
static void remove_if_abandoned(const char *path)
{
    const int descriptor = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

    if (descriptor < 0) return;
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0 && unlink(path) == 0)
        detail("removed %s, left by a run that was killed", path);
    close(descriptor);
}

static void remove_leftovers(const char *folder, const struct text *stem)
{
    DIR *listing = opendir(folder);

    for (const struct dirent *entry; listing && (entry = readdir(listing));) {
        struct text path = {0};

        if (strncmp(entry->d_name, stem->bytes, stem->length) != 0) continue;
        text_printf(&path, "%s/%s", folder, entry->d_name);
        remove_if_abandoned(path.bytes);
        text_release(&path);
    }
    if (listing) closedir(listing);
}

static status refuse(const char *path)
{
    return fail(STATUS_CANNOT_WRITE, "%s: cannot write: %s", path, strerror(errno));
}

static status check_place(const char *path)
{
    struct stat about;

    if (path[0] == '\0') return fail(STATUS_CANNOT_WRITE, "the output file has no name");
    if (path[strlen(path) - 1] == '/') return fail(STATUS_CANNOT_WRITE, "%s: is a folder", path);
    if (lstat(path, &about) != 0 || S_ISREG(about.st_mode) || S_ISLNK(about.st_mode))
        return STATUS_OK;
    return fail(STATUS_CANNOT_WRITE, "%s: cannot write: %s", path,
                S_ISDIR(about.st_mode) ? "is a folder" : "is not a regular file");
}

status partial_make(const char *path, struct partial *partial)
{
    struct text folder = {0};
    struct text stem = {0};
    struct text part = {0};
    status outcome = STATUS_OK;
    int lock;

    TRY(check_place(path));
    temporary_stem(path, &folder, &stem);
    remove_leftovers(folder.bytes, &stem);
    text_printf(&part, "%s/%s%ld", folder.bytes, stem.bytes, (long)getpid());
    lock = open(part.bytes, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (lock < 0) {
        outcome = refuse(path);
    } else {
        flock(lock, LOCK_EX | LOCK_NB); /* best effort: without it leftovers stay */
        *partial = (struct partial){mem_text(path), mem_text(part.bytes), lock};
    }
    text_release(&part);
    text_release(&stem);
    text_release(&folder);
    return outcome;
}

static void release(struct partial *partial)
{
    mem_free(&partial->path);
    mem_free(&partial->part);
}

status partial_begin(const struct comm *comm, const char *path, struct partial *partial)
{
    struct partial made = {.lock = -1};
    status mine = STATUS_OK;
    size_t bytes = 0;

    if (comm_rank(comm) == 0) mine = partial_make(path, &made);
    TRY(comm_agree(comm, mine));
    if (made.part) bytes = strlen(made.part) + 1;
    comm_broadcast(comm, &bytes, sizeof bytes, 0);
    if (!made.part) {
        made.path = mem_text(path);
        made.part = mem_zero(bytes, 1);
    }
    comm_broadcast(comm, made.part, bytes, 0);
    *partial = made;
    return STATUS_OK;
}

static status check_free_space(const struct partial *partial, int64_t bytes)
{
    struct statvfs room;
    struct stat about;
    double free_bytes;
    double wanted;

    if (fstatvfs(partial->lock, &room) != 0 || fstat(partial->lock, &about) != 0)
        return refuse(partial->path);
    free_bytes = (double)room.f_bavail * (double)room.f_frsize;
    wanted = (double)bytes - 512.0 * (double)about.st_blocks; /* POSIX: units of 512 bytes */
    if (wanted <= free_bytes) return STATUS_OK;
    return fail(STATUS_CANNOT_WRITE, "%s: no room: %.1f MB more are needed, %.1f MB are free",
                partial->path, wanted * 1e-6, free_bytes * 1e-6);
}

status partial_reserve(const struct partial *partial, int64_t bytes)
{
    TRY(check_free_space(partial, bytes));
    if (bytes <= 0 || fallocate(partial->lock, FALLOC_FL_KEEP_SIZE, 0, bytes) == 0)
        return STATUS_OK;
    if (errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL) return STATUS_OK;
    return fail(STATUS_CANNOT_WRITE, "%s: cannot set aside %.1f MB: %s", partial->path,
                (double)bytes * 1e-6, strerror(errno));
}

status partial_open(const struct partial *partial, int *descriptor)
{
    const int opened = open(partial->part, O_RDWR | O_CLOEXEC);

    if (opened < 0) return refuse(partial->path);
    *descriptor = opened;
    return STATUS_OK;
}

status partial_close(const struct partial *partial, int *descriptor)
{
    const int open_before = *descriptor;
    status outcome = STATUS_OK;

    *descriptor = -1;
    if (open_before < 0) return STATUS_OK;
    if (fsync(open_before) != 0) outcome = refuse(partial->path);
    if (close(open_before) != 0 && outcome == STATUS_OK) outcome = refuse(partial->path);
    return outcome;
}

static void sync_folder(const char *path)
{
    char *folder = folder_of(path);
    const int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (descriptor >= 0) {
        fsync(descriptor); /* not every file system can; the rename stands all the same */
        close(descriptor);
    }
    mem_free(&folder);
}

static status put_in_place(const struct partial *partial)
{
    if (fsync(partial->lock) != 0 || rename(partial->part, partial->path) != 0)
        return refuse(partial->path);
    sync_folder(partial->path);
    return STATUS_OK;
}

status partial_finish(struct partial *partial, status outcome)
{
    if (outcome == STATUS_OK) outcome = put_in_place(partial);
    if (outcome != STATUS_OK) unlink(partial->part);
    close(partial->lock);
    release(partial);
    return outcome;
}

status partial_end(const struct comm *comm, struct partial *partial, status mine)
{
    status outcome = comm_agree(comm, mine);

    if (comm_rank(comm) == 0) {
        outcome = partial_finish(partial, outcome);
    } else {
        release(partial);
    }
    return comm_agree(comm, outcome);
}
