// SPDX-License-Identifier: BSD-3-Clause
#include "made_up.h"

enum { NODES_MOST = 60, EDGES = 90, PERIODS = 4, KEPT = 40 };

static struct report_node nodes[NODES_MOST];
static struct report_edge edges[EDGES];
static double period_influence[PERIODS * EDGES];
static double likeness[PERIODS * PERIODS];

static struct report_edge edge_of(int number, int node_count, struct random *random)
{
    const double influence = 0.4 / (1 + number);
    const int last = node_count > 2 ? node_count - 1 : 1;
    const int from = (int)(random_uniform(random) * last);
    const int to = (from + 1 + number % 3) % last;

    return (struct report_edge){.from = from,
                                .to = to,
                                .is_kept = number < KEPT,
                                .influence = influence,
                                .influence_low = 0.7 * influence,
                                .influence_high = 1.4 * influence,
                                .rise = 0.5 * influence,
                                .slope = influence,
                                .stable = number < KEPT ? 1.0 : 0.4,
                                .correlation = 0.3,
                                .lag = 1 + number % 4,
                                .sign = (int8_t)(number % 3 - 1)};
}

void made_up_relation(const struct shape *shape, const struct facility *facility,
                      struct random *random, struct report_relation *relation)
{
    static const char *const names[PERIODS] = {"2026-11-20T00", "2026-11-20T06", "2026-11-20T12",
                                               "<b>2026-11-20T18</b>"};
    const int node_count = shape->metrics < NODES_MOST ? shape->metrics : NODES_MOST;

    for (int n = 0; n < node_count; n++)
        nodes[n] = (struct report_node){facility->metrics[n].name, n, n + 1 < node_count, n % 4};
    for (int e = 0; e < EDGES; e++) {
        edges[e] = edge_of(e, node_count, random);
        for (int p = 0; p < PERIODS; p++)
            period_influence[p * EDGES + e] =
                edges[e].influence * (0.2 + 1.6 * random_uniform(random));
    }
    for (int i = 0; i < PERIODS * PERIODS; i++) likeness[i] = i % (PERIODS + 1) == 0 ? 0.95 : 0.7;
    *relation = (struct report_relation){.nodes = nodes,
                                         .node_count = node_count,
                                         .edges = edges,
                                         .edge_count = EDGES,
                                         .pair_count = (int64_t)node_count * (node_count - 1),
                                         .windows = 2048,
                                         .period_name = names,
                                         .period_count = PERIODS,
                                         .period_total = PERIODS,
                                         .period_influence = period_influence,
                                         .jaccard = likeness,
                                         .overlap = likeness,
                                         .tau = likeness};
}
