// SPDX-License-Identifier: BSD-3-Clause
#include "page.h"

#include <stdlib.h>
#include <string.h>

/* What an edge and a metric take in the page, and a number of a period. */
static const int64_t edge_bytes = 110;
static const int64_t node_bytes = 300;
static const int64_t number_bytes = 12;

/* Edges and what periods say of them take about this at most; so many edges are there in any case. */
static const int64_t room_bytes = 1 << 20;
static const int64_t fewest_edges = 64;

/* A matrix [metrics][metrics] of the file; row i, column j is of the edge from j to i. */
struct matrix {
    const char *name;
    enum archive_type type;
    void *items; /* owned */
};

enum { INFLUENCE, LOW, HIGH, RISE, SLOPE, STABLE, CORRELATION, LAG, SIGN, EDGE, MATRICES };

static status read_matrices(struct archive *archive, int64_t metrics, struct matrix *matrices)
{
    const struct matrix wanted[MATRICES] = {
        [INFLUENCE] = {"/graph/influence",      ARCHIVE_DOUBLE, NULL},
        [LOW] = {"/graph/influence_low",  ARCHIVE_DOUBLE, NULL},
        [HIGH] = {"/graph/influence_high", ARCHIVE_DOUBLE, NULL},
        [RISE] = {"/graph/rise",           ARCHIVE_DOUBLE, NULL},
        [SLOPE] = {"/graph/slope",          ARCHIVE_DOUBLE, NULL},
        [STABLE] = {"/graph/stable",         ARCHIVE_DOUBLE, NULL},
        [CORRELATION] = {"/graph/correlation",    ARCHIVE_DOUBLE, NULL},
        [LAG] = {"/graph/lag",            ARCHIVE_INT32,  NULL},
        [SIGN] = {"/graph/sign",           ARCHIVE_INT8,   NULL},
        [EDGE] = {"/graph/edge",           ARCHIVE_INT8,   NULL},
    };

    memcpy(matrices, wanted, sizeof wanted);
    for (int m = 0; m < MATRICES; m++) {
        struct archive_shape shape = {
            wanted[m].type, 2, {metrics, metrics}
        };

        TRY(archive_get(archive, wanted[m].name, &shape, &matrices[m].items));
    }
    return STATUS_OK;
}

static double real_of(const struct matrix *matrices, int which, int64_t place)
{
    return ((const double *)matrices[which].items)[place];
}

static struct report_edge edge_of(const struct matrix *matrices, int64_t metrics, int64_t place)
{
    return (struct report_edge){.from = (int32_t)(place % metrics),
                                .to = (int32_t)(place / metrics),
                                .is_kept = ((const int8_t *)matrices[EDGE].items)[place] != 0,
                                .influence = real_of(matrices, INFLUENCE, place),
                                .influence_low = real_of(matrices, LOW, place),
                                .influence_high = real_of(matrices, HIGH, place),
                                .rise = real_of(matrices, RISE, place),
                                .slope = real_of(matrices, SLOPE, place),
                                .stable = real_of(matrices, STABLE, place),
                                .correlation = real_of(matrices, CORRELATION, place),
                                .lag = ((const int32_t *)matrices[LAG].items)[place],
                                .sign = ((const int8_t *)matrices[SIGN].items)[place]};
}

static int by_strength(const void *left, const void *right)
{
    const struct report_edge *a = left;
    const struct report_edge *b = right;

    if (a->is_kept != b->is_kept) return a->is_kept ? -1 : 1;
    if (a->influence > b->influence || a->influence < b->influence)
        return a->influence > b->influence ? -1 : 1;
    return a->to != b->to ? (a->to > b->to) - (a->to < b->to)
                          : (a->from > b->from) - (a->from < b->from);
}

static int64_t most_edges(const struct report_relation *relation)
{
    const int64_t count = room_bytes / (edge_bytes + number_bytes * relation->period_count);

    return count < fewest_edges       ? fewest_edges
           : count < REPORT_EDGES_MAX ? count
                                      : REPORT_EDGES_MAX;
}

static void take_edges(const struct matrix *matrices, struct page_relation *page)
{
    struct report_relation *relation = &page->relation;
    const int64_t metrics = relation->node_count;
    int64_t count = 0;

    page->edges = mem_zero((size_t)(metrics * metrics) + 1, sizeof *page->edges);
    for (int64_t place = 0; place < metrics * metrics; place++) {
        if (place % metrics == place / metrics || !(real_of(matrices, INFLUENCE, place) > 0))
            continue;
        page->edges[count++] = edge_of(matrices, metrics, place);
    }
    qsort(page->edges, (size_t)count, sizeof *page->edges, by_strength);
    relation->pair_count = metrics * (metrics - 1);
    relation->edge_count = count < most_edges(relation) ? count : most_edges(relation);
    relation->edges = page->edges;
}

static status read_edges(struct archive *archive, struct page_relation *page)
{
    struct matrix matrices[MATRICES] = {{0}};
    status st = read_matrices(archive, page->relation.node_count, matrices);

    if (!st) take_edges(matrices, page);
    for (int m = 0; m < MATRICES; m++) mem_free(&matrices[m].items);
    return st;
}

static int32_t metric_of(const struct facility *facility, const char *name)
{
    struct text key = {0};
    int32_t found = -1;

    for (int64_t m = 0; m < facility->metric_count && found < 0; m++) {
        key.length = 0;
        text_printf(&key, "%s::%s", facility->metrics[m].name, facility->metrics[m].source);
        if (strcmp(key.bytes, name) == 0) found = (int32_t)m;
    }
    text_release(&key);
    return found;
}

static status read_nodes(struct archive *archive, const struct facility *facility,
                         struct page_relation *page)
{
    struct report_relation *relation = &page->relation;
    struct archive_shape shape = {ARCHIVE_INT8, 1, {0}};
    int64_t *number = NULL;
    void *is_used = NULL;
    void *core = NULL;
    status st;

    st = archive_get_texts(archive, "/metrics/name", page->names, &number, &relation->node_count);
    shape.extent[0] = relation->node_count;
    if (!st) st = archive_get(archive, "/metrics/is_used", &shape, &is_used);
    shape.type = ARCHIVE_INT32;
    if (!st) st = archive_get(archive, "/metrics/core", &shape, &core);
    page->nodes = mem_zero((size_t)relation->node_count + 1, sizeof *page->nodes);
    for (int64_t n = 0; n < relation->node_count && !st; n++) {
        const char *name = names_text(page->names, number[n]);

        page->nodes[n] =
            (struct report_node){name, metric_of(facility, name), ((const int8_t *)is_used)[n] != 0,
                                 ((const int32_t *)core)[n]};
    }
    relation->nodes = page->nodes;
    mem_free(&number);
    mem_free(&is_used);
    mem_free(&core);
    return st;
}

/* Of the matrices of periods what the edges of the page have of them. */
static status read_influences(struct archive *archive, struct page_relation *page)
{
    const struct report_relation *relation = &page->relation;
    const int64_t metrics = relation->node_count;
    struct archive_shape shape = {
        ARCHIVE_DOUBLE, 3, {relation->period_total, metrics, metrics}
    };
    void *items = NULL;

    TRY(archive_get(archive, "/periods/influence", &shape, &items));
    page->period_influence = mem_zero((size_t)(relation->period_count * relation->edge_count) + 1,
                                      sizeof *page->period_influence);
    for (int64_t p = 0; p < relation->period_count; p++) {
        const double *matrix = (const double *)items + p * metrics * metrics;

        for (int64_t e = 0; e < relation->edge_count; e++)
            page->period_influence[p * relation->edge_count + e] =
                matrix[relation->edges[e].to * metrics + relation->edges[e].from];
    }
    page->relation.period_influence = page->period_influence;
    mem_free(&items);
    return STATUS_OK;
}

/* The likeness of the periods that the page has. @param part  a new block, once read */
static status read_likeness(struct archive *archive, const char *name,
                            const struct report_relation *relation, double **part)
{
    const int64_t count = relation->period_count;
    struct archive_shape shape = {
        ARCHIVE_DOUBLE, 2, {relation->period_total, relation->period_total}
    };
    void *items = NULL;

    TRY(archive_get(archive, name, &shape, &items));
    *part = mem_zero((size_t)(count * count) + 1, sizeof **part);
    for (int64_t p = 0; p < count; p++)
        memcpy(*part + p * count, (const double *)items + p * relation->period_total,
               (size_t)count * sizeof **part);
    mem_free(&items);
    return STATUS_OK;
}

static status read_periods(struct archive *archive, struct page_relation *page)
{
    struct report_relation *relation = &page->relation;
    int64_t *number = NULL;
    int64_t count;

    if (!archive_has(archive, "/periods/name")) return STATUS_OK;
    page->periods = names_create();
    TRY(archive_get_texts(archive, "/periods/name", page->periods, &number,
                          &relation->period_total));
    count =
        relation->period_total < REPORT_PERIODS_MAX ? relation->period_total : REPORT_PERIODS_MAX;
    page->period_name = mem_zero((size_t)count + 1, sizeof *page->period_name);
    for (int64_t p = 0; p < count; p++) page->period_name[p] = names_text(page->periods, number[p]);
    mem_free(&number);
    relation->period_name = page->period_name;
    relation->period_count = count;
    TRY(read_likeness(archive, "/periods/jaccard", relation, &page->jaccard));
    TRY(read_likeness(archive, "/periods/overlap", relation, &page->overlap));
    TRY(read_likeness(archive, "/periods/tau", relation, &page->tau));
    relation->jaccard = page->jaccard;
    relation->overlap = page->overlap;
    relation->tau = page->tau;
    return STATUS_OK;
}

/* A graph says nothing about another facility's night. */
static status check_facility(struct archive *archive, const char *path,
                             const struct facility *facility)
{
    struct text name = {0};
    status st;

    TRY(archive_get_text(archive, "/", "facility", &name));
    st = strcmp(name.bytes ? name.bytes : "", facility->name ? facility->name : "") == 0
             ? STATUS_OK
             : fail(STATUS_BAD_INPUT, "%s: is of facility %s, the scores are of %s", path,
                    name.bytes, facility->name);
    text_release(&name);
    return st;
}

static status read_all(struct archive *archive, const char *path, const struct facility *facility,
                       struct page_relation *page)
{
    struct report_relation *relation = &page->relation;

    TRY(check_facility(archive, path, facility));
    TRY(archive_get_int(archive, "/graph", "windows", &relation->windows));
    page->names = names_create();
    TRY(read_nodes(archive, facility, page));
    TRY(read_periods(archive, page));
    TRY(read_edges(archive, page));
    if (relation->period_count > 0) TRY(read_influences(archive, page));
    page->bytes = relation->edge_count * edge_bytes + relation->node_count * node_bytes
                  + relation->period_count * relation->edge_count * number_bytes
                  + 3 * relation->period_count * relation->period_count * number_bytes;
    page->is_there = true;
    return STATUS_OK;
}

status page_relation_read(const struct comm *comm, const char *path,
                          const struct facility *facility, struct page_relation *relation)
{
    struct archive *archive = NULL;
    status st;

    TRY(archive_open(comm, path, GRAPH_FORMAT, GRAPH_VERSION, &archive));
    st = comm_agree(comm, read_all(archive, path, facility, relation));
    archive_close(&archive);
    return st;
}

void page_relation_release(struct page_relation *relation)
{
    mem_free(&relation->nodes);
    mem_free(&relation->edges);
    mem_free(&relation->period_name);
    mem_free(&relation->period_influence);
    mem_free(&relation->jaccard);
    mem_free(&relation->overlap);
    mem_free(&relation->tau);
    names_destroy(&relation->names);
    names_destroy(&relation->periods);
}
