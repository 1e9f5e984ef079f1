// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file column.h
 * The columns of the facility file: which field of which record stands where, as what type. Writing,
 * reading, checking and broadcasting are loops over this table.
 */
#pragma once

#include <telltale/telemetry.h>

#include <hdf5.h>

enum column_type { COLUMN_TEXT, COLUMN_INT8, COLUMN_INT32, COLUMN_INT64, COLUMN_DOUBLE };

/** What the numbers of a column may be. */
enum column_bound {
    BOUND_NONE,
    BOUND_KIND,     /**< 0 or 1 */
    BOUND_SEVERITY, /**< 0 to 3 */
    BOUND_HOST,     /**< -1 or a host */
    BOUND_JOB,      /**< -1 or a job */
    BOUND_TIME,     /**< not NaN */
    BOUND_COUNT,    /**< not below 0 */
};

struct column {
    const char *place; /**< "/hosts/name" */
    size_t offset;     /**< of the field in the record; INT8 is an enum there */
    enum column_type type;
    enum column_bound bound;
    bool is_optional; /**< int32: left out of the file where it is 0 everywhere */
};

/** One kind of record: an array of the facility with its count and room. */
struct record_kind {
    const char *name; /**< "hosts" */
    size_t record_bytes;
    size_t items_offset, count_offset, room_offset; /**< in struct facility */
    const struct column *columns;
    int column_count;
};

enum { RECORD_KINDS = 5, KIND_HOSTS = 0, KIND_METRICS, KIND_JOBS, KIND_EVENTS, KIND_LABELS };
extern const struct record_kind record_kinds[RECORD_KINDS];

/** Number of records, and the address of the first. */
int64_t records_count(const struct facility *facility, const struct record_kind *kind);
char *records_first(const struct facility *facility, const struct record_kind *kind);

/** Make @p count records, all zero, where there are none yet. */
void records_make(struct facility *facility, const struct record_kind *kind, int64_t count);

/** Bytes of one item of a numeric column in memory while it is read or written. */
size_t column_item_bytes(enum column_type type);

/** HDF5's type of a column in the file (the same on every machine) and in memory; TEXT: -1. Borrowed. */
hid_t column_file_type(enum column_type type);
hid_t column_memory_type(enum column_type type);

/** "int32", "string", ... */
const char *column_type_name(enum column_type type);

/** Copy a numeric column out of the records or into them; @p items [count]. */
void column_gather(const struct column *column, const struct record_kind *kind, const char *records,
                   int64_t count, void *items);
void column_scatter(const struct column *column, const struct record_kind *kind, char *records,
                    int64_t count, const void *items);

/** The text of one record. */
const char *column_text(const struct column *column, const char *record);
void column_set_text(const struct column *column, char *record, const char *text);
