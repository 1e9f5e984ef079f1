// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file effects.h
 * The table of anomaly kinds.
 */
#pragma once

#include "synth_private.h"

/** Whom an incident strikes. */
enum reach {
    REACH_JOB,  /**< one or a few hosts of one job */
    REACH_HOST, /**< one host */
    REACH_RACK, /**< every host of a rack */
};

struct effect;

struct kind {
    const char *name;
    int64_t least_steps; /**< shorter ones are of another kind */
    enum reach reach;
    const struct effect *effects; /**< ends with a row without a metric */
};

/** NULL beyond the last. */
const struct kind *kind_row(int kind);
