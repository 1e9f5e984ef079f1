// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file update_state.h
 * The state file of update.h: an archive of format "telltale mrdmd state" with the tables of a forest under
 * /mrdmd, the modes themselves as /state/phi where they are saved, and the raw samples that the open root
 * needs as /state/tail, one before it included.
 */
#pragma once

#include "update.h"

#define UPDATE_FORMAT "telltale mrdmd state"
enum { UPDATE_VERSION = 1 };

struct update_state {
    int64_t base;  /**< samples of the first root; 0 where there is no state yet */
    int64_t times; /**< samples seen */
    int64_t start_unix_s;
    struct forest forest;
};

/**
 * Collective. Open the state, which becomes source->kept, and line it up with the file. Where there is no file at
 * @p path the state stays empty. STATUS_BAD_INPUT where it was made with other settings or of other readings,
 * or where samples between the two are missing.
 */
status update_state_read(const char *path, const struct settings *settings,
                         struct mrdmd_source *source, struct update_state *state);

/**
 * Collective. Write state, forest and the samples @p tail to a new archive, which the caller commits.
 */
status update_state_write(struct archive *archive, const struct settings *settings,
                          struct mrdmd_source *source, const struct update_state *state,
                          const struct mrdmd_bands *bands, struct span tail);
