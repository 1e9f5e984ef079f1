// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file run.h
 * The relation graph of a model and a night: which windows are looked at, sums over all ranks, and what rank 0
 * makes of them.
 */
#pragma once

#include "../forecast/forecast.h"
#include "relation.h"

/* ---- settings --------------------------------------------------------------------------------- */

enum relation_backbone { BACKBONE_THRESHOLD, BACKBONE_TOP, BACKBONE_DISPARITY, BACKBONE_NOISE };
enum relation_periods { PERIODS_NONE, PERIODS_HOUR, PERIODS_DAY, PERIODS_HOST };

struct relation_settings {
    enum relation_method method;
    enum relation_backbone backbone;
    enum relation_periods periods;
    bool is_all;      /**< every window, not only those that the model held out */
    bool is_permuted; /**< what is predicted comes from another time than the window */
    int64_t windows;
    int cells, lags, neighbours;
    double top_share, stable_share, significance, deviations;
    uint64_t seed;
};

struct relation_settings relation_settings_of(const struct settings *settings);

/* ---- which windows ---------------------------------------------------------------------------- */

/** A window to look at: an item of the list, where its sums go, and the name of its draws. */
struct pick {
    int64_t item;
    uint64_t key;
    int32_t cell;
};

struct picks {
    struct pick *all; /**< owned, [count], by item; the same on every rank */
    int64_t count;
    int cells;
};

/**
 * As many windows of each cell, spread evenly over its items; where it has fewer, some come again with other
 * draws.
 *
 * @param cell_of  shape [items]
 * @param halves   2: windows of a cell go by turns to sums 2 * cell and 2 * cell + 1; else 1
 */
void picks_choose(const int32_t *cell_of, int64_t items, int cells, int64_t wanted, int halves,
                  struct picks *picks);
void picks_release(struct picks *picks);

/** Picks that are looked at by one rank in one go; and those of this rank. */
enum { CHUNK_PICKS = 32 };
struct span picks_mine(const struct comm *comm, const struct picks *picks);

/** The items of these picks, from the first to the last. */
struct span picks_items(const struct picks *picks, struct span some);

/** Where the rows of a pick stand, with the donor that its key draws from the items of the same host. */
struct relation_sample pick_sample(const struct data_set *data, const struct pick *pick,
                                   bool is_permuted);

/** Periods of the items: names and a number for each item. */
struct periods {
    int32_t *of_item;         /**< owned, [items] */
    struct name_table *names; /**< owned */
    int count;
};

/** STATUS_BAD_INPUT where there are more than can be compared. */
status periods_find(struct view *const *nights, const struct data_set *data,
                    enum relation_periods kind, struct periods *periods);
void periods_release(struct periods *periods);

/* ---- over all ranks --------------------------------------------------------------------------- */

/** A model ready to be asked. */
struct asked {
    const struct predictor *predictor;
    const struct forecast_model *model;
    struct predictor_work work;
    struct relation_predictor face;
};

void asked_init(const struct predictor *predictor, const struct forecast_model *model,
                struct asked *asked);
void asked_release(struct asked *asked);

/** Collective. STATUS_BAD_INPUT where predictions are not finite. @param sums  shape [layout->count] */
status influence_sum(const struct comm *comm, const struct relation_predictor *predictor,
                     const struct influence_layout *layout,
                     const struct relation_settings *settings, const struct data_set *data,
                     const struct picks *picks, double *sums);

/** The windows that the linear companion takes from a list, and those of this rank. */
struct companion_share {
    int64_t stride, blocks;
    struct span mine;  /**< of the blocks */
    struct span items; /**< that they touch */
};
struct companion_share companion_share_of(const struct comm *comm,
                                          const struct companion *companion, int64_t items);

/** Collective. The sums over both lists. @param sums  shape [companion->sum_count] */
void companion_sum(const struct comm *comm, const struct companion *companion,
                   const struct data_set *data, bool is_permuted, double *sums);

/* ---- the graph -------------------------------------------------------------------------------- */

/** Likenesses of the periods to each other. */
struct relation_periods_found {
    int count;
    struct name_table *names; /**< owned */
    double *influence;        /**< owned, [count][M][M] */
    double *jaccard, *overlap,
        *tau; /**< owned, [count][count]; the diagonal: two halves of one period */
};

/** All matrices [M][M], owned; on rank 0. */
struct relation {
    int metrics;
    const struct forecast_model *model; /**< borrowed */
    struct relation_settings settings;
    int64_t windows;
    int8_t *is_used; /**< [M] */
    double *influence, *rise, *slope, *wald, *correlation, *low, *high, *stable, *chance,
        *deviations;
    int32_t *lag, *core; /**< core: [M] */
    int8_t *sign, *top, *threshold, *disparity, *noise_corrected, *edge;
    struct relation_periods_found periods;
    int64_t edge_count;
};

/** Room for all matrices, zero. */
void relation_init(const struct forecast_model *model, const struct relation_settings *settings,
                   struct relation *relation);
void relation_release(struct relation *relation);

/** From the sums to the graph. Local. @param sums  of all cells */
status relation_finish(struct relation *relation, const struct influence_layout *layout,
                       const double *sums, const struct companion *companion,
                       const double *companion_sums);

/** From the sums of the periods' halves to their likenesses. Local. */
void relation_compare(struct relation *relation, const struct influence_layout *layout,
                      const double *sums, struct periods *periods);

/* ---- files ------------------------------------------------------------------------------------ */

/** A kept edge. */
struct relation_edge {
    int32_t effect, cause;
};

/** Kept edges by falling influence. @return how many; @p edges  a new block */
int64_t relation_edges(const struct relation *relation, struct relation_edge **edges);

/** Collective. Under /graph and /periods. */
void relation_put(const struct comm *comm, const struct relation *relation,
                  struct archive *archive);

/** On rank 0. Tables for other programs: a line an edge, and GraphML. */
void relation_csv(const struct relation *relation, struct text *csv);
status relation_graphml(const struct relation *relation, struct text *xml);

/** Collective. The HDF5 file and its neighbours; a report for people is added to @p summary on rank 0. */
status relation_write(const struct comm *comm, const struct relation *relation,
                      struct view *const *nights, int count, const struct settings *settings,
                      const char *output, struct text *summary);
