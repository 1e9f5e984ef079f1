// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file comm.h
 * The processes of one run and the few ways in which they exchange data.
 *
 * Nothing here shows MPI: modules that hand the communicator to a library (store to HDF5, linalg to
 * ScaLAPACK) take it from comm_mpi.h. A function marked "Collective" is called by every rank in
 * the same order, and returns the same status on every rank. What cannot go on (MPI itself, memory)
 * ends the whole run with one message.
 */
#pragma once

#include <telltale/base.h>

struct comm;

/* ---- the run -------------------------------------------------------------------------------- */

/**
 * Collective. Start MPI; the processes of the whole run. Chooses ROMIO for parallel files: Open MPI's
 * own layer hangs on a full disk. From here on base_die() ends the whole run, and SIGTERM, SIGUSR1 and
 * SIGINT are noted for comm_stop_requested(). Where starting takes longer than ten minutes (TELLTALE_MPI_LIMIT_S in the
 * environment), because a rank is stopped or gone, the others say so and end; the same where MPI is to end.
 */
struct comm *comm_start(int *argc, char ***argv);
void comm_stop(struct comm **comm);

/**
 * Local. A communicator of this process alone, for what one rank solves by itself with functions that
 * are collective.
 */
struct comm *comm_alone_create(void);
void comm_alone_destroy(struct comm **comm);

int comm_rank(const struct comm *comm);
int comm_size(const struct comm *comm);

/**
 * Collective. The ranks that name the same @p group, in the order of their ranks, as a run of their own:
 * for independent work of several groups, and for tests of one rank alone. Destroying it is collective in it.
 */
struct comm *comm_group_create(const struct comm *comm, int group);
void comm_group_destroy(struct comm **group);

/**
 * Collective. Wait for all after groups have worked by themselves, for however long others still work: unlike in any
 * other exchange the watchdog is patient with ranks of other machines, whose own watchdogs see to them.
 */
void comm_meet(const struct comm *comm);

/** What the MPI library says it is. */
const char *comm_mpi_version(void);

/** Half-open range of items, [first, first + count). */
struct span {
    int64_t first;
    int64_t count;
};

/**
 * The part that belongs to one rank when @p items are dealt out in order, as evenly as can be.
 * A rank beyond the items gets an empty span. Pure.
 */
struct span comm_share(const struct comm *comm, int64_t items);
struct span comm_share_of(int64_t items, int ranks, int rank);

/** Does item number @p item belong to this rank when single items are dealt out like cards? */
bool comm_deals_me(const struct comm *comm, int64_t item);

/** Narrow a count to what MPI and BLAS take; asserts that it fits. */
int comm_count(int64_t count);

/* ---- failure and interruption --------------------------------------------------------------- */

/**
 * Collective. Turn the ranks' own outcomes into one: the gravest of them, with the message of the
 * lowest rank that met it. Call it after local work that can fail and before the next collective.
 */
status comm_agree(const struct comm *comm, status mine);

/** Has this process been told to stop (SIGTERM, SIGUSR1, SIGINT)? Local; ask in long loops. */
bool comm_stop_requested(void);

/** Go on as if nothing had been said: for tests, after an interruption was handled. Local. */
void comm_forget_stop(void);

/** STATUS_INTERRUPTED with a message where the run was told to stop. Local; follow by comm_agree(). */
status comm_check_stop(void);

/**
 * Collective. Watch for stalls: where a process neither calls comm_progress() nor ends for @p limit_s
 * seconds, the run ends with one message that names rank and stage, also where that process was stopped and
 * the others wait for it. Who waits for a rank that works is not stalled. Ranks of other machines are
 * not seen: for them alone one waits 6 times as long. A run that was suspended as a whole goes on. 0 switches
 * it off. Calling it again changes the limit.
 */
void comm_watch(const struct comm *comm, double limit_s);

/** The limit of MPI's own start and end, and the watchdog's until the configuration is read: ten minutes, or
 * TELLTALE_MPI_LIMIT_S of the environment. */
double comm_start_limit_s(void);

/** This process has got on. Cheap; from any loop that may last. */
void comm_progress(void);

/* ---- exchange ------------------------------------------------------------------------------- */

/** Collective. */
int comm_sum_int(const struct comm *comm, int mine);
int64_t comm_sum_int64(const struct comm *comm, int64_t mine);
int64_t comm_max_int64(const struct comm *comm, int64_t mine);
double comm_max_double(const struct comm *comm, double mine);
double comm_min_double(const struct comm *comm, double mine);

/** Collective. Integer sums item by item, in place. */
void comm_sum_int64s(const struct comm *comm, int64_t *items, int64_t count);

/** Collective. @p bytes bytes from @p root to all. */
void comm_broadcast(const struct comm *comm, void *memory, size_t bytes, int root);

/** Collective. Wait for all. */
void comm_barrier(const struct comm *comm);

/**
 * Collective. Bring rows together on rank 0, in rank order.
 *
 * @param rows       shape [row_count], this rank's rows of @p row_bytes bytes
 * @param all        on rank 0 a new block for mem_free(), elsewhere NULL
 * @param all_count  on every rank the number of all rows
 */
void comm_gather_rows(const struct comm *comm, const void *rows, int64_t row_count,
                      size_t row_bytes, void **all, int64_t *all_count);

/** Collective. The same, with all rows on every rank. */
void comm_all_rows(const struct comm *comm, const void *rows, int64_t row_count, size_t row_bytes,
                   void **all, int64_t *all_count);

/**
 * Collective. Read a whole file on rank 0 and hand it to all.
 *
 * @param bytes  a new block for mem_free(), ended by NUL; untouched on failure
 */
status comm_read_file(const struct comm *comm, const char *path, size_t limit_bytes, char **bytes,
                      size_t *length);

/* ---- sums that do not depend on the ranks --------------------------------------------------- */

/**
 * An array of sums whose bits do not depend on the order of the addends or on who adds them.
 *
 * Each addend is cut into three integers of 40 bits on a fixed grid of powers of two (the binned
 * sum of Demmel and Nguyen, "Parallel reproducible summation", 2015, with one grid for the whole
 * array and truncation), and integers are summed. At least 81 bits below the largest addend of the
 * array are kept, for up to 2^23 addends a sum.
 */
struct exact_sums;

struct exact_sums *exact_create(int64_t count);
void exact_destroy(struct exact_sums **sums);

/** Set all sums to zero. */
void exact_clear(struct exact_sums *sums);

/** Add @p values, shape [count], all finite. */
void exact_add(struct exact_sums *sums, const double *values);

/** The same for some of the sums. @param values  shape [some.count], for the sums from some.first on */
void exact_add_some(struct exact_sums *sums, struct span some, const double *values);

/** Add the sums of the other ranks. Collective. */
void exact_reduce(const struct comm *comm, struct exact_sums *sums);

/** The sums rounded to double. @param values  shape [count] */
void exact_read(const struct exact_sums *sums, double *values);

/** The sums as the nearest double and what is left of them. @param rest  shape [count] */
void exact_read_pairs(const struct exact_sums *sums, double *values, double *rest);

/* ---- stages --------------------------------------------------------------------------------- */

/**
 * Name what this process does from now on, for the timers, the watchdog and messages. Stages may
 * nest; a stage that comes again adds to its time. Local.
 */
void comm_stage_begin(const struct comm *comm, const char *name);
void comm_stage_end(const struct comm *comm);

enum { COMM_STAGE_NAME_BYTES = 48 };

/** Time spent in one stage by the ranks, in seconds, nested stages included. */
struct stage_time {
    char name[COMM_STAGE_NAME_BYTES];
    double min_s;
    double mean_s;
    double max_s;
    int64_t visits; /**< of the rank with most */
};

enum { COMM_STAGES_MAX = 64 };

/**
 * Collective. The stages that rank 0 went through, in the order of their first visit.
 *
 * @param times  shape [COMM_STAGES_MAX]
 * @return how many
 */
int comm_stage_times(const struct comm *comm, struct stage_time *times);

/* ---- traffic -------------------------------------------------------------------------------- */

/**
 * What ranks exchange is counted, always: calls of the MPI library and the bytes that a rank hands to it and gets
 * from it, by kind and by the innermost stage. How many messages the library makes of a call is its own affair
 * (docs/scaling.md); what bench, profile and this page exchange to report is not counted.
 */
enum comm_kind {
    COMM_REDUCE,    /**< all get the sum or extreme of what each brings */
    COMM_BROADCAST, /**< one rank's bytes to all */
    COMM_GATHER,    /**< all ranks' rows to one */
    COMM_ALL,       /**< all ranks' rows to all */
    COMM_BARRIER,
    COMM_KINDS
};

/** "reduce", "broadcast", "gather", "all", "barrier" */
const char *comm_kind_name(enum comm_kind kind);

/** Count one call of the MPI library; for the modules that call it themselves. Local. */
void comm_note(enum comm_kind kind, int64_t sent_bytes, int64_t received_bytes);

/** Calls of this process so far. Local. */
int64_t comm_calls(void);

/** The traffic of one kind in one of rank 0's stages, of the rank with most of each. */
struct comm_traffic {
    char stage[COMM_STAGE_NAME_BYTES]; /**< "" outside of all */
    enum comm_kind kind;
    int64_t calls;
    int64_t sent_bytes, received_bytes;
};

enum { COMM_TRAFFIC_MAX = (COMM_STAGES_MAX + 1) * COMM_KINDS };

/**
 * Collective. The traffic so far, by stage and kind.
 *
 * @param rows  shape [COMM_TRAFFIC_MAX]
 * @return how many
 */
int comm_traffic(const struct comm *comm, struct comm_traffic *rows);
