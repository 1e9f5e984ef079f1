// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"
#include "sample_facility.h"

#include <telltale/store.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Every rank writes its share of the hosts. */
static status write_all(const char *path, const struct facility *facility,
                        const struct store_options *options)
{
    const struct span mine = comm_share(check_comm, facility->host_count);
    const struct span times = {0, facility->sample_count};
    struct store_writer *writer;
    float *values;

    TRY(store_create(check_comm, path, facility, options, &writer));
    values = mem_zero((size_t)(mine.count * times.count * facility->metric_count), sizeof *values);
    sample_fill(mine, times, facility->metric_count, values);
    store_write(writer, mine, times, values);
    mem_free(&values);
    return store_commit(&writer);
}

static int entries_of(const char *folder)
{
    DIR *listing = opendir(folder);
    int count = 0;

    while (listing && readdir(listing)) count++;
    if (listing) closedir(listing);
    return count - 2;
}

/* A folder on a file system of 2 MB; false where this user may not make one. */
static bool mount_small(const char *folder)
{
    int64_t is_mounted = 0;

    if (comm_rank(check_comm) == 0) {
        mkdir(folder, 0700);
        is_mounted = mount("tmpfs", folder, "tmpfs", 0, "size=2m") == 0;
        if (!is_mounted) {
            printf("skipped: a small file system cannot be mounted: %s\n", strerror(errno));
            rmdir(folder);
        }
    }
    return comm_max_int64(check_comm, is_mounted);
}

static void unmount_small(const char *folder)
{
    comm_barrier(check_comm);
    if (comm_rank(check_comm) == 0) CHECK(umount(folder) == 0 && rmdir(folder) == 0);
    comm_barrier(check_comm);
}

static void a_full_disk_is_one_clear_failure(void)
{
    static const struct store_options gzip = {.tile_hosts = 16, .compression = 1};
    struct facility *large = sample_facility(64, 4, 4000);
    struct facility *small = sample_facility(16, 4, 400);
    char folder[512];
    char path[600];
    struct store *store;

    snprintf(folder, sizeof folder, "%s", sample_path("small"));
    snprintf(path, sizeof path, "%s/night.h5", folder);
    if (mount_small(folder)) {
        CHECK(write_all(path, large, NULL) == STATUS_CANNOT_WRITE);
        CHECK(strstr(status_message(), "no room") && strstr(status_message(), path));
        CHECK(entries_of(folder) == 0);
        CHECK(write_all(path, small, NULL) == STATUS_OK);
        CHECK(write_all(path, large, NULL) == STATUS_CANNOT_WRITE);
        CHECK(write_all(path, large, &gzip) == STATUS_CANNOT_WRITE);
        CHECK(entries_of(folder) == 1);
        if (CHECK(store_open(check_comm, path, &store) == STATUS_OK)) {
            CHECK(store_facility(store)->sample_count == 400);
            store_close(&store);
        }
        unmount_small(folder);
    }
    facility_destroy(&small);
    facility_destroy(&large);
}

static void an_archive_on_a_full_disk_is_a_failure_at_the_latest_when_committed(void)
{
    enum { ITEMS = 1 << 20 };
    const struct archive_shape shape = {ARCHIVE_DOUBLE, 1, {ITEMS}};
    char folder[512];
    char path[600];
    struct archive *archive;
    double *items;

    snprintf(folder, sizeof folder, "%s", sample_path("small"));
    snprintf(path, sizeof path, "%s/model.h5", folder);
    if (!mount_small(folder)) return;
    items = mem_zero(ITEMS, sizeof *items);
    CHECK(archive_create(check_comm, path, "telltale test", 1, &archive) == STATUS_OK);
    archive_put(archive, "/put", shape, comm_rank(check_comm) == 0 ? items : NULL);
    archive_declare(archive, "/declared", shape);
    archive_put_rows(archive, "/declared", comm_share(check_comm, ITEMS), items);
    archive_put_int(archive, "/", "seed", 1);
    CHECK(archive_commit(&archive) == STATUS_CANNOT_WRITE);
    CHECK(strstr(status_message(), "no room") && entries_of(folder) == 0);
    mem_free(&items);
    unmount_small(folder);
}

/* The last rank may write no further than some kilobytes: the failure is its own, the outcome is everyone's. */
static void a_write_that_fails_on_one_rank_fails_on_all(void)
{
    struct facility *facility = sample_facility(64, 4, 1000);
    const bool is_last = comm_rank(check_comm) == comm_size(check_comm) - 1;
    const char *path = sample_path("limited.h5");
    const struct span mine = comm_share(check_comm, 64);
    struct store_writer *writer;
    struct rlimit before;
    struct rlimit limit;
    float *values = mem_zero(64 * 1000 * 4, sizeof *values);

    CHECK(store_create(check_comm, path, facility, NULL, &writer) == STATUS_OK);
    CHECK(getrlimit(RLIMIT_FSIZE, &before) == 0);
    limit = before;
    limit.rlim_cur = 200000;
    if (is_last) CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    sample_fill(mine, (struct span){0, 1000}, 4, values);
    CHECK(store_write(writer, mine, (struct span){0, 1000}, values)
          == (is_last ? STATUS_CANNOT_WRITE : STATUS_OK));
    if (is_last) CHECK(setrlimit(RLIMIT_FSIZE, &before) == 0);
    CHECK(store_commit(&writer) == STATUS_CANNOT_WRITE);
    CHECK(strstr(status_message(), "File too large"));
    CHECK(access(path, F_OK) != 0);
    mem_free(&values);
    facility_destroy(&facility);
}

static void places_that_cannot_be_written_are_refused(void)
{
    struct facility *facility = sample_facility(2, 1, 3);

    CHECK(write_all("/proc/nowhere/night.h5", facility, NULL) == STATUS_CANNOT_WRITE);
    CHECK(strstr(status_message(), "/proc/nowhere/night.h5: cannot write: No such file"));
    CHECK(write_all("/proc/night.h5", facility, NULL) == STATUS_CANNOT_WRITE);
    CHECK(write_all("/dev/null", facility, NULL) == STATUS_CANNOT_WRITE);
    CHECK(write_all("/tmp", facility, NULL) == STATUS_CANNOT_WRITE);
    facility_destroy(&facility);
}

static void a_link_in_the_way_is_replaced_and_not_followed(void)
{
    struct facility *facility = sample_facility(2, 1, 3);
    char path[512];
    char target[600];
    struct stat about;

    snprintf(path, sizeof path, "%s", sample_path("link.h5"));
    snprintf(target, sizeof target, "%s.target", path);
    if (comm_rank(check_comm) == 0) CHECK(symlink(target, path) == 0);
    comm_barrier(check_comm);
    CHECK(write_all(path, facility, NULL) == STATUS_OK);
    CHECK(access(target, F_OK) != 0);
    CHECK(lstat(path, &about) == 0 && S_ISREG(about.st_mode));
    sample_remove(path);
    facility_destroy(&facility);
}

static void records_that_do_not_fit_together_are_refused(void)
{
    struct facility *facility = sample_facility(2, 1, 3);
    const char *path = sample_path("misfit.h5");

    facility->events[2].host = 2;
    CHECK(write_all(path, facility, NULL) == STATUS_BAD_INPUT);
    CHECK(strstr(status_message(), "/events/host[2]"));
    facility->events[2].host = -1;
    facility->events[2].unix_s = 0.0;
    CHECK(write_all(path, facility, NULL) == STATUS_BAD_INPUT);
    CHECK(strstr(status_message(), "/events/unix_s[2]"));
    facility->events[2].unix_s = facility->events[1].unix_s;
    facility->hosts[0].name = facility_text(facility, "n\xff");
    CHECK(write_all(path, facility, NULL) == STATUS_BAD_INPUT);
    CHECK(strstr(status_message(), "/hosts/name[0] is not UTF-8"));
    facility->hosts[0].name = facility_text(facility, "n000");
    facility->period_s = 0.0;
    CHECK(write_all(path, facility, NULL) == STATUS_BAD_INPUT);
    CHECK(access(path, F_OK) != 0);
    facility_destroy(&facility);
}

CHECK_MAIN({"a full disk is one clear failure", a_full_disk_is_one_clear_failure},
           {"an archive on a full disk is a failure at the latest when committed",
            an_archive_on_a_full_disk_is_a_failure_at_the_latest_when_committed},
           {"a write that fails on one rank fails on all",
            a_write_that_fails_on_one_rank_fails_on_all},
           {"places that cannot be written are refused", places_that_cannot_be_written_are_refused},
           {"a link in the way is replaced and not followed",
            a_link_in_the_way_is_replaced_and_not_followed},
           {"records that do not fit together are refused",
            records_that_do_not_fit_together_are_refused})
