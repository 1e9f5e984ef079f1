// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file base.h
 * What every other module stands on: outcomes with messages, checked memory, claims that end the
 * run, a log with levels, the UTC clock, text and counter-based random numbers.
 *
 * Nothing here knows MPI or HDF5, and nothing here is collective.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- outcomes ------------------------------------------------------------------------------- */

/**
 * Outcome of an operation that can fail for a reason outside the program, in rising order of
 * gravity: where ranks disagree, the gravest is reported.
 */
typedef enum status {
    STATUS_OK = 0,
    STATUS_ANOMALY,      /**< verdicts of anomaly, with --fail-on-anomaly */
    STATUS_INTERRUPTED,  /**< told to stop, or another run holds the folder; may be resumed */
    STATUS_BAD_USE,      /**< the command line or the configuration is not acceptable */
    STATUS_BAD_INPUT,    /**< a file is missing, or holds what it should not */
    STATUS_CANNOT_WRITE, /**< the system refused to take the output */
    STATUS_FAILED,       /**< a failure inside */
} status;

/** The program's exit status for an outcome: 0, 10, 75, 2, 3, 4, 1 in the order above. */
int status_exit_code(status code);

/** Record why and return @p code. The message is one clause: no newline, no capital, no full stop. */
#define fail(code, ...) status_fail((code), __FILE__, __LINE__, __VA_ARGS__)

status status_fail(status code, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

enum { STATUS_MESSAGE_BYTES = 1024 };

/** Why the latest failure of this process happened; "" where none has. */
const char *status_message(void);
void status_set_message(const char *message);

/** Return at once from a function that owns nothing yet. */
#define TRY(call) \
    do { \
        const status try_status = (call); \
        if (try_status != STATUS_OK) return try_status; \
    } while (0)

/** A claim about the program itself. Always checked; where it is false the run ends. */
#define ASSERT(claim) ((claim) ? (void)0 : base_bug(#claim, __FILE__, __LINE__))

void base_bug(const char *claim, const char *file, int line) __attribute__((noreturn));

/**
 * Before a function that is a loop over arrays: the best of several compiled forms is taken at run time. Nothing is fused
 * (-ffp-contract=off), so where lanes do not meet all forms give the same bits.
 */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) \
    && !defined(__SANITIZE_ADDRESS__)
#    define FOR_EACH_CPU \
        __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#    define FOR_EACH_CPU
#endif

/** End the run because the machine failed us: message with rank, then the hook or abort(). */
void base_die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/** How to end the whole run from one rank (comm installs MPI_Abort); NULL means abort(). */
void base_set_end(void (*end_run)(int exit_code));

/* ---- memory --------------------------------------------------------------------------------- */

/** Zeroed memory for @p count items, for mem_free(); ends the run where there is none. */
void *mem_zero(size_t count, size_t item_bytes) __attribute__((returns_nonnull));

/**
 * Like mem_zero(), aligned to 64 bytes and, where large, backed by huge pages: arrays that are
 * streamed. Contents are zero.
 */
void *mem_array(size_t count, size_t item_bytes) __attribute__((returns_nonnull));

/** Grow or shrink to @p count items, contents kept, new items not cleared. Not for mem_array(). */
void *mem_resize(void *memory, size_t count, size_t item_bytes) __attribute__((returns_nonnull));

/** Copy of a text. */
char *mem_text(const char *text);

/** Release and set to NULL; accepts a pointer to NULL. Takes the address of the pointer. */
void mem_free(void *address_of_pointer);

/** Allocations not yet released; the tests require 0 at the end. */
long mem_live(void);

/** Largest resident size of this process so far, in bytes; 0 where the system does not tell. */
int64_t mem_peak_bytes(void);

/* ---- log ------------------------------------------------------------------------------------ */

enum log_level { LOG_QUIET, LOG_WARNING, LOG_NOTICE, LOG_DETAIL, LOG_DEBUG };

/** Messages above @p level are dropped. @p rank_label is put before each line where not NULL. */
void log_configure(enum log_level level, bool is_speaking, const char *rank_label);
bool log_is_speaking(void);
bool log_is_terminal(void);
enum log_level log_level_now(void);

/** One line to stderr from the speaking rank. */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define warn(...)   log_line(LOG_WARNING, __VA_ARGS__)
#define notice(...) log_line(LOG_NOTICE, __VA_ARGS__)
#define detail(...) log_line(LOG_DETAIL, __VA_ARGS__)

/**
 * Progress of a long stage: a bar on a terminal, otherwise a line at each tenth that takes longer
 * than five seconds. Finishes with done == total.
 */
void log_progress(const char *stage, int64_t done, int64_t total);

/* ---- clock ---------------------------------------------------------------------------------- */

enum { CLOCK_TEXT_BYTES = 32 };

/** Seconds since an arbitrary moment, never going back. */
double clock_monotonic_s(void);

/** Seconds of processor time that this process has used. */
double clock_processor_s(void);

/** UTC seconds since 1970 now. */
int64_t clock_now_unix_s(void);

/** "2026-11-21T08:00:00Z" into @p text [CLOCK_TEXT_BYTES]; returns @p text. */
char *clock_text(int64_t unix_s, char *text);

/** Days since 1970-01-01 of a date of the proleptic Gregorian calendar; pure, any year. */
int64_t clock_days(int64_t year, int month, int day);

/**
 * Read "2026-11-21", "2026-11-21T08:00:00", "... 08:00:00.25", with "Z", "+01:00", or no zone
 * (then @p zone_offset_s seconds east of Greenwich is assumed), or plain seconds since 1970.
 * False where the text of @p bytes bytes is none of these or no real date.
 */
bool clock_parse(const char *text, size_t bytes, int zone_offset_s, double *unix_s);

/* ---- text ----------------------------------------------------------------------------------- */

/** A growing text; zero-initialise, release with text_release(). Always ends in NUL. */
struct text {
    char *bytes;   /**< owned; NULL while empty */
    size_t length; /**< without the NUL */
    size_t room;
};

void text_add(struct text *text, const char *bytes, size_t length);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_release(struct text *text);

/** Is this well-formed UTF-8 (RFC 3629) without NUL? */
bool text_is_utf8(const char *bytes, size_t length);

/**
 * Does @p text match @p pattern, where `*` is any run of characters and `?` any one?
 */
bool text_matches(const char *text, const char *pattern);

/**
 * A copy of @p text fit for one line of a message: control characters, those that turn the direction of
 * writing, and bytes that are not UTF-8 become `?`, and what is longer than the room ends in "...". Returns @p line.
 */
char *text_printable(const char *text, char *line, size_t room);

/* ---- strings by number ---------------------------------------------------------------------- */

/** Distinct texts, numbered 0, 1, ... in order of arrival. */
struct name_table;

struct name_table *names_create(void);
void names_destroy(struct name_table **names);

/** The number of a text, which is added where it is new. Texts are copied. */
int64_t names_add(struct name_table *names, const char *text, size_t length);

/** The number of a text, or -1. */
int64_t names_find(const struct name_table *names, const char *text, size_t length);

/** The text of a number; it stays where it is for as long as the table lives. */
const char *names_text(const struct name_table *names, int64_t number);
int64_t names_count(const struct name_table *names);

/* ---- checksums ------------------------------------------------------------------------------ */

enum { CHECKSUM_TEXT_BYTES = 65 };

/**
 * SHA-256 of bytes that arrive in parts (FIPS 180-4), against truncated and damaged files. SHA-256
 * because `sha256sum` checks it on any machine, without this program.
 */
struct checksum {
    uint32_t state[8];
    uint64_t length; /**< bytes so far */
    unsigned char block[64];
};

struct checksum checksum_start(void);
void checksum_add(struct checksum *checksum, const void *bytes, size_t length);

/** End it: 64 hexadecimal digits into @p text [CHECKSUM_TEXT_BYTES]; returns @p text. */
char *checksum_text(struct checksum *checksum, char *text);

/** Of a whole file; false where it cannot be read. */
bool checksum_file(const char *path, char *text);

/* ---- random --------------------------------------------------------------------------------- */

/**
 * Counter-based random numbers (Philox4x32-10; Salmon, Moraes, Dror, Shaw 2011): the value depends on
 * nothing but the key and the counter, so it is the same on any rank, in any order.
 */
struct random {
    uint64_t seed;   /**< of the run */
    uint64_t stream; /**< of the item: host, replicate, purpose */
    uint64_t next;   /**< draws taken so far */
};

struct random random_start(uint64_t seed, uint64_t stream);

/** One number for a name: to make streams of several coordinates (host, metric, purpose). */
uint64_t random_mix(uint64_t a, uint64_t b);

uint32_t random_bits(struct random *random);

/** Many words, four a draw: @p words, shape [count]. A rest of a draw is dropped. */
void random_words(struct random *random, uint32_t *words, int64_t count);

/** Uniform in [0, 1), 53 bits. */
double random_uniform(struct random *random);

/** Standard normal (Box-Muller, one draw each). */
double random_normal(struct random *random);

/** Exponential with mean 1. */
double random_exponential(struct random *random);

/** Uniform in 0 .. @p count - 1, without modulo bias. */
int64_t random_below(struct random *random, int64_t count);
