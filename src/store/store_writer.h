// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file store_writer.h
 * What the files that write a facility share.
 */
#pragma once

#include "chunk_pack.h"
#include "layout.h"
#include "partial.h"

#include <telltale/store.h>

#include <hdf5.h>

struct store_writer {
    const struct comm *comm; /**< borrowed */
    struct partial partial;
    struct layout samples;
    struct layout bases;    /**< of counters; one chunk of [hosts, 1, 2 * metrics] floats */
    int descriptor;         /**< of the temporary file */
    int64_t written;        /**< samples that this rank has written */
    status outcome;         /**< the first failure of this rank */
    int compression;        /**< gzip level; 0: samples are written directly */
    hid_t file, dataset;    /**< open on rank 0, with compression only; else -1 */
    int write_error;        /**< of the file, see hdf5_create_file() */
    struct chunk_pack pack; /**< with compression only */
};

/** Collective. Open file and dataset. */
status compressed_open(struct store_writer *writer);

/** Collective. store_write() with compression. */
status compressed_write(struct store_writer *writer, const struct chunk_source *source);

/** Collective. */
status compressed_close(struct store_writer *writer);
