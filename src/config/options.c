// SPDX-License-Identifier: BSD-3-Clause
#include "config_private.h"

#include <stdio.h>
#include <string.h>

/* The options that may be written with one letter. */
static const struct {
    char letter;
    const char *name;
} short_options[] = {
    {'o', "output"},
    {'m', "model" },
    {'h', "help"  }
};

/* One option of the command line, cut up. */
struct option {
    const char *shown; /* as it was written, without its value */
    const char *name;
    size_t name_length;
    const char *value; /* after `=`; NULL where there is none */
};

/* Where options go to and come from. */
struct reader {
    const struct option_set *set;
    char *const *arguments;
    int count;
    int next;
};

static bool find_parameter(const struct option_set *set, const char *name, size_t length,
                           const struct parameter **parameter, struct value **value)
{
    for (int i = 0; i < set->count; i++) {
        const int row = table_find(set->settings[i]->table, name, length);

        if (row < 0) continue;
        *parameter = &set->settings[i]->table[row];
        *value = &set->settings[i]->values[row];
        return true;
    }
    return false;
}

static status unknown_option(const struct option_set *set, const struct option *option)
{
    struct nearest nearest = nearest_start(option->name);
    char known[64];

    for (int i = 0; i < set->count; i++) nearest_offer_table(&nearest, set->settings[i]->table);
    if (!nearest.best) return fail(STATUS_BAD_USE, "the option %.60s is unknown", option->shown);
    snprintf(known, sizeof known, "%s", nearest.best);
    for (char *at = known; *at; at++) {
        if (*at == '_') *at = '-';
    }
    return fail(STATUS_BAD_USE, "the option %.60s is unknown; did you mean --%s?", option->shown,
                known);
}

static status read_list_option(const struct option *option, const char *text, struct value *value)
{
    if (!value->is_from_options) value_release(value);
    value->is_from_options = true;
    value->is_set = true;
    value_add_items(value, text);
    if (value->item_count > 0) return STATUS_OK;
    return fail(STATUS_BAD_USE, "%s: the list is empty", option->shown);
}

static status read_flag_option(const struct parameter *parameter, const struct option *option,
                               bool is_negated, struct value *value)
{
    const char *text = option->value ? option->value : is_negated ? "false" : "true";

    if (is_negated && option->value)
        return fail(STATUS_BAD_USE, "%s takes no value", option->shown);
    TRY(value_read(parameter, text, option->shown, value));
    value->is_given = true;
    return STATUS_OK;
}

static status read_option(struct reader *reader, const struct option *option)
{
    const struct parameter *parameter;
    struct value *value;
    const char *text = option->value;

    if (option->name_length > 3 && strncmp(option->name, "no-", 3) == 0
        && find_parameter(reader->set, option->name + 3, option->name_length - 3, &parameter,
                          &value)
        && parameter->kind == PARAMETER_FLAG)
        return read_flag_option(parameter, option, true, value);
    if (!find_parameter(reader->set, option->name, option->name_length, &parameter, &value))
        return unknown_option(reader->set, option);
    if (parameter->kind == PARAMETER_FLAG) return read_flag_option(parameter, option, false, value);
    if (!text && reader->next < reader->count
        && strncmp(reader->arguments[reader->next], "--", 2) != 0)
        text = reader->arguments[reader->next++];
    if (!text) return fail(STATUS_BAD_USE, "%s: the value is missing", option->shown);
    if (!text_is_utf8(text, strlen(text)))
        return fail(STATUS_BAD_USE, "%s: the value is no UTF-8 text", option->shown);
    if (parameter->kind == PARAMETER_LIST) {
        TRY(read_list_option(option, text, value));
    } else {
        TRY(value_read(parameter, text, option->shown, value));
    }
    value->is_given = true;
    return STATUS_OK;
}

static status read_long(struct reader *reader, const char *argument)
{
    char shown[64];
    const size_t length = strcspn(argument + 2, "=");
    const struct option option = {.shown = shown,
                                  .name = shown + 2,
                                  .name_length = length,
                                  .value = argument[2 + length] ? argument + 3 + length : NULL};

    if (length + 3 > sizeof shown)
        return fail(STATUS_BAD_USE, "the option %.60s... is unknown", argument);
    snprintf(shown, sizeof shown, "%.*s", (int)length + 2, argument);
    return read_option(reader, &option);
}

static status read_short(struct reader *reader, const char *argument)
{
    char shown[3] = {'-', argument[1], '\0'};

    for (size_t i = 0; i < sizeof short_options / sizeof short_options[0]; i++) {
        const struct option option = {.shown = shown,
                                      .name = short_options[i].name,
                                      .name_length = strlen(short_options[i].name),
                                      .value = argument[2] ? argument + 2 : NULL};

        if (short_options[i].letter == argument[1]) return read_option(reader, &option);
    }
    return fail(STATUS_BAD_USE, "the option %.60s is unknown", argument);
}

status options_parse(const struct option_set *set, int count, char *const *arguments,
                     const char **operands, int *operand_count)
{
    struct reader reader = {set, arguments, count, 0};
    int found = 0;

    while (reader.next < count) {
        const char *argument = arguments[reader.next++];

        if (strcmp(argument, "--") == 0) {
            while (reader.next < count) operands[found++] = arguments[reader.next++];
        } else if (strncmp(argument, "--", 2) == 0) {
            TRY(read_long(&reader, argument));
        } else if (argument[0] == '-' && argument[1]) {
            TRY(read_short(&reader, argument));
        } else {
            operands[found++] = argument;
        }
    }
    *operand_count = found;
    return STATUS_OK;
}
