// SPDX-License-Identifier: BSD-3-Clause
#include "config_private.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_bounded(const struct parameter *parameter)
{
    return parameter->low != 0.0 || parameter->high != 0.0;
}

static status check_range(const struct parameter *parameter, double number, const char *text,
                          const char *origin)
{
    char low[REAL_TEXT_BYTES];
    char high[REAL_TEXT_BYTES];

    if (!is_bounded(parameter) || (number >= parameter->low && number <= parameter->high))
        return STATUS_OK;
    return fail(STATUS_BAD_USE, "%s: %.40s is not within %s to %s", origin, text,
                real_text(parameter->low, low), real_text(parameter->high, high));
}

static status read_flag(const char *text, const char *origin, struct value *value)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};

    for (int i = 0; i < 6; i++) {
        if (strcmp(text, words[i]) != 0) continue;
        value->integer = i % 2;
        return STATUS_OK;
    }
    return fail(STATUS_BAD_USE, "%s: \"%.40s\" is neither true nor false", origin, text);
}

static status read_int(const struct parameter *parameter, const char *text, const char *origin,
                       struct value *value)
{
    char *end;
    long long number;

    errno = 0;
    number = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || *text == ' ')
        return fail(STATUS_BAD_USE, "%s: \"%.40s\" is no whole number", origin, text);
    if (errno == ERANGE)
        return fail(STATUS_BAD_USE, "%s: %.40s is out of all bounds", origin, text);
    TRY(check_range(parameter, (double)number, text, origin));
    value->integer = number;
    return STATUS_OK;
}

static status read_real(const struct parameter *parameter, const char *text, const char *origin,
                        struct value *value)
{
    char *end;
    double number;

    number = strtod(text, &end);
    if (end == text || *end != '\0' || strpbrk(text, " xXnN"))
        return fail(STATUS_BAD_USE, "%s: \"%.40s\" is no number", origin, text);
    if (!isfinite(number))
        return fail(STATUS_BAD_USE, "%s: %.40s is out of all bounds", origin, text);
    TRY(check_range(parameter, number, text, origin));
    value->real = number;
    return STATUS_OK;
}

int value_choice(const char *choices, const char *text)
{
    const size_t length = strlen(text);
    int number = 0;

    for (const char *at = choices; *at; number++) {
        const size_t bytes = strcspn(at, "|");

        if (bytes == length && strncmp(at, text, bytes) == 0) return number;
        at += bytes + (at[bytes] == '|');
    }
    return -1;
}

static status read_text(const struct parameter *parameter, const char *text, const char *origin,
                        struct value *value)
{
    if (parameter->kind == PARAMETER_PATH && *text == '\0')
        return fail(STATUS_BAD_USE, "%s: the path is empty", origin);
    if (parameter->kind == PARAMETER_CHOICE && value_choice(parameter->choices, text) < 0) {
        return fail(STATUS_BAD_USE, "%s: \"%.40s\" is none of %s", origin, text,
                    parameter->choices);
    }
    mem_free(&value->text);
    value->text = mem_text(text);
    return STATUS_OK;
}

void value_add_item(struct value *value, const char *text, size_t length)
{
    char *item = mem_zero(length + 1, 1);

    memcpy(item, text, length);
    value->items = mem_resize(value->items, (size_t)value->item_count + 1, sizeof *value->items);
    value->items[value->item_count++] = item;
}

void value_add_items(struct value *value, const char *comma_separated)
{
    const char *at = comma_separated;

    while (*at) {
        const size_t bytes = strcspn(at, ",");

        if (bytes > 0) value_add_item(value, at, bytes);
        at += bytes + (at[bytes] == ',');
    }
}

static void drop_items(struct value *value)
{
    for (int i = 0; i < value->item_count; i++) mem_free(&value->items[i]);
    mem_free(&value->items);
    value->item_count = 0;
}

void value_release(struct value *value)
{
    mem_free(&value->text);
    drop_items(value);
}

status value_read(const struct parameter *parameter, const char *text, const char *origin,
                  struct value *value)
{
    switch (parameter->kind) {
    case PARAMETER_FLAG:
        TRY(read_flag(text, origin, value));
        break;
    case PARAMETER_INT:
        TRY(read_int(parameter, text, origin, value));
        break;
    case PARAMETER_REAL:
        TRY(read_real(parameter, text, origin, value));
        break;
    case PARAMETER_LIST:
        drop_items(value);
        value_add_items(value, text);
        break;
    case PARAMETER_TEXT:
    case PARAMETER_PATH:
    case PARAMETER_CHOICE:
    default:
        TRY(read_text(parameter, text, origin, value));
        break;
    }
    value->is_set = true;
    return STATUS_OK;
}

char *real_text(double real, char *text)
{
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, REAL_TEXT_BYTES, "%.*g", digits, real);
        if (strtod(text, NULL) == real) break;
    }
    return text;
}
