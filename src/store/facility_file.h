// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file facility_file.h
 * Everything of a facility file but the samples, on one rank, and its way to the others.
 */
#pragma once

#include "layout.h"

#include <telltale/store.h>
#include <telltale/telemetry.h>

#include <hdf5.h>

/** Where the samples and the bases of counters stand. */
extern const char place_values[];
extern const char place_bases[];

/** Write attributes, hosts, metrics, jobs, events and labels. STATUS_CANNOT_WRITE on failure. */
status facility_write(hid_t file, const char *path, const struct facility *facility);

/** Bytes that facility_write() will need, rounded up generously. */
int64_t facility_file_bytes(const struct facility *facility);

/** Read and check all but the samples; their number is left 0. */
status facility_read(hid_t file, const char *path, struct facility *facility);

/** Do the records fit together? STATUS_BAD_INPUT with @p path and place where not. */
status facility_check(const struct facility *facility, const char *path);

/** Collective. Give all ranks what rank 0 has; elsewhere @p facility is new and empty. */
void facility_share(const struct comm *comm, struct facility *facility);
