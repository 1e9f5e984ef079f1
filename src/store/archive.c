// SPDX-License-Identifier: BSD-3-Clause
#include "archive.h"

#include "hdf5_file.h"

#include <unistd.h>

size_t archive_type_bytes(enum archive_type type)
{
    static const size_t bytes[] = {
        [ARCHIVE_FLOAT] = 4, [ARCHIVE_DOUBLE] = 8, [ARCHIVE_INT8] = 1,
        [ARCHIVE_INT32] = 4, [ARCHIVE_INT64] = 8,
    };

    return bytes[type];
}

hid_t archive_memory_type(enum archive_type type)
{
    const hid_t types[] = {
        [ARCHIVE_FLOAT] = H5T_NATIVE_FLOAT, [ARCHIVE_DOUBLE] = H5T_NATIVE_DOUBLE,
        [ARCHIVE_INT8] = H5T_NATIVE_INT8,   [ARCHIVE_INT32] = H5T_NATIVE_INT32,
        [ARCHIVE_INT64] = H5T_NATIVE_INT64,
    };

    return types[type];
}

hid_t archive_file_type(enum archive_type type)
{
    const hid_t types[] = {
        [ARCHIVE_FLOAT] = H5T_IEEE_F32LE, [ARCHIVE_DOUBLE] = H5T_IEEE_F64LE,
        [ARCHIVE_INT8] = H5T_STD_I8LE,    [ARCHIVE_INT32] = H5T_STD_I32LE,
        [ARCHIVE_INT64] = H5T_STD_I64LE,
    };

    return types[type];
}

int64_t archive_row_items(const struct archive_shape *shape)
{
    int64_t items = 1;

    for (int i = 1; i < shape->dimensions; i++) items *= shape->extent[i];
    return items;
}

int64_t archive_items(const struct archive_shape *shape)
{
    return shape->dimensions == 0 ? 1 : shape->extent[0] * archive_row_items(shape);
}

void archive_release(struct archive **archive)
{
    struct archive *old = *archive;

    if (!HDF5_FAILED(old->file)) H5Fclose(old->file);
    hdf5_hush();
    if (old->descriptor >= 0) close(old->descriptor);
    for (int i = 0; i < old->array_count; i++) mem_free(&old->arrays[i].name);
    mem_free(&old->arrays);
    mem_free(&old->path);
    mem_free(archive);
}
