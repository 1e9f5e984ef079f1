// SPDX-License-Identifier: BSD-3-Clause
/* Cray's xtdb2proc: a line a node, `key=value` by commas. The node's number gives its name (nid05000),
 * cabinet, cage, slot and processor its place. */
#define _GNU_SOURCE /* memmem() */
#include "import_private.h"

#include <stdio.h>
#include <string.h>

enum { BLADE_NODES = 4, NUMBER_MAX = 1000000 };

static const char *const keys[] = {"processor_id", "cab_row", "cab_position",
                                   "cage",         "slot",    "cpu"};
enum { NODE, ROW, CABINET, CAGE, SLOT, CPU, KEYS };

static bool recognise(const char *place, const char *head, size_t length)
{
    (void)place;
    return memmem(head, length, "cab_position=", 13) && memmem(head, length, "processor_id=", 13);
}

/** The number behind `key=`; false where the row has none. */
static bool find_number(const struct row *row, const char *key, int32_t *number)
{
    const size_t length = strlen(key);
    double value;

    for (int field = 0; field < row->count; field++) {
        const struct piece text = piece_trim(row->fields[field]);

        if (text.length <= length || memcmp(text.bytes, key, length) != 0
            || text.bytes[length] != '=')
            continue;
        if (number_parse(text.bytes + length + 1, text.length - length - 1, &value) != NUMBER_READ
            || !(value >= 0 && value <= NUMBER_MAX))
            return false;
        *number = (int32_t)value;
        return true;
    }
    return false;
}

/* @p known  the nodes above in the file */
static status use_row(struct part *part, struct name_table *known)
{
    struct found_place *place;
    int32_t numbers[KEYS];
    int64_t count;
    char name[32];

    for (int key = 0; key < KEYS; key++)
        if (!find_number(&part->row, keys[key], &numbers[key]))
            return part_refuse(part, REASON_VALUE, "no number for %s", keys[key]);
    if (numbers[CPU] >= BLADE_NODES)
        return part_refuse(part, REASON_VALUE, "cpu %d of a blade of %d", numbers[CPU],
                           BLADE_NODES);
    snprintf(name, sizeof name, "nid%05d", numbers[NODE]);
    count = names_count(known);
    if (names_add(known, name, strlen(name)) < count) part_repair(part, REASON_DUPLICATE);
    place = builder_place(part, name);
    place->row = numbers[ROW];
    place->rack = numbers[CABINET];
    place->chassis = numbers[CAGE];
    place->slot = BLADE_NODES * numbers[SLOT] + numbers[CPU];
    part_use(part);
    return STATUS_OK;
}

static status read_rows(struct part *part, struct name_table *known)
{
    bool has_row;

    for (;;) {
        TRY(part_next_row(part, ',', false, &has_row));
        if (!has_row) return STATUS_OK;
        if (part->row.fields[0].length > 0 && part->row.fields[0].bytes[0] == '#')
            part_not_a_row(part);
        else
            TRY(use_row(part, known));
    }
}

static status read_xtdb2proc(struct part *part)
{
    struct name_table *known = names_create();
    const status st = read_rows(part, known);

    names_destroy(&known);
    return st;
}

const struct source source_xtdb2proc = {"xtdb2proc", "Cray's table of nodes and their places",
                                        recognise, read_xtdb2proc};
