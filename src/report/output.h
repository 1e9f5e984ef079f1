// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file output.h
 * A file that appears whole or not at all.
 */
#pragma once

#include <telltale/base.h>

#include <stdio.h>

struct output {
    FILE *file;
    char *path;     /**< owned: the name it will have */
    char *new_path; /**< owned: the name it has until it is whole */
    int error;      /**< errno of the first write that failed, or 0 */
};

/**
 * Begin to write @p path under another name in the same folder. STATUS_CANNOT_WRITE where it is neither a
 * regular file nor free, or where another run writes it now.
 */
status output_open(struct output *output, const char *path);

/** Add bytes; a failure is remembered and told by output_close(). */
void output_write(struct output *output, const void *bytes, size_t length);

/** Sync and rename; where anything failed, remove what was written and leave @p path as it was. */
status output_close(struct output *output);
