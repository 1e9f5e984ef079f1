// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file timeline.h
 * The records of all hosts, as the page's block wants them.
 */
#pragma once

#include <telltale/report.h>

struct report_timeline {
    char **records; /**< [host_count], owned base64 texts; NULL where a host has none */
    int64_t host_count;
};
