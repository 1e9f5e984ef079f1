// SPDX-License-Identifier: BSD-3-Clause
#include "run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double *new_pairs(size_t pairs)
{
    return mem_zero(pairs, sizeof(double));
}

void relation_init(const struct forecast_model *model, const struct relation_settings *settings,
                   struct relation *relation)
{
    const int metrics = (int)names_count(model->metrics);
    const size_t pairs = (size_t)metrics * (size_t)metrics;

    *relation = (struct relation){.metrics = metrics,
                                  .model = model,
                                  .settings = *settings,
                                  .is_used = mem_zero((size_t)metrics, sizeof(int8_t)),
                                  .influence = new_pairs(pairs),
                                  .rise = new_pairs(pairs),
                                  .slope = new_pairs(pairs),
                                  .wald = new_pairs(pairs),
                                  .correlation = new_pairs(pairs),
                                  .low = new_pairs(pairs),
                                  .high = new_pairs(pairs),
                                  .stable = new_pairs(pairs),
                                  .chance = new_pairs(pairs),
                                  .deviations = new_pairs(pairs),
                                  .lag = mem_zero(pairs, sizeof(int32_t)),
                                  .core = mem_zero((size_t)metrics, sizeof(int32_t)),
                                  .sign = mem_zero(pairs, sizeof(int8_t)),
                                  .top = mem_zero(pairs, sizeof(int8_t)),
                                  .threshold = mem_zero(pairs, sizeof(int8_t)),
                                  .disparity = mem_zero(pairs, sizeof(int8_t)),
                                  .noise_corrected = mem_zero(pairs, sizeof(int8_t)),
                                  .edge = mem_zero(pairs, sizeof(int8_t))};
    for (int m = 0; m < metrics; m++) relation->is_used[m] = model->scaling[m].is_used;
}

void relation_release(struct relation *relation)
{
    mem_free(&relation->is_used);
    mem_free(&relation->influence);
    mem_free(&relation->rise);
    mem_free(&relation->slope);
    mem_free(&relation->wald);
    mem_free(&relation->correlation);
    mem_free(&relation->low);
    mem_free(&relation->high);
    mem_free(&relation->stable);
    mem_free(&relation->chance);
    mem_free(&relation->deviations);
    mem_free(&relation->lag);
    mem_free(&relation->core);
    mem_free(&relation->sign);
    mem_free(&relation->top);
    mem_free(&relation->threshold);
    mem_free(&relation->disparity);
    mem_free(&relation->noise_corrected);
    mem_free(&relation->edge);
    names_destroy(&relation->periods.names);
    mem_free(&relation->periods.influence);
    mem_free(&relation->periods.jaccard);
    mem_free(&relation->periods.overlap);
    mem_free(&relation->periods.tau);
}

/* Pairs of a metric that never changes say nothing. */
static void clear_unused(const struct relation *relation, double *matrix)
{
    const int metrics = relation->metrics;

    for (int64_t pair = 0; pair < (int64_t)metrics * metrics; pair++)
        if (!relation->is_used[pair / metrics] || !relation->is_used[pair % metrics])
            matrix[pair] = 0.0;
}

/* Pairs that count as strong: a share of those of metrics that change. */
static int64_t strong_pairs(const struct relation *relation)
{
    int64_t used = 0;

    for (int m = 0; m < relation->metrics; m++) used += relation->is_used[m];
    return llround(relation->settings.top_share * (double)(used * (used - 1)));
}

static void read_cells(struct relation *relation, const struct influence_layout *layout,
                       const double *sums)
{
    const int metrics = relation->metrics;
    const int64_t pairs = (int64_t)metrics * metrics;
    double *cells = mem_array((size_t)(layout->cells * pairs), sizeof *cells);

    for (int cell = 0; cell < layout->cells; cell++) {
        influence_read(layout, sums, cell, cells + cell * pairs);
        clear_unused(relation, cells + cell * pairs);
    }
    stability_share(cells, layout->cells, metrics, strong_pairs(relation), relation->stable);
    stability_interval(cells, layout->cells, metrics, relation->settings.seed, relation->low,
                       relation->high);
    mem_free(&cells);
}

static void find_backbones(struct relation *relation)
{
    const struct relation_settings *settings = &relation->settings;
    const int metrics = relation->metrics;
    const double *weight = relation->influence;

    backbone_top(weight, metrics, settings->neighbours, relation->top);
    backbone_threshold(weight, metrics, strong_pairs(relation), relation->threshold);
    backbone_disparity(weight, metrics, relation->chance);
    backbone_noise_corrected(weight, metrics, relation->deviations);
    for (int64_t pair = 0; pair < (int64_t)metrics * metrics; pair++) {
        const bool is_edge = pair / metrics != pair % metrics && weight[pair] > 0.0;

        relation->disparity[pair] = is_edge && relation->chance[pair] <= settings->significance;
        relation->noise_corrected[pair] =
            is_edge && relation->deviations[pair] > settings->deviations;
    }
}

static void keep_edges(struct relation *relation)
{
    const int8_t *const backbones[] = {[BACKBONE_THRESHOLD] = relation->threshold,
                                       [BACKBONE_TOP] = relation->top,
                                       [BACKBONE_DISPARITY] = relation->disparity,
                                       [BACKBONE_NOISE] = relation->noise_corrected};
    const int8_t *backbone = backbones[relation->settings.backbone];
    const int metrics = relation->metrics;

    relation->edge_count = 0;
    for (int64_t pair = 0; pair < (int64_t)metrics * metrics; pair++) {
        relation->edge[pair] = backbone[pair] && relation->rise[pair] > 0.0
                               && relation->stable[pair] >= relation->settings.stable_share;
        relation->edge_count += relation->edge[pair];
    }
    graph_cores(relation->edge, metrics, relation->core);
}

status relation_finish(struct relation *relation, const struct influence_layout *layout,
                       const double *sums, const struct companion *companion,
                       const double *companion_sums)
{
    influence_used(layout, sums, relation->is_used);
    TRY(companion_read(companion, companion_sums, relation->is_used, relation->wald,
                       relation->correlation));
    influence_read(layout, sums, -1, relation->influence);
    influence_rise(layout, sums, relation->rise);
    influence_slopes(layout, sums, relation->slope, relation->lag, relation->sign);
    clear_unused(relation, relation->influence);
    clear_unused(relation, relation->rise);
    clear_unused(relation, relation->slope);
    read_cells(relation, layout, sums);
    find_backbones(relation);
    keep_edges(relation);
    return STATUS_OK;
}

/* ---- periods ---------------------------------------------------------------------------------- */

static void set_likeness(struct relation_periods_found *found, int a, int b,
                         struct likeness likeness)
{
    const int places[] = {a * found->count + b, b * found->count + a};

    for (int side = 0; side < 2; side++) {
        found->jaccard[places[side]] = likeness.jaccard;
        found->overlap[places[side]] = likeness.overlap;
        found->tau[places[side]] = likeness.tau;
    }
}

void relation_compare(struct relation *relation, const struct influence_layout *layout,
                      const double *sums, struct periods *periods)
{
    struct relation_periods_found *found = &relation->periods;
    const int metrics = relation->metrics;
    const int64_t pairs = (int64_t)metrics * metrics;
    const size_t square = (size_t)periods->count * (size_t)periods->count;
    const int64_t wanted = strong_pairs(relation);
    double *halves = mem_array((size_t)(layout->cells * pairs), sizeof *halves);

    found->count = periods->count;
    found->names = periods->names;
    periods->names = NULL;
    found->influence = new_pairs((size_t)(found->count * pairs));
    found->jaccard = new_pairs(square);
    found->overlap = new_pairs(square);
    found->tau = new_pairs(square);
    for (int cell = 0; cell < layout->cells; cell++) {
        influence_read(layout, sums, cell, halves + cell * pairs);
        clear_unused(relation, halves + cell * pairs);
    }
    for (int64_t i = 0; i < found->count * pairs; i++) {
        const int64_t half = i / pairs * 2 * pairs + i % pairs;

        found->influence[i] = 0.5 * (halves[half] + halves[half + pairs]);
    }
    for (int a = 0; a < found->count; a++) {
        /* What two halves of one period differ by is noise. */
        set_likeness(
            found, a, a,
            likeness_of(halves + 2 * a * pairs, halves + (2 * a + 1) * pairs, metrics, wanted));
        /* Other periods are held against it by halves, too, so that the numbers are of like noise. */
        for (int b = 0; b < a; b++)
            set_likeness(
                found, a, b,
                likeness_of(halves + 2 * a * pairs, halves + (2 * b + 1) * pairs, metrics, wanted));
    }
    mem_free(&halves);
}

/* ---- edges ------------------------------------------------------------------------------------ */

struct ranked {
    double influence;
    struct relation_edge edge;
};

static int by_falling_influence(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->influence != y->influence) return (x->influence < y->influence) ? 1 : -1;
    if (x->edge.effect != y->edge.effect) return x->edge.effect - y->edge.effect;
    return x->edge.cause - y->edge.cause;
}

int64_t relation_edges(const struct relation *relation, struct relation_edge **edges)
{
    const int metrics = relation->metrics;
    struct ranked *ranked = mem_zero((size_t)relation->edge_count + 1, sizeof *ranked);
    struct relation_edge *sorted = mem_zero((size_t)relation->edge_count + 1, sizeof *sorted);
    int64_t count = 0;

    for (int32_t pair = 0; pair < metrics * metrics; pair++) {
        if (!relation->edge[pair]) continue;
        ranked[count++] = (struct ranked){
            relation->influence[pair], {pair / metrics, pair % metrics}
        };
    }
    qsort(ranked, (size_t)count, sizeof *ranked, by_falling_influence);
    for (int64_t e = 0; e < count; e++) sorted[e] = ranked[e].edge;
    mem_free(&ranked);
    *edges = sorted;
    return count;
}
