// SPDX-License-Identifier: BSD-3-Clause
#include "archive.h"
#include "hdf5_file.h"

#include <string.h>

/* Texts one behind the other, each with its NUL. */
static void append_text(void *context, int64_t item, const char *text, size_t length)
{
    struct text *all = context;

    (void)item;
    text_add(all, text, length);
    text_add(all, "", 1);
}

/* On rank 0. */
static status read_texts(struct archive *archive, const char *name, struct text *all,
                         int64_t *count)
{
    status outcome = STATUS_OK;
    int64_t extent = 0;
    hid_t dataset;
    hid_t type;

    TRY(hdf5_open_dataset(archive->file, archive->path, name, 1, &extent, &dataset));
    type = H5Dget_type(dataset);
    if (H5Tget_class(type) != H5T_STRING) {
        outcome = fail(STATUS_BAD_INPUT, "%s: %s is not a column of strings", archive->path, name);
    } else {
        outcome = hdf5_check_storage(dataset, archive->path, name, extent, H5Tget_size(type));
    }
    if (outcome == STATUS_OK)
        outcome = hdf5_read_texts(dataset, archive->path, name, extent, append_text, all);
    H5Tclose(type);
    H5Dclose(dataset);
    if (outcome == STATUS_OK) *count = extent;
    return outcome;
}

void archive_share_text(const struct comm *comm, struct text *text)
{
    size_t length = text->length;

    comm_broadcast(comm, &length, sizeof length, 0);
    if (comm_rank(comm) != 0) {
        char *bytes = mem_zero(length + 1, 1);

        comm_broadcast(comm, bytes, length, 0);
        text_add(text, bytes, length);
        mem_free(&bytes);
    } else {
        comm_broadcast(comm, text->bytes, length, 0);
    }
}

status archive_get_texts(struct archive *archive, const char *name, struct name_table *names,
                         int64_t **numbers, int64_t *count)
{
    struct text all = {0};
    status outcome = STATUS_OK;
    int64_t *found;
    const char *at;
    int64_t items = 0;

    if (comm_rank(archive->comm) == 0) outcome = read_texts(archive, name, &all, &items);
    outcome = comm_agree(archive->comm, outcome);
    if (outcome != STATUS_OK) {
        text_release(&all);
        return outcome;
    }
    comm_broadcast(archive->comm, &items, sizeof items, 0);
    archive_share_text(archive->comm, &all);
    found = mem_zero((size_t)items, sizeof *found);
    at = all.bytes;
    ASSERT(at || items == 0);
    for (int64_t i = 0; i < items; i++, at += strlen(at) + 1)
        found[i] = names_add(names, at, strlen(at));
    text_release(&all);
    *numbers = found;
    *count = items;
    return STATUS_OK;
}

/* Open the group or array that an attribute belongs to. */
static status open_object(struct archive *archive, const char *name, hid_t *object)
{
    if (!hdf5_has(archive->file, name))
        return fail(STATUS_BAD_INPUT, "%s: %s is missing", archive->path, name);
    *object = H5Oopen(archive->file, name, H5P_DEFAULT);
    if (!HDF5_FAILED(*object)) return STATUS_OK;
    return hdf5_fail(STATUS_BAD_INPUT, archive->path, name, "cannot be read");
}

status archive_get_text(struct archive *archive, const char *name, const char *attribute,
                        struct text *text)
{
    struct text found = {0};
    status outcome = STATUS_OK;
    hid_t object = -1;

    if (comm_rank(archive->comm) == 0) {
        outcome = open_object(archive, name, &object);
        if (outcome == STATUS_OK) {
            outcome = hdf5_get_text(object, archive->path, name, attribute, &found);
            H5Oclose(object);
        }
    }
    outcome = comm_agree(archive->comm, outcome);
    if (outcome == STATUS_OK) {
        archive_share_text(archive->comm, &found);
        text_add(text, found.bytes, found.length);
    }
    text_release(&found);
    return outcome;
}

status archive_get_int(struct archive *archive, const char *name, const char *attribute,
                       int64_t *value)
{
    status outcome = STATUS_OK;
    int64_t found = 0;
    hid_t object = -1;

    if (comm_rank(archive->comm) == 0) {
        outcome = open_object(archive, name, &object);
        if (outcome == STATUS_OK) {
            outcome = hdf5_get_int(object, archive->path, name, attribute, &found);
            H5Oclose(object);
        }
    }
    TRY(comm_agree(archive->comm, outcome));
    comm_broadcast(archive->comm, &found, sizeof found, 0);
    *value = found;
    return STATUS_OK;
}

status archive_get_real(struct archive *archive, const char *name, const char *attribute,
                        double *value)
{
    status outcome = STATUS_OK;
    double found = 0.0;
    hid_t object = -1;

    if (comm_rank(archive->comm) == 0) {
        outcome = open_object(archive, name, &object);
        if (outcome == STATUS_OK) {
            outcome = hdf5_get_real(object, archive->path, name, attribute, &found);
            H5Oclose(object);
        }
    }
    TRY(comm_agree(archive->comm, outcome));
    comm_broadcast(archive->comm, &found, sizeof found, 0);
    *value = found;
    return STATUS_OK;
}
