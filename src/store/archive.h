// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file archive.h
 * What the files of the archive share. Rank 0 alone has the HDF5 file open; other ranks write rows of declared
 * arrays straight to where HDF5 has put them, and open the file themselves only to read rows.
 */
#pragma once

#include "layout.h"
#include "partial.h"

#include <telltale/store.h>

#include <hdf5.h>

/** An array that ranks fill by rows. */
struct declared_array {
    char *name; /**< owned */
    struct archive_shape shape;
    int64_t first_byte;
};

struct archive {
    const struct comm *comm; /**< borrowed */
    char *path;              /**< owned */
    hid_t file;              /**< -1 where not open on this rank */
    bool is_writing;
    struct partial partial;        /**< writing only */
    int descriptor;                /**< of the temporary file, -1 until rows are written */
    int write_error;               /**< of the file, see hdf5_create_file() */
    status outcome;                /**< the first failure of this rank while writing */
    struct declared_array *arrays; /**< owned */
    int array_count;
};

size_t archive_type_bytes(enum archive_type type);
hid_t archive_memory_type(enum archive_type type);
hid_t archive_file_type(enum archive_type type);

/** Items of an array, and of one of its rows. */
int64_t archive_items(const struct archive_shape *shape);
int64_t archive_row_items(const struct archive_shape *shape);

/** Collective. Hand rank 0's bytes to the others, whose @p text is empty. */
void archive_share_text(const struct comm *comm, struct text *text);

/** Close what is open on this rank and release it. */
void archive_release(struct archive **archive);
