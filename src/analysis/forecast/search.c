// SPDX-License-Identifier: BSD-3-Clause
#include "learner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One drawn setting and what became of it. */
struct trial {
    struct forecast_settings settings;
    int64_t number, epochs;
    double loss; /* infinite where the training failed */
};

/* What is drawn from; the first trial is what was asked for. */
static const int block_choices[] = {1, 2, 3, 4};
static const int hidden_choices[] = {16, 32, 64, 128};
static const double dropout_choices[] = {0, 0.1, 0.3, 0.5, 0.7, 0.9};
static const double rate_choices[] = {1e-4, 3e-4, 1e-3, 3e-3};

#define DRAW(random, choices) \
    (choices)[random_below(random, (int64_t)(sizeof(choices) / sizeof *(choices)))]

static void draw(const struct forecast_settings *asked, int64_t number, struct trial *trial)
{
    struct random random = random_start(asked->train.seed, 0x5ea4c4u + (uint64_t)number);
    struct forecast_settings *s = &trial->settings;

    *trial = (struct trial){.settings = *asked, .number = number, .loss = INFINITY};
    if (number == 0) return;
    s->blocks = DRAW(&random, block_choices);
    s->hidden = DRAW(&random, hidden_choices);
    s->dropout = DRAW(&random, dropout_choices);
    s->train.adamw.learning_rate = DRAW(&random, rate_choices);
}

/* Collective. Train for some epochs. */
static status attempt(const struct comm *comm, const struct data_set *data, int64_t epochs,
                      struct trial *trial)
{
    const struct train_checkpoint nowhere = {0};
    struct forecast_model model = {0};
    struct predictor predictor;
    struct scaling *scaling = mem_zero((size_t)data->metrics, sizeof *scaling);
    status st;

    trial->epochs = trial->settings.train.epochs = epochs;
    predictor_init(&trial->settings, data->metrics, &predictor);
    model.scaling = scaling;
    st = forecast_train(comm, &trial->settings, data, &predictor, &nowhere, &model);
    trial->loss = st ? (double)INFINITY : model.validation_loss;
    predictor_release(&predictor);
    forecast_model_release(&model);
    return st == STATUS_INTERRUPTED ? st : STATUS_OK;
}

static int by_loss(const void *a, const void *b)
{
    const struct trial *x = a, *y = b;

    if (x->loss < y->loss || x->loss > y->loss) return x->loss < y->loss ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

static void list(const struct trial *trial, struct text *table)
{
    const struct forecast_settings *s = &trial->settings;

    text_printf(table, "%4lld  %6lld  %6d  %6d  %7g  %13g  %.6g\n", (long long)trial->number,
                (long long)trial->epochs, s->blocks, s->hidden, s->dropout,
                s->train.adamw.learning_rate, trial->loss);
}

status forecast_search(const struct comm *comm, struct forecast_settings *settings,
                       const struct data_set *data, struct text *table)
{
    const int64_t all = settings->trials;
    const int64_t most_epochs = settings->train.epochs;
    struct trial *trials = mem_zero((size_t)all, sizeof *trials);
    int64_t left = all, rounds = 1, epochs;
    status st = STATUS_OK;

    if (settings->kind == FORECAST_RIDGE) {
        mem_free(&trials);
        return fail(STATUS_BAD_USE, "search: ridge has nothing to search");
    }
    for (int64_t n = all; n > 1; n = (n + 1) / 2) rounds++;
    for (int64_t n = 0; n < all; n++) draw(settings, n, &trials[n]);
    text_printf(table, "trial  epochs  blocks  hidden  dropout  learning_rate  validation\n");
    comm_stage_begin(comm, "search");
    for (int64_t round = 0; round < rounds && !st; round++) {
        epochs = (int64_t)ceil((double)most_epochs / ldexp(1, (int)(rounds - 1 - round)));
        for (int64_t n = 0; n < left && !st; n++) {
            st = attempt(comm, data, epochs, &trials[n]);
            if (!st) list(&trials[n], table);
            log_progress("search", round * all + n + 1, rounds * all);
        }
        qsort(trials, (size_t)left, sizeof *trials, by_loss);
        left = (left + 1) / 2;
    }
    comm_stage_end(comm);
    if (!st && isinf(trials[0].loss)) st = fail(STATUS_FAILED, "search: every training diverged");
    if (!st) {
        trials[0].settings.train.epochs = most_epochs;
        *settings = trials[0].settings;
        notice("search: blocks %d, hidden %d, dropout %g, learning_rate %g validate best (%.6g)",
               settings->blocks, settings->hidden, settings->dropout,
               settings->train.adamw.learning_rate, trials[0].loss);
    }
    mem_free(&trials);
    return st;
}
