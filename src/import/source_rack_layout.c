// SPDX-License-Identifier: BSD-3-Clause
/* Descriptions of a machine's layout as Argonne's log viewers have them: `key=value`, a paragraph a level,
 * the machine first (level 0: rows and columns of racks), then what a rack, a midplane ... holds. The
 * things of the last level become hosts, named as Blue Gene names them: R00-M0-N00, Q0G-I0-J00. */
#define _GNU_SOURCE /* memmem() */
#include "import_private.h"

#include <stdio.h>
#include <string.h>

enum { LEVELS_MAX = 4, NICKNAME_BYTES = 16 };

static const char digits36[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

struct layout_level {
    char nickname[NICKNAME_BYTES];
    bool is_named;
    int64_t rows, columns; /**< of what it holds, where it says so */
    int64_t count;         /**< of what it holds; 0 unknown */
    int64_t offset;        /**< added to a rack's column */
    int digits;            /**< of its own number */
};

struct layout {
    struct layout_level levels[LEVELS_MAX];
    int count, at; /**< -1: no level has begun */
};

static bool recognise(const char *place, const char *head, size_t length)
{
    (void)place;
    return memmem(head, length, "\nlevel=0", 8) && memmem(head, length, "\nnickName=", 10);
}

static bool take_number(struct piece value, int64_t high, int64_t *number)
{
    double read;

    if (number_parse(value.bytes, value.length, &read) != NUMBER_READ) return false;
    if (!(read >= 0 && read <= (double)high)) return false;
    *number = (int64_t)read;
    return true;
}

/** One `key=value` of the level at work; false where the value cannot be meant. */
static bool take_value(struct layout_level *level, struct piece key, struct piece value)
{
    static const struct {
        const char *key;
        size_t offset;
    } numbers[] = {
        {"count",                offsetof(struct layout_level, count)  },
        {"row",                  offsetof(struct layout_level, rows)   },
        {"column",               offsetof(struct layout_level, columns)},
        {"titleRepresentOffset", offsetof(struct layout_level, offset) },
    };

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (piece_is(key, numbers[i].key)) {
            int64_t number;

            if (!take_number(value, i == 3 ? 35 : 1000000, &number)) return false;
            memcpy((char *)level + numbers[i].offset, &number, sizeof number);
            return true;
        }
    if (piece_is(key, "nickName")) {
        if (value.length == 0 || value.length >= NICKNAME_BYTES) return false;
        snprintf(level->nickname, sizeof level->nickname, "%.*s", (int)value.length, value.bytes);
        level->is_named = true;
    }
    /* Cards are counted with two digits, whatever base they are said to have. */
    if (piece_is(key, "titleRepresentBase"))
        level->digits = piece_is(value, "decimal2") || piece_is(value, "hex") ? 2 : 1;
    return true;
}

static status use_line(struct part *part, struct layout *layout)
{
    const struct piece line = piece_trim(part->row.fields[0]);
    const char *equal = memchr(line.bytes, '=', line.length);
    struct piece key = {line.bytes, equal ? (size_t)(equal - line.bytes) : 0};
    struct piece value = {equal ? equal + 1 : "", line.length - key.length - (equal != NULL)};
    int64_t level;

    if (line.length == 0 || *line.bytes == '#') {
        part_not_a_row(part);
        return STATUS_OK;
    }
    if (!equal) return part_refuse(part, REASON_FEW_FIELDS, "not of the form key=value");
    key = piece_trim(key);
    value = piece_trim(value);
    if (piece_is(key, "level")) {
        if (!take_number(value, LEVELS_MAX - 1, &level) || level != layout->at + 1)
            return part_fail(part, "levels must follow each other from 0 to at most %d",
                             LEVELS_MAX - 1);
        layout->at = (int)level;
        layout->count = layout->at + 1;
        layout->levels[level].digits = 1;
        part_use(part);
        return STATUS_OK;
    }
    if (layout->at < 0) return part_fail(part, "a value before the first level");
    if (!take_value(&layout->levels[layout->at], key, value))
        return part_refuse(part, REASON_VALUE, "a value that the key cannot have");
    part_use(part);
    return STATUS_OK;
}

/** How many things of each level one of the level above holds; [0] unused. */
static status count_things(struct part *part, const struct layout *layout, int64_t *counts)
{
    const int64_t limit = settings_int(part->import->settings, "host_limit");
    int64_t hosts = 1;

    if (layout->count < 2) return part_fail(part, "a layout of racks needs two levels or more");
    for (int level = 1; level < layout->count; level++) {
        const struct layout_level *above = &layout->levels[level - 1];

        counts[level] =
            above->rows > 0 && above->columns > 0 ? above->rows * above->columns : above->count;
        if (counts[level] == 0 || !layout->levels[level].is_named)
            return part_fail(part, "level %d has no nickName, or level %d no count", level,
                             level - 1);
        if (counts[level] > limit / hosts)
            return part_fail(part, "more than %lld hosts (--host-limit)", (long long)limit);
        hosts *= counts[level];
    }
    if (layout->levels[0].columns == 0 || layout->levels[0].rows > 10
        || layout->levels[0].columns + layout->levels[1].offset > 36)
        return part_fail(part, "racks stand in up to 10 rows and 36 columns");
    return STATUS_OK;
}

static void add_host(struct part *part, const struct layout *layout, const int64_t *numbers)
{
    const int64_t columns = layout->levels[0].columns;
    struct found_place *place;
    struct text name = {0};
    int64_t row, column;

    ASSERT(columns > 0);
    row = numbers[1] / columns;
    column = numbers[1] % columns + layout->levels[1].offset;
    text_printf(&name, "%s%lld%c", layout->levels[1].nickname, (long long)row, digits36[column]);
    for (int level = 2; level < layout->count; level++)
        text_printf(&name, "-%s%0*lld", layout->levels[level].nickname,
                    layout->levels[level].digits, (long long)numbers[level]);
    place = builder_place(part, name.bytes);
    place->row = (int32_t)row;
    place->rack = (int32_t)column;
    if (layout->count > 2) place->chassis = (int32_t)numbers[2];
    if (layout->count > 3) place->slot = (int32_t)numbers[3];
    text_release(&name);
}

static status add_hosts(struct part *part, const struct layout *layout)
{
    int64_t counts[LEVELS_MAX] = {1}, numbers[LEVELS_MAX] = {0};
    int level;

    TRY(count_things(part, layout, counts));
    do {
        add_host(part, layout, numbers);
        for (level = layout->count - 1; level > 0; level--) {
            if (++numbers[level] < counts[level]) break;
            numbers[level] = 0;
        }
    } while (level > 0);
    return STATUS_OK;
}

static status read_layout(struct part *part)
{
    struct layout layout = {.at = -1};
    bool has_row;

    for (;;) {
        TRY(part_next_row(part, '\0', false, &has_row));
        if (!has_row) return add_hosts(part, &layout);
        TRY(use_line(part, &layout));
    }
}

const struct source source_rack_layout = {"rack-layout",
                                          "the layout of a Blue Gene's racks: key=value by levels",
                                          recognise, read_layout};
