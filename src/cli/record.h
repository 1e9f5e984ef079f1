// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file record.h
 * What a night has finished: for each step the inputs it had and the files it wrote, with sizes and
 * checksums. While a night is under way the record is `.steps.json` in its folder; when all is there it
 * becomes `manifest.json`, which is written last. A step is done where its inputs are the same and its
 * files are whole; anything else is done again.
 *
 * All functions are collective; rank 0 reads and writes.
 */
#pragma once

#include <telltale/comm.h>

struct record;

/**
 * Read the record of a night's folder. A missing or damaged record, or a missing folder, counts as
 * nothing done.
 */
void record_open(const struct comm *comm, const char *folder, struct record **record);
void record_close(struct record **record);

/**
 * Is the night finished, from the facility file as it is now? Only sizes and times of change are compared,
 * those of the facility file and of the models of what is left out.
 */
bool record_is_complete(const struct record *record, const char *facility);

/** Was the step finished with these inputs, and are its files whole (sizes and checksums)? */
bool record_is_done(const struct record *record, const char *step, const char *inputs);

/**
 * Note that a step is finished: checksums its files. The night is no longer complete, if it was.
 *
 * @param files  names in the night's folder, ended by NULL
 */
status record_note(struct record *record, const char *step, const char *inputs,
                   const char *const *files);

/** An analysis that the night goes without. */
struct record_left_out {
    const char *analysis, *reason; /**< borrowed */
    char *model;                   /**< borrowed; path of the model that it would need */
};

/**
 * Write the manifest, @p night, @p facility and what is left out among it; nothing to do where it is there
 * already. A night that lacks an analysis is finished until that analysis' model comes or changes.
 *
 * @param left_out  shape [count]
 */
status record_complete(struct record *record, const char *night, const char *facility,
                       const struct record_left_out *left_out, int count);

/* ---- files ---------------------------------------------------------------------------------- */

/** Append size and time of last change of a file, or that it is missing, to the inputs of a step. */
void inputs_add_file(const struct comm *comm, struct text *inputs, const char *path);

/** Append the checksum of a file's bytes, or that it is missing. */
void inputs_add_bytes(const struct comm *comm, struct text *inputs, const char *path);

/** Does the file exist? */
bool file_is_there(const struct comm *comm, const char *path);

/** Make a folder and those above it. STATUS_CANNOT_WRITE where the system refuses. */
status folder_make(const struct comm *comm, const char *path);
