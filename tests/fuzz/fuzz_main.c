// SPDX-License-Identifier: BSD-3-Clause
#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct comm *fuzz_comm;

static char file_path[64];

static void remove_file(void)
{
    unlink(file_path);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    fuzz_comm = comm_start(argc, argv);
    /* A finding ends in abort(), where libFuzzer notes the input. */
    base_set_end(NULL);
    log_configure(LOG_QUIET, false, NULL);
    snprintf(file_path, sizeof file_path, "/dev/shm/telltale-fuzz-%ld", (long)getpid());
    atexit(remove_file);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const long live = mem_live();
    char *copy = mem_zero(length + 1, 1);

    if (length > 0) memcpy(copy, bytes, length);
    fuzz_one(copy, length);
    mem_free(&copy);
    ASSERT(mem_live() == live);
    return 0;
}

char *fuzz_take_line(const char **bytes, size_t *length)
{
    const char *newline = memchr(*bytes, '\n', *length);
    const size_t line_length = newline ? (size_t)(newline - *bytes) : *length;
    const size_t taken = line_length + (newline != NULL);
    char *line = mem_zero(line_length + 1, 1);

    memcpy(line, *bytes, line_length);
    *bytes += taken;
    *length -= taken;
    return line;
}

const char *fuzz_file(const char *bytes, size_t length)
{
    const int file = open(file_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    ASSERT(file >= 0 && write(file, bytes, length) == (ssize_t)length);
    close(file);
    return file_path;
}
