// SPDX-License-Identifier: BSD-3-Clause
/* A log of events: a row an event, columns by name. */
#include "import_private.h"

#include <telltale/telemetry.h>

#include <string.h>

struct event_columns {
    int time, host, severity, category, message, location, field_count;
    char delimiter;
};

static const char *const time_names[] = {"time",       "timestamp", "date",
                                         "event_time", "datetime",  NULL};
static const char *const host_names[] = {"host", "hostname", "node", NULL};
static const char *const location_names[] = {"location", "place", NULL};
static const char *const severity_names[] = {"severity", "level", "priority", NULL};
static const char *const category_names[] = {"category", "type", "component", "facility", NULL};
static const char *const message_names[] = {"message", "msg", "text", "description", NULL};

static bool recognise(const char *place, const char *head, size_t length)
{
    const struct piece line = head_line(head, length, 0);
    struct row row = {0};
    bool is_one;

    (void)place;
    if (line_delimiter(line) == '\0') return false;
    is_one = row_split_quoted(&row, line.bytes, line.length, line_delimiter(line))
             && row_find_any(&row, time_names) >= 0
             && (row_find_any(&row, severity_names) >= 0 || row_find_any(&row, message_names) >= 0);
    row_release(&row);
    return is_one;
}

static status take_header(struct part *part, struct event_columns *columns)
{
    columns->field_count = part->row.count;
    TRY(part_find_column(part, "time_column", time_names, &columns->time));
    TRY(part_find_column(part, "host_column", host_names, &columns->host));
    TRY(part_find_column(part, "location_column", location_names, &columns->location));
    TRY(part_find_column(part, "severity_column", severity_names, &columns->severity));
    TRY(part_find_column(part, "category_column", category_names, &columns->category));
    TRY(part_find_column(part, "message_column", message_names, &columns->message));
    if (columns->time < 0)
        return part_fail(part, "no column of the header is a time; name one by --time-column");
    return STATUS_OK;
}

bool severity_read(struct piece word, int32_t *severity)
{
    static const struct {
        const char *word;
        enum severity severity;
    } words[] = {
        {"debug",     SEVERITY_INFO   },
        {"info",      SEVERITY_INFO   },
        {"notice",    SEVERITY_INFO   },
        {"0",         SEVERITY_INFO   },
        {"warn",      SEVERITY_WARNING},
        {"warning",   SEVERITY_WARNING},
        {"1",         SEVERITY_WARNING},
        {"err",       SEVERITY_ERROR  },
        {"error",     SEVERITY_ERROR  },
        {"severe",    SEVERITY_ERROR  },
        {"failure",   SEVERITY_ERROR  },
        {"2",         SEVERITY_ERROR  },
        {"fatal",     SEVERITY_FATAL  },
        {"crit",      SEVERITY_FATAL  },
        {"critical",  SEVERITY_FATAL  },
        {"alert",     SEVERITY_FATAL  },
        {"emerg",     SEVERITY_FATAL  },
        {"emergency", SEVERITY_FATAL  },
        {"panic",     SEVERITY_FATAL  },
        {"3",         SEVERITY_FATAL  }
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (piece_is_like(word, words[i].word)) {
            *severity = (int32_t)words[i].severity;
            return true;
        }
    return false;
}

static const char *column_text(struct part *part, int column)
{
    return column < 0 ? "" : part_text(part, part->row.fields[column]);
}

static status use_row(struct part *part, const struct event_columns *columns)
{
    const struct row *row = &part->row;
    struct found_event *event;
    double unix_s;

    if (row->count != columns->field_count)
        return part_refuse(
            part, row->count < columns->field_count ? REASON_FEW_FIELDS : REASON_MANY_FIELDS,
            "%d fields where the header has %d", row->count, columns->field_count);
    if (!part_time(part, row->fields[columns->time], &unix_s))
        return part_refuse(part, REASON_TIME, "no moment between 1980 and 2100");
    if (unix_s < part->import->from_unix_s || unix_s >= part->import->to_unix_s) {
        part_leave_out(part, REASON_OUTSIDE);
        return STATUS_OK;
    }
    event = builder_event(part);
    event->unix_s = unix_s;
    if (columns->host >= 0) event->host = part_text(part, piece_trim(row->fields[columns->host]));
    event->location = columns->location >= 0 ? column_text(part, columns->location) : event->host;
    event->category = column_text(part, columns->category);
    event->message = column_text(part, columns->message);
    if (columns->severity >= 0
        && !severity_read(piece_trim(row->fields[columns->severity]), &event->severity))
        part_repair(part, REASON_WORD);
    part_use(part);
    return STATUS_OK;
}

static status read_events(struct part *part)
{
    const char *given = settings_text(part->import->settings, "delimiter");
    struct event_columns columns;
    const char *head;
    size_t length;
    bool has_row;

    TRY(lines_head(&part->lines, &head, &length));
    columns.delimiter = line_delimiter(head_line(head, length, 0));
    if (given) TRY(delimiter_read(given, &columns.delimiter));
    TRY(part_next_row(part, columns.delimiter, true, &has_row));
    if (!has_row) return part_fail(part, "no header");
    TRY(take_header(part, &columns));
    part_not_a_row(part);
    for (;;) {
        TRY(part_next_row(part, columns.delimiter, true, &has_row));
        if (!has_row) return STATUS_OK;
        TRY(use_row(part, &columns));
    }
}

const struct source source_events = {
    "events", "a log of events: time, host, severity, category, message", recognise, read_events};
