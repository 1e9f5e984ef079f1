// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file cockpit.h
 * Job archives of ClusterCockpit: a folder a job, with meta.json (the job) and data.json (its metrics, from
 * the job's start on, which only meta.json tells).
 */
#pragma once

#include "json_part.h"

/** Take the metrics of a job that started at @p start_unix_s. */
status cockpit_take_data(struct part *part, const json_t *data, double start_unix_s);

/* Within an archive the two halves come one after the other, in any order: the first waits here. */
struct halves;

/**
 * A job's start is known: take its metrics, if they have come already. @p part is the part of meta.json.
 */
status halves_add_start(struct part *part, double start_unix_s);

/** A job's metrics have come; takes @p data over. */
status halves_add_data(struct part *part, json_t *data);

/** The archive ends: names what has waited in vain. STATUS_BAD_INPUT with --strict. */
status halves_end(struct import *import, const char *path);

void halves_destroy(struct halves **halves);
