// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file store_writer.h
 * What the files that write a facility share.
 */
#pragma once

#include "layout.h"
#include "partial.h"

#include <telltale/store.h>

#include <hdf5.h>

struct store_writer {
    const struct comm *comm; /**< borrowed */
    struct partial partial;
    struct layout samples;
    struct layout bases; /**< of counters; one chunk of [hosts, 1, 2 * metrics] floats */
    int descriptor;      /**< of the temporary file */
    int64_t written;     /**< samples that this rank has written */
    status outcome;      /**< the first failure of this rank */
    int compression;     /**< gzip level; 0: samples are written directly */
    hid_t file, dataset; /**< open in parallel, with compression only; else -1 */
};

/** Collective. Open file and dataset in parallel. */
status compressed_open(struct store_writer *writer);

/** Collective. store_write() with compression. */
status compressed_write(struct store_writer *writer, struct span hosts, struct span times,
                        const float *values);

/** Collective. */
status compressed_close(struct store_writer *writer);
