// SPDX-License-Identifier: BSD-3-Clause
#include "page.h"

#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* clang-format off */
static const struct parameter parameters[] = {
    {"output", PARAMETER_PATH, "report.html", 0, 0, NULL,
     "Where the page goes; for several nights a * in it stands for the date"},
    {"facility_file", PARAMETER_PATH, NULL, 0, 0, NULL,
     "The facility file, or the folder of the facility files, where they are no longer where they were scored"},
    {"summary", PARAMETER_PATH, NULL, 0, 0, NULL, "Write the summary for machines here, too"},
    {"graph", PARAMETER_PATH, NULL, 0, 0, NULL,
     "What `telltale graph` found; without, graph.h5 beside the scores where it is there"},
    VIEW_PARAMETERS,
    PAGE_PARAMETERS,
    {0},
};
/* clang-format on */

/* @p pattern with its star replaced by the date. */
static char *with_date(const char *pattern, const char *date)
{
    const char *star = strchr(pattern, '*');
    struct text path = {0};

    if (!star) return mem_text(pattern);
    text_printf(&path, "%.*s%s%s", (int)(star - pattern), pattern, date, star + 1);
    return path.bytes;
}

static status facility_name(const struct comm *comm, const char *path, const char *format,
                            int version, struct text *name)
{
    struct archive *archive = NULL;
    status st;

    TRY(archive_open(comm, path, format, version, &archive));
    st = archive_get_text(archive, "/", "facility", name);
    archive_close(&archive);
    return comm_agree(comm, st);
}

/* A graph that nobody named goes into the page where it is of the same facility. */
static status fits(const struct comm *comm, const char *graph, const char *scores, bool *is_fit)
{
    struct text of_graph = {0};
    struct text of_scores = {0};
    status st = facility_name(comm, graph, GRAPH_FORMAT, GRAPH_VERSION, &of_graph);

    if (!st) st = facility_name(comm, scores, SCORES_FORMAT, SCORES_VERSION, &of_scores);
    if (!st)
        *is_fit = of_graph.length == of_scores.length
                  && (of_graph.length == 0 || strcmp(of_graph.bytes, of_scores.bytes) == 0);
    text_release(&of_graph);
    text_release(&of_scores);
    return st;
}

/* graph.h5 in the folder of the scores. @param graph  a new text; NULL where there is none that fits */
static status graph_beside(const struct comm *comm, const char *scores, char **graph)
{
    char *folder = mem_text(scores);
    struct text path = {0};
    int32_t is_there;
    bool is_fit = false;
    status st = STATUS_OK;

    text_printf(&path, "%s/graph.h5", dirname(folder));
    is_there = access(path.bytes, R_OK) == 0;
    comm_broadcast(comm, &is_there, sizeof is_there, 0);
    mem_free(&folder);
    if (is_there) st = fits(comm, path.bytes, scores, &is_fit);
    if (is_there && !st && !is_fit) warn("%s: is of another facility, and left out", path.bytes);
    if (st || !is_fit) text_release(&path);
    if (!st) *graph = path.bytes;
    return st;
}

/* The facility files of @p origin as they are now. */
static status find_files(const struct context *context, const char *scores,
                         struct page_origin *origin)
{
    const char *given = settings_text(context->settings, "facility_file");

    if (origin->are_apart)
        return fail(STATUS_BAD_INPUT,
                    "%s: holds %d nights scored apart, which no one page can show; score them one "
                    "by one, or with --join as one span",
                    scores, origin->count);
    if (given) page_origin_move(context->comm, given, origin);
    return STATUS_OK;
}

static status write_page(struct context *context, const char *scores,
                         const struct page_origin *origin)
{
    const struct settings *settings = context->settings;
    struct page_job job = {.scores = scores,
                           .facilities = (const char *const *)origin->files,
                           .facility_count = origin->count,
                           .summary = settings_text(settings, "summary"),
                           .budget_bytes =
                               (int64_t)(settings_real(settings, "page_mb") * 1048576.0),
                           .tile_hosts = settings_int(settings, "tile_hosts")};
    char *beside = NULL;
    char *page;
    status st;

    if (!settings_text(settings, "graph")) TRY(graph_beside(context->comm, scores, &beside));
    job.graph = beside ? beside : settings_text(settings, "graph");
    job.page = page = with_date(settings_text(settings, "output"), origin->date);
    st = page_write(context->comm, &job);
    if (!st) say(context, "wrote %s\n", page);
    mem_free(&page);
    mem_free(&beside);
    return st;
}

static status report(struct context *context, const char *scores)
{
    struct page_origin origin;
    status st;

    TRY(page_origin_read(context->comm, scores, &origin));
    st = find_files(context, scores, &origin);
    if (!st) st = write_page(context, scores, &origin);
    page_origin_release(&origin);
    return st;
}

/* Pages are named by date: two nights of one date would overwrite each other. */
static status check_dates(const struct comm *comm, const char *const *scores, int count)
{
    char *dates = mem_zero((size_t)count, DATE_BYTES);
    status st = STATUS_OK;

    for (int i = 0; i < count && !st; i++) {
        char *date = dates + (size_t)i * DATE_BYTES;
        struct page_origin origin = {0};

        st = page_origin_read(comm, scores[i], &origin);
        memcpy(date, origin.date, DATE_BYTES);
        page_origin_release(&origin);
        for (int j = 0; j < i && !st; j++) {
            if (strcmp(date, dates + (size_t)j * DATE_BYTES) == 0)
                st = fail(STATUS_BAD_INPUT, "%s and %s both begin on %s; a date is one page",
                          scores[j], scores[i], date);
        }
    }
    mem_free(&dates);
    return st;
}

/* One name of one folder, or two names of one file. */
static bool is_same_place(const char *a, const char *b)
{
    struct stat about_a, about_b;
    char *names[] = {mem_text(a), mem_text(b)};
    char *folders[] = {mem_text(a), mem_text(b)};
    bool is_same = strcmp(basename(names[0]), basename(names[1])) == 0
                   && stat(dirname(folders[0]), &about_a) == 0
                   && stat(dirname(folders[1]), &about_b) == 0 && about_a.st_ino == about_b.st_ino
                   && about_a.st_dev == about_b.st_dev;

    if (stat(a, &about_a) == 0 && stat(b, &about_b) == 0)
        is_same = about_a.st_ino == about_b.st_ino && about_a.st_dev == about_b.st_dev;
    for (int i = 0; i < 2; i++) {
        mem_free(&names[i]);
        mem_free(&folders[i]);
    }
    return is_same;
}

static status run(struct context *context)
{
    const char *path;

    if (context->operand_count > 1 && !strchr(settings_text(context->settings, "output"), '*'))
        return fail(
            STATUS_BAD_USE,
            "report: several nights need a * in --output, for a page each; one page of all is of "
            "nights scored with --join");
    if (context->operand_count > 1 && settings_text(context->settings, "summary"))
        return fail(STATUS_BAD_USE, "report: --summary is for one night");
    TRY(require_output(context, "output", context->operands, context->operand_count, &path));
    if (settings_text(context->settings, "summary")) {
        const char *summary;

        TRY(require_output(context, "summary", context->operands, 1, &summary));
        if (is_same_place(path, summary))
            return fail(STATUS_BAD_USE, "--summary: %s is the page's place", summary);
    }
    if (context->operand_count > 1)
        TRY(check_dates(context->comm, context->operands, context->operand_count));
    for (int i = 0; i < context->operand_count; i++) TRY(report(context, context->operands[i]));
    return STATUS_OK;
}

const struct command command_report = {
    .name = "report",
    .summary = "the page of scored nights",
    .usage = "SCORES... -o report.html",
    .parameters = parameters,
    .operands_min = 1,
    .operands_max = -1,
    .analysis_use = ANALYSIS_NONE,
    .run = run,
};
