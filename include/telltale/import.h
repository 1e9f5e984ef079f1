// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file import.h
 * What a facility already records, brought into one facility file: telemetry (LDMS, CSV), job logs,
 * event logs and labels.
 *
 * Files are dealt out to the ranks and read once, line by line. Samples go to a scratch file beside
 * the output, ordered by host, and from there onto the regular grid of the facility file: no rank ever
 * holds the input, only names, jobs, events and one block of samples. Every row that is read is either
 * used, repaired, refused or left out by rule, and counted with the first place where it happened.
 * The result has the same bits on any number of ranks. docs/import.md is the manual for users.
 */
#pragma once

#include <telltale/comm.h>
#include <telltale/config.h>

/* ---- the import ----------------------------------------------------------------------------- */

/** Options of `telltale import`, and keys of an entry of `sources` in a configuration. */
extern const struct parameter import_parameters[];

/** What became of the rows. */
enum row_class { ROW_USED, ROW_REPAIRED, ROW_REFUSED, ROW_LEFT_OUT, ROW_CLASSES };

struct import_report;

/**
 * Collective. Read @p inputs and what the settings name (`jobs`, `events`, `labels`) and write the
 * facility file `output`. STATUS_BAD_INPUT with file and line where a file is missing, empty, not text,
 * of an unknown kind or, with `strict`, holds a row that is refused; STATUS_CANNOT_WRITE where there is
 * no room. No file is left behind on failure.
 *
 * @param inputs  files, archives or folders, shape [count]; may be empty where the settings name some
 * @param report  on every rank, for import_report_destroy(); untouched on failure
 */
status import_run(const struct comm *comm, const struct settings *settings,
                  const char *const *inputs, int count, struct import_report **report);

/**
 * Collective. The same, and @p is_outside says of a failure whether all there is wrong is that the rows
 * that could be used lie outside `start` and `end`.
 */
status import_run_new(const struct comm *comm, const struct settings *settings,
                      const char *const *inputs, int count, struct import_report **report,
                      bool *is_outside);

void import_report_destroy(struct import_report **report);

/** The table that the command prints, or one JSON object. */
void import_report_table(const struct import_report *report, struct text *table);
void import_report_json(const struct import_report *report, struct text *json);

/** Rows of one class, over all files and ranks. */
int64_t import_report_rows(const struct import_report *report, enum row_class row_class);

/** Moments of the grid that was written; 0 where jobs, events and labels are all there is. */
int64_t import_report_samples(const struct import_report *report);

/** One line for each kind of source: name and what it is. */
void import_sources_help(struct text *help);

/* ---- the pure parts ------------------------------------------------------------------------- */

enum number { NUMBER_REFUSED, NUMBER_MISSING, NUMBER_READ };

/**
 * Read a decimal number as exactly as strtod() does in the C locale; spaces around it are allowed.
 * Empty texts, `nan`, `NA`, `N/A`, `null`, `None` and `-` are missing (@p value becomes NaN).
 * Refused: anything else, hexadecimal and decimal commas included, infinities, and what overflows.
 *
 * The fast way (mantissas up to 2^53, powers of ten up to 22) is Clinger's: "How to read floating point
 * numbers accurately", 1990: both factors are exact, so one rounding remains. Up to 16 characters are read
 * eight at a time.
 */
enum number number_parse(const char *text, size_t bytes, double *value);

/**
 * The same, faster, for a field of a row: bytes from @p start (at @p text or before) may be read. They do not
 * change the result.
 */
enum number number_parse_within(const char *start, const char *text, size_t bytes, double *value);

/**
 * Numbers a second on one core, for `telltale bench`: whole numbers of up to five digits and decimals of up
 * to five with two behind the point, by strtod(), as number_parse() reads cells, and as rows of 50 cells that
 * are split and read.
 */
double import_measure_strtod(double seconds);
double import_measure_numbers(double seconds);
double import_measure_rows(double seconds);

/** Order of names as people count: node2 before node10. Below, equal or above 0, as strcmp(). */
int natural_compare(const char *a, const char *b);

/* ---- names of runs -------------------------------------------------------------------------- */

enum { RUN_LABELS_MAX = 9 };

/** What a run's path says about it. Texts are copied into fixed room, longer ones cut. */
struct run_name {
    char path[512]; /**< the run's identity: the path up to the folder of the last named part */
    char application[128], user[128], project[128], queue[128];
    int label_count;
    struct run_label {
        char name[128];
        double start_s, end_s; /**< after the application's start; NaN: the run's own */
    } labels[RUN_LABELS_MAX];
};

/**
 * Match the leading folders of @p path against a pattern: `{name}` is one or more characters within a
 * folder's name, as few as can be; `{name:number}` decimal digits; `*` any characters within a name; two
 * stars and a slash any folders or none. The shortest leading path that matches counts.
 * Names with a meaning: application, user, project, queue, label, start, end, and label1 start1 end1 ...
 * up to 9 for several; others are there to be matched.
 */
bool run_name_match(const char *pattern, const char *path, struct run_name *run);

/** STATUS_BAD_USE where braces do not close, a name is empty or the kind is unknown. */
status run_pattern_check(const char *pattern);

/* ---- classes of metrics --------------------------------------------------------------------- */

enum metric_class { CLASS_UNLISTED, CLASS_GAUGE, CLASS_COUNTER, CLASS_DROPPED };

/** Globs for each class, in the order of a file like configs/metrics.yaml. */
struct metric_classes;

/**
 * Parse a file of the form of configs/metrics.yaml; @p bytes NULL: the table that was compiled in from
 * that file.
 */
status metric_classes_create(const char *bytes, size_t length, const char *path,
                             struct metric_classes **classes);
void metric_classes_destroy(struct metric_classes **classes);

/** The class of a metric; the first rule whose glob matches name (and source, where given) decides. */
enum metric_class metric_classes_find(const struct metric_classes *classes, const char *name,
                                      const char *source);

/** What libarchive says it is, with the packers it knows. */
const char *import_archive_version(void);
