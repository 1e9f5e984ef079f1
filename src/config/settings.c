// SPDX-License-Identifier: BSD-3-Clause
#include "config_private.h"

#include <string.h>

int table_count(const struct parameter *table)
{
    int count = 0;

    while (table[count].name) count++;
    return count;
}

static char folded(char c)
{
    return (char)(c == '-' ? '_' : c);
}

int table_find(const struct parameter *table, const char *name, size_t length)
{
    for (int row = 0; table[row].name; row++) {
        size_t i = 0;

        if (strlen(table[row].name) != length) continue;
        while (i < length && folded(name[i]) == table[row].name[i]) i++;
        if (i == length) return row;
    }
    return -1;
}

void value_set_standard(const struct parameter *parameter, struct value *value)
{
    if (!parameter->standard) return;
    ASSERT(value_read(parameter, parameter->standard, parameter->name, value) == STATUS_OK);
}

struct settings *settings_create(const struct parameter *table)
{
    struct settings *settings = mem_zero(1, sizeof *settings);

    settings->table = table;
    settings->count = table_count(table);
    settings->values = mem_zero((size_t)settings->count, sizeof *settings->values);
    for (int row = 0; row < settings->count; row++)
        value_set_standard(&table[row], &settings->values[row]);
    return settings;
}

void settings_destroy(struct settings **settings)
{
    if (!*settings) return;
    for (int row = 0; row < (*settings)->count; row++) value_release(&(*settings)->values[row]);
    mem_free(&(*settings)->values);
    mem_free(settings);
}

struct value *settings_value(const struct settings *settings, const char *name)
{
    const int row = table_find(settings->table, name, strlen(name));

    ASSERT(row >= 0);
    return &settings->values[row];
}

static const struct value *value_of_kind(const struct settings *settings, const char *name,
                                         enum parameter_kind kind)
{
    const struct value *value = settings_value(settings, name);

    ASSERT(settings->table[value - settings->values].kind == kind);
    return value;
}

status settings_set(struct settings *settings, const char *name, const char *value,
                    const char *origin)
{
    struct value *kept = settings_value(settings, name);

    TRY(value_read(&settings->table[kept - settings->values], value, origin, kept));
    kept->is_given = true;
    return STATUS_OK;
}

bool settings_flag(const struct settings *settings, const char *name)
{
    return value_of_kind(settings, name, PARAMETER_FLAG)->integer != 0;
}

int64_t settings_int(const struct settings *settings, const char *name)
{
    return value_of_kind(settings, name, PARAMETER_INT)->integer;
}

double settings_real(const struct settings *settings, const char *name)
{
    return value_of_kind(settings, name, PARAMETER_REAL)->real;
}

const char *settings_text(const struct settings *settings, const char *name)
{
    const struct value *value = settings_value(settings, name);
    const enum parameter_kind kind = settings->table[value - settings->values].kind;

    ASSERT(kind == PARAMETER_TEXT || kind == PARAMETER_PATH || kind == PARAMETER_CHOICE);
    return value->text;
}

int settings_choice(const struct settings *settings, const char *name)
{
    const struct value *value = value_of_kind(settings, name, PARAMETER_CHOICE);

    return value_choice(settings->table[value - settings->values].choices, value->text);
}

int settings_list_count(const struct settings *settings, const char *name)
{
    return value_of_kind(settings, name, PARAMETER_LIST)->item_count;
}

const char *settings_list_item(const struct settings *settings, const char *name, int item)
{
    const struct value *value = value_of_kind(settings, name, PARAMETER_LIST);

    ASSERT(item >= 0 && item < value->item_count);
    return value->items[item];
}

bool settings_has(const struct settings *settings, const char *name)
{
    return table_find(settings->table, name, strlen(name)) >= 0;
}

bool settings_is_given(const struct settings *settings, const char *name)
{
    return settings_value(settings, name)->is_given;
}
