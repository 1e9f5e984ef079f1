// SPDX-License-Identifier: BSD-3-Clause
#include "run.h"

#include <math.h>
#include <string.h>

/* Columns of the linear companion's equations, and metrics, at most: they are solved on one rank. */
enum { COMPANION_COLUMNS = 3000, METRICS_MAX = 1024 };

/* Windows of a period that are looked at at least. */
enum { PERIOD_WINDOWS = 128 };

/* All that is under way. */
struct work {
    const struct comm *comm;
    struct forecast *forecast;
    struct view *const *nights;
    int count;
    struct relation_settings settings;
    struct data_set data;
    struct picks picks, period_picks;
    struct periods periods;
    struct companion companion;
    struct asked asked;
    struct relation relation;
};

static void work_release(struct work *work)
{
    relation_release(&work->relation);
    if (work->asked.predictor) asked_release(&work->asked);
    periods_release(&work->periods);
    picks_release(&work->period_picks);
    picks_release(&work->picks);
    data_set_release(&work->data);
}

/* Runs of the items, one after the other, as cells. */
static void choose_windows(struct work *work)
{
    const int64_t items = work->data.validation.item_count;
    int32_t *cell_of = mem_zero((size_t)items, sizeof *cell_of);
    const int cells = work->settings.cells;
    const int64_t wanted = (work->settings.windows + cells - 1) / cells;

    for (int64_t item = 0; item < items; item++) cell_of[item] = (int32_t)(item * cells / items);
    picks_choose(cell_of, items, cells, wanted, 1, &work->picks);
    mem_free(&cell_of);
    if (work->settings.periods == PERIODS_NONE) return;
    {
        const int64_t share = 2 * work->settings.windows / work->periods.count;

        picks_choose(work->periods.of_item, items, work->periods.count,
                     share > PERIOD_WINDOWS ? share : PERIOD_WINDOWS, 2, &work->period_picks);
    }
}

/* Is there a host with two windows that share no sample, so that one can be swapped for the other? */
static bool can_swap(const struct data_set *data)
{
    const struct item_list *list = &data->validation;
    int64_t first = 0;

    for (int64_t r = 0; r < list->run_count; r++) {
        const struct item_run *run = &list->runs[r];

        if (r == 0 || run->series != list->runs[r - 1].series) first = run->first;
        if (run->first + run->count - 1 - first >= data->window) return true;
    }
    return false;
}

static status find_windows(struct work *work)
{
    const struct forecast_model *model = &work->forecast->model;
    struct forecast_settings settings = work->forecast->settings;

    if (work->settings.is_all) settings.validation_fraction = 1.0;
    TRY(data_set_open(work->nights, work->count, model->metrics, &settings, &work->data));
    if (work->data.validation.item_count < work->settings.cells) {
        return fail(STATUS_BAD_INPUT,
                    "%s: %ld windows of %d samples in a row%s, expected at least %d, one a block",
                    view_path(work->nights[0]), (long)work->data.validation.item_count,
                    settings.window + settings.horizon,
                    work->settings.is_all ? "" : " in the part that was held out",
                    work->settings.cells);
    }
    if (!can_swap(&work->data)) {
        return fail(STATUS_BAD_INPUT,
                    "%s: no host has two windows of %d samples that do not overlap%s: nothing to "
                    "swap",
                    view_path(work->nights[0]), settings.window,
                    work->settings.is_all ? "" : " in the part that was held out (--part all?)");
    }
    if (work->settings.periods != PERIODS_NONE)
        TRY(periods_find(work->nights, &work->data, work->settings.periods, &work->periods));
    choose_windows(work);
    return STATUS_OK;
}

static struct span united(struct span a, struct span b)
{
    const int64_t a_end = a.first + a.count, b_end = b.first + b.count;
    struct span both = {a.first < b.first ? a.first : b.first, 0};

    if (a.count == 0) return b;
    if (b.count == 0) return a;
    both.count = (a_end > b_end ? a_end : b_end) - both.first;
    return both;
}

static status load_windows(struct work *work)
{
    const struct comm *comm = work->comm;
    struct data_set *data = &work->data;
    const struct companion_share training =
        companion_share_of(comm, &work->companion, data->training.item_count);
    const struct companion_share validation =
        companion_share_of(comm, &work->companion, data->validation.item_count);
    struct span items =
        united(validation.items, picks_items(&work->picks, picks_mine(comm, &work->picks)));

    items = united(items, picks_items(&work->period_picks, picks_mine(comm, &work->period_picks)));
    TRY(data_set_hold(work->nights, work->forecast->model.metrics, training.items, items,
                      work->forecast->model.scaling, data));
    return STATUS_OK;
}

/* Collective. Sums over the windows and what rank 0 makes of them. */
static status ask(struct work *work)
{
    const struct relation_predictor *predictor = &work->asked.face;
    const struct influence_layout layout = influence_layout_of(predictor, work->picks.cells, true);
    double *sums = mem_array((size_t)layout.count, sizeof *sums);
    double *companion_sums = mem_array((size_t)work->companion.sum_count, sizeof *companion_sums);
    status st;

    comm_stage_begin(work->comm, "influence");
    st = influence_sum(work->comm, predictor, &layout, &work->settings, &work->data, &work->picks,
                       sums);
    comm_stage_end(work->comm);
    comm_stage_begin(work->comm, "linear companion");
    if (!st) {
        companion_sum(work->comm, &work->companion, &work->data, work->settings.is_permuted,
                      companion_sums);
        if (comm_rank(work->comm) == 0)
            st = relation_finish(&work->relation, &layout, sums, &work->companion, companion_sums);
        st = comm_agree(work->comm, st);
    }
    comm_stage_end(work->comm);
    mem_free(&companion_sums);
    mem_free(&sums);
    return st;
}

static status ask_periods(struct work *work)
{
    const struct relation_predictor *predictor = &work->asked.face;
    const struct influence_layout layout =
        influence_layout_of(predictor, work->period_picks.cells, false);
    double *sums;
    status st;

    if (work->settings.periods == PERIODS_NONE) return STATUS_OK;
    sums = mem_array((size_t)layout.count, sizeof *sums);
    comm_stage_begin(work->comm, "periods");
    st = influence_sum(work->comm, predictor, &layout, &work->settings, &work->data,
                       &work->period_picks, sums);
    if (!st && comm_rank(work->comm) == 0)
        relation_compare(&work->relation, &layout, sums, &work->periods);
    comm_stage_end(work->comm);
    mem_free(&sums);
    return st;
}

/* What the linear companion looks back: what is asked for, as far as the windows and its equations go. */
static int companion_lags(const struct work *work, int metrics)
{
    const int asked = work->settings.lags, window = work->forecast->settings.window;
    int lags = asked < window ? asked : window;

    while (lags > 1 && (lags + 1) * metrics > COMPANION_COLUMNS) lags--;
    if (lags < asked)
        notice("the linear companion looks back %d samples, not %d: windows have %d, and of %d "
               "metrics its equations hold at most %d columns",
               lags, asked, window, metrics, COMPANION_COLUMNS);
    return lags;
}

static status prepare(struct work *work)
{
    const int metrics = (int)names_count(work->forecast->model.metrics);

    if (metrics > METRICS_MAX || metrics < 2) {
        return fail(STATUS_BAD_INPUT, "the model has %d metrics, a graph is made of 2 to %d",
                    metrics, METRICS_MAX);
    }
    work->companion = companion_of(metrics, companion_lags(work, metrics));
    relation_init(&work->forecast->model, &work->settings, &work->relation);
    TRY(find_windows(work));
    work->relation.windows = work->picks.count;
    TRY(load_windows(work));
    asked_init(&work->forecast->predictor, &work->forecast->model, &work->asked);
    return STATUS_OK;
}

status relation_graph(void *forecast, struct view *const *nights, int count,
                      const struct settings *settings, const char *output, struct text *summary)
{
    struct work work = {.comm = view_comm(nights[0]),
                        .forecast = forecast,
                        .nights = nights,
                        .count = count,
                        .settings = relation_settings_of(settings)};
    status st;

    comm_stage_begin(work.comm, "read");
    st = prepare(&work);
    comm_stage_end(work.comm);
    if (!st) st = ask(&work);
    if (!st) st = ask_periods(&work);
    if (!st)
        st = relation_write(work.comm, &work.relation, nights, count, settings, output, summary);
    work_release(&work);
    return st;
}
