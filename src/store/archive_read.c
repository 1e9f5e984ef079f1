// SPDX-License-Identifier: BSD-3-Clause
#include "archive.h"
#include "hdf5_file.h"
#include "traffic.h"

#include <string.h>

static status check_format(hid_t file, const char *path, const char *format, int version)
{
    struct text found = {0};
    status outcome;
    int64_t number;
    hid_t root;

    if (!format) return STATUS_OK;
    root = H5Gopen2(file, "/", H5P_DEFAULT);
    if (HDF5_FAILED(root)) return hdf5_fail(STATUS_BAD_INPUT, path, "/", "cannot be read");
    outcome = hdf5_get_text(root, path, "/", "format", &found);
    if (outcome == STATUS_OK && strcmp(found.bytes, format) != 0) {
        outcome = fail(STATUS_BAD_INPUT, "%s: attribute \"format\" is \"%s\", expected \"%s\"",
                       path, found.bytes, format);
    }
    if (outcome == STATUS_OK) outcome = hdf5_get_int(root, path, "/", "version", &number);
    if (outcome == STATUS_OK && number != version) {
        outcome = fail(STATUS_BAD_INPUT, "%s: is version %lld of a %s file, expected %d", path,
                       (long long)number, format, version);
    }
    text_release(&found);
    H5Gclose(root);
    return outcome;
}

status archive_open(const struct comm *comm, const char *path, const char *format, int version,
                    struct archive **archive)
{
    struct archive *opened = mem_zero(1, sizeof *opened);
    status outcome = STATUS_OK;

    opened->comm = comm;
    opened->path = mem_text(path);
    opened->file = -1;
    opened->descriptor = -1;
    if (comm_rank(comm) == 0) outcome = hdf5_open(path, &opened->file);
    if (comm_rank(comm) == 0 && outcome == STATUS_OK)
        outcome = check_format(opened->file, path, format, version);
    outcome = comm_agree(comm, outcome);
    if (outcome != STATUS_OK) {
        archive_release(&opened);
        return outcome;
    }
    *archive = opened;
    return STATUS_OK;
}

void archive_close(struct archive **archive)
{
    if (*archive) archive_release(archive);
}

const char *archive_path(const struct archive *archive)
{
    return archive->path;
}

bool archive_has(struct archive *archive, const char *name)
{
    int8_t has = 0;

    if (comm_rank(archive->comm) == 0) has = hdf5_has(archive->file, name) ? 1 : 0;
    comm_broadcast(archive->comm, &has, sizeof has, 0);
    return has;
}

/* The type that holds every value of a file's type; false where it is no number. */
static bool find_type(hid_t type, enum archive_type *found)
{
    const size_t bytes = H5Tget_size(type);

    if (H5Tget_class(type) == H5T_FLOAT) {
        *found = bytes <= 4 ? ARCHIVE_FLOAT : ARCHIVE_DOUBLE;
        return true;
    }
    if (H5Tget_class(type) != H5T_INTEGER && H5Tget_class(type) != H5T_ENUM) return false;
    if (bytes == 1 && H5Tget_sign(type) == H5T_SGN_2) {
        *found = ARCHIVE_INT8;
    } else if (bytes < 4 || (bytes == 4 && H5Tget_sign(type) == H5T_SGN_2)) {
        *found = ARCHIVE_INT32;
    } else {
        *found = ARCHIVE_INT64;
    }
    return true;
}

/* On a rank that has the file open. */
static status open_array(struct archive *archive, const char *name, struct archive_shape *shape,
                         hid_t *dataset)
{
    struct archive_shape found = {0};
    double items = 1.0;
    status outcome;
    bool is_number;
    hid_t type;

    TRY(hdf5_open_any(archive->file, archive->path, name, ARCHIVE_DIMENSIONS_MAX, found.extent,
                      &found.dimensions, dataset));
    type = H5Dget_type(*dataset);
    is_number = find_type(type, &found.type);
    H5Tclose(type);
    for (int i = 0; i < found.dimensions; i++) items *= (double)found.extent[i];
    if (!is_number) {
        outcome = fail(STATUS_BAD_INPUT, "%s: %s is not an array of numbers", archive->path, name);
    } else if (items > 0x1p62) {
        outcome = fail(STATUS_BAD_INPUT, "%s: %s claims %.3g items", archive->path, name, items);
    } else {
        outcome = hdf5_check_storage(*dataset, archive->path, name, archive_items(&found), 1);
    }
    if (outcome != STATUS_OK) {
        H5Dclose(*dataset);
        return outcome;
    }
    *shape = found;
    return STATUS_OK;
}

status archive_shape(struct archive *archive, const char *name, struct archive_shape *shape)
{
    struct archive_shape found = {0};
    status outcome = STATUS_OK;

    if (comm_rank(archive->comm) == 0) {
        hid_t dataset;

        outcome = open_array(archive, name, &found, &dataset);
        if (outcome == STATUS_OK) H5Dclose(dataset);
    }
    TRY(comm_agree(archive->comm, outcome));
    comm_broadcast(archive->comm, &found, sizeof found, 0);
    *shape = found;
    return STATUS_OK;
}

/* Do the extents of the file suit those asked for? */
static status check_shape(const struct archive *archive, const char *name,
                          const struct archive_shape *found, const struct archive_shape *wanted)
{
    if (found->dimensions != wanted->dimensions) {
        return fail(STATUS_BAD_INPUT, "%s: %s has %d dimensions, expected %d", archive->path, name,
                    found->dimensions, wanted->dimensions);
    }
    for (int i = 0; i < found->dimensions; i++) {
        if (wanted->extent[i] >= 0 && wanted->extent[i] != found->extent[i]) {
            return fail(STATUS_BAD_INPUT, "%s: dimension %d of %s is %lld, expected %lld",
                        archive->path, i + 1, name, (long long)found->extent[i],
                        (long long)wanted->extent[i]);
        }
    }
    return STATUS_OK;
}

/* On rank 0: into a new block. */
static status read_whole(struct archive *archive, const char *name, struct archive_shape *shape,
                         void **items)
{
    const enum archive_type type = shape->type;
    struct archive_shape found;
    status outcome;
    hid_t dataset;
    void *block;

    TRY(open_array(archive, name, &found, &dataset));
    outcome = check_shape(archive, name, &found, shape);
    if (outcome != STATUS_OK) {
        H5Dclose(dataset);
        return outcome;
    }
    found.type = type;
    block = mem_array((size_t)archive_items(&found), archive_type_bytes(type));
    if (archive_items(&found) > 0
        && HDF5_FAILED(
            H5Dread(dataset, archive_memory_type(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, block)))
        outcome = hdf5_fail(STATUS_BAD_INPUT, archive->path, name, "cannot be read");
    H5Dclose(dataset);
    if (outcome != STATUS_OK) {
        mem_free(&block);
        return outcome;
    }
    *shape = found;
    *items = block;
    return STATUS_OK;
}

status archive_get(struct archive *archive, const char *name, struct archive_shape *shape,
                   void **items)
{
    struct archive_shape found = *shape;
    status outcome = STATUS_OK;
    void *block = NULL;

    if (comm_rank(archive->comm) == 0) outcome = read_whole(archive, name, &found, &block);
    TRY(comm_agree(archive->comm, outcome));
    comm_broadcast(archive->comm, &found, sizeof found, 0);
    if (!block) block = mem_array((size_t)archive_items(&found), archive_type_bytes(found.type));
    comm_broadcast(archive->comm, block,
                   (size_t)archive_items(&found) * archive_type_bytes(found.type), 0);
    *shape = found;
    *items = block;
    return STATUS_OK;
}

static status read_part(struct archive *archive, hid_t dataset, const char *name,
                        const struct archive_shape *shape, const struct span *part,
                        enum archive_type type, void *items)
{
    hsize_t first[ARCHIVE_DIMENSIONS_MAX];
    hsize_t count[ARCHIVE_DIMENSIONS_MAX];
    int64_t cells = 1;
    hid_t file_space;
    hid_t memory_space;
    herr_t outcome;

    for (int i = 0; i < shape->dimensions; i++) {
        first[i] = (hsize_t)part[i].first;
        count[i] = (hsize_t)part[i].count;
        cells *= part[i].count;
    }
    if (cells == 0) return STATUS_OK;
    file_space = H5Dget_space(dataset);
    memory_space = H5Screate_simple(shape->dimensions, count, NULL);
    H5Sselect_hyperslab(file_space, H5S_SELECT_SET, first, NULL, count, NULL);
    outcome =
        H5Dread(dataset, archive_memory_type(type), memory_space, file_space, H5P_DEFAULT, items);
    H5Sclose(memory_space);
    H5Sclose(file_space);
    if (!HDF5_FAILED(outcome)) return STATUS_OK;
    return hdf5_fail(STATUS_BAD_INPUT, archive->path, name, "cannot be read");
}

/* Open an array and read a part of it; `columns` NULL: all of every row. */
static status get_part(struct archive *archive, const char *name, struct span rows,
                       const struct span *columns, enum archive_type type, void *items)
{
    struct span part[ARCHIVE_DIMENSIONS_MAX] = {rows};
    struct archive_shape shape;
    status outcome = STATUS_OK;
    hid_t dataset;

    if (HDF5_FAILED(archive->file)) TRY(hdf5_open(archive->path, &archive->file));
    TRY(open_array(archive, name, &shape, &dataset));
    for (int i = 1; i < shape.dimensions; i++) part[i] = (struct span){0, shape.extent[i]};
    if (columns) part[1] = *columns;
    for (int i = 0; i < shape.dimensions && outcome == STATUS_OK; i++) {
        if (part[i].first < 0 || part[i].count < 0
            || part[i].count > shape.extent[i] - part[i].first)
            outcome = fail(STATUS_BAD_INPUT, "%s: %s has no %s %lld to %lld", archive->path, name,
                           i == 0 ? "rows" : "columns", (long long)part[i].first,
                           (long long)(part[i].first + part[i].count));
    }
    if (outcome == STATUS_OK && (shape.dimensions == 0 || (columns && shape.dimensions < 2)))
        outcome = fail(STATUS_BAD_INPUT, "%s: %s has no rows and columns", archive->path, name);
    if (outcome == STATUS_OK)
        outcome = read_part(archive, dataset, name, &shape, part, type, items);
    H5Dclose(dataset);
    return outcome;
}

status archive_get_rows(struct archive *archive, const char *name, struct span rows,
                        enum archive_type type, void *items)
{
    return get_part(archive, name, rows, NULL, type, items);
}

status archive_get_block(struct archive *archive, const char *name, struct span rows,
                         struct span columns, enum archive_type type, void *items)
{
    traffic_add(rows.count * columns.count * (int64_t)archive_type_bytes(type));
    return get_part(archive, name, rows, &columns, type, items);
}
