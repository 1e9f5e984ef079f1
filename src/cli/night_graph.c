// SPDX-License-Identifier: BSD-3-Clause
#include "night_models.h"

#include <string.h>

/* The analysis that a graph asks, where this night has it. */
static struct chapter *find_forecast(const struct nightly *nightly)
{
    const struct analysis *forecast = analysis_find("forecast");

    for (int i = 0; i < nightly->chapter_count; i++)
        if (nightly->chapters[i].analysis == forecast && !nightly->chapters[i].left_out)
            return &nightly->chapters[i];
    return NULL;
}

/* Of a night that the model has not learned from, all windows are as good as those that it held out. */
static status choose_part(const struct night *night, const char *model, struct settings *settings)
{
    const struct nightly *nightly = night->nightly;
    struct archive *archive = NULL;
    double until_unix_s;
    status st;

    if (settings_is_given(settings, "part")) return STATUS_OK;
    TRY(archive_open(nightly->comm, model, MODEL_FORMAT, MODEL_VERSION, &archive));
    st = archive_get_real(archive, "/", "fitted_until_unix_s", &until_unix_s);
    archive_close(&archive);
    TRY(st);
    if ((double)nightly->start_unix_s[night->number] < until_unix_s) return STATUS_OK;
    return settings_set(settings, "part", "all", "part");
}

static char *graph_inputs(const struct night *night, const char *model,
                          const struct settings *settings)
{
    struct text inputs = {0};

    text_printf(&inputs, "%s\n%s\n", program_version(), night->facility);
    settings_write(settings, 2, &inputs);
    inputs_add_file(night->nightly->comm, &inputs, night->facility);
    inputs_add_bytes(night->nightly->comm, &inputs, model);
    return inputs.bytes;
}

static status make(const struct night *night, struct chapter *chapter, const char *model,
                   const struct settings *settings, const char *path)
{
    const struct nightly *nightly = night->nightly;
    const struct view_options options = night_view_options(nightly);
    struct text summary = {0};
    struct nights nights;
    status st;

    TRY(nights_open(nightly->comm, &night->facility, 1, &options, &nights));
    st = chapter_load(nightly->comm, chapter, model);
    if (!st)
        st = relation_graph(chapter->self, nights.views, nights.count, settings, path, &summary);
    if (!st) say(nightly->context, "%s", summary.bytes);
    text_release(&summary);
    chapter_release(chapter);
    nights_close(&nights);
    return st;
}

/* The step by its record: done before, said, or made. */
static status make_if_needed(const struct night *night, struct chapter *chapter, const char *model,
                             const struct settings *settings, const char *path)
{
    static const char *const files[] = {"graph.h5", "graph.csv", "graph.graphml", NULL};
    const struct nightly *nightly = night->nightly;
    char *inputs = graph_inputs(night, model, settings);
    status st = STATUS_OK;

    if (record_is_done(night->record, "graph", inputs)) {
        say(nightly->context, "%s%s: whole, from an earlier start\n", nightly->is_dry ? "  " : "",
            path);
    } else if (nightly->is_dry) {
        say(nightly->context, "  would write %s\n", path);
    } else {
        st = make(night, chapter, model, settings, path);
        if (!st) st = record_note(night->record, "graph", inputs, files);
    }
    mem_free(&inputs);
    return st;
}

status night_graph(const struct night *night, char **path)
{
    const struct nightly *nightly = night->nightly;
    struct chapter *chapter = find_forecast(nightly);
    struct settings *settings;
    struct text graph = {0};
    char *model;
    status st = STATUS_OK;

    *path = NULL;
    if (!chapter || !settings_flag(nightly->context->settings, "graph")) return STATUS_OK;
    model = model_path(nightly, chapter);
    settings = settings_create(relation_parameters);
    if (nightly->context->config) st = config_apply(nightly->context->config, "graph", settings);
    if (!st) st = settings_set(settings, "model", model, "model");
    if (!st && file_is_there(nightly->comm, model)) st = choose_part(night, model, settings);
    text_printf(&graph, "%s/graph.h5", night->folder);
    if (!st) st = make_if_needed(night, chapter, model, settings, graph.bytes);
    settings_destroy(&settings);
    mem_free(&model);
    if (!st) {
        *path = graph.bytes;
        return STATUS_OK;
    }
    if (st == STATUS_BAD_INPUT) {
        warn("night %s goes without a relation graph: %s", night->date, status_message());
        st = STATUS_OK;
    }
    text_release(&graph);
    return st;
}
