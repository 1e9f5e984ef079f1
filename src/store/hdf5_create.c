// SPDX-License-Identifier: BSD-3-Clause
#include "hdf5_file.h"

#include "hdf5_driver.h"

#include <string.h>

hid_t hdf5_creation(hid_t list_class)
{
    const hid_t creation = H5Pcreate(list_class);

    H5Pset_obj_track_times(creation, false);
    return creation;
}

hid_t hdf5_create_file(const char *path, int *write_error)
{
    const hid_t access = hdf5_access(true);
    const hid_t creation = hdf5_creation(H5P_FILE_CREATE);
    hid_t file = -1;

    *write_error = 0;
    if (!HDF5_FAILED(hdf5_set_driver(access, write_error)))
        file = H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
    H5Pclose(creation);
    H5Pclose(access);
    return file;
}

hid_t hdf5_open_written(const char *path, int *write_error)
{
    const hid_t access = hdf5_access(true);
    hid_t file = -1;

    *write_error = 0;
    if (!HDF5_FAILED(hdf5_set_driver(access, write_error)))
        file = H5Fopen(path, H5F_ACC_RDWR, access);
    H5Pclose(access);
    return file;
}

status hdf5_check_written(const char *path, int write_error)
{
    if (write_error == 0) return STATUS_OK;
    return fail(STATUS_CANNOT_WRITE, "%s: cannot write: %s", path, strerror(write_error));
}

status hdf5_close_written(hid_t file, const char *path, const int *write_error)
{
    const herr_t closed = H5Fclose(file);

    TRY(hdf5_check_written(path, *write_error));
    if (!HDF5_FAILED(closed)) return STATUS_OK;
    return hdf5_fail(STATUS_CANNOT_WRITE, path, "", "cannot write");
}

herr_t hdf5_make_groups(hid_t file, const char *place)
{
    const hid_t creation = hdf5_creation(H5P_GROUP_CREATE);
    herr_t outcome = 0;
    char part[256];

    for (const char *at = strchr(place + 1, '/'); at && outcome == 0; at = strchr(at + 1, '/')) {
        const size_t length = (size_t)(at - place);
        hid_t group;

        if (length >= sizeof part) outcome = -1;
        if (outcome != 0) break;
        memcpy(part, place, length);
        part[length] = '\0';
        if (H5Lexists(file, part, H5P_DEFAULT) > 0) continue;
        group = H5Gcreate2(file, part, H5P_DEFAULT, creation, H5P_DEFAULT);
        outcome = HDF5_FAILED(group) ? -1 : H5Gclose(group);
    }
    H5Pclose(creation);
    return outcome;
}

herr_t hdf5_put_attribute(hid_t object, const char *attribute, hid_t type, const void *value)
{
    const hid_t space = H5Screate(H5S_SCALAR);
    hid_t handle = -1;
    herr_t outcome = -1;

    if (H5Aexists(object, attribute) > 0) H5Adelete(object, attribute);
    handle = H5Acreate2(object, attribute, type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (!HDF5_FAILED(handle)) {
        outcome = H5Awrite(handle, type, value);
        H5Aclose(handle);
    }
    H5Sclose(space);
    return outcome;
}

hid_t hdf5_create_dataset(hid_t file, const char *place, hid_t type, int dimensions,
                          const int64_t *extent, bool early)
{
    const hid_t creation = hdf5_creation(H5P_DATASET_CREATE);
    hsize_t size[H5S_MAX_RANK];
    hid_t dataset = -1;
    hid_t space;

    for (int i = 0; i < dimensions; i++) size[i] = (hsize_t)extent[i];
    space = H5Screate_simple(dimensions, size, NULL);
    if (early) {
        H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY);
        H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER);
    }
    if (!HDF5_FAILED(hdf5_make_groups(file, place)))
        dataset = H5Dcreate2(file, place, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    H5Sclose(space);
    H5Pclose(creation);
    return dataset;
}
