// SPDX-License-Identifier: BSD-3-Clause
#include "run.h"

#include <math.h>
#include <string.h>

/* Edges that the summary names. */
enum { TOLD_EDGES = 10 };

/* ---- against what is known -------------------------------------------------------------------- */

/* What ranks the pairs. */
enum { RANKING_COUNT = 5 };
static const char *const ranking_names[RANKING_COUNT] = {"influence", "slope", "linear companion",
                                                         "|correlation|", "rise"};
static const char *const ranking_keys[RANKING_COUNT] = {
    "auroc_influence", "auroc_slope", "auroc_wald", "auroc_correlation", "auroc_rise"};

/* Collective. Metric numbers of the night for those of the model, and the weights of /truth of its first file; NULL where
 * that has none, or not of all metrics of the nights that are joined to it. */
static status read_truth(const struct comm *comm, struct view *night,
                         const struct forecast_model *model, int32_t **place, double **weight)
{
    const int64_t metrics = view_facility(night)->metric_count;
    const int64_t expected = view_file_count(night) > 1 ? -1 : metrics;
    struct archive_shape shape = {
        ARCHIVE_DOUBLE, 2, {expected, expected}
    };
    struct metric_map map = {0};
    struct archive *archive;
    void *items = NULL;
    status st;

    TRY(metric_map_make(night, model->metrics, &map));
    st = archive_open(comm, view_path(night), NULL, 0, &archive);
    if (!st) {
        if (archive_has(archive, "/truth/weight"))
            st = archive_get(archive, "/truth/weight", &shape, &items);
        archive_close(&archive);
    }
    if (items && (shape.extent[0] != metrics || shape.extent[1] != metrics)) mem_free(&items);
    if (st || !items) {
        metric_map_release(&map);
        return st;
    }
    *place = map.place;
    *weight = items;
    return STATUS_OK;
}

/* Area under the ROC curve of one ranking of the pairs of metrics that change. */
static double area_of(const struct relation *relation, const double *score, const int32_t *place,
                      const double *weight, int64_t file_metrics)
{
    const int metrics = relation->metrics;
    double *values = mem_zero((size_t)metrics * (size_t)metrics, sizeof *values);
    int8_t *is_true = mem_zero((size_t)metrics * (size_t)metrics, sizeof *is_true);
    int64_t count = 0;
    double area;

    for (int i = 0; i < metrics; i++) {
        for (int j = 0; j < metrics; j++) {
            if (i == j || !relation->is_used[i] || !relation->is_used[j]) continue;
            values[count] = fabs(score[(int64_t)i * metrics + j]);
            is_true[count++] = weight[place[i] * file_metrics + place[j]] != 0.0;
        }
    }
    area = roc_area(values, is_true, count);
    mem_free(&is_true);
    mem_free(&values);
    return area;
}

/* Collective. */
static status put_areas(const struct comm *comm, const struct relation *relation,
                        struct view *night, struct archive *archive, struct text *summary)
{
    const double *const rankings[RANKING_COUNT] = {relation->influence, relation->slope,
                                                   relation->wald, relation->correlation,
                                                   relation->rise};
    int32_t *place = NULL;
    double *weight = NULL;

    TRY(read_truth(comm, night, relation->model, &place, &weight));
    if (!weight) return STATUS_OK;
    text_printf(summary, "known graph, area under the ROC curve:");
    for (int r = 0; r < RANKING_COUNT; r++) {
        const double area =
            area_of(relation, rankings[r], place, weight, view_facility(night)->metric_count);

        text_printf(summary, "%s %s %.4f", r > 0 ? "," : "", ranking_names[r], area);
        archive_put_real(archive, "/graph", ranking_keys[r], area);
    }
    text_printf(summary, "\n");
    mem_free(&weight);
    mem_free(&place);
    return STATUS_OK;
}

/* ---- for people ------------------------------------------------------------------------------- */

static void tell_edges(const struct relation *relation, struct text *summary)
{
    const struct name_table *names = relation->model->metrics;
    struct relation_edge *edges;
    const int64_t count = relation_edges(relation, &edges);

    for (int64_t e = 0; e < count && e < TOLD_EDGES; e++) {
        const int64_t place = (int64_t)edges[e].effect * relation->metrics + edges[e].cause;
        char cause[64], effect[64];

        if (e == 0) text_printf(summary, "influence     rise  lag sign  edge (strongest first)\n");
        text_printf(summary, "%9.4g %7.1f%% %4d    %c  %s -> %s\n", relation->influence[place],
                    100.0 * relation->rise[place], (int)relation->lag[place],
                    "-0+"[relation->sign[place] + 1],
                    text_printable(names_text(names, edges[e].cause), cause, sizeof cause),
                    text_printable(names_text(names, edges[e].effect), effect, sizeof effect));
    }
    if (count > TOLD_EDGES) text_printf(summary, "... and %ld more\n", (long)(count - TOLD_EDGES));
    mem_free(&edges);
}

static double mean_of(const double *matrix, int count, bool of_diagonal)
{
    double sum = 0.0;
    int terms = 0;

    for (int a = 0; a < count; a++) {
        for (int b = 0; b < count; b++) {
            if ((a == b) != of_diagonal || !isfinite(matrix[a * count + b])) continue;
            sum += matrix[a * count + b];
            terms++;
        }
    }
    return terms > 0 ? sum / terms : (double)NAN;
}

static void tell_periods(const struct relation *relation, struct text *summary)
{
    const struct relation_periods_found *found = &relation->periods;

    if (found->count == 0) return;
    text_printf(summary,
                "%d periods: Jaccard %.2f (within one %.2f), rank-biased overlap %.2f (%.2f), "
                "Kendall's tau %.2f (%.2f)\n",
                found->count, mean_of(found->jaccard, found->count, false),
                mean_of(found->jaccard, found->count, true),
                mean_of(found->overlap, found->count, false),
                mean_of(found->overlap, found->count, true),
                mean_of(found->tau, found->count, false), mean_of(found->tau, found->count, true));
}

static void tell(const struct relation *relation, struct text *summary)
{
    int64_t used = 0, helping = 0;

    for (int m = 0; m < relation->metrics; m++) used += relation->is_used[m];
    for (int64_t pair = 0; pair < (int64_t)relation->metrics * relation->metrics; pair++)
        helping += pair / relation->metrics != pair % relation->metrics && relation->rise[pair] > 0;
    text_printf(summary,
                "%ld windows, %ld of %d metrics change: of %ld pairs %ld help to predict, %ld are "
                "kept\n",
                (long)relation->windows, (long)used, relation->metrics, (long)(used * (used - 1)),
                (long)helping, (long)relation->edge_count);
    tell_edges(relation, summary);
    tell_periods(relation, summary);
}

/* ---- the files -------------------------------------------------------------------------------- */

/* OUT.h5 -> OUT.csv */
static void beside(const char *output, const char *ending, struct text *path)
{
    const char *dot = strrchr(output, '.');
    const bool is_ours = dot && (strcmp(dot, ".h5") == 0 || strcmp(dot, ".hdf5") == 0);

    path->length = 0;
    text_add(path, output, is_ours ? (size_t)(dot - output) : strlen(output));
    text_printf(path, "%s", ending);
}

/* On rank 0. */
static status write_tables(const struct relation *relation, const char *output)
{
    struct text path = {0}, csv = {0}, xml = {0};
    status st = relation_graphml(relation, &xml);

    relation_csv(relation, &csv);
    beside(output, ".csv", &path);
    if (!st) st = file_write(path.bytes, csv.bytes, csv.length);
    beside(output, ".graphml", &path);
    if (!st) st = file_write(path.bytes, xml.bytes, xml.length);
    text_release(&xml);
    text_release(&csv);
    text_release(&path);
    return st;
}

static void put_attributes(const struct relation *relation, struct view *const *nights, int count,
                           const struct settings *settings, struct archive *archive)
{
    const struct facility *facility = view_facility(nights[0]);
    struct text yaml = {0}, files = {0};

    settings_write(settings, 0, &yaml);
    for (int n = 0; n < count; n++)
        for (int f = 0; f < view_file_count(nights[n]); f++)
            text_printf(&files, "%s%s", n + f ? "\n" : "", view_file_path(nights[n], f));
    archive_put_text(archive, "/", "facility", facility->name);
    archive_put_text(archive, "/", "facility_files", files.bytes);
    archive_put_text(archive, "/", "settings", yaml.bytes);
    archive_put_real(archive, "/", "period_s", relation->model->period_s);
    archive_put_int(archive, "/graph", "windows", relation->windows);
    text_release(&files);
    text_release(&yaml);
}

status relation_write(const struct comm *comm, const struct relation *relation,
                      struct view *const *nights, int count, const struct settings *settings,
                      const char *output, struct text *summary)
{
    struct archive *archive;
    struct text said = {0};
    status st;

    TRY(archive_create(comm, output, GRAPH_FORMAT, GRAPH_VERSION, &archive));
    relation_put(comm, relation, archive);
    put_attributes(relation, nights, count, settings, archive);
    tell(relation, &said);
    st = put_areas(comm, relation, nights[0], archive, &said);
    if (!st)
        st = comm_agree(comm, comm_rank(comm) == 0 ? write_tables(relation, output) : STATUS_OK);
    if (st)
        archive_discard(&archive);
    else
        st = archive_commit(&archive);
    if (!st) text_add(summary, said.bytes, said.length);
    text_release(&said);
    return st;
}
