// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/store.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder_lock {
    int descriptor; /* on rank 0; elsewhere -1 */
};

static status refuse(const char *path)
{
    return fail(STATUS_CANNOT_WRITE, "%s: cannot write: %s", path, strerror(errno));
}

/* Make a folder and those above it. */
static status make_folders(const char *path)
{
    char *part = mem_text(path);
    status outcome = STATUS_OK;
    struct stat about;

    for (char *at = part + 1; part[0] && outcome == STATUS_OK; at++) {
        const char here = *at;

        if (here != '/' && here != '\0') continue;
        *at = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST) outcome = refuse(path);
        *at = here;
        if (here == '\0') break;
    }
    mem_free(&part);
    if (outcome == STATUS_OK && (stat(path, &about) != 0 || !S_ISDIR(about.st_mode)))
        outcome = fail(STATUS_CANNOT_WRITE, "%s: is not a folder", path);
    return outcome;
}

/* On rank 0. */
static status take_lock(const char *path, int *descriptor)
{
    struct text name = {0};
    status outcome = make_folders(path);
    int opened;

    if (outcome != STATUS_OK) return outcome;
    text_printf(&name, "%s/.lock", path);
    opened = open(name.bytes, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (opened < 0) {
        outcome = refuse(name.bytes);
    } else if (flock(opened, LOCK_EX | LOCK_NB) == 0) {
        *descriptor = opened;
    } else {
        outcome =
            errno == EWOULDBLOCK
                ? fail(STATUS_INTERRUPTED, "%s: another run holds this folder", path)
                : fail(STATUS_CANNOT_WRITE, "%s: cannot be locked: %s", path, strerror(errno));
        close(opened);
    }
    text_release(&name);
    return outcome;
}

status folder_lock(const struct comm *comm, const char *path, struct folder_lock **lock)
{
    status mine = STATUS_OK;
    int descriptor = -1;

    if (comm_rank(comm) == 0) mine = take_lock(path, &descriptor);
    TRY(comm_agree(comm, mine));
    *lock = mem_zero(1, sizeof **lock);
    (*lock)->descriptor = descriptor;
    return STATUS_OK;
}

void folder_unlock(struct folder_lock **lock)
{
    if (!*lock) return;
    if ((*lock)->descriptor >= 0) close((*lock)->descriptor);
    mem_free(lock);
}
