// SPDX-License-Identifier: BSD-3-Clause
#include "archive.h"
#include "hdf5_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Room kept for what HDF5 writes beside the arrays, so that a full disk is met before HDF5 meets it. */
enum { SLACK_BYTES = 1 << 20 };

static status put_format(hid_t file, const char *path, const char *format, int64_t version)
{
    const hid_t root = H5Gopen2(file, "/", H5P_DEFAULT);
    herr_t outcome = hdf5_put_text(root, "format", format);

    if (outcome == 0) outcome = hdf5_put_attribute(root, "version", H5T_NATIVE_INT64, &version);
    H5Gclose(root);
    if (!HDF5_FAILED(outcome)) return STATUS_OK;
    return hdf5_fail(STATUS_CANNOT_WRITE, path, "/", "cannot write");
}

/* On rank 0. */
static status make_file(struct archive *archive, const char *format, int version)
{
    archive->file = hdf5_create_file(archive->partial.part, &archive->write_error);
    TRY(hdf5_check_written(archive->path, archive->write_error));
    if (HDF5_FAILED(archive->file))
        return hdf5_fail(STATUS_CANNOT_WRITE, archive->path, "", "cannot write");
    TRY(partial_reserve(&archive->partial, SLACK_BYTES));
    return put_format(archive->file, archive->path, format, version);
}

status archive_create(const struct comm *comm, const char *path, const char *format, int version,
                      struct archive **archive)
{
    struct archive *made = mem_zero(1, sizeof *made);
    status outcome = partial_begin(comm, path, &made->partial);

    made->comm = comm;
    made->path = mem_text(path);
    made->file = -1;
    made->descriptor = -1;
    made->is_writing = true;
    if (outcome != STATUS_OK) {
        archive_release(&made);
        return outcome;
    }
    if (comm_rank(comm) == 0) outcome = make_file(made, format, version);
    outcome = comm_agree(comm, outcome);
    if (outcome != STATUS_OK) {
        archive_discard(&made);
        return outcome;
    }
    *archive = made;
    return STATUS_OK;
}

/* Collective. */
static status end_archive(struct archive **address, status mine)
{
    struct archive *archive = *address;
    const status synced = partial_close(&archive->partial, &archive->descriptor);
    status outcome, closed = STATUS_OK;

    if (!HDF5_FAILED(archive->file))
        closed = hdf5_close_written(archive->file, archive->path, &archive->write_error);
    archive->file = -1;
    if (mine == STATUS_OK) mine = closed;
    outcome = partial_end(archive->comm, &archive->partial, mine == STATUS_OK ? synced : mine);
    archive_release(address);
    return outcome;
}

status archive_commit(struct archive **archive)
{
    return end_archive(archive, (*archive)->outcome);
}

void archive_discard(struct archive **archive)
{
    char message[STATUS_MESSAGE_BYTES];

    if (!*archive) return;
    snprintf(message, sizeof message, "%s", status_message());
    end_archive(archive, STATUS_INTERRUPTED);
    status_set_message(message);
}

/* Keep the first failure for archive_commit(). */
static void note(struct archive *archive, status mine)
{
    if (archive->outcome == STATUS_OK) archive->outcome = mine;
}

static void note_write(struct archive *archive, const char *name, herr_t outcome)
{
    if (HDF5_FAILED(outcome))
        note(archive, hdf5_fail(STATUS_CANNOT_WRITE, archive->path, name, "cannot write"));
}

/* Does this rank write to the file, and is there room for @p bytes more? */
static bool is_ready(struct archive *archive, int64_t bytes)
{
    hsize_t size = 0;

    if (comm_rank(archive->comm) != 0 || archive->outcome != STATUS_OK) return false;
    H5Fget_filesize(archive->file, &size);
    note(archive, hdf5_check_written(archive->path, archive->write_error));
    note(archive, partial_reserve(&archive->partial, (int64_t)size + bytes + SLACK_BYTES));
    return archive->outcome == STATUS_OK;
}

void archive_put(struct archive *archive, const char *name, struct archive_shape shape,
                 const void *items)
{
    const int64_t bytes = archive_items(&shape) * (int64_t)archive_type_bytes(shape.type);
    herr_t outcome = 0;
    hid_t dataset;

    if (!is_ready(archive, bytes)) return;
    dataset = hdf5_create_dataset(archive->file, name, archive_file_type(shape.type),
                                  shape.dimensions, shape.extent, false);
    if (bytes > 0 && !HDF5_FAILED(dataset)) {
        outcome = H5Dwrite(dataset, archive_memory_type(shape.type), H5S_ALL, H5S_ALL, H5P_DEFAULT,
                           items);
    }
    note_write(archive, name, HDF5_FAILED(dataset) ? -1 : outcome);
    if (!HDF5_FAILED(dataset)) note_write(archive, name, H5Dclose(dataset));
}

/* On rank 0: where HDF5 has put the array, -1 for an empty one. */
static int64_t make_array(struct archive *archive, const char *name,
                          const struct archive_shape *shape)
{
    const int64_t bytes = archive_items(shape) * (int64_t)archive_type_bytes(shape->type);
    haddr_t address = HADDR_UNDEF;
    hid_t dataset;

    if (!is_ready(archive, bytes)) return -1;
    dataset = hdf5_create_dataset(archive->file, name, archive_file_type(shape->type),
                                  shape->dimensions, shape->extent, true);
    note_write(archive, name, HDF5_FAILED(dataset) ? -1 : 0);
    if (HDF5_FAILED(dataset)) return -1;
    address = H5Dget_offset(dataset);
    note_write(archive, name, H5Dclose(dataset));
    return address == HADDR_UNDEF ? -1 : (int64_t)address;
}

void archive_declare(struct archive *archive, const char *name, struct archive_shape shape)
{
    struct declared_array array = {.name = mem_text(name), .shape = shape, .first_byte = -1};

    if (comm_rank(archive->comm) == 0) array.first_byte = make_array(archive, name, &shape);
    comm_broadcast(archive->comm, &array.first_byte, sizeof array.first_byte, 0);
    archive->arrays = mem_resize(archive->arrays, (size_t)archive->array_count + 1, sizeof array);
    archive->arrays[archive->array_count++] = array;
}

static const struct declared_array *find_array(const struct archive *archive, const char *name)
{
    int i = 0;

    while (i < archive->array_count && strcmp(archive->arrays[i].name, name) != 0) i++;
    ASSERT(i < archive->array_count);
    return &archive->arrays[i];
}

void archive_put_rows(struct archive *archive, const char *name, struct span rows,
                      const void *items)
{
    const struct declared_array *array = find_array(archive, name);
    const int64_t row_bytes =
        archive_row_items(&array->shape) * (int64_t)archive_type_bytes(array->shape.type);
    void *source;

    ASSERT(rows.first >= 0 && rows.count >= 0 && rows.first + rows.count <= array->shape.extent[0]);
    if (rows.count * row_bytes == 0 || array->first_byte < 0) return;
    if (archive->descriptor < 0)
        note(archive, partial_open(&archive->partial, &archive->descriptor));
    if (archive->outcome != STATUS_OK) return;
    memcpy(&source, &items, sizeof source); /* layout_transfer_bytes() only reads from it */
    if (!layout_transfer_bytes(archive->descriptor, source, (size_t)(rows.count * row_bytes),
                               array->first_byte + rows.first * row_bytes, LAYOUT_WRITE)) {
        note(archive, fail(STATUS_CANNOT_WRITE, "%s: %s: cannot write: %s", archive->path, name,
                           strerror(errno)));
    }
}

void archive_put_texts(struct archive *archive, const char *name, const char *const *texts,
                       int64_t count)
{
    enum { TEXT_BYTES = 40 }; /* reference and heap object beside the text itself */
    const hid_t type = hdf5_text_type();
    int64_t bytes = 0;
    herr_t outcome = 0;
    hid_t dataset;

    for (int64_t i = 0; texts && i < count; i++) bytes += (int64_t)strlen(texts[i]) + TEXT_BYTES;
    if (is_ready(archive, bytes + bytes / 8)) {
        dataset = hdf5_create_dataset(archive->file, name, type, 1, &count, false);
        if (count > 0 && !HDF5_FAILED(dataset))
            outcome = H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts);
        note_write(archive, name, HDF5_FAILED(dataset) ? -1 : outcome);
        if (!HDF5_FAILED(dataset)) note_write(archive, name, H5Dclose(dataset));
    }
    H5Tclose(type);
}

/* The group or array of this name; a group that is not there is made. */
static hid_t open_object(struct archive *archive, const char *name)
{
    hid_t creation;
    hid_t object;

    if (hdf5_has(archive->file, name)) return H5Oopen(archive->file, name, H5P_DEFAULT);
    if (HDF5_FAILED(hdf5_make_groups(archive->file, name))) return -1;
    creation = hdf5_creation(H5P_GROUP_CREATE);
    object = H5Gcreate2(archive->file, name, H5P_DEFAULT, creation, H5P_DEFAULT);
    H5Pclose(creation);
    return object;
}

static void put_attribute(struct archive *archive, const char *name, const char *attribute,
                          hid_t type, const void *value)
{
    const hid_t object = open_object(archive, name);

    if (HDF5_FAILED(object)) {
        note_write(archive, name, -1);
        return;
    }
    note_write(archive, name, hdf5_put_attribute(object, attribute, type, value));
    H5Oclose(object);
}

void archive_put_text(struct archive *archive, const char *name, const char *attribute,
                      const char *text)
{
    const hid_t type = hdf5_text_type();

    if (is_ready(archive, (int64_t)strlen(text)))
        put_attribute(archive, name, attribute, type, &text);
    H5Tclose(type);
}

void archive_put_int(struct archive *archive, const char *name, const char *attribute,
                     int64_t value)
{
    if (is_ready(archive, 0)) put_attribute(archive, name, attribute, H5T_NATIVE_INT64, &value);
}

void archive_put_real(struct archive *archive, const char *name, const char *attribute,
                      double value)
{
    if (is_ready(archive, 0)) put_attribute(archive, name, attribute, H5T_NATIVE_DOUBLE, &value);
}
