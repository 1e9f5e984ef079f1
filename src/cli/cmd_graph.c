// SPDX-License-Identifier: BSD-3-Clause
#include "work.h"

#include <string.h>

/* The settings of the analysis as the configuration has them. */
static const struct settings *settings_of(const struct context *context,
                                          const struct analysis *analysis)
{
    for (int a = 0; analyses[a]; a++)
        if (analyses[a] == analysis) return context->analyses_settings[a];
    return NULL;
}

/* The table and the GraphML take their names from the output. */
static status check_ending(const char *path)
{
    static const char *const taken[] = {".csv", ".graphml"};
    const char *dot = strrchr(path, '.');

    for (size_t t = 0; dot && t < sizeof taken / sizeof taken[0]; t++) {
        if (strcmp(dot, taken[t]) == 0) {
            return fail(STATUS_BAD_USE,
                        "output: %s ends in %s, expected a name for the HDF5 file: the %s file is "
                        "written beside it",
                        path, taken[t], taken[t]);
        }
    }
    return STATUS_OK;
}

static status run(struct context *context)
{
    struct chapter chapter = {.analysis = analysis_find("forecast")};
    struct text summary = {0};
    struct nights nights;
    const char *model;
    const char *output;
    status st;

    chapter.settings = settings_of(context, chapter.analysis);
    TRY(require_text(context, "model", &model));
    TRY(require_output(context, "output", context->operands, context->operand_count, &output));
    TRY(require_output(context, "output", &model, 1, &output));
    TRY(check_ending(output));
    TRY(nights_open_operands(context, &nights));
    st = chapter_load(context->comm, &chapter, model);
    if (!st)
        st = relation_graph(chapter.self, nights.views, nights.count, context->settings, output,
                            &summary);
    if (!st) say(context, "%swrote %s\n", summary.bytes, output);
    text_release(&summary);
    chapter_release(&chapter);
    nights_close(&nights);
    return st;
}

const struct command command_graph = {
    .name = "graph",
    .summary = "which metric's past moves which, by a forecast model",
    .usage = "FILE... -m MODEL -o FILE",
    .details =
        "The relation graph goes into an HDF5 file; a table (.csv) and GraphML of the kept edges are\n"
        "written beside it. An edge is kept where the prediction of the effect gets worse when the\n"
        "cause's past is taken from another time, in most blocks of hosts and time.",
    .parameters = relation_parameters,
    .operands_min = 1,
    .operands_max = -1,
    .run = run,
};
