// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"
#include "sample_facility.h"

#include <telltale/store.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void remove_folder(const char *path)
{
    struct text name = {0};

    comm_barrier(check_comm);
    text_printf(&name, "%s/.lock", path);
    if (comm_rank(check_comm) == 0) {
        unlink(name.bytes);
        rmdir(path);
    }
    text_release(&name);
    comm_barrier(check_comm);
}

static void one_run_at_a_time_holds_a_folder(void)
{
    const char *path = sample_path("folder");
    struct folder_lock *second = NULL;
    struct folder_lock *lock;

    CHECK(folder_lock(check_comm, path, &lock) == STATUS_OK);
    CHECK(folder_lock(check_comm, path, &second) == STATUS_INTERRUPTED);
    CHECK(second == NULL && strstr(status_message(), "another run"));
    folder_unlock(&lock);
    comm_barrier(check_comm);
    CHECK(folder_lock(check_comm, path, &lock) == STATUS_OK);
    folder_unlock(&lock);
    CHECK(lock == NULL);
    remove_folder(path);
}

static void folders_above_are_made(void)
{
    char above[512];
    char path[600];
    struct folder_lock *lock;

    snprintf(above, sizeof above, "%s", sample_path("above"));
    snprintf(path, sizeof path, "%s/2026-11-21", above);
    CHECK(folder_lock(check_comm, path, &lock) == STATUS_OK);
    folder_unlock(&lock);
    remove_folder(path);
    remove_folder(above);
}

static void a_folder_that_cannot_be_is_refused(void)
{
    struct folder_lock *lock;

    CHECK(folder_lock(check_comm, "/proc/telltale", &lock) == STATUS_CANNOT_WRITE);
    CHECK(folder_lock(check_comm, "/dev/null", &lock) == STATUS_CANNOT_WRITE);
    CHECK(folder_lock(check_comm, "", &lock) == STATUS_CANNOT_WRITE);
}

static bool holds(const char *path, const char *expected)
{
    char bytes[64] = "";
    FILE *file = fopen(path, "r");

    if (!file) return false;
    bytes[fread(bytes, 1, sizeof bytes - 1, file)] = '\0';
    fclose(file);
    return strcmp(bytes, expected) == 0;
}

static void small_files_are_replaced_whole(void)
{
    char path[512];
    char link[600];
    struct stat about;

    snprintf(path, sizeof path, "%s", sample_path("small.json"));
    snprintf(link, sizeof link, "%s.link", path);
    if (comm_rank(check_comm) == 0) {
        CHECK(file_write(path, "one", 3) == STATUS_OK && holds(path, "one"));
        CHECK(file_write(path, "", 0) == STATUS_OK && holds(path, ""));
        CHECK(symlink(path, link) == 0);
        CHECK(file_write(link, "two", 3) == STATUS_OK && holds(link, "two"));
        CHECK(holds(path, ""));
        CHECK(lstat(link, &about) == 0 && S_ISREG(about.st_mode));
        CHECK(file_write("/dev/null", "x", 1) == STATUS_CANNOT_WRITE);
        CHECK(file_write("/tmp", "x", 1) == STATUS_CANNOT_WRITE);
        CHECK(file_write("/tmp/", "x", 1) == STATUS_CANNOT_WRITE);
        CHECK(file_write("", "x", 1) == STATUS_CANNOT_WRITE);
        CHECK(file_write("/proc/nowhere/at/all", "x", 1) == STATUS_CANNOT_WRITE);
        CHECK(strstr(status_message(), "/proc/nowhere/at/all: cannot write: No such file"));
        unlink(link);
    }
    sample_remove(path);
}

static void what_a_killed_run_left_is_removed(void)
{
    char path[512];
    char leftover[600];
    int descriptor;

    snprintf(path, sizeof path, "%s", sample_path("left"));
    snprintf(leftover, sizeof leftover, "%.*s.%s.partial-1", (int)(strrchr(path, '/') - path) + 1,
             path, strrchr(path, '/') + 1);
    if (comm_rank(check_comm) == 0) {
        descriptor = open(leftover, O_CREAT | O_WRONLY, 0600);
        CHECK(descriptor >= 0 && close(descriptor) == 0);
        CHECK(file_write(path, "one", 3) == STATUS_OK);
        CHECK(access(leftover, F_OK) != 0);
    }
    sample_remove(path);
}

CHECK_MAIN({"one run at a time holds a folder", one_run_at_a_time_holds_a_folder},
           {"folders above are made", folders_above_are_made},
           {"a folder that cannot be is refused", a_folder_that_cannot_be_is_refused},
           {"small files are replaced whole", small_files_are_replaced_whole},
           {"what a killed run left is removed", what_a_killed_run_left_is_removed})
