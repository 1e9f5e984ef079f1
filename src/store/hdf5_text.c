// SPDX-License-Identifier: BSD-3-Clause
#include "hdf5_file.h"

#include <string.h>

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
    hid_t handle = -1;
    hid_t type = -1;

    TRY(open_attribute(object, path, place, attribute, &handle, &type));
    if (H5Tget_class(type) != H5T_STRING) {
        outcome = fail(STATUS_BAD_INPUT, "%s: attribute \"%s\" of %s is not a string", path,
                       attribute, place);
    } else if (!read_text(handle, type, &found)) {
        outcome = hdf5_fail(STATUS_BAD_INPUT, path, place, "an attribute cannot be read");
    } else if (found.length > 0 && !text_is_utf8(found.bytes, found.length)) {
        outcome = fail(STATUS_BAD_INPUT, "%s: attribute \"%s\" of %s is not UTF-8", path, attribute,
                       place);
    } else {
        text_add(text, found.length > 0 ? found.bytes : "", found.length);
    }
    text_release(&found);
    H5Tclose(type);
    H5Aclose(handle);
    return outcome;
}

static status get_number(hid_t object, const char *path, const char *place, const char *attribute,
                         H5T_class_t other_class, hid_t memory_type, void *value)
{
    status outcome = STATUS_OK;
    hid_t handle = -1;
    hid_t type = -1;

    TRY(open_attribute(object, path, place, attribute, &handle, &type));
    if (H5Tget_class(type) != H5T_INTEGER && H5Tget_class(type) != other_class) {
        outcome = fail(STATUS_BAD_INPUT, "%s: attribute \"%s\" of %s is not %s", path, attribute,
                       place, other_class == H5T_INTEGER ? "an integer" : "a number");
    } else if (HDF5_FAILED(H5Aread(handle, memory_type, value))) {
        outcome = hdf5_fail(STATUS_BAD_INPUT, path, place, "an attribute cannot be read");
    }
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
