// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file sample_facility.h
 * A small facility with everything in it, for tests.
 */
#pragma once

#include <telltale/comm.h>
#include <telltale/telemetry.h>

/** Hosts n000, n001, ..., metrics m0, m1, ... of which every third is a counter, jobs, events and labels. */
struct facility *sample_facility(int64_t hosts, int64_t metrics, int64_t times);

/** What stands there: depends on host, time and metric only; some are NaN. */
float sample_value(int64_t host, int64_t time, int64_t metric);

/** Fill shape [hosts.count, times.count, metrics]. */
void sample_fill(struct span hosts, struct span times, int64_t metrics, float *values);

/** A path of this test's own in the folder for scratch files; the same on every rank. Static. */
const char *sample_path(const char *name);

/** Collective. Remove a file when all ranks are done with it. */
void sample_remove(const char *path);
