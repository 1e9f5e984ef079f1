// SPDX-License-Identifier: BSD-3-Clause
#include "cli.h"

#include <string.h>

static status run(struct context *context)
{
    struct text summary = {0};
    const char *path;
    const char *state = settings_text(context->settings, "state");

    TRY(require_output(context, "output", context->operands, context->operand_count, &path));
    if (state) {
        if (strcmp(state, path) == 0)
            return fail(STATUS_BAD_USE, "--state: %s is the output, too", state);
        TRY(require_output(context, "state", context->operands, context->operand_count, &state));
        TRY(require_output(context, "output", &state, 1, &path));
    }
    TRY(mrdmd_decompose(context->comm, context->operands, context->operand_count, context->settings,
                        path, &summary));
    say(context, "%swrote %s\n", summary.bytes, path);
    text_release(&summary);
    return STATUS_OK;
}

const struct command command_mrdmd = {
    .name = "mrdmd",
    .summary = "the multiresolution decomposition itself, of a facility file or any matrix",
    .usage = "FILE... -o FILE",
    .details =
        "Windows, modes and bands go to the group /mrdmd of the output. All readings are decomposed\n"
        "together as they are; `telltale fit mrdmd` and `score mrdmd` group them by unit and hold\n"
        "them against a baseline. Several files are nights of one timeline, as if one file held them.",
    .parameters = mrdmd_command_parameters,
    .operands_min = 1,
    .operands_max = -1,
    .run = run,
};
