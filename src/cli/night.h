// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file night.h
 * The parts of `telltale nightly`: which nights there are to do, and doing one. Every step reads files
 * and writes files, so that a run that was killed is taken up where it stopped. With `is_dry` the same
 * way is gone and each step says what it would do instead.
 */
#pragma once

#include "page.h"
#include "record.h"

/** What one run of nightly works with. */
struct nightly {
    struct context *context; /**< borrowed */
    const struct comm *comm; /**< borrowed */
    const char *output;      /**< folder of the nights; borrowed */
    char *models;            /**< owned; folder of the models */
    bool is_dry;
    struct chapter *chapters; /**< owned; the analyses to run */
    int chapter_count;
    char **facility_paths;  /**< owned; nights to do and, before them, nights for history */
    int64_t *start_unix_s;  /**< owned; of each */
    bool *is_due;           /**< owned; is it to be scored? */
    int night_count;        /**< in the order of their starts */
    int finished_count;     /**< nights passed over, as all of them is there */
    struct verdict verdict; /**< of all nights */
    int failure_count;      /**< analyses and nights that could not be done */
    struct text failure;    /**< owned; the message of the first */
};

/** Note what could not be done while all else goes on; the run ends with STATUS_BAD_INPUT and the first. */
void nightly_note_failure(struct nightly *nightly, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * Do night number @p number of the list. Collective. An analysis that cannot be fitted or scored is left
 * out and noted as a failure; STATUS_BAD_INPUT only where none remains.
 */
status night_do(struct nightly *nightly, int number);

/**
 * Import what is new among the configuration's sources into OUTPUT/facility/DATE.h5. Collective.
 */
status nightly_import(struct nightly *nightly);

/**
 * List all nights. Those of the command line are due; of `facility_files` and of what was imported those
 * that are not finished; those of `history_files` are for fitting only. STATUS_BAD_INPUT where a file
 * cannot be read or two nights are of the same date.
 */
status nightly_list(struct nightly *nightly);

/**
 * Paths that match a pattern with * and ? as the shell's, in order; a text without them stands for
 * itself. Rank 0 looks, all get the same. Release with paths_release().
 */
struct paths {
    char **path;
    int count;
};
void paths_add(const struct comm *comm, struct paths *paths, const char *pattern);
void paths_release(struct paths *paths);
