// SPDX-License-Identifier: BSD-3-Clause
#include "work.h"

/* clang-format off */
static const struct parameter parameters[] = {
    {"model", PARAMETER_PATH, NULL, 0, 0, NULL, "Where the model goes"},
    {"resume", PARAMETER_FLAG, "false", 0, 0, NULL,
     "Go on from MODEL.checkpoint where an interrupted training left one"},
    VIEW_PARAMETERS,
    JOIN_PARAMETER,
    {0},
};
/* clang-format on */

static status run(struct context *context)
{
    struct chapter chapter = {.analysis = context->analysis,
                              .settings = context->analysis_settings};
    struct text origin = {0};
    struct nights nights;
    const char *path;
    status st;

    TRY(require_output(context, "model", context->operands, context->operand_count, &path));
    TRY(nights_open_operands(context, &nights));
    st = chapter_fit(context->comm, &chapter, &nights, path,
                     settings_flag(context->settings, "resume") ? FIT_RESUME : FIT_ANEW);
    if (!st) {
        nights_describe(&nights, &origin);
        say(context, "%s: fitted on\n%swrote %s\n", context->analysis->name, origin.bytes, path);
    }
    text_release(&origin);
    chapter_release(&chapter);
    nights_close(&nights);
    return st;
}

const struct command command_fit = {
    .name = "fit",
    .summary = "learn what is normal from facility files",
    .usage = "ANALYSIS FILE... -m MODEL",
    .parameters = parameters,
    .operands_min = 1,
    .operands_max = -1,
    .analysis_use = ANALYSIS_NAMED,
    .run = run,
};
