// SPDX-License-Identifier: BSD-3-Clause
/* Fatal events of a Blue Gene/Q as Argonne published Mira's: blank-separated, a row an event or, indented,
 * one that is similar to the event above it (how much stands in the place of the word `event`):
 *   event NUMBER MESSAGE RECORD SEVERITY CATEGORY COMPONENT FIRST LAST COUNT KIND LOCATION NODES
 * KIND spells what the location is of (RMNJ: rack, midplane, node board, card; NULL: nothing). */
#include "import_private.h"

#include <telltale/telemetry.h>

#include <stdio.h>
#include <string.h>

enum mira_field {
    MIRA_MESSAGE = 2,
    MIRA_SEVERITY = 4,
    MIRA_CATEGORY,
    MIRA_COMPONENT,
    MIRA_FIRST,
    MIRA_LAST,
    MIRA_COUNT,
    MIRA_KIND,
    MIRA_LOCATION,
    MIRA_FIELDS = 13,
    MIRA_FIELDS_NOWHERE = 12 /**< with NULL as KIND */
};

/** "2013-04-02;22:40:36.223930": date and time with another letter between. */
static bool read_moment(const struct part *part, struct piece field, double *unix_s)
{
    char text[40];

    if (field.length < 19 || field.length >= sizeof text || field.bytes[10] != ';') return false;
    memcpy(text, field.bytes, field.length);
    text[10] = 'T';
    return part_time(part, (struct piece){text, field.length}, unix_s);
}

static bool recognise(const char *place, const char *head, size_t length)
{
    struct row row = {0};
    bool is_one = false;

    (void)place;
    for (int number = 0; number < 2 && !is_one; number++) {
        const struct piece line = head_line(head, length, number);

        row_split_words(&row, line.bytes, line.length);
        is_one = row.count >= MIRA_FIELDS_NOWHERE && piece_is(row.fields[0], "event")
                 && row.fields[MIRA_FIRST].length > 10 && row.fields[MIRA_FIRST].bytes[10] == ';';
    }
    row_release(&row);
    return is_one;
}

/** Does the location name a card, compute or I/O? Cards are the hosts. */
static bool is_of_card(struct piece kind)
{
    return piece_is(kind, "RMNJ") || piece_is(kind, "QIJ");
}

static const char *message_text(struct part *part, const struct row *row, bool has_place)
{
    const struct piece *fields = row->fields;
    const struct piece nodes = fields[has_place ? MIRA_FIELDS - 1 : MIRA_FIELDS_NOWHERE - 1];
    struct text message = {0};
    const char *interned;

    text_printf(&message, "%.*s of %.*s", (int)fields[MIRA_MESSAGE].length,
                fields[MIRA_MESSAGE].bytes, (int)fields[MIRA_COMPONENT].length,
                fields[MIRA_COMPONENT].bytes);
    if (!piece_is(fields[MIRA_COUNT], "1"))
        text_printf(&message, ", %.*s records until %.*s", (int)fields[MIRA_COUNT].length,
                    fields[MIRA_COUNT].bytes, (int)fields[MIRA_LAST].length,
                    fields[MIRA_LAST].bytes);
    if (!piece_is(nodes, "0"))
        text_printf(&message, ", a block of %.*s", (int)nodes.length, nodes.bytes);
    interned = part_text(part, (struct piece){message.bytes, message.length});
    text_release(&message);
    return interned;
}

static status use_row(struct part *part)
{
    const struct row *row = &part->row;
    const bool has_place = row->count == MIRA_FIELDS;
    struct found_event *event;
    double first, last;

    if (row->count < MIRA_FIELDS_NOWHERE || row->count > MIRA_FIELDS)
        return part_refuse(part, row->count < MIRA_FIELDS ? REASON_FEW_FIELDS : REASON_MANY_FIELDS,
                           "%d words where a record has %d", row->count, MIRA_FIELDS);
    if (!has_place && !piece_is(row->fields[MIRA_KIND], "NULL"))
        return part_refuse(part, REASON_FEW_FIELDS, "%d words, and it is not without a location",
                           row->count);
    if (!read_moment(part, row->fields[MIRA_FIRST], &first)
        || !read_moment(part, row->fields[MIRA_LAST], &last))
        return part_refuse(part, REASON_TIME, "no moments between 1980 and 2100");
    if (last < first) return part_refuse(part, REASON_ORDER, "its last record is before its first");
    if (first < part->import->from_unix_s || first >= part->import->to_unix_s) {
        part_leave_out(part, REASON_OUTSIDE);
        return STATUS_OK;
    }
    event = builder_event(part);
    event->unix_s = first;
    event->category = part_text(part, row->fields[MIRA_CATEGORY]);
    event->message = message_text(part, row, has_place);
    if (has_place) event->location = part_text(part, row->fields[MIRA_LOCATION]);
    if (has_place && is_of_card(row->fields[MIRA_KIND])) event->host = event->location;
    if (!severity_read(row->fields[MIRA_SEVERITY], &event->severity))
        part_repair(part, REASON_WORD);
    part_use(part);
    return STATUS_OK;
}

static status read_mira(struct part *part)
{
    bool has_row;

    for (;;) {
        TRY(part_next_row(part, '\0', false, &has_row));
        if (!has_row) return STATUS_OK;
        if (part->row.fields[0].bytes[0] == '#') part->row.count = 0;
        if (part->row.count > 0)
            row_split_words(&part->row, part->row.fields[0].bytes, part->row.fields[0].length);
        if (part->row.count > 0)
            TRY(use_row(part));
        else
            part_not_a_row(part);
    }
}

const struct source source_mira_ras = {"mira-ras", "fatal events of the Blue Gene/Q Mira",
                                       recognise, read_mira};
