// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file builder.h
 * What one rank finds in its files: hosts, metrics, jobs, events, labels and runs in memory, samples in a
 * scratch file.
 */
#pragma once

#include <telltale/import.h>

struct part;
struct piece;

/* ---- the builder: what was found, on this rank ---------------------------------------------- */

/** Behaviour of a metric: sums and extremes, so that the ranks' can be put together. */
struct behaviour {
    int64_t steps, rises, falls, resets; /**< between samples of one host within a part */
    int64_t fractions;                   /**< values that are not whole */
    double low, high;
};

/** Local numbers of hosts, metrics and schemas are in order of arrival on this rank. */
struct found_metric {
    const char *name, *source, *unit; /**< interned */
    int64_t key, column;              /**< where first */
    enum metric_class listed;
    int32_t schema_alone; /**< the schema of this metric alone; -1 until asked for */
    struct behaviour behaviour;
};

/** The columns of a kind of row. */
struct schema {
    int32_t *metrics; /**< owned, local numbers */
    int32_t count;
};

struct found_job {
    const char *id, *user, *project, *name, *application, *queue, *state, *hosts; /**< interned */
    int64_t submit_unix_s, start_unix_s, end_unix_s, limit_s;
    int32_t node_count, exit_code;
    int64_t key, line;
};

struct found_event {
    double unix_s;
    const char *host, *category, *location, *message; /**< interned */
    int64_t key, line;
    int32_t severity;
};

struct found_label {
    const char *host, *job, *name; /**< interned; "" none */
    double start_unix_s, end_unix_s;
    int64_t key, line;
};

/** Where a host stands, as a layout says; -1 where it does not. */
struct found_place {
    const char *host; /**< interned */
    int32_t row, rack, chassis, slot;
    int64_t key, line;
};

/** A stretch of a run that a part holds. */
struct found_run {
    const char *path;  /**< interned; the run's identity */
    const char *below; /**< interned; path of the part below the given folder */
    int32_t host;      /**< local number */
    int32_t pattern;   /**< that matched */
    int64_t key;
    double start_unix_s, end_unix_s; /**< first and last sample */
};

/** An array that grows: items of one size. */
struct list {
    char *items; /**< owned */
    int64_t count, room;
    size_t item_bytes;
};

void *list_add(struct list *list, size_t item_bytes); /**< zeroed; valid until the next */
void *list_at(const struct list *list, int64_t number);
void list_release(struct list *list);

struct host_series;
struct spill;

struct builder {
    struct name_table *texts, *hosts, *metric_names; /**< owned */
    struct list metrics;                             /**< found_metric */
    struct list schemas;                             /**< schema */
    struct list series;                              /**< host_series pointers, by local host */
    struct list jobs, events, labels, places, runs, bases;
    struct spill *spill; /**< owned; NULL until the first sample */
    int64_t *steps;      /**< histogram of steps in time, [STEP_BINS] */
    double first_unix_s, last_unix_s;
    int64_t first_run_of_part, first_job_of_part, first_event_of_part, first_label_of_part;
    int64_t run_of_part; /**< -1, or the index of the pattern that the part matches */
    char run_path[512];
};

void builder_init(struct builder *builder);
void builder_release(struct builder *builder);

const char *builder_text(struct builder *builder, const char *bytes, size_t length);
int32_t builder_host(struct part *part, struct piece name);

/** -1 where the configuration drops it. */
int32_t builder_metric(struct part *part, const char *name, const char *source, const char *unit,
                       int64_t column);
int32_t builder_schema(struct part *part, const int32_t *metrics, int32_t count);
int32_t builder_schema_of_one(struct part *part, int32_t metric);

/**
 * Take one row of samples and count it as used, repaired or left out.
 *
 * @param values  shape [count of the schema], NaN where missing
 */
status builder_row(struct part *part, int32_t host, int32_t schema, double unix_s,
                   const double *values);

/**
 * Take the samples of rows that are counted already, as one row: a poll. @p has_used: is one of them
 * used as it was read, so that it can become a repaired one?
 */
status builder_poll(struct part *part, int32_t host, int32_t schema, double unix_s,
                    const double *values, bool has_used);

/** Read cells as numbers; what is none becomes NaN and is noted. */
void builder_cells(struct part *part, const struct piece *fields, const int *columns, int32_t count,
                   double *values);

struct found_job *builder_job(struct part *part);
struct found_event *builder_event(struct part *part);
struct found_label *builder_label(struct part *part);
struct found_place *builder_place(struct part *part, const char *host);

/** Begin and end of a part: runs, series that are not followed across parts. */
void builder_begin_part(struct part *part);
status builder_end_part(struct part *part);

/** All parts are read: bases of series outside runs. */
void builder_finish(struct builder *builder);

/* Steps in time are counted in bins: by 1 ms below 10 s, 10 ms below 100 s, 0.1 s below 1,000 s, 1 s. */
enum { STEP_BINS = 10000 + 9000 + 9000 + 99000 };
int step_bin(double step_s);
double step_of_bin(int bin);

/** The series of one host and metric while it is read. */
struct series {
    double previous;
    double first_unix_s, first_value; /**< earliest sample; NaN none */
    double high;
    int64_t part; /**< that `previous` is of */
};

/**
 * The earliest sample of a series that passes 2^24, where single precision stops counting: what is
 * taken from a counter. Within a run the series begins with the run.
 */
struct found_base {
    const char *run;      /**< interned; "" outside runs */
    int32_t host, metric; /**< local numbers */
    double unix_s, value;
};

/** Where one host's rows of one schema stand in time. */
struct stream {
    double last_unix_s;
    int64_t part;
};

struct host_series {
    struct series *series; /**< owned, [series_count], by local metric */
    int64_t series_count;
    struct stream *streams; /**< owned, [stream_count], by schema */
    int64_t stream_count;
    int64_t run; /**< index in runs, of part run_part */
    int64_t run_part;
    int64_t stamps_backward, stamps_future; /**< rows */
};

/* ---- the scratch file ----------------------------------------------------------------------- */

/** Head of a row in the scratch file; `count of the schema` doubles follow. */
struct spill_row {
    double unix_s;
    int64_t line;
    int32_t schema; /**< local number of the rank that wrote it */
    int32_t is_repaired;
};

/** A run of rows of one host and part. */
struct segment {
    int64_t key, sequence; /**< order of arrival */
    int64_t offset, bytes, rows;
    int32_t rank, host; /**< local host number of that rank */
    int64_t run;        /**< index in `runs` of that rank, or -1 */
    double first_unix_s, last_unix_s;
};

/** Remove scratch files that an import which was killed has left. Not while another writes this output. */
void spill_sweep(const char *output);

/** The scratch file of this rank beside @p output; it is made with the first row. */
status spill_create(const char *output, int rank, struct spill **spill);

/** Closes and removes the file. */
void spill_destroy(struct spill **spill);
status spill_row(struct spill *spill, int32_t host, const struct spill_row *head,
                 const double *values, int32_t count);

/** The rows that follow are of part @p key; those before must be flushed. */
void spill_begin_part(struct spill *spill, int64_t key);

/** Write what is held back. */
status spill_flush(struct spill *spill);

/** Say which run a host's rows of this part belong to. */
void spill_set_run(struct spill *spill, int32_t host, int64_t run);
const struct segment *spill_segments(const struct spill *spill, int64_t *count);
void spill_path(const char *output, int rank, struct text *path);
