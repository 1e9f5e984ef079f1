// SPDX-License-Identifier: BSD-3-Clause
#include "learn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One drawn setting and what became of it. */
struct trial {
    struct forecast_settings settings;
    int64_t number, epochs;
    double loss; /* infinite where the training failed */
    double work; /* that it takes, but for a factor */
    int group;   /* that trains it in this round */
};

/* What is drawn from; the first trial is what was asked for. */
static const int block_choices[] = {1, 2, 3, 4};
static const int hidden_choices[] = {16, 32, 64, 128};
static const double dropout_choices[] = {0, 0.1, 0.3, 0.5, 0.7, 0.9};
static const int window_divisors[] = {1, 2, 4};
static const double rate_choices[] = {1e-4, 3e-4, 1e-3, 3e-3};

#define DRAW(random, choices) \
    (choices)[random_below(random, (int64_t)(sizeof(choices) / sizeof *(choices)))]

static bool has_linear_part(const struct forecast_settings *s)
{
    return s->kind == FORECAST_HYBRID;
}

/* What is asked for, a half or a quarter of it; the linear part, which all trials share, looks back as far as ever. */
static int draw_window(struct random *random, const struct forecast_settings *asked)
{
    const int least = has_linear_part(asked) ? asked->lags : 1;
    const int window = asked->window / DRAW(random, window_divisors);

    return window > least ? window : least;
}

/* Multiplications of a window's pass, but for a factor. */
static double work_of(const struct forecast_settings *s, int metrics)
{
    const double window = s->window, values = window * metrics;

    return s->blocks * values * (window + 2.0 * s->hidden) + values * s->horizon;
}

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
    s->window = draw_window(&random, asked);
    if (!has_linear_part(s) && s->lags > s->window) s->lags = s->window;
}

/* ---- groups of ranks ----------------------------------------------------------------------------- */

/* Shards of a batch that keep a rank busy (docs/forecast.md): with fewer, more ranks gain little. */
enum { BUSY_SHARDS = 8 };

/* The ranks as groups of neighbours; what a training has no shards for is idle. */
struct groups {
    int ranks, count;
    int64_t shards; /* of a batch */
};

/* As many groups as their trainings use the ranks well in, and no more than there are trainings. */
static struct groups groups_for(int ranks, int64_t shards, int64_t trainings)
{
    const int64_t useful = shards > BUSY_SHARDS ? shards / BUSY_SHARDS : 1;
    const int64_t count = (ranks + useful - 1) / useful;

    return (struct groups){ranks, (int)(count < trainings ? count : trainings), shards};
}

static struct span ranks_of(const struct groups *groups, int group)
{
    struct span span = comm_share_of(groups->ranks, groups->count, group);

    if (span.count > groups->shards) span.count = groups->shards;
    return span;
}

/* The group of a rank; the one after the last is that of the idle. */
static int group_of(const struct groups *groups, int rank)
{
    for (int group = 0; group < groups->count; group++) {
        const struct span span = ranks_of(groups, group);

        if (rank >= span.first && rank < span.first + span.count) return group;
    }
    return groups->count;
}

/* Does the one take longer than the other? */
static int by_work(const void *a, const void *b)
{
    const struct trial *x = *(struct trial *const *)a, *y = *(struct trial *const *)b;

    if (x->work < y->work || x->work > y->work) return x->work > y->work ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

/* The longest first, each to the group that would end it first (Graham 1969). */
static void deal(const struct groups *groups, struct trial *trials, int64_t count)
{
    double *end = mem_zero((size_t)groups->count, sizeof *end);
    struct trial **longest = mem_zero((size_t)count, sizeof(struct trial *));

    for (int64_t n = 0; n < count; n++) longest[n] = &trials[n];
    qsort(longest, (size_t)count, sizeof(struct trial *), by_work);
    for (int64_t n = 0; n < count; n++) {
        double best = INFINITY;

        for (int g = 0; g < groups->count; g++) {
            const double size = (double)ranks_of(groups, g).count;
            const double then = end[g] + longest[n]->work / size;

            if (then >= best) continue;
            best = then;
            longest[n]->group = g;
        }
        end[longest[n]->group] = best;
    }
    mem_free(&longest);
    mem_free(&end);
}

/* ---- trials ----------------------------------------------------------------------------------------- */

/* What all trials share. */
struct search {
    struct forecast *forecast;
    struct view *const *nights;
    const struct linear_start *linear;
    struct data_set *data;
    int64_t trained, planned; /* trials, over all rounds */
};

/* Collective in the group. Train for some epochs. */
static status attempt(const struct comm *group, const struct search *search, int64_t epochs,
                      struct trial *trial)
{
    const struct train_checkpoint nowhere = {0};
    struct forecast_model model = {0};
    struct predictor predictor;
    struct data_set data;
    status st;

    data_set_narrow(search->data, trial->settings.window, &data);
    trial->settings.train.epochs = epochs;
    predictor_init(&trial->settings, data.metrics, &predictor);
    model.scaling = mem_zero((size_t)data.metrics, sizeof *model.scaling);
    st = forecast_train(group, &trial->settings, &data, &predictor, search->linear, &nowhere,
                        &model);
    data_set_narrow_release(&data);
    trial->loss = st ? (double)INFINITY : model.mixer_loss;
    predictor_release(&predictor);
    forecast_model_release(&model);
    return st == STATUS_FAILED ? STATUS_OK : st; /* a training that diverges is the worst of all */
}

/* Collective in all ranks. The rows that a rank needs as one of a group. */
static status hold(const struct search *search, const struct comm *group, bool is_idle)
{
    const struct forecast_model *model = &search->forecast->model;
    const struct train_options *train = &search->forecast->settings.train;
    struct data_set *data = search->data;
    struct span training = forecast_my_items(group, train, data->training.item_count);
    struct span validation = train_my_validation(group, data->validation.item_count);

    if (is_idle) training.count = validation.count = 0;
    return data_set_hold(search->nights, model->metrics, training, validation, model->scaling,
                         data);
}

/* The trials of one group, one after the other. */
static status run_group(struct search *search, const struct comm *group, int number, int64_t epochs,
                        struct trial *trials, int64_t count)
{
    int64_t mine = 0, done = 0;

    for (int64_t n = 0; n < count; n++) mine += trials[n].group == number;
    for (int64_t n = 0; n < count; n++) {
        if (trials[n].group != number) continue;
        TRY(attempt(group, search, epochs, &trials[n]));
        log_progress("search", search->trained + ++done * count / mine, search->planned);
    }
    return STATUS_OK;
}

/* Collective. Every rank learns what became of all trials. */
static void share_losses(const struct comm *comm, const struct comm *group, int number,
                         struct trial *trials, int64_t count)
{
    struct outcome {
        int64_t trial;
        double loss;
    } *mine = mem_zero((size_t)count, sizeof *mine), *all;
    int64_t known = 0, all_count;

    for (int64_t n = 0; n < count && comm_rank(group) == 0; n++)
        if (trials[n].group == number) mine[known++] = (struct outcome){n, trials[n].loss};
    comm_all_rows(comm, mine, known, sizeof *all, (void **)&all, &all_count);
    ASSERT(all_count == count);
    for (int64_t i = 0; i < count; i++) trials[all[i].trial].loss = all[i].loss;
    mem_free(&mine);
    mem_free(&all);
}

/* Collective. Train all that are left; groups work side by side and know nothing of each other until they meet. */
static status run_round(struct search *search, int64_t epochs, struct trial *trials, int64_t count)
{
    const struct comm *comm = search->forecast->comm;
    const struct groups groups =
        groups_for(comm_size(comm), search->forecast->settings.train.batch_shards, count);
    const int number = group_of(&groups, comm_rank(comm));
    struct comm *group = comm_group_create(comm, number);
    status st = hold(search, group, number == groups.count);

    deal(&groups, trials, count);
    if (!st) {
        st = run_group(search, group, number, epochs, trials, count);
        comm_meet(comm);
        st = comm_agree(comm, st);
    }
    if (!st) share_losses(comm, group, number, trials, count);
    for (int64_t n = 0; n < count; n++) trials[n].epochs = epochs;
    search->trained += count;
    comm_group_destroy(&group);
    return st;
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

    text_printf(table, "%4lld  %6lld  %6d  %6d  %6d  %7g  %13g  %.6g\n", (long long)trial->number,
                (long long)trial->epochs, s->window, s->blocks, s->hidden, s->dropout,
                s->train.adamw.learning_rate, trial->loss);
}

/* Collective. Rounds of halves until one is left, which stands first and is the training to come. */
static status halve(struct search *search, struct trial *trials)
{
    const struct forecast_settings *asked = &search->forecast->settings;
    struct text *table = &search->forecast->trials;
    int64_t left = asked->trials;
    int rounds = 0;

    for (int64_t n = left; n > 1; n = (n + 1) / 2, rounds++) search->planned += n;
    text_printf(table,
                "trial  epochs  window  blocks  hidden  dropout  learning_rate  validation\n");
    for (; rounds > 0; rounds--) {
        const double part = ldexp(1, rounds);

        TRY(run_round(search, (int64_t)ceil((double)asked->train.epochs / part), trials, left));
        for (int64_t n = 0; n < left; n++) list(&trials[n], table);
        qsort(trials, (size_t)left, sizeof *trials, by_loss);
        left = (left + 1) / 2;
        if (isinf(trials[0].loss)) return fail(STATUS_FAILED, "search: every training diverged");
    }
    return STATUS_OK;
}

status forecast_search(struct forecast *forecast, struct view *const *nights,
                       const struct linear_start *linear, struct data_set *data, int64_t *best)
{
    struct forecast_settings *settings = &forecast->settings;
    struct search search = {forecast, nights, linear, data, 0, 0};
    struct trial *trials;
    status st;

    if (settings->kind == FORECAST_RIDGE)
        return fail(STATUS_BAD_USE, "search: ridge has nothing to search");
    trials = mem_zero((size_t)settings->trials, sizeof *trials);
    for (int64_t n = 0; n < settings->trials; n++) {
        draw(settings, n, &trials[n]);
        trials[n].work = work_of(&trials[n].settings, data->metrics);
    }
    comm_stage_begin(forecast->comm, "search");
    st = halve(&search, trials);
    if (!st && trials[0].settings.window == settings->window)
        st = hold(&search, forecast->comm, false);
    comm_stage_end(forecast->comm);
    if (st == STATUS_INTERRUPTED)
        fail(st, "told to stop in the search; the same command begins it anew");
    if (!st) {
        trials[0].settings.train.epochs = settings->train.epochs;
        *settings = trials[0].settings;
        *best = trials[0].number;
        notice(
            "search: window %d, blocks %d, hidden %d, dropout %g, learning_rate %g validate best",
            settings->window, settings->blocks, settings->hidden, settings->dropout,
            settings->train.adamw.learning_rate);
    }
    mem_free(&trials);
    return st;
}

void forecast_search_end(struct forecast *forecast, int64_t best)
{
    const struct trial trial = {.settings = forecast->settings,
                                .number = best,
                                .epochs = forecast->settings.train.epochs,
                                .loss = forecast->model.mixer_loss};

    list(&trial, &forecast->trials);
}
