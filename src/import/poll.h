// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file poll.h
 * Polls: all sensors of one host at one moment, a line a sensor.
 */
#pragma once

#include "import_private.h"

/**
 * Host and moment from the name of a part's file, or the moment from the innermost folder whose name ends
 * with one. False where no name tells a moment; the host is there all the same.
 */
bool poll_from_name(const struct part *part, char *host, size_t room, double *unix_s);

enum reading_kind {
    READING_NUMBER,
    READING_STATE, /**< bits of a discrete sensor: 0x80 */
    READING_NONE,  /**< "no reading", "Not Readable", "disabled", "na" */
    READING_REFUSED
};

/** One line of a poll, cut; pieces are borrowed from the line. */
struct reading {
    struct piece name, unit, status;
    double value; /**< of a number or state */
    enum reading_kind kind;
    int32_t severity; /**< -1: as it should be, or none known */
    bool is_known;    /**< is the status a word of ipmitool's? */
};

/** Cut a line as `ipmitool sdr`, `sdr elist` or `sensor` writes it; false where it is none. */
bool reading_parse(struct row *row, struct reading *reading);

enum heading { HEADING_NONE, HEADING_REFUSED, HEADING_READ };

/**
 * Does the line begin a poll, as "Timestamp: 2025-05-30 13:34:02 UTC", "# 2025-05-30T13:34:02Z" or
 * "=== 1748612042 ===" do? Refused: it says so, but its moment cannot be read.
 */
enum heading poll_heading(const struct part *part, struct piece line, double *unix_s);
