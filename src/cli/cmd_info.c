// SPDX-License-Identifier: BSD-3-Clause
#include "info.h"

#include <string.h>

static const struct parameter parameters[] = {
    {"json",        PARAMETER_FLAG, "false", 0, 0, NULL, "Print JSON"},
    {"brief",      PARAMETER_FLAG, "false", 0, 0, NULL, "Do not read the samples: gaps stay unknown"},
    {"build",            PARAMETER_FLAG, "false", 0, 0, NULL, "Say how this program was built, and with what"},
    {0},
};

/* "telltale facility", "telltale model" and so on. */
static status read_format(const struct comm *comm, const char *path, struct text *format)
{
    struct archive *archive;
    status st;

    TRY(archive_open(comm, path, NULL, 0, &archive));
    st = archive_get_text(archive, "/", "format", format);
    if (st) {
        st = fail(STATUS_BAD_INPUT,
                  "%s: no facility, model, scores or graph file: it has no attribute \"format\"",
                  path);
    }
    archive_close(&archive);
    return st;
}

static status describe(struct context *context, const char *path)
{
    struct text format = {0};
    char shown[SHOWN_BYTES];
    status st;

    TRY(read_format(context->comm, path, &format));
    if (strcmp(format.bytes, FACILITY_FORMAT) == 0) {
        st = info_facility(context, path);
    } else if (info_knows_archive(format.bytes)) {
        st = info_archive(context, path, format.bytes);
    } else {
        st = fail(STATUS_BAD_INPUT,
                  "%s: no facility, model, scores or graph file: its format is \"%s\"", path,
                  text_printable(format.bytes, shown, sizeof shown));
    }
    text_release(&format);
    return st;
}

static status run(struct context *context)
{
    const bool is_build = settings_flag(context->settings, "build");

    if (is_build) print_build(context, settings_flag(context->settings, "json"));
    if (!is_build && context->operand_count == 0)
        return fail(STATUS_BAD_USE, "info: a file is missing: telltale info FILE");
    for (int i = 0; i < context->operand_count; i++) TRY(describe(context, context->operands[i]));
    return STATUS_OK;
}

const struct command command_info = {
    .name = "info",
    .summary = "what is in a facility, model, scores or graph file",
    .usage = "FILE... | --build",
    .details =
        "Of a facility: hosts, metrics, times, gaps, jobs, events and labels. Of the others: what is\n"
        "in them and the settings used. With --json one document a file.",
    .parameters = parameters,
    .operands_min = 0,
    .operands_max = -1,
    .analysis_use = ANALYSIS_NONE,
    .run = run,
};
