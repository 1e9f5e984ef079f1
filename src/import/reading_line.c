// SPDX-License-Identifier: BSD-3-Clause
/* A line of ipmitool: `sdr` has name, reading, status; `sdr elist` name, number, status, entity, reading;
 * `sensor` name, value, unit, status and six thresholds. */
#include "poll.h"

#include <telltale/telemetry.h>

#include <float.h>
#include <math.h>
#include <string.h>
#include <strings.h>

static const struct layout {
    int fields, value, unit, status;
} layouts[] = {
    {3,  1, -1, 2},
    {5,  4, -1, 2},
    {10, 1, 2,  3},
};

/* Status as ipmitool abbreviates it; l and u: below the lower, above the upper threshold. */
static const struct {
    const char *word;
    int32_t severity;
} statuses[] = {
    {"ok",  -1              },
    {"ns",  -1              },
    {"na",  -1              },
    {"nc",  SEVERITY_WARNING},
    {"lnc", SEVERITY_WARNING},
    {"unc", SEVERITY_WARNING},
    {"cr",  SEVERITY_ERROR  },
    {"lcr", SEVERITY_ERROR  },
    {"ucr", SEVERITY_ERROR  },
    {"nr",  SEVERITY_FATAL  },
    {"lnr", SEVERITY_FATAL  },
    {"unr", SEVERITY_FATAL  },
};

static void read_status(struct reading *reading)
{
    const struct piece word = reading->status;

    reading->severity = -1;
    /* Of a discrete sensor `sensor` prints the bits once more. */
    reading->is_known = word.length > 2 && memcmp(word.bytes, "0x", 2) == 0;
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0] && !reading->is_known; i++) {
        if (word.length != strlen(statuses[i].word)
            || memcmp(word.bytes, statuses[i].word, word.length) != 0)
            continue;
        reading->severity = statuses[i].severity;
        reading->is_known = true;
    }
}

static bool is_none(struct piece text)
{
    static const char *const words[] = {"",   "no reading", "not readable", "disabled",
                                        "na", "n/a",        "unavailable",  "unknown"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (piece_is_like(text, words[i])) return true;
    return false;
}

static bool read_bits(struct piece text, double *value)
{
    *value = 0;
    if (text.length < 3 || text.length > 10 || text.bytes[0] != '0'
        || (text.bytes[1] | 0x20) != 'x')
        return false;
    for (size_t i = 2; i < text.length; i++) {
        const char *digit = strchr("0123456789abcdef", text.bytes[i] | 0x20);

        if (text.bytes[i] < '0' || !digit) return false;
        *value = 16 * *value + (double)(digit - "0123456789abcdef");
    }
    return true;
}

/** "unspecified", cut to the column's width or not, says that there is no unit. */
static struct piece unit_of(struct piece unit)
{
    static const char unspecified[] = "unspecified";

    if (unit.length >= 4 && unit.length < sizeof unspecified
        && memcmp(unit.bytes, unspecified, unit.length) == 0)
        unit.length = 0;
    return unit;
}

static void read_value(struct piece text, struct reading *reading, bool may_be_words)
{
    const char *space;

    reading->kind = READING_REFUSED;
    if (read_bits(text, &reading->value)) {
        reading->kind = READING_STATE;
        return;
    }
    if (is_none(text)) {
        reading->kind = READING_NONE;
        return;
    }
    space = memchr(text.bytes, ' ', text.length);
    if (space && reading->unit.length == 0) {
        reading->unit.bytes = space + 1;
        reading->unit.length = text.length - (size_t)(space + 1 - text.bytes);
        reading->unit = unit_of(piece_trim(reading->unit));
        text.length = (size_t)(space - text.bytes);
    }
    if (number_parse(text.bytes, text.length, &reading->value) == NUMBER_READ) {
        if (fabs(reading->value) <= (double)FLT_MAX) reading->kind = READING_NUMBER;
    } else if (may_be_words && (text.bytes[0] < '0' || text.bytes[0] > '9')
               && text.bytes[0] != '-') {
        reading->kind = READING_NONE;
    }
}

bool reading_parse(struct row *row, struct reading *reading)
{
    const struct layout *layout = NULL;
    const struct piece none = {"", 0};

    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0] && !layout; i++)
        if (row->count == layouts[i].fields) layout = &layouts[i];
    if (!layout) return false;
    reading->name = piece_trim(row->fields[0]);
    reading->status = piece_trim(row->fields[layout->status]);
    reading->unit = layout->unit < 0 ? none : unit_of(piece_trim(row->fields[layout->unit]));
    read_status(reading);
    read_value(piece_trim(row->fields[layout->value]), reading, layout->fields == 5);
    if (reading->kind == READING_NUMBER && piece_is(reading->unit, "discrete"))
        reading->kind = READING_STATE;
    return true;
}

/** Without what frames a heading: "=== 2025-05-30 ===". */
static struct piece unframe(struct piece line)
{
    static const char frame[] = "#=-* \t";

    while (line.length > 0 && strchr(frame, line.bytes[line.length - 1])) line.length--;
    while (line.length > 0 && strchr(frame, *line.bytes)) {
        line.bytes++;
        line.length--;
    }
    return line;
}

/** Go past "Timestamp:"; false where the line does not begin with such a word. */
static bool skip_word(struct piece *line)
{
    static const char *const words[] = {"timestamp", "time", "date"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const size_t length = strlen(words[i]);

        if (line->length <= length || strncasecmp(line->bytes, words[i], length) != 0
            || !strchr(":= ", line->bytes[length]))
            continue;
        line->bytes += length;
        line->length -= length;
        while (line->length > 0 && strchr(":= \t", *line->bytes)) {
            line->bytes++;
            line->length--;
        }
        return true;
    }
    return false;
}

enum heading poll_heading(const struct part *part, struct piece line, double *unix_s)
{
    static const char *const zones[] = {" UTC", " GMT"};
    struct piece moment = unframe(line);
    const bool is_heading = skip_word(&moment);

    if (part->import->time_style.scale == 0 && !strchr(part->import->time_style.format, '%'))
        for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
            char text[64];

            if (moment.length < 5 || moment.length >= sizeof text
                || memcmp(moment.bytes + moment.length - 4, zones[i], 4) != 0)
                continue;
            memcpy(text, moment.bytes, moment.length - 4);
            text[moment.length - 4] = 'Z';
            moment.length -= 3;
            return part_time(part, (struct piece){text, moment.length}, unix_s) ? HEADING_READ
                                                                                : HEADING_REFUSED;
        }
    if (part_time(part, moment, unix_s)) return HEADING_READ;
    return is_heading ? HEADING_REFUSED : HEADING_NONE;
}
