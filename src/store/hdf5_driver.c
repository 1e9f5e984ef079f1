// SPDX-License-Identifier: BSD-3-Clause
#include "hdf5_driver.h"

#if H5_VERSION_GE(1, 13, 0)
#    include <H5FDdevelop.h>
#endif

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* HDF5 keeps numbers from 256 on for drivers that are not registered with its makers. */
enum { DRIVER_NUMBER = 511 };

/* What hdf5_set_driver() gives to driver_open(). */
struct driver_settings {
    int *write_error;
};

struct driver_file {
    H5FD_t base; /* HDF5's own part; stands first */
    int descriptor;
    int *write_error;
    haddr_t allocated; /* what HDF5 has given away, "eoa" */
    haddr_t end;       /* of what was written, "eof" */
};

static void note(struct driver_file *file)
{
    if (*file->write_error == 0) *file->write_error = errno;
}

static H5FD_t *driver_open(const char *path, unsigned flags, hid_t access, haddr_t limit)
{
    const struct driver_settings *settings = H5Pget_driver_info(access);
    const int descriptor = open(path, O_RDWR | O_CLOEXEC | (flags & H5F_ACC_TRUNC ? O_TRUNC : 0));
    struct driver_file *file = descriptor < 0 ? NULL : calloc(1, sizeof *file);
    struct stat about;

    (void)limit;
    if (!file || fstat(descriptor, &about) != 0) {
        *settings->write_error = errno;
        if (descriptor >= 0) close(descriptor);
        free(file);
        return NULL;
    }
    file->descriptor = descriptor;
    file->end = (haddr_t)about.st_size;
    file->write_error = settings->write_error;
    return &file->base;
}

static herr_t driver_close(H5FD_t *base)
{
    struct driver_file *file = (struct driver_file *)base;

    if (close(file->descriptor) != 0) note(file);
    free(file);
    return 0;
}

/* As HDF5's own driver "sec2" has it: space is given away in the same places. */
static herr_t driver_query(const H5FD_t *base, unsigned long *flags)
{
    (void)base;
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE
             | H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
    return 0;
}

static haddr_t driver_allocated(const H5FD_t *base, H5FD_mem_t type)
{
    (void)type;
    return ((const struct driver_file *)base)->allocated;
}

static herr_t driver_allocate(H5FD_t *base, H5FD_mem_t type, haddr_t bytes)
{
    (void)type;
    ((struct driver_file *)base)->allocated = bytes;
    return 0;
}

static haddr_t driver_end(const H5FD_t *base, H5FD_mem_t type)
{
    (void)type;
    return ((const struct driver_file *)base)->end;
}

static bool write_all(int descriptor, const char *bytes, size_t count, haddr_t at)
{
    while (count > 0) {
        const ssize_t written = pwrite(descriptor, bytes, count, (off_t)at);

        if (written < 0 && errno == EINTR) continue;
        if (written == 0) errno = ENOSPC;
        if (written <= 0) return false;
        bytes += written;
        at += (haddr_t)written;
        count -= (size_t)written;
    }
    return true;
}

static herr_t driver_write(H5FD_t *base, H5FD_mem_t type, hid_t transfer, haddr_t at, size_t count,
                           const void *bytes)
{
    struct driver_file *file = (struct driver_file *)base;

    (void)type;
    (void)transfer;
    if (*file->write_error == 0 && !write_all(file->descriptor, bytes, count, at)) note(file);
    if (at + count > file->end) file->end = at + count;
    return 0;
}

/* Beyond the end of what was written there are zeros. */
static herr_t driver_read(H5FD_t *base, H5FD_mem_t type, hid_t transfer, haddr_t at, size_t count,
                          void *bytes)
{
    struct driver_file *file = (struct driver_file *)base;
    char *to = bytes;

    (void)type;
    (void)transfer;
    while (count > 0) {
        const ssize_t found = pread(file->descriptor, to, count, (off_t)at);

        if (found < 0 && errno == EINTR) continue;
        if (found < 0) return -1;
        if (found == 0) break;
        to += found;
        at += (haddr_t)found;
        count -= (size_t)found;
    }
    memset(to, 0, count);
    return 0;
}

static herr_t driver_truncate(H5FD_t *base, hid_t transfer, hbool_t is_closing)
{
    struct driver_file *file = (struct driver_file *)base;

    (void)transfer;
    (void)is_closing;
    if (file->allocated == file->end) return 0;
    if (*file->write_error == 0 && ftruncate(file->descriptor, (off_t)file->allocated) != 0)
        note(file);
    file->end = file->allocated;
    return 0;
}

static const H5FD_class_t driver = {
#if H5_VERSION_GE(1, 13, 0)
    .version = H5FD_CLASS_VERSION,
    .value = (H5FD_class_value_t)DRIVER_NUMBER,
#endif
    .name = "telltale",
    .maxaddr = INT64_MAX,
    .fc_degree = H5F_CLOSE_WEAK,
    .fapl_size = sizeof(struct driver_settings),
    .open = driver_open,
    .close = driver_close,
    .query = driver_query,
    .get_eoa = driver_allocated,
    .set_eoa = driver_allocate,
    .get_eof = driver_end,
    .read = driver_read,
    .write = driver_write,
    .truncate = driver_truncate,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

herr_t hdf5_set_driver(hid_t access, int *write_error)
{
    const struct driver_settings settings = {write_error};
    static hid_t number = -1;

    if (number < 0) number = H5FDregister(&driver);
    return number < 0 ? -1 : H5Pset_driver(access, number, &settings);
}
