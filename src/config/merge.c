// SPDX-License-Identifier: BSD-3-Clause
#include "config_private.h"

#include <string.h>

void settings_set_list(struct settings *settings, const char *name, char *const *items, int count)
{
    struct value fresh = {.is_set = true, .is_given = true};
    struct value *value = settings_value(settings, name);

    ASSERT(settings->table[value - settings->values].kind == PARAMETER_LIST);
    for (int i = 0; i < count; i++) value_add_item(&fresh, items[i], strlen(items[i]));
    value_release(value);
    *value = fresh;
}

void settings_move_list(struct settings *settings, const char *from, const char *to)
{
    struct value *source = settings_value(settings, from);
    struct value *target = settings_value(settings, to);

    for (int i = 0; i < source->item_count; i++)
        value_add_item(target, source->items[i], strlen(source->items[i]));
    target->is_set = target->is_given = true;
    settings_reset(settings, from);
}

void settings_reset(struct settings *settings, const char *name)
{
    struct value *value = settings_value(settings, name);

    value_release(value);
    *value = (struct value){0};
    value_set_standard(&settings->table[value - settings->values], value);
}

static bool is_same(const struct value *a, const struct value *b)
{
    const bool is_same_text =
        a->text && b->text ? strcmp(a->text, b->text) == 0 : a->text == b->text;

    return is_same_text && a->integer == b->integer && a->real <= b->real && a->real >= b->real;
}

static void take_list(struct value *into, const struct value *from)
{
    if (!into->is_given) value_release(into);
    for (int i = 0; i < from->item_count; i++)
        value_add_item(into, from->items[i], strlen(from->items[i]));
}

static void take_value(struct value *into, const struct value *from)
{
    char *text = from->text ? mem_text(from->text) : NULL;

    value_release(into);
    *into = *from;
    into->text = text;
    into->items = NULL;
    into->item_count = 0;
}

status settings_merge(struct settings *into, const struct settings *from, const char *origin)
{
    ASSERT(into->table == from->table);
    for (int row = 0; row < from->count; row++) {
        if (!from->values[row].is_given || into->table[row].kind == PARAMETER_LIST) continue;
        if (into->values[row].is_given && !is_same(&into->values[row], &from->values[row])) {
            return fail(STATUS_BAD_USE, "%s: %s was given another value before", origin,
                        into->table[row].name);
        }
    }
    for (int row = 0; row < from->count; row++) {
        if (!from->values[row].is_given) continue;
        if (into->table[row].kind == PARAMETER_LIST) {
            take_list(&into->values[row], &from->values[row]);
        } else {
            take_value(&into->values[row], &from->values[row]);
        }
        into->values[row].is_set = into->values[row].is_given = true;
    }
    return STATUS_OK;
}
