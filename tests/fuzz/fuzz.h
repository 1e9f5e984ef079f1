// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file fuzz.h
 * What every fuzz target shares. A target is a file fuzz_<name>.c with one function, fuzz_one(), that hands
 * arbitrary bytes to a parser and claims with ASSERT() what must hold of the outcome. It leaves no memory
 * behind: the balance of mem_live() is checked after each input. tests/fuzz/run.sh runs them.
 */
#pragma once

#include <telltale/comm.h>

/** One rank, started before the first input. */
extern struct comm *fuzz_comm;

/** Try @p length bytes. @p bytes is followed by a NUL that is not counted. */
void fuzz_one(const char *bytes, size_t length);

/** The part of the input up to the first newline as a text of its own, for mem_free(); the rest is left. */
char *fuzz_take_line(const char **bytes, size_t *length);

/** The input as a file in memory; its path, which is borrowed. The next input takes its place. */
const char *fuzz_file(const char *bytes, size_t length);
