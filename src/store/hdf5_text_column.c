// SPDX-License-Identifier: BSD-3-Clause
#include "hdf5_file.h"
#include "hdf5_heap.h"

#include <string.h>

/* Texts are read a batch at a time. */
enum { BATCH_TEXTS = 65536 };

/* Where a column stands and what to do with its texts. */
struct text_column {
    hid_t dataset;
    const char *path;
    const char *place;
    int64_t count;
    void (*take)(void *context, int64_t item, const char *text, size_t length);
    void *context;
};

static status take_text(const struct text_column *column, int64_t item, const char *text,
                        size_t length)
{
    if (!text_is_utf8(text, length)) {
        return fail(STATUS_BAD_INPUT, "%s: %s[%lld] is not UTF-8", column->path, column->place,
                    (long long)item);
    }
    column->take(column->context, item, text, length);
    return STATUS_OK;
}

/* The address of the references of a column of variable length, -1 where only HDF5 can find them. */
static int64_t find_references(hid_t dataset)
{
    const hid_t file = H5Iget_file_id(dataset);
    const hid_t creation = H5Fget_create_plist(file);
    const haddr_t address = H5Dget_offset(dataset); /* undefined unless contiguous */
    size_t address_bytes = 0;
    size_t length_bytes = 0;
    hsize_t user_bytes = 0;

    H5Pget_sizes(creation, &address_bytes, &length_bytes);
    H5Pget_userblock(creation, &user_bytes);
    H5Pclose(creation);
    H5Fclose(file);
    if (address == HADDR_UNDEF || address_bytes != 8 || length_bytes != 8 || user_bytes != 0)
        return -1;
    return (int64_t)address;
}

static status read_references(const struct text_column *column, struct heap *heap, int64_t address,
                              unsigned char *references)
{
    for (int64_t first = 0; first < column->count; first += BATCH_TEXTS) {
        const int64_t left = column->count - first;
        const int64_t count = left < BATCH_TEXTS ? left : BATCH_TEXTS;

        if (!heap_read(heap, address + first * HEAP_REFERENCE_BYTES, references,
                       (size_t)count * HEAP_REFERENCE_BYTES))
            return fail(STATUS_BAD_INPUT, "%s: %s cannot be read", column->path, column->place);
        for (int64_t i = 0; i < count; i++) {
            const char *text;
            size_t length;

            if (!heap_text(heap, references + i * HEAP_REFERENCE_BYTES, &text, &length)) {
                return fail(STATUS_BAD_INPUT, "%s: %s[%lld] is damaged", column->path,
                            column->place, (long long)(first + i));
            }
            TRY(take_text(column, first + i, text, length));
        }
    }
    return STATUS_OK;
}

static status read_from_heap(const struct text_column *column, int64_t address)
{
    struct heap *heap = heap_open(column->path);
    unsigned char *references;
    status outcome;

    if (!heap) return fail(STATUS_BAD_INPUT, "%s: cannot be opened again", column->path);
    references = mem_zero(BATCH_TEXTS, HEAP_REFERENCE_BYTES);
    outcome = read_references(column, heap, address, references);
    mem_free(&references);
    heap_close(&heap);
    return outcome;
}

/* One batch as HDF5 hands it out: pointers that it allocated, or one block of fixed width. */
struct text_batch {
    hid_t type, file_space, memory_space;
    size_t width; /* 0: of variable length */
    hsize_t first, count;
    char **texts; /* of variable length: [count] */
    char *block;  /* of fixed width: [count * width] */
};

static bool read_batch(hid_t dataset, struct text_batch *batch)
{
    void *into = batch->width ? (void *)batch->block : (void *)batch->texts;

    H5Sselect_hyperslab(batch->file_space, H5S_SELECT_SET, &batch->first, NULL, &batch->count,
                        NULL);
    batch->memory_space = H5Screate_simple(1, &batch->count, NULL);
    return !HDF5_FAILED(
        H5Dread(dataset, batch->type, batch->memory_space, batch->file_space, H5P_DEFAULT, into));
}

static void release_batch(struct text_batch *batch)
{
    if (batch->width == 0) {
        H5Dvlen_reclaim(batch->type, batch->memory_space, H5P_DEFAULT, batch->texts);
        memset(batch->texts, 0, (size_t)batch->count * sizeof *batch->texts);
    }
    H5Sclose(batch->memory_space);
}

static status take_batch(const struct text_column *column, const struct text_batch *batch)
{
    for (hsize_t i = 0; i < batch->count; i++) {
        const char *text = batch->width ? batch->block + i * batch->width : batch->texts[i];
        size_t length = 0;

        if (text) length = batch->width ? strnlen(text, batch->width) : strlen(text);
        TRY(take_text(column, (int64_t)(batch->first + i), text ? text : "", length));
    }
    return STATUS_OK;
}

static status read_through_hdf5(const struct text_column *column, hid_t type)
{
    struct text_batch batch = {.type = type, .file_space = H5Dget_space(column->dataset)};
    status outcome = STATUS_OK;

    if (H5Tis_variable_str(type) <= 0) batch.width = H5Tget_size(type);
    if (batch.width == 0) {
        batch.texts = mem_zero(BATCH_TEXTS, sizeof *batch.texts);
    } else {
        batch.block = mem_zero(BATCH_TEXTS, batch.width);
    }
    while (outcome == STATUS_OK && (int64_t)batch.first < column->count) {
        const hsize_t left = (hsize_t)column->count - batch.first;

        batch.count = left < BATCH_TEXTS ? left : BATCH_TEXTS;
        if (read_batch(column->dataset, &batch)) {
            outcome = take_batch(column, &batch);
        } else {
            outcome = hdf5_fail(STATUS_BAD_INPUT, column->path, column->place, "cannot be read");
        }
        release_batch(&batch);
        batch.first += batch.count;
    }
    mem_free(&batch.texts);
    mem_free(&batch.block);
    H5Sclose(batch.file_space);
    return outcome;
}

status hdf5_read_texts(hid_t dataset, const char *path, const char *place, int64_t count,
                       void (*take)(void *context, int64_t item, const char *text, size_t length),
                       void *context)
{
    const struct text_column column = {dataset, path, place, count, take, context};
    const hid_t type = H5Dget_type(dataset);
    const int64_t address = H5Tis_variable_str(type) > 0 ? find_references(dataset) : -1;
    const status outcome =
        address >= 0 ? read_from_heap(&column, address) : read_through_hdf5(&column, type);

    H5Tclose(type);
    return outcome;
}
