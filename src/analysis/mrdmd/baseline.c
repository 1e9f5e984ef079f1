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
    const struct mrdmd_trials *trials;
    const struct mrdmd_night *shape;
    float *weights; /* owned, [replicates][windows] */
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

/* Sums of one metric's population, per size and window: count, sum, sum of squares. */
static void add_host(const struct fitting *fitting, int64_t host, double *sums)
{
    const struct mrdmd_trials *trials = fitting->trials;

    for (int64_t metric = 0; metric < trials->metrics; metric++) {
        const int64_t reading = host * trials->metrics + metric;

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
    const int64_t cells = trials->metrics * trials->sizes * trials->windows * MRDMD_MOMENTS;
    struct exact_sums *exact = exact_create(cells);
    double *sums = mem_zero((size_t)cells, sizeof *sums);

    for (int64_t h = 0; h < trials->host_count; h++) { /* addends must not depend on the ranks */
        memset(sums, 0, (size_t)cells * sizeof *sums);
        add_host(fitting, h, sums);
        exact_add(exact, sums);
    }
    exact_reduce(fitting->self->comm, exact);
    exact_read(exact, sums);
    for (int64_t i = 0; i < trials->metrics * trials->sizes; i++) {
        double mean, std;

        mrdmd_bootstrap_population(sums + i * trials->windows * MRDMD_MOMENTS, trials->windows,
                                   fitting->weights, fitting->replicates, &mean, &std);
        for (int64_t h = 0; h < trials->host_count; h++) {
            fitting->mean[h * trials->metrics * trials->sizes + i] = mean;
            fitting->std[h * trials->metrics * trials->sizes + i] = std;
        }
    }
    for (int64_t reading = 0; reading < trials->host_count * trials->metrics; reading++)
        fitting->coverage[reading] = qualifies(fitting, reading) ? 1.0 : 0.0;
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
        for (int64_t m = 0; m < trials->metrics; m++)
            companion_prior_add(fitting->shape->band_plan,
                                fitting->companion + (h * trials->metrics + m) * trials->items,
                                one + m * trials->items);
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
    const int64_t readings = trials->host_count * trials->metrics;
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

/* Bring one array of readings of all ranks together, for all. */
static void *join(const struct comm *comm, const void *mine, int64_t hosts, size_t host_bytes)
{
    void *all;
    int64_t count;

    comm_all_rows(comm, mine, hosts, host_bytes, &all, &count);
    return all;
}

static void join_model(const struct fitting *fitting, struct mrdmd_model *model)
{
    const struct comm *comm = fitting->self->comm;
    const struct mrdmd_trials *trials = fitting->trials;
    const int64_t hosts = trials->host_count;
    const size_t metrics = (size_t)trials->metrics;
    const size_t sizes = (size_t)trials->sizes;
    const size_t items = (size_t)trials->items;

    model->mean = join(comm, fitting->mean, hosts, metrics * sizes * sizeof *model->mean);
    model->std = join(comm, fitting->std, hosts, metrics * sizes * sizeof *model->std);
    model->coverage = join(comm, fitting->coverage, hosts, metrics * sizeof *model->coverage);
    model->companion =
        join(comm, fitting->companion, hosts, metrics * items * sizeof *model->companion);
}

status mrdmd_baseline_fit(const struct mrdmd_analysis *self, const struct mrdmd_trials *trials,
                          const struct mrdmd_night *shape, struct mrdmd_model *model)
{
    const size_t readings = (size_t)(trials->host_count * trials->metrics);
    const size_t cells = readings * (size_t)trials->sizes;
    struct fitting fitting = {.self = self, .trials = trials, .shape = shape};
    int64_t with_baseline = 0;

    fitting.replicates = settings_int(self->settings, "bootstrap_count");
    fitting.weights = mem_array((size_t)(fitting.replicates * trials->windows), sizeof(float));
    fitting.mean = mem_zero(cells, sizeof *fitting.mean);
    fitting.std = mem_zero(cells, sizeof *fitting.std);
    fitting.coverage = mem_zero(readings, sizeof *fitting.coverage);
    fitting.companion = mem_zero(readings * (size_t)trials->items, sizeof *fitting.companion);
    mrdmd_bootstrap_weights((uint64_t)settings_int(self->settings, "bootstrap_seed"),
                            fitting.replicates, trials->windows, fitting.weights);
    fitting.pairs =
        mem_array((size_t)((trials->windows + 1) * trials->windows), sizeof *fitting.pairs);
    mrdmd_bootstrap_pairs(fitting.weights, fitting.replicates, trials->windows, fitting.pairs);
    fit_readings(&fitting);
    for (size_t i = 0; i < cells; i++) with_baseline += isfinite(fitting.std[i]);
    model->priors = mem_zero((size_t)(trials->metrics * trials->items), sizeof *model->priors);
    fit_priors(&fitting, model->priors);
    model->tails = mem_zero((size_t)(trials->metrics * trials->items), sizeof *model->tails);
    calibration_find(self, trials, shape, model->priors, model->tails);
    join_model(&fitting, model);
    mem_free(&fitting.companion);
    mem_free(&fitting.coverage);
    mem_free(&fitting.std);
    mem_free(&fitting.mean);
    mem_free(&fitting.pairs);
    mem_free(&fitting.weights);
    if (comm_sum_int64(self->comm, with_baseline) == 0)
        return fail(STATUS_BAD_INPUT,
                    "mrdmd: no reading has a baseline: of %lld windows none has two trials "
                    "(baseline, skip_labelled)",
                    (long long)trials->windows);
    return STATUS_OK;
}
