// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file import_private.h
 * What the sources share: rows of text from plain, packed or archived files, the tally of what became
 * of them, the part of the input at work, and the table of sources.
 */
#pragma once

#include "builder.h"

#include <telltale/import.h>

struct import;

/* ---- the tally ------------------------------------------------------------------------------ */

/** Why a row is not simply used; reason_table in tally.c gives class and words for each. */
enum reason {
    REASON_CELL,
    REASON_TEXT,
    REASON_CUT_END,
    REASON_REJOINED,
    REASON_BACKWARD,
    REASON_DUPLICATE,
    REASON_WORD,
    REASON_HOSTS,
    REASON_FEW_FIELDS,
    REASON_MANY_FIELDS,
    REASON_TIME,
    REASON_ORDER,
    REASON_NUL,
    REASON_HUGE,
    REASON_QUOTE,
    REASON_NAME,
    REASON_VALUE,
    REASON_STEP,
    REASON_OUTSIDE,
    REASON_STATE,
    REASON_NO_READING,
    REASON_SILENT,
    REASONS
};

struct reason_words {
    enum row_class row_class;
    const char *name;  /**< key in the JSON report */
    const char *words; /**< for people */
};
extern const struct reason_words reason_table[REASONS];

enum { PLACE_BYTES = 232 };

/** How often a reason came up, and where first. */
struct reason_count {
    int64_t rows;
    int64_t key, line; /**< of the first place: part and line */
    char place[PLACE_BYTES];
};

struct tally {
    int64_t rows[ROW_CLASSES];
    int64_t read; /**< rows that were begun; each ends in one class */
    int64_t files, passed_over, bytes;
    int64_t cells, cells_missing, cells_refused;
    struct reason_count reasons[REASONS];
};

/** Bring the ranks' tallies together on all of them. Collective. */
void tally_merge(const struct comm *comm, struct tally *tally);

/* ---- rows of text --------------------------------------------------------------------------- */

struct input;

/** Open a file, packed or not, archive or not. */
status input_open(const char *path, struct input **input);
void input_close(struct input **input);

/**
 * Open the member at work as a packed file of its own: data.json.gz within an archive. The outer input
 * must stay open and is not to be read from meanwhile.
 */
status input_open_member(struct input *outer, const char *place, struct input **input);

/** Does the name say that the file is packed? */
bool place_is_packed(const char *name);

/**
 * Go to the next file inside. @p name is "" where the file is no archive; borrowed until the next call;
 * NULL at the end.
 */
status input_next(struct input *input, const char **name);

/** Read up to @p room bytes; 0 at the end. STATUS_BAD_INPUT where the file is damaged. */
status input_read(struct input *input, char *bytes, size_t room, size_t *count);

/** Bytes of the file on disk that are read so far: for progress. */
int64_t input_position(const struct input *input);

struct lines {
    struct input *input; /**< borrowed */
    char *buffer;        /**< owned */
    size_t start, end, room;
    size_t limit; /**< bytes of a line at most */
    bool is_at_end;
    int64_t number;    /**< of the line read last, from 1 */
    size_t last_start; /**< of the line read last */
    size_t mark;       /**< bytes from here on stay in the buffer */
    int64_t bytes;
};

struct line {
    const char *bytes; /**< borrowed until the next line */
    size_t length;     /**< without the end of line, CRLF included */
    bool is_ended;     /**< false: the file ends within it */
    bool is_huge;      /**< over the limit: bytes hold the beginning only */
    bool has_nul;
};

void lines_init(struct lines *lines, struct input *input, size_t limit);
void lines_release(struct lines *lines);

/** The first bytes of the file without taking them; a mark of byte order (BOM) is taken off. */
status lines_head(struct lines *lines, const char **head, size_t *length);

/** @p has_line is false at the end. */
status lines_next(struct lines *lines, struct line *line, bool *has_line);

/** What follows from here on can be read again. */
void lines_mark(struct lines *lines);

/** Go on @p bytes behind the mark, where line @p number has ended. Not past a line that was too long. */
void lines_rewind(struct lines *lines, size_t bytes, int64_t number);

/** Give the line read last back. */
void lines_unread(struct lines *lines);

/** A stretch of text. */
struct piece {
    const char *bytes; /**< borrowed; not ended by NUL */
    size_t length;
};

/** A row cut into fields. */
struct row {
    struct piece *fields; /**< owned array of pieces */
    int count, room;
    const char *start;    /**< borrowed; all fields follow from here on; NULL: some are elsewhere */
    struct text joined;   /**< lines of one row put together */
    struct text unquoted; /**< contents of quoted fields */
    int64_t line;         /**< number of its first line */
    bool is_ended;
};

void row_release(struct row *row);
void row_split(struct row *row, const char *bytes, size_t length, char delimiter);

/** The same at runs of blanks and tabs; a line of blanks has no field. */
void row_split_words(struct row *row, const char *bytes, size_t length);

/** At a delimiter with quotes; false where the last quote is not closed. */
bool row_split_quoted(struct row *row, const char *bytes, size_t length, char delimiter);

bool piece_is(struct piece piece, const char *text);
bool piece_is_like(struct piece piece, const char *text); /**< without regard to case */
struct piece piece_trim(struct piece piece);

/* ---- a part: one file, or one file within an archive ---------------------------------------- */

struct part {
    struct import *import;
    int64_t key;       /**< order of parts: by file, then by place in the archive */
    const char *place; /**< for messages: path, or archive!member */
    const char *below; /**< path below the folder or archive that was given */
    const char *file;  /**< path on disk */
    bool is_member;    /**< of an archive */
    bool is_only_one;  /**< was named itself, not found in a folder or archive */
    struct lines lines;
    struct row row;
    int64_t line;     /**< of the row at work, for messages */
    bool is_repaired; /**< the row at work */
    bool is_open;     /**< a row is at work of which it is not said yet what becomes of it */
};

/**
 * Take the next row: skips blank lines, refuses lines that are too long or hold NUL. @p delimiter '\0':
 * the whole line is the only field.
 */
status part_next_row(struct part *part, char delimiter, bool is_quoted, bool *has_row);

/**
 * Begin a row that is no line of text: what part_next_row() does for lines. Each row must be used, refused or
 * left out, once, or be none, before the next begins; this is asserted.
 */
void part_begin_row(struct part *part);

/** What was begun is no row: a header, a comment, the moment of a poll. */
void part_not_a_row(struct part *part);

/** Note that the row at work was mended. */
void part_repair(struct part *part, enum reason reason);

/** Count the row at work as refused; STATUS_BAD_INPUT with --strict. */
status part_refuse(struct part *part, enum reason reason, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void part_leave_out(struct part *part, enum reason reason);

/** Count the row at work as used or repaired. */
void part_use(struct part *part);

/** A failure of the file as a whole, with the line. */
status part_fail(const struct part *part, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** The interned text of a field, made valid UTF-8 without NUL (noted as a repair). */
const char *part_text(struct part *part, struct piece piece);

/** A moment in the format and zone of the settings. */
bool part_time(const struct part *part, struct piece piece, double *unix_s);

/** Words of syslog, of Slurm, of Blue Gene, and the numbers 0 to 3 of the facility file. */
bool severity_read(struct piece word, int32_t *severity);

/** Is a moment within what is taken for one: 1980 to 2100? */
bool time_is_plausible(double unix_s);

/** Positions of named columns in a header row, without regard to case; -1 where absent. */
int row_find(const struct row *header, const char *name);

/** The first of several names, ended by NULL, that the header has. */
int row_find_any(const struct row *header, const char *const *names);

/** The column of the header at work that a setting names, or else one of the usual names; -1 for none. */
status part_find_column(const struct part *part, const char *setting, const char *const *usual,
                        int *column);

/** The name of a file without folders, packing and ending: "a/meminfo.csv.gz" is "meminfo". */
void place_stem(const char *place, char *stem, size_t room);

/** The name of a file without folders; a borrowed end of @p place. */
const char *place_name(const char *place);

/* ---- sources -------------------------------------------------------------------------------- */

struct source {
    const char *name;
    const char *summary;

    /** Do these first bytes look like it? Borrowed; not ended by NUL. */
    bool (*recognise)(const char *place, const char *head, size_t length);

    /** Read one part into the builder. */
    status (*read)(struct part *part);
};

extern const struct source source_ldms, source_csv, source_slurm, source_slurm_json,
    source_slurm_tacc, source_slurm_nrel, source_events, source_labels, source_ipmi, source_swf,
    source_mira_ras, source_mira_reservations, source_mira_maintenance, source_rack_layout,
    source_cockpit, source_xtdb2proc;

/** All of them; ended by NULL. */
extern const struct source *const source_table[];

/** By name, or by content where @p name is NULL; NULL where there is none. */
const struct source *source_find(const char *name, const char *place, const char *head,
                                 size_t length);

/** The first line of a head. */
struct piece head_line(const char *head, size_t length, int number);

/** A delimiter as it is written in settings: one character, or tab, comma, semicolon, pipe, space. */
status delimiter_read(const char *text, char *delimiter);

/** The delimiter that cuts the line into most fields, or '\0' where none does. */
char line_delimiter(struct piece line);

/* ---- the import at work --------------------------------------------------------------------- */

/** How times are written. */
struct time_style {
    const char *format; /**< borrowed: auto, iso, unix, unix_ms, unix_us, unix_ns or with `%` */
    int zone_offset_s;
    double scale;          /**< of the unix_ formats, 0 otherwise */
    double clock_offset_s; /**< that the clock is ahead */
};

/* Job logs, events and labels may have clocks of their own. */
enum { STYLE_OF_ALL, STYLE_OF_JOBS, STYLE_OF_EVENTS, STYLE_OF_LABELS, STYLES };

struct store;

struct import {
    const struct comm *comm;         /**< borrowed */
    const struct settings *settings; /**< borrowed */
    const char *output;              /**< borrowed */
    struct time_style time_styles[STYLES];
    struct time_style time_style;   /**< of the part at work */
    struct metric_classes *classes; /**< owned */
    struct tally tally;
    struct builder builder;
    struct store *earlier;         /**< owned; the file that is added to; NULL none */
    double from_unix_s, to_unix_s; /**< rows outside are left out */
    double latest_unix_s;          /**< stamps behind this moment are still to come */
    bool is_strict;
    size_t line_limit, field_limit;
    int64_t bytes_done, bytes_to_read; /**< of this rank's files: for progress */
    struct host_pattern *host_pattern; /**< owned; NULL where the settings have none */
    struct halves *halves; /**< owned; of ClusterCockpit's jobs in the archive at work */
    struct text notes;     /**< owned; lines for the report: files passed over */
};

/** Read how times are written, shape [STYLES]. */
status time_styles_read(const struct settings *settings, struct time_style *styles);

/** The style for a kind of file (NULL: what is not named by --jobs, --events or --labels). */
int time_style_of(const char *kind);
