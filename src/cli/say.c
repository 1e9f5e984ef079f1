// SPDX-License-Identifier: BSD-3-Clause
#include "cli.h"

#include <jansson.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

status require_text(const struct context *context, const char *name, const char **text)
{
    *text = settings_text(context->settings, name);
    if (*text) return STATUS_OK;
    return fail(STATUS_BAD_USE, "%s: --%s is missing: telltale %s %s", context->command->name, name,
                context->command->name, context->command->usage);
}

void say(const struct context *context, const char *format, ...)
{
    va_list args;

    if (comm_rank(context->comm) != 0) return;
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
}

void say_json(const struct context *context, json_t *document)
{
    char *text;

    if (!document) return;
    if (comm_rank(context->comm) == 0) {
        text = json_dumps(document, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
        if (!text) base_die("out of memory: a JSON text");
        printf("%s\n", text);
        free(text);
    }
    json_decref(document);
}
