// SPDX-License-Identifier: BSD-3-Clause
#include "config_private.h"

#include <stdio.h>
#include <string.h>

enum { OPTION_COLUMNS = 28, LINE_COLUMNS = 96 };

static const char *value_word(const struct parameter *parameter)
{
    static const char *const words[] = {
        [PARAMETER_FLAG] = "",         [PARAMETER_INT] = " N",     [PARAMETER_REAL] = " X",
        [PARAMETER_TEXT] = " TEXT",    [PARAMETER_PATH] = " PATH", [PARAMETER_CHOICE] = " ",
        [PARAMETER_LIST] = " A,B,...",
    };

    return words[parameter->kind];
}

static bool is_on(const struct parameter *parameter)
{
    return parameter->kind == PARAMETER_FLAG && parameter->standard
           && strcmp(parameter->standard, "true") == 0;
}

static void add_left(const struct parameter *parameter, struct text *left)
{
    if (strcmp(parameter->name, "output") == 0) text_printf(left, "-o, ");
    if (strcmp(parameter->name, "model") == 0) text_printf(left, "-m, ");
    if (strcmp(parameter->name, "help") == 0) text_printf(left, "-h, ");
    text_printf(left, is_on(parameter) ? "--no-%s" : "--%s", parameter->name);
    for (char *at = left->bytes; *at; at++) {
        if (*at == '_') *at = '-';
    }
    text_printf(left, "%s", value_word(parameter));
    if (parameter->kind == PARAMETER_CHOICE) text_printf(left, "%s", parameter->choices);
}

static void add_right(const struct parameter *parameter, struct text *right)
{
    char low[REAL_TEXT_BYTES];
    char high[REAL_TEXT_BYTES];
    const bool has_range = parameter->low != 0.0 || parameter->high != 0.0;
    const bool has_standard =
        parameter->standard && *parameter->standard && parameter->kind != PARAMETER_FLAG;

    text_printf(right, "%s", parameter->help);
    if (is_on(parameter)) text_printf(right, " (default: on)");
    if (!has_range && !has_standard) return;
    text_printf(right, " (");
    if (has_range) {
        text_printf(right, "%s to %s", real_text(parameter->low, low),
                    real_text(parameter->high, high));
    }
    if (has_standard)
        text_printf(right, "%sdefault %s", has_range ? "; " : "", parameter->standard);
    text_printf(right, ")");
}

/* The words of @p words from column @p column on, broken before the last column. */
static void add_wrapped(const char *words, int column, struct text *help)
{
    int at_column = column;

    for (const char *at = words; *at;) {
        const int bytes = (int)strcspn(at, " ");

        if (at != words && at_column + 1 + bytes > LINE_COLUMNS) {
            text_printf(help, "\n%*s", column, "");
            at_column = column;
        } else if (at != words) {
            text_add(help, " ", 1);
            at_column++;
        }
        text_add(help, at, (size_t)bytes);
        at_column += bytes;
        at += bytes + (at[bytes] == ' ');
    }
    text_add(help, "\n", 1);
}

void options_help(const struct parameter *table, struct text *help)
{
    for (; table->name; table++) {
        struct text left = {0};
        struct text right = {0};

        add_left(table, &left);
        add_right(table, &right);
        text_printf(help, "  %-*s", OPTION_COLUMNS, left.bytes);
        if (left.length >= OPTION_COLUMNS) text_printf(help, "\n%*s", OPTION_COLUMNS + 2, "");
        add_wrapped(right.bytes, OPTION_COLUMNS + 2, help);
        text_release(&left);
        text_release(&right);
    }
}
