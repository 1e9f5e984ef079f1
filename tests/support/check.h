// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file check.h
 * Test harness for programs of one or many ranks.
 *
 * A check that fails is noted and the test goes on: a rank that left early would leave the others
 * waiting in the next collective.  The verdict is the sum over all ranks.
 */
#pragma once

#include <telltale/comm.h>

#include <stdbool.h>

extern struct comm *check_comm;

#define CHECK(condition) check_note((condition), #condition, __FILE__, __LINE__)
#define CHECK_CLOSE(actual, expected, tolerance) \
    check_close((actual), (expected), (tolerance), #actual, __FILE__, __LINE__)

bool check_note(bool holds, const char *text, const char *file, int line);
bool check_close(double actual, double expected, double tolerance, const char *text,
                 const char *file, int line);

struct check_case {
    const char *name;
    void (*run)(void);
};

/** Run the cases in order under MPI; the exit status of the program. */
int check_main(int argc, char **argv, const struct check_case *cases, int case_count);

#define CHECK_MAIN(...) \
    int main(int argc, char **argv) \
    { \
        static const struct check_case cases[] = {__VA_ARGS__}; \
        return check_main(argc, argv, cases, (int)(sizeof cases / sizeof cases[0])); \
    }
