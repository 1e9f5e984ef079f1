// SPDX-License-Identifier: BSD-3-Clause
#include "run.h"

#include <math.h>
#include <string.h>

/* Windows that the linear companion takes at most: more would tell it nothing new. */
enum { COMPANION_WINDOWS = 1 << 16 };

/* ---- a forecast model as what is asked -------------------------------------------------------- */

static const real *predict(void *self, int samples, const real *input)
{
    struct asked *asked = self;
    const struct lagged *lagged = &asked->predictor->lagged;

    memcpy(asked->work.input, input,
           (size_t)lagged->length * (size_t)samples * (size_t)lagged->channels * sizeof *input);
    predictor_predict(asked->predictor, asked->model->parameters, samples, &asked->work);
    return asked->work.output;
}

static void backward(void *self, int samples, const real *d_output, real *d_input)
{
    struct asked *asked = self;
    const struct predictor *predictor = asked->predictor;
    const struct lagged *lagged = &predictor->lagged;
    const real *parameters = asked->model->parameters;
    const struct mixer_batch batch = {.shards = 1, .samples = samples, .input = asked->work.input};

    if (predictor->has_mixer) {
        mixer_backward(predictor->mixer, &batch, asked->work.pass, d_output, NULL, d_input);
    } else {
        memset(d_input, 0,
               (size_t)lagged->length * (size_t)samples * (size_t)lagged->channels
                   * sizeof *d_input);
    }
    if (predictor->has_linear)
        lagged_input_backward(lagged, parameters, samples, d_output, asked->work.panel, d_input);
}

void asked_init(const struct predictor *predictor, const struct forecast_model *model,
                struct asked *asked)
{
    const struct lagged *lagged = &predictor->lagged;
    const int tile = predictor_tile(predictor);

    *asked = (struct asked){.predictor = predictor, .model = model};
    predictor_work_init(predictor, 1, tile, &asked->work);
    if (predictor->state_count > 0) mixer_use_state(asked->work.pass, model->state);
    asked->face = (struct relation_predictor){.self = asked,
                                              .window = lagged->length,
                                              .metrics = lagged->channels,
                                              .horizon = lagged->horizon,
                                              .group = tile,
                                              .predict = predict,
                                              .backward = backward};
}

void asked_release(struct asked *asked)
{
    predictor_work_release(&asked->work);
}

/* ---- influence -------------------------------------------------------------------------------- */

/* The windows of one chunk, a group at a time. */
static void add_chunk(const struct relation_predictor *predictor,
                      const struct influence_layout *layout, enum relation_method method,
                      const struct relation_sample *samples, int count, real *work, double *sums)
{
    memset(sums, 0, (size_t)layout->count * sizeof *sums);
    for (int first = 0; first < count; first += predictor->group) {
        const int left = count - first;

        influence_add(predictor, layout, method, samples + first,
                      left < predictor->group ? left : predictor->group, work, sums);
    }
}

/* A night far from what was learned may leave single precision. */
static bool is_finite(const double *sums, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        if (!isfinite(sums[i])) return false;
    return true;
}

status influence_sum(const struct comm *comm, const struct relation_predictor *predictor,
                     const struct influence_layout *layout,
                     const struct relation_settings *settings, const struct data_set *data,
                     const struct picks *picks, double *sums)
{
    const struct span mine = picks_mine(comm, picks);
    struct exact_sums *exact = exact_create(layout->count);
    double *part = mem_array((size_t)layout->count, sizeof *part);
    real *work = mem_array((size_t)influence_work_reals(predictor), sizeof *work);
    status st = STATUS_OK;

    for (int64_t done = 0; done < mine.count; done += CHUNK_PICKS) {
        const int64_t left = mine.count - done;
        const int count = (int)(left < CHUNK_PICKS ? left : CHUNK_PICKS);
        struct relation_sample samples[CHUNK_PICKS];

        for (int s = 0; s < count; s++)
            samples[s] =
                pick_sample(data, &picks->all[mine.first + done + s], settings->is_permuted);
        add_chunk(predictor, layout, settings->method, samples, count, work, part);
        if (!st && !is_finite(part, layout->count)) {
            st = fail(STATUS_BAD_INPUT, "the model's predictions are not finite: the samples are "
                                        "too far from those that it was fitted on");
        }
        if (!st) exact_add(exact, part);
        if (!st) st = comm_check_stop();
        if (st) break;
        comm_progress();
        log_progress("windows", done + CHUNK_PICKS < mine.count ? done : mine.count, mine.count);
    }
    exact_reduce(comm, exact);
    exact_read(exact, sums);
    mem_free(&work);
    mem_free(&part);
    exact_destroy(&exact);
    return comm_agree(comm, st);
}

/* ---- the linear companion --------------------------------------------------------------------- */

struct companion_share companion_share_of(const struct comm *comm,
                                          const struct companion *companion, int64_t items)
{
    struct companion_share share = {.stride = (items + COMPANION_WINDOWS - 1) / COMPANION_WINDOWS};
    int64_t step, end;

    if (share.stride < 1) share.stride = 1;
    step = share.stride * companion->block;
    share.blocks = (items + step - 1) / step;
    share.mine = comm_share(comm, share.blocks);
    end = (share.mine.first + share.mine.count) * step;
    share.items.first = share.mine.first * step;
    share.items.count = share.mine.count > 0 ? (end < items ? end : items) - share.items.first : 0;
    return share;
}

/* Rows of a block, and those before them. */
struct rows {
    const float **now, **past; /* owned, [most]; the rows borrowed */
    int64_t most;
    int count;
};

/* Each stride-th from first on; with permutation the row is that of another time. */
static void find_rows(const struct data_set *data, const struct item_list *list, int64_t first,
                      int64_t stride, bool is_permuted, struct rows *rows)
{
    rows->count = 0;
    for (int64_t i = first; i < list->item_count && rows->count < rows->most; i += stride) {
        const struct pick pick = {.item = i, .key = random_mix((uint64_t)i, 1)};
        const struct item item = item_find(data, list, i);
        const float *row = item.series->x + (item.first + data->window) * data->metrics;

        rows->now[rows->count] = row;
        rows->past[rows->count] = row - data->metrics;
        if (is_permuted && list == &data->validation) {
            const struct relation_sample sample = pick_sample(data, &pick, true);

            rows->now[rows->count] = sample.next;
        }
        rows->count++;
    }
}

static void add_list(const struct comm *comm, const struct companion *companion,
                     const struct data_set *data, const struct item_list *list, bool is_permuted,
                     struct exact_sums *exact)
{
    const struct companion_share share = companion_share_of(comm, companion, list->item_count);
    struct rows rows = {.now = mem_zero((size_t)companion->block, sizeof *rows.now),
                        .past = mem_zero((size_t)companion->block, sizeof *rows.past),
                        .most = companion->block};
    double *work = mem_array((size_t)companion_work_doubles(companion), sizeof *work);
    double *part = mem_array((size_t)companion->sum_count, sizeof *part);

    for (int64_t block = share.mine.first; block < share.mine.first + share.mine.count; block++) {
        find_rows(data, list, block * share.stride * companion->block, share.stride, is_permuted,
                  &rows);
        companion_add(companion, rows.now, rows.past, rows.count, work, part);
        exact_add(exact, part);
        comm_progress();
    }
    mem_free(&part);
    mem_free(&work);
    mem_free(&rows.past);
    mem_free(&rows.now);
}

void companion_sum(const struct comm *comm, const struct companion *companion,
                   const struct data_set *data, bool is_permuted, double *sums)
{
    struct exact_sums *exact = exact_create(companion->sum_count);

    if (!is_permuted) add_list(comm, companion, data, &data->training, false, exact);
    add_list(comm, companion, data, &data->validation, is_permuted, exact);
    exact_reduce(comm, exact);
    exact_read(exact, sums);
    exact_destroy(&exact);
}
