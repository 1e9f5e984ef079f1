// SPDX-License-Identifier: BSD-3-Clause
#include "calibration.h"
#include "companion.h"

#include <math.h>
#include <string.h>

/* Share of samples within limits from which a reading counts as within them (Shilpika et al.). */
static const float qualified_share = 0.9F;

/* What the fitting of one rank's readings needs. */
struct fitting {
    const struct mrdmd_analysis *self;
    struct mrdmd_trials *trials;
    const struct mrdmd_night *shape;
    float *weights; /* owned, [windows][replicates] */
    double *pairs;  /* owned, [windows + 1][windows] */
    int64_t replicates;
    double *mean, *std, *coverage;   /* owned, of this rank's readings */
    struct band_baseline *companion; /* owned */
};

static bool qualifies(const struct fitting *fitting, int64_t reading)
{
    return fitting->self->kind != BASELINE_RANGE
           || fitting->trials->in_range[reading] >= qualified_share;
}

/* The reading against itself. @param values  room for [windows] */
static void fit_reading(struct fitting *fitting, int64_t reading, float *values)
{
    const struct mrdmd_trials *trials = fitting->trials;

    for (int size = 0; size < trials->sizes; size++) {
        const int64_t at = reading * trials->sizes + size;
        double sum = 0.0;
        int64_t count = 0;

        for (int64_t w = 0; w < trials->windows; w++) {
            values[w] = trials->magnitude[(reading * trials->windows + w) * trials->sizes + size];
            if (isnan(values[w])) continue;
            sum += (double)values[w];
            count++;
        }
        fitting->coverage[reading] = (double)count / (double)trials->windows;
        fitting->mean[at] = count > 0 ? sum / (double)count : (double)NAN;
        fitting->std[at] = mrdmd_bootstrap_std(values, trials->windows, fitting->weights,
                                               fitting->pairs, fitting->replicates);
    }
}

static void fit_companion(struct fitting *fitting, int64_t reading, double *work)
{
    const struct mrdmd_trials *trials = fitting->trials;

    companion_fit(fitting->shape->band_plan,
                  trials->features + reading * trials->windows * trials->items, trials->windows,
                  (double)trials->quantum[reading], work,
                  fitting->companion + reading * trials->items);
}

/* Sums of the metrics' populations, per size and window: count, sum, sum of squares. */
static void add_host(const struct fitting *fitting, int64_t host, double *sums)
{
    const struct mrdmd_trials *trials = fitting->trials;
    const struct reading_list *readings = &trials->readings;

    for (int64_t reading = readings->first[host]; reading < readings->first[host + 1]; reading++) {
        const int64_t metric = readings->metric[reading];

        if (!qualifies(fitting, reading)) continue;
        for (int64_t w = 0; w < trials->windows; w++) {
            for (int size = 0; size < trials->sizes; size++) {
                const double value =
                    (double)
                        trials->magnitude[(reading * trials->windows + w) * trials->sizes + size];
                double *to =
                    sums + ((metric * trials->sizes + size) * trials->windows + w) * MRDMD_MOMENTS;

                if (isnan(value)) continue;
                to[0] = 1.0;
                to[1] = value;
                to[2] = value * value;
            }
        }
    }
}

/* Every reading of a metric gets the metric's population as its baseline. */
static void fit_population(struct fitting *fitting)
{
    const struct mrdmd_trials *trials = fitting->trials;
    const int64_t laws = trials->metrics * trials->sizes;
    const int64_t cells = laws * trials->windows * MRDMD_MOMENTS;
    struct exact_sums *exact = exact_create(cells);
    double *sums = mem_zero((size_t)cells, sizeof *sums);
    double *law = mem_zero((size_t)(2 * laws), sizeof *law);

    for (int64_t h = 0; h < trials->host_count; h++) { /* addends must not depend on the ranks */
        memset(sums, 0, (size_t)cells * sizeof *sums);
        add_host(fitting, h, sums);
        exact_add(exact, sums);
    }
    exact_reduce(fitting->self->comm, exact);
    exact_read(exact, sums);
    for (int64_t i = 0; i < laws; i++)
        mrdmd_bootstrap_population(sums + i * trials->windows * MRDMD_MOMENTS, trials->windows,
                                   fitting->weights, fitting->replicates, &law[i], &law[laws + i]);
    for (int64_t reading = 0; reading < trials->readings.count; reading++) {
        const int64_t from = trials->readings.metric[reading] * trials->sizes;
        const int64_t to = reading * trials->sizes;
        const size_t bytes = (size_t)trials->sizes * sizeof *law;

        memcpy(fitting->mean + to, law + from, bytes);
        memcpy(fitting->std + to, law + laws + from, bytes);
        fitting->coverage[reading] = qualifies(fitting, reading) ? 1.0 : 0.0;
    }
    mem_free(&law);
    mem_free(&sums);
    exact_destroy(&exact);
}

/* The companion's priors over the readings of each metric, summed over ranks. */
static void fit_priors(const struct fitting *fitting, struct band_prior *priors)
{
    const struct mrdmd_trials *trials = fitting->trials;
    const int64_t cells = trials->metrics * trials->items;
    struct exact_sums *exact = exact_create(cells * BAND_SUMS);
    struct band_sums *one = mem_zero((size_t)cells, sizeof *one);

    /* Host by host, not rank by rank: exact sums want addends that do not depend on the ranks. */
    for (int64_t h = 0; h < trials->host_count; h++) {
        memset(one, 0, (size_t)cells * sizeof *one);
        for (int64_t row = trials->readings.first[h]; row < trials->readings.first[h + 1]; row++)
            companion_prior_add(fitting->shape->band_plan, fitting->companion + row * trials->items,
                                one + trials->readings.metric[row] * trials->items);
        exact_add(exact, (const double *)one);
    }
    exact_reduce(fitting->self->comm, exact);
    exact_read(exact, (double *)one);
    for (int64_t m = 0; m < trials->metrics; m++)
        companion_prior_of(fitting->shape->band_plan, one + m * trials->items,
                           priors + m * trials->items);
    mem_free(&one);
    exact_destroy(&exact);
}

static void fit_readings(struct fitting *fitting)
{
    const struct mrdmd_trials *trials = fitting->trials;
    const int64_t readings = trials->readings.count;
    float *values = mem_zero((size_t)trials->windows, sizeof *values);
    double *work =
        mem_zero(companion_workspace(fitting->shape->band_plan, trials->windows), sizeof *work);

    for (int64_t reading = 0; reading < readings; reading++) {
        if (fitting->self->kind == BASELINE_HISTORY) fit_reading(fitting, reading, values);
        fit_companion(fitting, reading, work);
    }
    if (fitting->self->kind != BASELINE_HISTORY) fit_population(fitting);
    mem_free(&work);
    mem_free(&values);
}

/* Collective. Bring one array of readings of all ranks together, for all, and release it. */
static void *join(const struct fitting *fitting, void *address_of_mine, int64_t cells,
                  size_t cell_bytes)
{
    void *mine, *all;
    int64_t count;

    memcpy(&mine, address_of_mine, sizeof mine);
    comm_all_rows(fitting->self->comm, mine, fitting->trials->readings.count,
                  (size_t)cells * cell_bytes, &all, &count);
    mem_free(address_of_mine);
    return all;
}

static void join_model(struct fitting *fitting, struct mrdmd_model *model)
{
    const struct mrdmd_trials *trials = fitting->trials;
    int64_t *keys = mem_zero((size_t)trials->readings.count, sizeof *keys);
    int64_t count;
    void *all;

    reading_list_keys(&trials->readings, trials->host_first, trials->metrics, keys);
    comm_all_rows(fitting->self->comm, keys, trials->readings.count, sizeof *keys, &all, &count);
    reading_list_of_keys(&model->readings, all, count, names_count(trials->hosts), trials->metrics);
    mem_free(&all);
    mem_free(&keys);
    model->mean = join(fitting, &fitting->mean, trials->sizes, sizeof *model->mean);
    model->std = join(fitting, &fitting->std, trials->sizes, sizeof *model->std);
    model->coverage = join(fitting, &fitting->coverage, 1, sizeof *model->coverage);
    model->companion = join(fitting, &fitting->companion, trials->items, sizeof *model->companion);
}

static void draw(struct fitting *fitting)
{
    const int64_t windows = fitting->trials->windows;
    const struct settings *settings = fitting->self->settings;

    fitting->replicates = settings_int(settings, "bootstrap_count");
    fitting->weights = mem_array((size_t)(fitting->replicates * windows), sizeof(float));
    fitting->pairs = mem_array((size_t)((windows + 1) * windows), sizeof *fitting->pairs);
    mrdmd_bootstrap_weights((uint64_t)settings_int(settings, "bootstrap_seed"), fitting->replicates,
                            windows, fitting->weights);
    mrdmd_bootstrap_pairs(fitting->weights, fitting->replicates, windows, fitting->pairs);
}

status mrdmd_baseline_fit(const struct mrdmd_analysis *self, struct mrdmd_trials *trials,
                          const struct mrdmd_night *shape, struct mrdmd_model *model)
{
    const size_t readings = (size_t)trials->readings.count;
    const size_t cells = readings * (size_t)trials->sizes;
    const size_t laws = (size_t)(trials->metrics * trials->items);
    struct fitting fitting = {.self = self, .trials = trials, .shape = shape};
    int64_t with_baseline = 0;

    fitting.mean = mem_zero(cells, sizeof *fitting.mean);
    fitting.std = mem_zero(cells, sizeof *fitting.std);
    fitting.coverage = mem_zero(readings, sizeof *fitting.coverage);
    fitting.companion = mem_zero(readings * (size_t)trials->items, sizeof *fitting.companion);
    draw(&fitting);
    fit_readings(&fitting);
    mem_free(&trials->magnitude);
    for (size_t i = 0; i < cells; i++) with_baseline += isfinite(fitting.std[i]);
    model->priors = mem_zero(laws, sizeof *model->priors);
    fit_priors(&fitting, model->priors);
    model->tails = mem_zero(laws, sizeof *model->tails);
    calibration_find(self, trials, shape, model->priors, model->tails);
    mem_free(&trials->features);
    join_model(&fitting, model);
    mem_free(&fitting.pairs);
    mem_free(&fitting.weights);
    if (comm_sum_int64(self->comm, with_baseline) == 0)
        return fail(STATUS_BAD_INPUT,
                    "mrdmd: no reading has a baseline: of %lld windows none has two trials "
                    "(baseline, skip_labelled)",
                    (long long)trials->windows);
    return STATUS_OK;
}
