// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file host_pattern.h
 * Where hosts stand, read from their names by a regular expression from the settings: `host_pattern`, whose
 * groups `host_parts` names in their order.
 */
#pragma once

#include <telltale/config.h>
#include <telltale/telemetry.h>

struct host_pattern;

/** STATUS_BAD_USE where it cannot be meant; @p pattern stays untouched where the settings have none. */
status host_pattern_create(const struct settings *settings, struct host_pattern **pattern);
void host_pattern_destroy(struct host_pattern **pattern);

/**
 * Set the position of a host whose name matches, -1 where the name does not say; false, and nothing is
 * touched, where it does not match.
 */
bool host_pattern_match(const struct host_pattern *pattern, struct host *host);

/** All hosts of a facility. Returns how many matched. */
int64_t host_pattern_apply(const struct host_pattern *pattern, struct facility *facility);
