// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file case_files.h
 * The files of a case of nn_case: settings as `key value` lines, arrays as raw little-endian doubles. What is
 * missing or of the wrong size ends the program with a message.
 */
#pragma once

#include <telltale/nn.h>

void case_stop(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void case_make_folder(const char *folder);

enum { CASE_KEYS = 64 };
struct case_config {
    const char *folder;
    int count;
    char key[CASE_KEYS][32], value[CASE_KEYS][64];
};

struct case_config case_read_config(const char *folder);
double case_number(const struct case_config *config, const char *key);
enum nn_norm case_norm(const struct case_config *config);

bool case_has(const char *folder, const char *name);

/** A file (samples, times, channels) as a new block [times][samples][channels]. */
real *case_read_turned(const char *folder, const char *name, int samples, int times, int channels);
void case_write_turned(const char *folder, const char *name, const real *values, int samples,
                       int times, int channels);

/** `p_<slice>.bin` of every slice of the mixer into a block of parameters; and back as `<prefix><slice>`. */
void case_read_parameters(const char *folder, const struct mixer *mixer, real *parameters);
void case_write_parameters(const char *folder, const char *prefix, const struct mixer *mixer,
                           const real *values);

/** Raw values, and a line of OUT's manifest. */
void case_write(const char *folder, const char *name, const double *values, int64_t count,
                const int *shape, int dims);
