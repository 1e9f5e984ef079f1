// SPDX-License-Identifier: BSD-3-Clause
#include "blocks.h"

static json_t *nodes_of(const struct report_relation *relation)
{
    json_t *object = json_object();
    json_t *name = json_put_list(object, "name");
    json_t *metric = json_put_list(object, "metric");
    json_t *is_used = json_put_list(object, "is_used");
    json_t *core = json_put_list(object, "core");

    for (int64_t n = 0; n < relation->node_count; n++) {
        const struct report_node *node = &relation->nodes[n];

        json_array_append_new(name, json_name(node->name));
        json_array_append_new(metric, json_integer(node->metric));
        json_array_append_new(is_used, json_integer(node->is_used));
        json_array_append_new(core, json_integer(node->core));
    }
    return object;
}

enum { INTEGERS = 5, REALS = 7 };

static json_t *edges_of(const struct report_relation *relation)
{
    static const char *const integer_keys[INTEGERS] = {"from", "to", "is_kept", "lag", "sign"};
    static const char *const real_keys[REALS] = {"influence", "low",    "high",       "rise",
                                                 "slope",     "stable", "correlation"};
    json_t *object = json_object();
    json_t *columns[INTEGERS + REALS];

    for (int c = 0; c < INTEGERS; c++) columns[c] = json_put_list(object, integer_keys[c]);
    for (int c = 0; c < REALS; c++) columns[INTEGERS + c] = json_put_list(object, real_keys[c]);
    for (int64_t e = 0; e < relation->edge_count; e++) {
        const struct report_edge *edge = &relation->edges[e];
        const int integers[INTEGERS] = {edge->from, edge->to, edge->is_kept, edge->lag, edge->sign};
        const double reals[REALS] = {edge->influence,  edge->influence_low, edge->influence_high,
                                     edge->rise,       edge->slope,         edge->stable,
                                     edge->correlation};

        for (int c = 0; c < INTEGERS; c++)
            json_array_append_new(columns[c], json_integer(integers[c]));
        for (int c = 0; c < REALS; c++)
            json_array_append_new(columns[INTEGERS + c], json_short(reals[c]));
    }
    return object;
}

static json_t *table_of(const double *values, int64_t rows, int64_t columns)
{
    json_t *table = json_array();

    for (int64_t r = 0; r < rows; r++) {
        json_t *row = json_array();

        for (int64_t c = 0; c < columns; c++)
            json_array_append_new(row, json_short(values[r * columns + c]));
        json_array_append_new(table, row);
    }
    return table;
}

static json_t *periods_of(const struct report_relation *relation)
{
    const int64_t count = relation->period_count;
    json_t *object = json_object();
    json_t *name = json_put_list(object, "name");

    for (int64_t p = 0; p < count; p++)
        json_array_append_new(name, json_name(relation->period_name[p]));
    json_put(object, "total", json_integer(relation->period_total));
    json_put(object, "influence",
             table_of(relation->period_influence, count, relation->edge_count));
    json_put(object, "jaccard", table_of(relation->jaccard, count, count));
    json_put(object, "overlap", table_of(relation->overlap, count, count));
    json_put(object, "tau", table_of(relation->tau, count, count));
    return object;
}

json_t *block_relation(const struct block_source *source)
{
    const struct report_relation *relation = source->night->relation;
    json_t *object;

    if (!relation) return NULL;
    object = json_object();
    json_put(object, "windows", json_integer(relation->windows));
    json_put(object, "pair_count", json_integer(relation->pair_count));
    json_put(object, "nodes", nodes_of(relation));
    json_put(object, "edges", edges_of(relation));
    json_put(object, "periods", periods_of(relation));
    return object;
}
