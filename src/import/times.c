// SPDX-License-Identifier: BSD-3-Clause
/* For strptime(). */
#define _XOPEN_SOURCE 700

#include "import_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TIME_TEXT_BYTES = 64 };

/** "Z", "+01:00", "-0700": seconds east of Greenwich. */
static bool read_zone(const char *text, int *offset_s)
{
    int hours, minutes = 0, used = 0;
    char sign;

    if (strcmp(text, "Z") == 0 || strcmp(text, "UTC") == 0 || strcmp(text, "utc") == 0) {
        *offset_s = 0;
        return true;
    }
    if (sscanf(text, "%c%2d:%2d%n", &sign, &hours, &minutes, &used) != 3
        || (size_t)used != strlen(text)) {
        minutes = 0;
        if (sscanf(text, "%c%2d%2d%n", &sign, &hours, &minutes, &used) != 3
            || (size_t)used != strlen(text))
            return false;
    }
    if ((sign != '+' && sign != '-') || hours < 0 || hours > 18 || minutes < 0 || minutes > 59)
        return false;
    *offset_s = (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
}

static status style_read(const struct settings *settings, struct time_style *style)
{
    static const struct {
        const char *name;
        double scale;
    } units[] = {
        {"unix",    1   },
        {"unix_ms", 1e-3},
        {"unix_us", 1e-6},
        {"unix_ns", 1e-9}
    };

    style->format = settings_text(settings, "time_format");
    style->scale = 0;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(style->format, units[i].name) == 0) style->scale = units[i].scale;
    if (style->scale == 0 && strcmp(style->format, "auto") != 0 && strcmp(style->format, "iso") != 0
        && !strchr(style->format, '%'))
        return fail(
            STATUS_BAD_USE,
            "time_format '%s' is none of auto, iso, unix, unix_ms, unix_us, unix_ns and has "
            "no %% as in %%d/%%m/%%Y",
            style->format);
    return STATUS_OK;
}

static status zone_read(const struct settings *settings, const char *setting,
                        struct time_style *style)
{
    const char *zone = settings_text(settings, setting);

    if (!zone || read_zone(zone, &style->zone_offset_s)) return STATUS_OK;
    return fail(
        STATUS_BAD_USE,
        "%s '%s' is not Z or an offset from UTC such as +01:00; names of zones are not known "
        "here",
        setting, zone);
}

status time_styles_read(const struct settings *settings, struct time_style *styles)
{
    static const char *const zones[STYLES] = {"time_zone", "jobs_time_zone", "events_time_zone",
                                              "labels_time_zone"};
    static const char *const offsets[STYLES] = {"clock_offset_s", "jobs_clock_offset_s",
                                                "events_clock_offset_s", "labels_clock_offset_s"};

    TRY(style_read(settings, &styles[STYLE_OF_ALL]));
    for (int style = 0; style < STYLES; style++) {
        if (style != STYLE_OF_ALL) styles[style] = styles[STYLE_OF_ALL];
        TRY(zone_read(settings, zones[style], &styles[style]));
        if (settings_is_given(settings, offsets[style]))
            styles[style].clock_offset_s = settings_real(settings, offsets[style]);
    }
    return STATUS_OK;
}

int time_style_of(const char *kind)
{
    if (!kind) return STYLE_OF_ALL;
    if (strncmp(kind, "slurm", 5) == 0) return STYLE_OF_JOBS;
    if (strcmp(kind, "events") == 0) return STYLE_OF_EVENTS;
    return strcmp(kind, "labels") == 0 ? STYLE_OF_LABELS : STYLE_OF_ALL;
}

/** A pattern of strptime(), %f (fraction of a second) at the end included. */
static bool parse_pattern(const struct time_style *style, struct piece piece, double *unix_s)
{
    char text[TIME_TEXT_BYTES];
    struct tm parts = {.tm_mday = 1};
    const char *rest;
    double fraction = 0;

    if (piece.length >= sizeof text) return false;
    memcpy(text, piece.bytes, piece.length);
    text[piece.length] = '\0';
    rest = strptime(text, style->format, &parts);
    if (!rest) return false;
    if (*rest == '.') {
        char *end;

        fraction = strtod(rest, &end);
        rest = end;
    }
    if (*rest != '\0') return false;
    *unix_s = (double)(clock_days(parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday) * 86400
                       + parts.tm_hour * 3600 + parts.tm_min * 60 + parts.tm_sec)
              + fraction - style->zone_offset_s;
    return true;
}

bool time_is_plausible(double unix_s)
{
    static const double earliest = 315532800, latest = 4102444800; /* 1980 to 2100 */

    return unix_s >= earliest && unix_s < latest;
}

bool part_time(const struct part *part, struct piece piece, double *unix_s)
{
    const struct time_style *style = &part->import->time_style;
    double moment;

    piece = piece_trim(piece);
    if (style->scale > 0) {
        if (number_parse(piece.bytes, piece.length, &moment) != NUMBER_READ) return false;
        moment *= style->scale;
    } else if (strchr(style->format, '%')) {
        if (!parse_pattern(style, piece, &moment)) return false;
    } else if (!clock_parse(piece.bytes, piece.length, style->zone_offset_s, &moment)) {
        return false;
    }
    if (!time_is_plausible(moment)) return false;
    *unix_s = moment;
    return true;
}
