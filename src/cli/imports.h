// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file imports.h
 * What was imported on earlier nights: OUTPUT/facility/imported.json names each input with a signature of
 * its files (names, sizes, times of change) and the night it went into. Written after the facility file
 * stands under its name, so that a run that is killed in between imports the same once more.
 *
 * All functions are collective; rank 0 reads and writes.
 */
#pragma once

#include <telltale/comm.h>

struct imports;

/** Read the record in @p folder; a missing or damaged one counts as nothing imported. */
void imports_open(const struct comm *comm, const char *folder, struct imports **imports);
void imports_close(struct imports **imports);

enum input_news {
    INPUT_KNOWN,   /**< imported as it is now */
    INPUT_CHANGED, /**< imported when it was another, by its signature */
    INPUT_NEW,
    INPUT_MISSING, /**< there is no such file or folder */
};

enum input_news imports_news(const struct imports *imports, const char *path);

/** Moment after the last sample of the latest night imported; 0 where there is none. */
double imports_end_unix_s(const struct imports *imports);

/** Was this night imported before? */
bool imports_has_night(const struct imports *imports, const char *night);

/** Call @p add for each input of a night that was imported before, in order. */
void imports_inputs(const struct imports *imports, const char *night,
                    void (*add)(void *context, const char *path), void *context);

/** Note that @p inputs as they are now hold nothing that is not in a night already, and write the record. */
status imports_note_known(struct imports *imports, char *const *inputs, int count);

/** Note that @p inputs went into @p night, which ends before @p end_unix_s, and write the record. */
status imports_note(struct imports *imports, const char *night, double end_unix_s,
                    char *const *inputs, int count);
