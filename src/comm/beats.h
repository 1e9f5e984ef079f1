// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file beats.h
 * Signs of life of the ranks of one machine, in memory that they share: the watchdog of each sees which
 * of them works, which waits for others and which does not run at all.
 */
#pragma once

#include "comm_private.h"

#include <stdatomic.h>

struct beat {
    atomic_llong step_count;   /**< calls of comm_progress() */
    atomic_llong stepped_ms;   /**< when the watchdog last saw it grow; on this machine's clock */
    atomic_llong seen_ms;      /**< when the rank's watchdog last ran */
    atomic_bool is_waiting;    /**< for other ranks, within a collective */
    atomic_bool has_been_told; /**< of the first: one watchdog has ended the run */
    int rank;
    char stage[48];
};

/** The ranks of this machine, in their order; before beats_open() this process alone. */
struct beats {
    struct beat *beat; /**< [count] */
    int count;
    struct beat *own;
    bool has_others;        /**< there are ranks on other machines */
    atomic_bool is_meeting; /**< this process waits where others may be long, see comm_meet() */
};

extern struct beats beats;

/** Collective. */
void beats_open(const struct comm *comm);
void beats_close(void);

/** Milliseconds of a clock that the processes of a machine share. */
long long beats_now_ms(void);
