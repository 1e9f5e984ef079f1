#include "hdf5_file.h"

#include <string.h>

/* Texts are read a batch at a time: HDF5 allocates each of them. */
enum { BATCH_TEXTS = 65536 };

hid_t hdf5_text_type(void)
{
    const hid_t type = H5Tcopy(H5T_C_S1);

    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

herr_t hdf5_put_text(hid_t object, const char *attribute, const char *text)
{
    const hid_t type = hdf5_text_type();
    const herr_t outcome = hdf5_put_attribute(object, attribute, type, &text);

    H5Tclose(type);
    return outcome;
}

static status open_attribute(hid_t object, const char *path, const char *place,
                             const char *attribute, hid_t *handle, hid_t *type)
{
    hid_t space;

    if (H5Aexists(object, attribute) <= 0)
        return fail(STATUS_BAD_INPUT, "%s: %s has no attribute \"%s\"", path, place, attribute);
    *handle = H5Aopen(object, attribute, H5P_DEFAULT);
    if (HDF5_FAILED(*handle))
        return hdf5_fail(STATUS_BAD_INPUT, path, place, "an attribute cannot be read");
    *type = H5Aget_type(*handle);
    space = H5Aget_space(*handle);
    if (H5Sget_simple_extent_npoints(space) != 1) {
        H5Sclose(space);
        H5Tclose(*type);
        H5Aclose(*handle);
        return fail(STATUS_BAD_INPUT, "%s: attribute \"%s\" of %s is not a single value", path,
                    attribute, place);
    }
    H5Sclose(space);
    return STATUS_OK;
}

/* The text of an attribute of fixed or variable length. */
static bool read_text(hid_t handle, hid_t type, struct text *text)
{
    char *bytes = NULL;

    if (H5Tis_variable_str(type) > 0) {
        const hid_t memory = H5Tcopy(type);
        const bool is_read = !HDF5_FAILED(H5Aread(handle, memory, &bytes));

        if (is_read && bytes) text_add(text, bytes, strlen(bytes));
        if (bytes) H5free_memory(bytes);
        H5Tclose(memory);
        return is_read;
    }
    bytes = mem_zero(H5Tget_size(type) + 1, 1);
    if (HDF5_FAILED(H5Aread(handle, type, bytes))) {
        mem_free(&bytes);
        return false;
    }
    text_add(text, bytes, strlen(bytes));
    mem_free(&bytes);
    return true;
}

status hdf5_get_text(hid_t object, const char *path, const char *place, const char *attribute,
                     struct text *text)
{
    struct text found = {0};
    status outcome = STATUS_OK;
    hid_t handle, type;

    TRY(open_attribute(object, path, place, attribute, &handle, &type));
    if (H5Tget_class(type) != H5T_STRING)
        outcome = fail(STATUS_BAD_INPUT, "%s: attribute \"%s\" of %s is not a string", path,
                       attribute, place);
    else if (!read_text(handle, type, &found))
        outcome = hdf5_fail(STATUS_BAD_INPUT, path, place, "an attribute cannot be read");
    else if (found.length > 0 && !text_is_utf8(found.bytes, found.length))
        outcome = fail(STATUS_BAD_INPUT, "%s: attribute \"%s\" of %s is not UTF-8", path, attribute,
                       place);
    else
        text_add(text, found.length > 0 ? found.bytes : "", found.length);
    text_release(&found);
    H5Tclose(type);
    H5Aclose(handle);
    return outcome;
}

static status get_number(hid_t object, const char *path, const char *place, const char *attribute,
                         H5T_class_t other_class, hid_t memory_type, void *value)
{
    status outcome = STATUS_OK;
    hid_t handle, type;

    TRY(open_attribute(object, path, place, attribute, &handle, &type));
    if (H5Tget_class(type) != H5T_INTEGER && H5Tget_class(type) != other_class)
        outcome = fail(STATUS_BAD_INPUT, "%s: attribute \"%s\" of %s is not %s", path, attribute,
                       place, other_class == H5T_INTEGER ? "an integer" : "a number");
    else if (HDF5_FAILED(H5Aread(handle, memory_type, value)))
        outcome = hdf5_fail(STATUS_BAD_INPUT, path, place, "an attribute cannot be read");
    H5Tclose(type);
    H5Aclose(handle);
    return outcome;
}

status hdf5_get_int(hid_t object, const char *path, const char *place, const char *attribute,
                    int64_t *value)
{
    return get_number(object, path, place, attribute, H5T_INTEGER, H5T_NATIVE_INT64, value);
}

status hdf5_get_real(hid_t object, const char *path, const char *place, const char *attribute,
                     double *value)
{
    return get_number(object, path, place, attribute, H5T_FLOAT, H5T_NATIVE_DOUBLE, value);
}

/* One batch as HDF5 hands it out: pointers that it allocated, or one block of fixed width. */
struct text_batch {
    hid_t type, file_space, memory_space;
    size_t width; /* 0: of variable length */
    hsize_t first, count;
    char **texts; /* of variable length: [count] */
    char *block;  /* of fixed width: [count * width] */
};

static void batch_text(const struct text_batch *batch, hsize_t i, const char **text, size_t *length)
{
    if (batch->width == 0) {
        *text = batch->texts[i] ? batch->texts[i] : "";
        *length = strlen(*text);
    } else {
        *text = batch->block + i * batch->width;
        *length = strnlen(*text, batch->width);
    }
}

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

static status take_batch(const struct text_batch *batch, const char *path, const char *place,
                         void (*take)(void *context, int64_t item, const char *text, size_t length),
                         void *context)
{
    for (hsize_t i = 0; i < batch->count; i++) {
        const char *text;
        size_t length;

        batch_text(batch, i, &text, &length);
        if (!text_is_utf8(text, length))
            return fail(STATUS_BAD_INPUT, "%s: %s[%llu] is not UTF-8", path, place,
                        (unsigned long long)(batch->first + i));
        take(context, (int64_t)(batch->first + i), text, length);
    }
    return STATUS_OK;
}

status hdf5_read_texts(hid_t dataset, const char *path, const char *place, int64_t count,
                       void (*take)(void *context, int64_t item, const char *text, size_t length),
                       void *context)
{
    struct text_batch batch = {.type = H5Dget_type(dataset), .file_space = H5Dget_space(dataset)};
    status outcome = STATUS_OK;

    if (H5Tis_variable_str(batch.type) <= 0) batch.width = H5Tget_size(batch.type);
    if (batch.width == 0)
        batch.texts = mem_zero(BATCH_TEXTS, sizeof *batch.texts);
    else
        batch.block = mem_zero(BATCH_TEXTS, batch.width);
    while (outcome == STATUS_OK && (int64_t)batch.first < count) {
        const hsize_t left = (hsize_t)count - batch.first;

        batch.count = left < BATCH_TEXTS ? left : BATCH_TEXTS;
        if (read_batch(dataset, &batch))
            outcome = take_batch(&batch, path, place, take, context);
        else
            outcome = hdf5_fail(STATUS_BAD_INPUT, path, place, "cannot be read");
        release_batch(&batch);
        batch.first += batch.count;
    }
    mem_free(&batch.texts);
    mem_free(&batch.block);
    H5Sclose(batch.file_space);
    H5Tclose(batch.type);
    return outcome;
}
