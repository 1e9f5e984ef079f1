// SPDX-License-Identifier: BSD-3-Clause
#include "run.h"

#include <libxml/xmlwriter.h>

#include <math.h>
#include <string.h>

/* A matrix that goes to the files, by name: to the HDF5 file all of it, to the others what edges have of it. */
struct matrix {
    const char *name;
    enum archive_type type;
    const void *items;
    bool is_of_edges;
};

enum { MATRICES_MAX = 20 };

static int list_matrices(const struct relation *relation, struct matrix matrices[MATRICES_MAX])
{
    const struct matrix all[] = {
        {"influence",                ARCHIVE_DOUBLE, relation->influence,       true },
        {"influence_low",            ARCHIVE_DOUBLE, relation->low,             true },
        {"influence_high",           ARCHIVE_DOUBLE, relation->high,            true },
        {"rise",                     ARCHIVE_DOUBLE, relation->rise,            true },
        {"slope",                    ARCHIVE_DOUBLE, relation->slope,           true },
        {"lag",                      ARCHIVE_INT32,  relation->lag,             true },
        {"sign",                     ARCHIVE_INT8,   relation->sign,            true },
        {"wald",                     ARCHIVE_DOUBLE, relation->wald,            true },
        {"correlation",              ARCHIVE_DOUBLE, relation->correlation,     true },
        {"stable",                   ARCHIVE_DOUBLE, relation->stable,          true },
        {"chance",                   ARCHIVE_DOUBLE, relation->chance,          true },
        {"deviations",               ARCHIVE_DOUBLE, relation->deviations,      true },
        {"edge",                     ARCHIVE_INT8,   relation->edge,            false},
        {"backbone/threshold",       ARCHIVE_INT8,   relation->threshold,       false},
        {"backbone/top",             ARCHIVE_INT8,   relation->top,             false},
        {"backbone/disparity",       ARCHIVE_INT8,   relation->disparity,       false},
        {"backbone/noise_corrected", ARCHIVE_INT8,   relation->noise_corrected, false},
    };

    memcpy(matrices, all, sizeof all);
    return (int)(sizeof all / sizeof all[0]);
}

static double item_of(const struct matrix *matrix, int64_t place)
{
    if (matrix->type == ARCHIVE_INT32) return ((const int32_t *)matrix->items)[place];
    if (matrix->type == ARCHIVE_INT8) return ((const int8_t *)matrix->items)[place];
    return ((const double *)matrix->items)[place];
}

/* ---- HDF5 ------------------------------------------------------------------------------------- */

static void put_periods(const struct comm *comm, const struct relation *relation,
                        struct archive *archive)
{
    const struct relation_periods_found *found = &relation->periods;
    const int64_t count = comm_max_int64(comm, found->count);
    const int64_t metrics = relation->metrics;
    const struct archive_shape square = {
        ARCHIVE_DOUBLE, 2, {count, count}
    };
    const struct archive_shape graphs = {
        ARCHIVE_DOUBLE, 3, {count, metrics, metrics}
    };
    const char **names = mem_zero((size_t)count + 1, sizeof *names);

    if (count > 0) {
        for (int p = 0; p < found->count; p++) names[p] = names_text(found->names, p);
        archive_put_texts(archive, "/periods/name", found->count > 0 ? names : NULL, count);
        archive_put(archive, "/periods/influence", graphs, found->influence);
        archive_put(archive, "/periods/jaccard", square, found->jaccard);
        archive_put(archive, "/periods/overlap", square, found->overlap);
        archive_put(archive, "/periods/tau", square, found->tau);
    }
    mem_free(&names);
}

void relation_put(const struct comm *comm, const struct relation *relation, struct archive *archive)
{
    const int64_t metrics = relation->metrics;
    const bool is_mine = comm_rank(comm) == 0;
    const char **names = mem_zero((size_t)metrics + 1, sizeof *names);
    struct matrix matrices[MATRICES_MAX];
    const int count = list_matrices(relation, matrices);
    struct text place = {0};

    for (int64_t m = 0; m < metrics; m++) names[m] = names_text(relation->model->metrics, m);
    archive_put_texts(archive, "/metrics/name", names, metrics);
    archive_put(archive, "/metrics/is_used", (struct archive_shape){ARCHIVE_INT8, 1, {metrics}},
                is_mine ? relation->is_used : NULL);
    archive_put(archive, "/metrics/core", (struct archive_shape){ARCHIVE_INT32, 1, {metrics}},
                is_mine ? relation->core : NULL);
    for (int m = 0; m < count; m++) {
        place.length = 0;
        text_printf(&place, "/graph/%s", matrices[m].name);
        archive_put(archive, place.bytes,
                    (struct archive_shape){
                        matrices[m].type, 2, {metrics, metrics}
        },
                    is_mine ? matrices[m].items : NULL);
    }
    put_periods(comm, relation, archive);
    text_release(&place);
    mem_free(&names);
}

/* ---- the table -------------------------------------------------------------------------------- */

/* RFC 4180: in quotes, quotes doubled. What a spreadsheet takes for a formula gets an apostrophe in front. */
static void add_field(struct text *csv, const char *name)
{
    text_printf(csv, "\"%s", strchr("=+-@\t\r", *name) && *name ? "'" : "");
    for (; *name; name++) text_add(csv, *name == '"' ? "\"\"" : name, *name == '"' ? 2 : 1);
    text_printf(csv, "\"");
}

void relation_csv(const struct relation *relation, struct text *csv)
{
    struct matrix matrices[MATRICES_MAX];
    const int count = list_matrices(relation, matrices);
    struct relation_edge *edges;
    const int64_t edge_count = relation_edges(relation, &edges);

    text_printf(csv, "Source,Target");
    for (int m = 0; m < count; m++)
        if (matrices[m].is_of_edges) text_printf(csv, ",%s", m == 0 ? "Weight" : matrices[m].name);
    text_printf(csv, "\r\n");
    for (int64_t e = 0; e < edge_count; e++) {
        const int64_t place = (int64_t)edges[e].effect * relation->metrics + edges[e].cause;

        add_field(csv, names_text(relation->model->metrics, edges[e].cause));
        text_printf(csv, ",");
        add_field(csv, names_text(relation->model->metrics, edges[e].effect));
        for (int m = 0; m < count; m++)
            if (matrices[m].is_of_edges) text_printf(csv, ",%.9g", item_of(&matrices[m], place));
        text_printf(csv, "\r\n");
    }
    mem_free(&edges);
}

/* ---- GraphML ---------------------------------------------------------------------------------- */

#define XML(text) ((const xmlChar *)(text))

static int add_key(xmlTextWriterPtr writer, const char *name, const char *of, const char *type)
{
    int bad = xmlTextWriterStartElement(writer, XML("key")) < 0;

    bad |= xmlTextWriterWriteAttribute(writer, XML("id"), XML(name)) < 0;
    bad |= xmlTextWriterWriteAttribute(writer, XML("for"), XML(of)) < 0;
    bad |= xmlTextWriterWriteAttribute(writer, XML("attr.name"), XML(name)) < 0;
    bad |= xmlTextWriterWriteAttribute(writer, XML("attr.type"), XML(type)) < 0;
    return bad | (xmlTextWriterEndElement(writer) < 0);
}

static int add_value(xmlTextWriterPtr writer, const char *key, const char *value)
{
    int bad = xmlTextWriterStartElement(writer, XML("data")) < 0;

    bad |= xmlTextWriterWriteAttribute(writer, XML("key"), XML(key)) < 0;
    bad |= xmlTextWriterWriteString(writer, XML(value)) < 0;
    return bad | (xmlTextWriterEndElement(writer) < 0);
}

static int add_node(xmlTextWriterPtr writer, const struct relation *relation, int metric)
{
    const char *name = names_text(relation->model->metrics, metric);
    const size_t room = strlen(name) + 8;
    char *printable = mem_zero(room, 1);
    int bad = xmlTextWriterStartElement(writer, XML("node")) < 0;

    /* XML has no place for control characters, escaped or not. */
    text_printable(name, printable, room);
    bad |= xmlTextWriterWriteFormatAttribute(writer, XML("id"), "n%d", metric) < 0;
    bad |= add_value(writer, "label", printable);
    {
        char core[16];

        snprintf(core, sizeof core, "%d", (int)relation->core[metric]);
        bad |= add_value(writer, "core", core);
    }
    mem_free(&printable);
    return bad | (xmlTextWriterEndElement(writer) < 0);
}

static int add_edge(xmlTextWriterPtr writer, const struct relation *relation,
                    const struct matrix *matrices, int count, struct relation_edge edge)
{
    const int64_t place = (int64_t)edge.effect * relation->metrics + edge.cause;
    int bad = xmlTextWriterStartElement(writer, XML("edge")) < 0;

    bad |= xmlTextWriterWriteFormatAttribute(writer, XML("source"), "n%d", edge.cause) < 0;
    bad |= xmlTextWriterWriteFormatAttribute(writer, XML("target"), "n%d", edge.effect) < 0;
    for (int m = 0; m < count; m++) {
        char value[32];

        if (!matrices[m].is_of_edges) continue;
        snprintf(value, sizeof value, "%.9g", item_of(&matrices[m], place));
        bad |= add_value(writer, m == 0 ? "weight" : matrices[m].name, value);
    }
    return bad | (xmlTextWriterEndElement(writer) < 0);
}

static int write_graphml(xmlTextWriterPtr writer, const struct relation *relation)
{
    struct matrix matrices[MATRICES_MAX];
    const int count = list_matrices(relation, matrices);
    struct relation_edge *edges;
    const int64_t edge_count = relation_edges(relation, &edges);
    int bad = xmlTextWriterSetIndent(writer, 1) < 0;

    bad |= xmlTextWriterStartDocument(writer, NULL, "UTF-8", NULL) < 0;
    bad |= xmlTextWriterStartElementNS(writer, NULL, XML("graphml"),
                                       XML("http://graphml.graphdrawing.org/xmlns"))
           < 0;
    bad |= add_key(writer, "label", "node", "string") | add_key(writer, "core", "node", "int");
    for (int m = 0; m < count; m++) {
        if (matrices[m].is_of_edges)
            bad |= add_key(writer, m == 0 ? "weight" : matrices[m].name, "edge",
                           matrices[m].type == ARCHIVE_DOUBLE ? "double" : "int");
    }
    bad |= xmlTextWriterStartElement(writer, XML("graph")) < 0;
    bad |= xmlTextWriterWriteAttribute(writer, XML("edgedefault"), XML("directed")) < 0;
    for (int m = 0; m < relation->metrics; m++) bad |= add_node(writer, relation, m);
    for (int64_t e = 0; e < edge_count; e++)
        bad |= add_edge(writer, relation, matrices, count, edges[e]);
    mem_free(&edges);
    return bad | (xmlTextWriterEndDocument(writer) < 0);
}

status relation_graphml(const struct relation *relation, struct text *xml)
{
    xmlBufferPtr buffer = xmlBufferCreate();
    xmlTextWriterPtr writer = buffer ? xmlNewTextWriterMemory(buffer, 0) : NULL;
    const int bad = !writer || write_graphml(writer, relation);

    if (writer) xmlFreeTextWriter(writer); /* which puts the rest into the buffer */
    if (!bad)
        text_add(xml, (const char *)xmlBufferContent(buffer), (size_t)xmlBufferLength(buffer));
    if (buffer) xmlBufferFree(buffer);
    return bad ? fail(STATUS_FAILED, "the graph could not be written as XML") : STATUS_OK;
}
