// SPDX-License-Identifier: BSD-3-Clause
#include "config_private.h"

#include <string.h>

/* A YAML double-quoted scalar. */
static void write_quoted(const char *text, struct text *yaml)
{
    text_add(yaml, "\"", 1);
    for (const char *at = text; *at; at++) {
        const unsigned char byte = (unsigned char)*at;

        if (byte == '"' || byte == '\\') {
            text_printf(yaml, "\\%c", byte);
        } else if (byte < 0x20 || byte == 0x7F) {
            text_printf(yaml, "\\x%02X", byte);
        } else {
            text_add(yaml, at, 1);
        }
    }
    text_add(yaml, "\"", 1);
}

static void write_list(const struct value *value, struct text *yaml)
{
    text_add(yaml, "[", 1);
    for (int i = 0; i < value->item_count; i++) {
        if (i > 0) text_add(yaml, ", ", 2);
        write_quoted(value->items[i], yaml);
    }
    text_add(yaml, "]", 1);
}

static void write_value(const struct parameter *parameter, const struct value *value,
                        struct text *yaml)
{
    char number[REAL_TEXT_BYTES];

    if (parameter->kind == PARAMETER_LIST) {
        write_list(value, yaml);
    } else if (!value->is_set) {
        text_printf(yaml, "null");
    } else if (parameter->kind == PARAMETER_FLAG) {
        text_printf(yaml, "%s", value->integer ? "true" : "false");
    } else if (parameter->kind == PARAMETER_INT) {
        text_printf(yaml, "%lld", (long long)value->integer);
    } else if (parameter->kind == PARAMETER_REAL) {
        text_printf(yaml, "%s", real_text(value->real, number));
    } else if (parameter->kind == PARAMETER_CHOICE) {
        text_printf(yaml, "%s", value->text);
    } else {
        write_quoted(value->text, yaml);
    }
}

void settings_write(const struct settings *settings, int indent, struct text *yaml)
{
    for (int row = 0; row < settings->count; row++) {
        text_printf(yaml, "%*s%s: ", indent, "", settings->table[row].name);
        write_value(&settings->table[row], &settings->values[row], yaml);
        text_add(yaml, "\n", 1);
    }
}
