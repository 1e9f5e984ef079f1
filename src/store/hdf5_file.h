// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file hdf5_file.h
 * HDF5 as this module uses it: quiet, without file locks, every failure turned into a status whose
 * message names file and place. Nothing here is collective.
 */
#pragma once

#include <telltale/base.h>

#include <hdf5.h>

/** Is HDF5's `hid_t` or `herr_t` a failure? */
#define HDF5_FAILED(result) ((result) < 0)

/** A file access list: no file locks (many parallel file systems have none); with @p for_writing the
 *  format whose metadata carry checksums. For H5Pclose(). */
hid_t hdf5_access(bool for_writing);

/** Keep no more reasons, until the next hdf5_access(): else HDF5 itself speaks up at the end of the run about
 *  what a damaged file made it leave open. */
void hdf5_hush(void);

/** Open an existing file for reading. STATUS_BAD_INPUT where it is none, or no HDF5 file. */
status hdf5_open(const char *path, hid_t *file);

/** fail() with HDF5's own reason for the call that failed last. */
status hdf5_fail(status code, const char *path, const char *place, const char *what);

/** Is there an object of this path, every group on the way included? */
bool hdf5_has(hid_t file, const char *place);

/**
 * Open a dataset and learn its extents; STATUS_BAD_INPUT unless it has @p dimensions of them.
 *
 * @param extent  shape [dimensions]
 */
status hdf5_open_dataset(hid_t file, const char *path, const char *place, int dimensions,
                         int64_t *extent, hid_t *dataset);

/** Open a dataset of whatever dimensions there are, at most @p room. */
status hdf5_open_any(hid_t file, const char *path, const char *place, int room, int64_t *extent,
                     int *dimensions, hid_t *dataset);

/**
 * STATUS_BAD_INPUT unless a dataset can hold what its extents claim: @p items of @p item_bytes bytes within
 * the storage that the file gives it. Call it before allocating.
 */
status hdf5_check_storage(hid_t dataset, const char *path, const char *place, int64_t items,
                          size_t item_bytes);

/** Read an attribute of @p object, called @p place in messages. */
status hdf5_get_text(hid_t object, const char *path, const char *place, const char *attribute,
                     struct text *text);
status hdf5_get_int(hid_t object, const char *path, const char *place, const char *attribute,
                    int64_t *value);
status hdf5_get_real(hid_t object, const char *path, const char *place, const char *attribute,
                     double *value);

/** Write an attribute of one item; a failure gives a negative result. */
herr_t hdf5_put_attribute(hid_t object, const char *attribute, hid_t type, const void *value);
herr_t hdf5_put_text(hid_t object, const char *attribute, const char *text);

/** UTF-8 of variable length; for H5Tclose(). */
hid_t hdf5_text_type(void);

/**
 * A new file in place of one that is there. Neither it nor what is made in it by the functions below notes
 * the time, so that equal contents are equal bytes. HDF5 does not notice writes that fail (hdf5_driver.h).
 *
 * @param write_error  borrowed until the file is closed: 0, then the system's error number of the first failure
 */
hid_t hdf5_create_file(const char *path, int *write_error);

/** Open such a file to write more of it. */
hid_t hdf5_open_written(const char *path, int *write_error);

/** STATUS_CANNOT_WRITE where a write of such a file has failed. */
status hdf5_check_written(const char *path, int write_error);

/** Close it; STATUS_CANNOT_WRITE where that or any write has failed. */
status hdf5_close_written(hid_t file, const char *path, const int *write_error);

/** A property list of @p list_class (datasets, groups, files) that notes no times; for H5Pclose(). */
hid_t hdf5_creation(hid_t list_class);

/** Make the groups above an object of this path. */
herr_t hdf5_make_groups(hid_t file, const char *place);

/** A new dataset with its groups, contiguous, never filled; early: its space is given at once. */
hid_t hdf5_create_dataset(hid_t file, const char *place, hid_t type, int dimensions,
                          const int64_t *extent, bool early);

/**
 * Read all texts of a one-dimensional dataset, a batch at a time.
 *
 * @param take  called for each text in order, checked to be UTF-8
 */
status hdf5_read_texts(hid_t dataset, const char *path, const char *place, int64_t count,
                       void (*take)(void *context, int64_t item, const char *text, size_t length),
                       void *context);
