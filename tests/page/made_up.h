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
    bool has_racks, is_hostile, has_scores, has_forecast;
};

/** Texts and arrays live until the program ends. */
struct facility *made_up_facility(const struct shape *shape, struct random *random);

/** @return  the bytes that it may take of the page; release it with made_up_forecast_release() */
int64_t made_up_forecast(const struct shape *shape, const struct facility *facility,
                         struct random *random, struct report_forecast *forecast);
void made_up_forecast_release(void);

/** A graph of the first sixty metrics, static. */
void made_up_relation(const struct shape *shape, const struct facility *facility,
                      struct random *random, struct report_relation *relation);
