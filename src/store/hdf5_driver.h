// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file hdf5_driver.h
 * How HDF5 writes the files that one rank makes. HDF5 does not survive a write that fails: the file cannot be closed
 * any more, and the attempt to do so when the run ends crashes. So it never hears of one: the first failure is noted,
 * what comes after it is dropped, and the file is thrown away by whoever made it.
 */
#pragma once

#include <hdf5.h>

/**
 * Let files created with @p access be written so.
 *
 * @param write_error  borrowed until the file is closed: the system's error number of the first call that failed,
 *                     untouched where none has
 */
herr_t hdf5_set_driver(hid_t access, int *write_error);
