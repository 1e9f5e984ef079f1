// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file gather.h
 * From what each rank found to one facility on all of them, its grid, its file and the report.
 */
#pragma once

#include "import_private.h"

#include <telltale/telemetry.h>

/* ---- files dealt to ranks ------------------------------------------------------------------- */

struct file {
    char *path;  /**< owned */
    char *below; /**< owned; path below the folder that was given, else the file's name */
    int64_t bytes;
    const char *kind; /**< static; NULL: by content */
    int32_t owner;    /**< rank */
    bool is_named;    /**< by the user, not found in a folder */
};

struct files {
    struct file *files; /**< owned */
    int64_t count;
    int64_t bytes;
};

/** Collective. List what inputs and settings name, folders walked by rank 0, in natural order. */
status files_list(const struct comm *comm, const struct settings *settings,
                  const char *const *inputs, int input_count, struct files *files);
void files_release(struct files *files);

/** Read the files of this rank into the builder. Local. */
status files_read(struct import *import, const struct files *files);

/* ---- bytes for other ranks ------------------------------------------------------------------ */

void pack_int64(struct text *bytes, int64_t value);
void pack_double(struct text *bytes, double value);
void pack_text(struct text *bytes, const char *text);

struct unpack {
    const char *at; /**< borrowed */
    const char *end;
};

void unpack_bytes(struct unpack *unpack, void *item, size_t size);
int64_t unpack_int64(struct unpack *unpack);
double unpack_double(struct unpack *unpack);

/** Borrowed from the packed bytes. */
const char *unpack_text(struct unpack *unpack);

/** Hosts with rows, metrics, schemas, jobs, events, labels, runs and bases of this rank. */
void builder_pack(const struct builder *builder, struct text *bytes);

/* ---- what was found, on all ranks ----------------------------------------------------------- */

struct merged_metric {
    const char *name, *source, *unit; /**< borrowed from the packed bytes */
    int64_t key, column, arrival;
    int64_t number; /**< in the facility */
    enum metric_class listed;
    struct behaviour behaviour;
};

struct merged_base {
    int64_t run, host, metric; /**< run: number in runs, -1 none; host, metric: of the facility */
    double unix_s, value;
};

struct merged_run {
    const char *path, *below;
    int64_t host; /**< of the facility */
    int32_t pattern;
    int64_t key;
    double start_unix_s, end_unix_s;
};

/** Local numbers of one rank in terms of the facility. */
struct rank_numbers {
    int64_t *hosts, *metrics, *runs; /**< owned; -1 where not kept */
    struct schema *schemas;          /**< owned; metrics of the facility */
    int64_t host_count, metric_count, run_count, schema_count;
    struct unpack rest; /**< jobs, events, labels: not unpacked yet */
};

struct merged {
    char *bytes; /**< owned; all ranks' packed bytes */
    int64_t *sizes;
    int ranks;
    struct rank_numbers *of_rank; /**< owned, [ranks] */
    struct list metrics;          /**< merged_metric in the facility's order */
    struct name_table *runs;      /**< owned; paths */
    struct list run_stretches;    /**< merged_run */
    struct list bases;            /**< merged_base by run, host, metric */
    double *earlier_bases;        /**< owned, [hosts, metrics]; NULL: no earlier samples */
    struct facility *facility;    /**< owned */
    int64_t foreign_hosts;        /**< named by jobs or events, without samples here */
    int64_t known_records;        /**< of several inputs, or the earlier file's */
};

/** Collective. Gather and put together; the facility lacks its grid and kinds. */
status merge(struct import *import, struct merged *merged);
void merged_release(struct merged *merged);

/** Hosts, metrics, runs and bases of all ranks; to be called by merge(). Returns how many hosts have samples. */
int64_t merge_telemetry(const struct import *import, struct merged *merged);

/** Which input each job, event and label of a facility came from, in their order. */
struct batches {
    struct list jobs, events, labels; /**< int64_t */
};

/** The items up to @p count that are not noted yet are of @p batch. */
void batches_extend(struct list *batches, int64_t count, int64_t batch);
void batches_release(struct batches *batches);

/** facility_unite(). */
int64_t batches_unite(const struct batches *batches, struct facility *facility);

/* ---- a file that is added to ---------------------------------------------------------------- */

/** Collective. Open the output for `--update`, where there is one already. */
status earlier_open(struct import *import);

/** Put what the earlier file holds into a new facility, before anything else: hosts where no new ones come. */
void earlier_metrics(const struct import *import, struct facility *facility);
void earlier_host(const struct import *import, struct host *host);
void earlier_records(const struct import *import, struct facility *facility,
                     struct batches *batches);

/** The grid of the earlier file, made longer to hold [@p first, @p last]. */
status earlier_grid(const struct import *import, struct facility *facility, double first,
                    double last);

/** What the earlier file took from the counters; NULL where there is none. To be freed. Local. */
status earlier_bases(const struct import *import, const struct facility *facility, double **bases);

/**
 * Put its samples where a block has none. Local.
 *
 * @param shifts  shape [hosts, metrics]: what is to be added to its samples
 */
status earlier_samples(const struct import *import, const struct facility *facility,
                       struct span hosts, struct span times, const double *shifts, float *values);

/** Read over the places of a rank. */
void take_places(struct unpack *unpack, struct list *places);

/** Put the hosts in their places; where there are no hosts yet, those of the layout are the hosts. */
void merge_places(struct facility *facility, struct list *places);

/** Runs as jobs with labels. */
void merge_runs(struct import *import, struct merged *merged);

/** Kinds of the metrics, by list or behaviour; names the unlisted in the notes. */
void kinds_decide(struct import *import, struct merged *merged);

/** Collective. Period, first sample and number of samples of the facility. */
status grid_decide(struct import *import, const struct merged *merged);

/** Collective. Add the steps from file to file of each host to the histogram @p bins. */
void steps_between_files(struct import *import, const struct merged *merged, int64_t *bins);

/** The sample nearest to a moment. Half a period goes up. */
int64_t grid_slot(const struct facility *facility, double unix_s);

/**
 * What is taken from the counters of a host within a run (-1: outside runs).
 *
 * @param bases  shape [metrics]
 */
void bases_find(const struct merged *merged, int64_t run, int64_t host, double *bases);

/** What stands in the file: the base of a host's earliest run. @param bases  shape [hosts, metrics] */
void bases_of_file(const struct merged *merged, struct span hosts, double *bases);

/** Collective. Write the facility file from the scratch files. */
status fill(struct import *import, const struct merged *merged, const struct files *files,
            double *largest_offset_s);

/* ---- the report ----------------------------------------------------------------------------- */

/** Counts of one host's stamps; see struct host. */
struct host_stamps {
    char *host; /**< owned */
    int64_t backward, future;
};

struct import_report {
    struct tally tally;
    struct text notes; /**< owned */
    char *output;      /**< owned */
    int64_t hosts, metrics, counters, samples, jobs, events, labels, foreign_hosts;
    int64_t hosts_without_jobs; /**< where there are jobs with hosts */
    int64_t start_unix_s;
    double period_s, largest_offset_s, seconds;
    bool is_period_given;
    struct host_stamps *stamps; /**< owned, [stamp_hosts]: hosts with evidence of a wrong clock */
    int64_t stamp_hosts;
};

void stamps_take(struct import_report *report, const struct facility *facility);
void stamps_release(struct import_report *report);
void stamps_table(const struct import_report *report, struct text *table);
struct json_t *stamps_json(const struct import_report *report);
