// SPDX-License-Identifier: BSD-3-Clause
#include "cli.h"

#include <jansson.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

status require_text(const struct context *context, const char *name, const char **text)
{
    *text = settings_text(context->settings, name);
    if (*text) return STATUS_OK;
    return fail(STATUS_BAD_USE, "%s: --%s is missing: telltale %s %s", context->command->name, name,
                context->command->name, context->command->usage);
}

status require_output(const struct context *context, const char *name, const char *const *inputs,
                      int count, const char **path)
{
    struct stat output, input;
    status st = STATUS_OK;

    TRY(require_text(context, name, path));
    ASSERT(*path);
    for (int i = 0; i < count && !st; i++) {
        if (stat(*path, &output) != 0 || stat(inputs[i], &input) != 0) continue;
        if (output.st_dev != input.st_dev || output.st_ino != input.st_ino) continue;
        if (S_ISREG(output.st_mode))
            st = fail(STATUS_BAD_USE, "--%s: %s is an input, which would be lost", name, *path);
    }
    return comm_agree(context->comm, st);
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
