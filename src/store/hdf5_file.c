// SPDX-License-Identifier: BSD-3-Clause
#include "hdf5_file.h"

#include "hdf5_heap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The best that deflate can do is about 1:1030 (zlib's documentation, "Maximum Expansion Factor"). */
enum { DEFLATE_RATIO_MAX = 1032 };

/* Why HDF5 failed last: its own record is lost with the next call, which often only tidies up. */
static char latest_reason[STATUS_MESSAGE_BYTES];

/* H5Ewalk2 from the innermost frame outwards: keeps the first that says something. */
static herr_t keep_reason(unsigned frame, const H5E_error2_t *error, void *context)
{
    (void)frame;
    (void)context;
    if (latest_reason[0] == '\0' && error->desc)
        snprintf(latest_reason, sizeof latest_reason, "%s", error->desc);
    return 0;
}

/* Called by HDF5 for each failure, instead of printing it. */
static herr_t note_failure(hid_t stack, void *context)
{
    latest_reason[0] = '\0';
    return H5Ewalk2(stack, H5E_WALK_UPWARD, keep_reason, context);
}

hid_t hdf5_access(bool for_writing)
{
    /* Where the start of a large dataset falls on a page, reads and writes of others do not share it. */
    enum { ALIGN_FROM_BYTES = 64 * 1024, ALIGN_BYTES = 4096 };
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);

    H5Eset_auto2(H5E_DEFAULT, note_failure, NULL);
#if H5_VERSION_GE(1, 10, 7)
    H5Pset_file_locking(access, false, true);
#endif
    if (for_writing) {
        H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110);
        H5Pset_alignment(access, ALIGN_FROM_BYTES, ALIGN_BYTES);
    }
    return access;
}

void hdf5_hush(void)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

/* The system's own words where HDF5 quotes them, otherwise its first clause. */
static void shorten_reason(char *reason)
{
    static const char quote[] = "error message = '";
    char *at = strstr(reason, quote);

    if (!at) return;
    at += sizeof quote - 1;
    memmove(reason, at, strlen(at) + 1);
    at = strchr(reason, '\'');
    if (at) *at = '\0';
}

status hdf5_fail(status code, const char *path, const char *place, const char *what)
{
    char reason[STATUS_MESSAGE_BYTES];

    memcpy(reason, latest_reason, sizeof reason);
    latest_reason[0] = '\0';
    shorten_reason(reason);
    return fail(code, "%s: %s%s%s%s%s", path, place, place[0] ? ": " : "", what,
                reason[0] ? ": " : "", reason);
}

/* What can be said without HDF5. */
static status check_file(const char *path)
{
    struct stat about;

    if (stat(path, &about) != 0)
        return fail(STATUS_BAD_INPUT, "%s: cannot open: %s", path, strerror(errno));
    if (!S_ISREG(about.st_mode)) return fail(STATUS_BAD_INPUT, "%s: not a regular file", path);
    if (about.st_size == 0) return fail(STATUS_BAD_INPUT, "%s: is empty", path);
    return STATUS_OK;
}

static status check_heap(const char *path)
{
    struct heap *heap = heap_open(path);
    const bool is_whole = heap && heap_is_whole(heap);

    heap_close(&heap);
    if (is_whole) return STATUS_OK;
    return fail(STATUS_BAD_INPUT, "%s: is damaged: its texts cannot be found", path);
}

/* Why HDF5 would not open a file, in words that do not need its manual. */
static status refuse_file(const char *path)
{
    const char *bytes = strstr(latest_reason, "eof = ");
    const char *expected = strstr(latest_reason, "stored_eof = ");

    if (strstr(latest_reason, "signature not found"))
        return fail(STATUS_BAD_INPUT, "%s: is not an HDF5 file", path);
    if (bytes && expected && strncmp(latest_reason, "truncated file", 14) == 0) {
        return fail(STATUS_BAD_INPUT, "%s: is cut off: %llu of %llu bytes are there", path,
                    strtoull(strchr(bytes, '=') + 1, NULL, 10),
                    strtoull(strchr(expected, '=') + 1, NULL, 10));
    }
    return hdf5_fail(STATUS_BAD_INPUT, path, "", "cannot be opened as an HDF5 file");
}

status hdf5_open(const char *path, hid_t *file)
{
    status outcome;
    hid_t access;
    hid_t opened;

    TRY(check_file(path));
    access = hdf5_access(false);
    opened = H5Fopen(path, H5F_ACC_RDONLY, access);
    H5Pclose(access);
    if (HDF5_FAILED(opened)) return refuse_file(path);
    outcome = check_heap(path);
    if (outcome != STATUS_OK) {
        H5Fclose(opened);
        return outcome;
    }
    *file = opened;
    return STATUS_OK;
}

bool hdf5_has(hid_t file, const char *place)
{
    char part[256];

    if (strlen(place) >= sizeof part) return false;
    for (const char *at = place + (place[0] == '/'); *at;) {
        const size_t step = strcspn(at, "/");
        const size_t length = (size_t)(at - place) + step;

        memcpy(part, place, length);
        part[length] = '\0';
        if (H5Lexists(file, part, H5P_DEFAULT) <= 0) return false;
        at += step + (at[step] == '/');
    }
    return place[0] == '/' && place[1] == '\0' ? true
                                               : H5Oexists_by_name(file, place, H5P_DEFAULT) > 0;
}

status hdf5_open_any(hid_t file, const char *path, const char *place, int room, int64_t *extent,
                     int *dimensions, hid_t *dataset)
{
    hsize_t size[H5S_MAX_RANK] = {0};
    hid_t space;
    hid_t opened;
    int found;

    if (!hdf5_has(file, place)) return fail(STATUS_BAD_INPUT, "%s: %s is missing", path, place);
    opened = H5Dopen2(file, place, H5P_DEFAULT);
    if (HDF5_FAILED(opened))
        return hdf5_fail(STATUS_BAD_INPUT, path, place, "cannot be read as a dataset");
    space = H5Dget_space(opened);
    found = H5Sget_simple_extent_dims(space, size, NULL);
    if (H5Sget_simple_extent_type(space) == H5S_NULL) found = -1;
    H5Sclose(space);
    if (found < 0 || found > room) {
        H5Dclose(opened);
        return fail(STATUS_BAD_INPUT, "%s: %s has %d dimensions, expected at most %d", path, place,
                    found, room);
    }
    for (int i = 0; i < found; i++) extent[i] = size[i] > INT64_MAX ? INT64_MAX : (int64_t)size[i];
    *dimensions = found;
    *dataset = opened;
    return STATUS_OK;
}

status hdf5_open_dataset(hid_t file, const char *path, const char *place, int dimensions,
                         int64_t *extent, hid_t *dataset)
{
    int64_t extents[H5S_MAX_RANK];
    hid_t opened = H5I_INVALID_HID;
    int found = 0;

    TRY(hdf5_open_any(file, path, place, H5S_MAX_RANK, extents, &found, &opened));
    if (found != dimensions) {
        H5Dclose(opened);
        return fail(STATUS_BAD_INPUT, "%s: %s has %d dimensions, expected %d", path, place, found,
                    dimensions);
    }
    memcpy(extent, extents, (size_t)dimensions * sizeof *extent);
    *dataset = opened;
    return STATUS_OK;
}

status hdf5_check_storage(hid_t dataset, const char *path, const char *place, int64_t items,
                          size_t item_bytes)
{
    const hsize_t stored = H5Dget_storage_size(dataset);
    const double wanted = (double)items * (double)item_bytes;

    if (items == 0) return STATUS_OK;
    if (stored == 0) return fail(STATUS_BAD_INPUT, "%s: %s was never written", path, place);
    if (wanted <= (double)stored * DEFLATE_RATIO_MAX) return STATUS_OK;
    return fail(STATUS_BAD_INPUT, "%s: %s claims %.0f bytes but stores %llu", path, place, wanted,
                (unsigned long long)stored);
}
