// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file store.h
 * The facility file (docs/formats.md), in HDF5: written by host tiles under a temporary name and renamed when
 * complete, read by host tiles and spans of time. Small archives of columns and attributes (models, scores)
 * are written through the same module.
 *
 * MPI-IO cannot write texts of variable length, and hangs where a disk is full. So rank 0 writes all but
 * the samples through HDF5 and lets it allocate them in one piece; ranks then write and read them with the
 * system's own calls. Compressed chunks are packed by the ranks and written by rank 0.
 *
 * A file that stands at the path is replaced, a link is replaced and not followed; a folder or device there is
 * STATUS_CANNOT_WRITE. What a killed run left beside the path is removed.
 */
#pragma once

#include <telltale/comm.h>
#include <telltale/telemetry.h>

#define FACILITY_FORMAT "telltale facility"
enum { FACILITY_VERSION = 1 };

/* ---- reading -------------------------------------------------------------------------------- */

struct store;

/**
 * Collective. Open a facility file, check format, version, types and shapes, and read everything but
 * the samples. STATUS_BAD_INPUT with path, place and what was expected where anything is amiss.
 */
status store_open(const struct comm *comm, const char *path, struct store **store);
void store_close(struct store **store); /**< Collective. Accepts NULL. */

/** Borrowed; lives as long as @p store. */
const struct facility *store_facility(const struct store *store);
const char *store_path(const struct store *store);
const struct comm *store_comm(const struct store *store);

/** Bytes on disk of a chunk, and its hosts and times: reads that follow them are fast. */
void store_chunk(const struct store *store, int64_t *hosts, int64_t *times);

/**
 * Read samples of some hosts and times. Local: ranks read what they want, when they want.
 *
 * @param values  shape [hosts.count, times.count, metrics], NaN where missing
 */
status store_read(struct store *store, struct span hosts, struct span times, float *values);

/**
 * What was taken from the counters of some hosts before they were written (counter_rebase()); a
 * counter's own value is base + sample. Local.
 *
 * @param bases  shape [hosts.count, metrics], 0 for gauges and where the file has no bases
 */
status store_read_bases(struct store *store, struct span hosts, double *bases);

/**
 * Collective. Count the samples that are there (finite), streaming over the file in bounded memory.
 *
 * @param by_host    a new block [hosts]
 * @param by_metric  a new block [metrics]
 */
status store_survey(struct store *store, int64_t **by_host, int64_t **by_metric);

/** Are the samples read without HDF5: neither compressed nor in another form than store_create() gives them? */
bool store_is_direct(const struct store *store);

/** Bytes of samples that store_read() and archive_get_block() have read in this process so far. Local. */
int64_t store_bytes_read(void);

/* ---- writing -------------------------------------------------------------------------------- */

struct store_writer;

struct store_options {
    int64_t tile_hosts; /**< hosts a chunk at most; 64 where 0 */
    int compression;    /**< gzip level; 0 none. Space is checked as if there were none */
};

/**
 * Collective. Begin a file beside @p path under a temporary name: everything of @p facility, and room
 * for the samples. Space is checked and reserved first. STATUS_CANNOT_WRITE where the system refuses.
 */
status store_create(const struct comm *comm, const char *path, const struct facility *facility,
                    const struct store_options *options, struct store_writer **writer);

/** Hosts and times of a chunk: blocks of whole chunks are written fast. Tiles are whole numbers of them. */
void store_writer_chunk(const struct store_writer *writer, int64_t *hosts, int64_t *times);

/**
 * Write samples. Local for uncompressed files. Between them the ranks must write every sample once
 * (NaN where missing). With compression: collective (a rank with nothing passes empty spans), whole
 * chunks.
 */
status store_write(struct store_writer *writer, struct span hosts, struct span times,
                   const float *values);

/**
 * Write the bases of rebased counters (counter_rebase()); those of hosts never written are 0. Local.
 *
 * @param bases  shape [hosts.count, metrics]
 */
status store_write_bases(struct store_writer *writer, struct span hosts, const double *bases);

/**
 * Collective. Complete the file: sync, rename to its name, sync the folder. Fails where a write failed
 * before on any rank, so that callers may leave the status of store_write() to it. On failure the
 * temporary file is gone and an older file of that name is as it was. Either way the writer is
 * destroyed.
 */
status store_commit(struct store_writer **writer);

/** Collective. Drop the temporary file. Accepts NULL. */
void store_discard(struct store_writer **writer);

/* ---- archives: models, scores --------------------------------------------------------------- */

/**
 * A small HDF5 file of named arrays and attributes, written by rank 0 or, for large arrays, by all;
 * groups in a path are made as needed. Every call is collective, arguments other than arrays are
 * equal on all ranks, and a failure is reported by archive_commit() at the latest.
 */
struct archive;

enum archive_type { ARCHIVE_FLOAT, ARCHIVE_DOUBLE, ARCHIVE_INT8, ARCHIVE_INT32, ARCHIVE_INT64 };

enum { ARCHIVE_DIMENSIONS_MAX = 4 };

/** An array as it stands in a file. */
struct archive_shape {
    enum archive_type type;
    int dimensions;
    int64_t extent[ARCHIVE_DIMENSIONS_MAX];
};

/** Begin under a temporary name; root attributes `format` and `version` are set. */
status archive_create(const struct comm *comm, const char *path, const char *format, int version,
                      struct archive **archive);
status archive_commit(struct archive **archive);
void archive_discard(struct archive **archive);

/** Write a whole array that rank 0 holds (others pass NULL). */
void archive_put(struct archive *archive, const char *name, struct archive_shape shape,
                 const void *items);

/** Declare an array that ranks then fill by rows (first dimension). */
void archive_declare(struct archive *archive, const char *name, struct archive_shape shape);

/** Write rows of a declared array. Local; @p rows may be empty. */
void archive_put_rows(struct archive *archive, const char *name, struct span rows,
                      const void *items);

/** A column of texts that rank 0 holds. @param texts  shape [count] */
void archive_put_texts(struct archive *archive, const char *name, const char *const *texts,
                       int64_t count);

/** Attributes of the group or array @p name ("/" for the root). */
void archive_put_text(struct archive *archive, const char *name, const char *attribute,
                      const char *text);
void archive_put_int(struct archive *archive, const char *name, const char *attribute,
                     int64_t value);
void archive_put_real(struct archive *archive, const char *name, const char *attribute,
                      double value);

/**
 * Open for reading; STATUS_BAD_INPUT unless root `format` and `version` are as expected (@p format NULL:
 * any HDF5 file).
 */
status archive_open(const struct comm *comm, const char *path, const char *format, int version,
                    struct archive **archive);
void archive_close(struct archive **archive);

/** The path that it was opened with, for messages. */
const char *archive_path(const struct archive *archive);

bool archive_has(struct archive *archive, const char *name);

/**
 * The paths of all arrays and columns of texts, groups within groups, in the order of their names;
 * at most 10,000 of them.
 */
status archive_list(struct archive *archive, struct name_table *paths);

/** The shape of an array, of any numeric type that converts to the one reported. */
status archive_shape(struct archive *archive, const char *name, struct archive_shape *shape);

/** Read a whole array as @p shape says (checked; extent -1 accepts any and is filled in), on every rank.
 *  @param items  a new block for mem_free() */
status archive_get(struct archive *archive, const char *name, struct archive_shape *shape,
                   void **items);

/** Read rows of an array. Local. @param items  shape [rows.count, ...] of @p type */
status archive_get_rows(struct archive *archive, const char *name, struct span rows,
                        enum archive_type type, void *items);

/** Read some columns (second dimension) of some rows. Local. @param items  [rows.count, columns.count, ...] */
status archive_get_block(struct archive *archive, const char *name, struct span rows,
                         struct span columns, enum archive_type type, void *items);

/** Texts are interned in @p names; @param numbers  a new block [count] */
status archive_get_texts(struct archive *archive, const char *name, struct name_table *names,
                         int64_t **numbers, int64_t *count);
status archive_get_text(struct archive *archive, const char *name, const char *attribute,
                        struct text *text);
status archive_get_int(struct archive *archive, const char *name, const char *attribute,
                       int64_t *value);
status archive_get_real(struct archive *archive, const char *name, const char *attribute,
                        double *value);

/* ---- output folders ------------------------------------------------------------------------- */

/**
 * Collective. Make a folder and lock it for this run (flock on `.lock`). STATUS_INTERRUPTED at once
 * where another run holds it.
 */
struct folder_lock;
status folder_lock(const struct comm *comm, const char *path, struct folder_lock **lock);
void folder_unlock(struct folder_lock **lock);

/** Local. Write a small file atomically: temporary name, sync, rename, sync of the folder. */
status file_write(const char *path, const char *bytes, size_t length);

/** What the HDF5 library says it is: "1.10.8, parallel". */
const char *store_hdf5_version(void);
