// SPDX-License-Identifier: BSD-3-Clause
#include "work.h"

#include <jansson.h>

#include <stdio.h>

/* clang-format off */
static const struct parameter parameters[] = {
    {"model", PARAMETER_PATH, NULL, 0, 0, NULL, "The model that `telltale fit` wrote"},
    {"output", PARAMETER_PATH, NULL, 0, 0, NULL, "Where the scores go"},
    VIEW_PARAMETERS,
    JOIN_PARAMETER,
    {"evaluate", PARAMETER_FLAG, "false", 0, 0, NULL,
     "Say how well the scores find what the facility's labels say"},
    {"json", PARAMETER_FLAG, "false", 0, 0, NULL, "Print the summary as JSON"},
    {0},
};
/* clang-format on */

static void tell(const struct context *context, const struct chapter *chapter,
                 struct nights *nights, const char *path)
{
    const struct facility *facility = nights_facility(nights);
    const bool evaluate = settings_flag(context->settings, "evaluate");

    if (comm_rank(context->comm) != 0) return;
    if (settings_flag(context->settings, "json")) {
        say_json(context, json_pack("{s:s, s:[o]}", "scores", path, "analyses",
                                    chapter_json(chapter, facility, evaluate)));
        return;
    }
    chapter_print(chapter, facility);
    if (evaluate && facility->label_count == 0) printf("the facility has no labels\n");
    if (evaluate) chapters_print_labels(chapter, 1, facility);
    printf("wrote %s\n", path);
}

static status score(struct context *context, struct chapter *chapter, struct nights *nights,
                    const char *model, const char *output)
{
    TRY(chapter_load(context->comm, chapter, model));
    TRY(chapters_score(context->comm, chapter, 1, nights, output));
    tell(context, chapter, nights, output);
    return check_anomalies(context, table_verdict(context->comm, &chapter->table));
}

static status run(struct context *context)
{
    struct chapter chapter = {.analysis = context->analysis,
                              .settings = context->analysis_settings};
    struct nights nights;
    const char *model;
    const char *output;
    status st;

    TRY(require_text(context, "model", &model));
    TRY(require_output(context, "output", context->operands, context->operand_count, &output));
    TRY(require_output(context, "output", &model, 1, &output));
    TRY(nights_open_operands(context, &nights));
    st = nights_have_same_hosts(&nights);
    if (!st) st = score(context, &chapter, &nights, model, output);
    chapter_release(&chapter);
    nights_close(&nights);
    return st;
}

const struct command command_score = {
    .name = "score",
    .summary = "hold facility files against a model",
    .usage = "ANALYSIS FILE... -m MODEL -o SCORES",
    .details = "Scores of all hosts and metrics go into an HDF5 file; the gravest are printed.",
    .parameters = parameters,
    .operands_min = 1,
    .operands_max = -1,
    .analysis_use = ANALYSIS_NAMED,
    .run = run,
};
