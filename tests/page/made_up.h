// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file made_up.h
 * A facility that never was, for trying the page at any size.
 */
#pragma once

#include <telltale/report.h>

struct shape {
    const char *kind;
    double period_s;
    int hosts, metrics, samples, jobs, events;
    bool has_racks, is_hostile, has_scores;
};

/** Texts and arrays live until the program ends. */
struct facility *made_up_facility(const struct shape *shape, struct random *random);
