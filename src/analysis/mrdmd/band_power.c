// SPDX-License-Identifier: BSD-3-Clause
#include "band_power.h"

#include <telltale/linalg.h>
#include <telltale/scores.h>
#include <telltale/view.h>

#include <float.h>
#include <math.h>
#include <string.h>

/* More missing samples than this make a window unfit. */
static const double MISSING_FRACTION_MAX = 0.25;

struct band_plan {
    int64_t window;
    int bands, bins; /* bins: 1 .. window / 2 */
    int *band_of;    /* [bins + 1]; -1: none */
    int *bin_count;  /* [bands] */
    double *taper;   /* [window] */
    double scale;    /* of |X_k|^2, so that the bins' sum is the mean square */
    struct fft *fft;
};

static void deal_bins(struct band_plan *plan, double period_s, const double (*bands_hz)[2])
{
    const double step_hz = 1.0 / ((double)plan->window * period_s);

    plan->band_of[0] = -1;
    for (int k = 1; k <= plan->bins; k++) {
        const double hz = k * step_hz;
        /* A limit that is meant to be this bin's frequency may miss it by rounding. */
        const double slack = 1e-9 * step_hz;
        int band = 0;

        while (band < plan->bands
               && (hz < bands_hz[band][0] - slack || hz >= bands_hz[band][1] - slack))
            band++;
        plan->band_of[k] = band < plan->bands ? band : -1;
        if (band < plan->bands) plan->bin_count[band]++;
    }
}

struct band_plan *band_plan_create(int64_t window, double period_s, const double (*bands_hz)[2],
                                   int bands)
{
    struct band_plan *plan = mem_zero(1, sizeof *plan);
    double squares = 0.0;

    ASSERT(window >= 8 && window <= 1 << 30 && bands >= 0 && period_s > 0.0);
    plan->window = window;
    plan->bands = bands;
    plan->bins = (int)(window / 2);
    plan->band_of = mem_zero((size_t)plan->bins + 1, sizeof *plan->band_of);
    plan->bin_count = mem_zero((size_t)bands, sizeof *plan->bin_count);
    plan->taper = mem_array((size_t)window, sizeof *plan->taper);
    for (int64_t t = 0; t < window; t++) {
        plan->taper[t] = 0.5 - 0.5 * cos(2.0 * M_PI * (double)t / (double)window);
        squares += plan->taper[t] * plan->taper[t];
    }
    plan->scale = 2.0 / ((double)window * squares);
    plan->fft = fft_create((int)window);
    deal_bins(plan, period_s, bands_hz);
    return plan;
}

void band_plan_destroy(struct band_plan **plan)
{
    if (!*plan) return;
    fft_destroy(&(*plan)->fft);
    mem_free(&(*plan)->taper);
    mem_free(&(*plan)->bin_count);
    mem_free(&(*plan)->band_of);
    mem_free(plan);
}

int64_t band_plan_window(const struct band_plan *plan)
{
    return plan->window;
}

int band_plan_features(const struct band_plan *plan)
{
    return BAND_FIRST + plan->bands;
}

int band_plan_bins(const struct band_plan *plan, int band)
{
    return plan->bin_count[band];
}

size_t band_plan_workspace_bytes(const struct band_plan *plan)
{
    return (size_t)plan->window * sizeof(double)
           + ((size_t)plan->bins + 1) * sizeof(double complex);
}

/* Copy a window, lower the quantum by its steps, bridge its gaps. False where too much is missing. */
static bool take_window(const double *series, int64_t count, double *samples, double *quantum)
{
    int64_t present = 0;
    double last = NAN;

    memcpy(samples, series, (size_t)count * sizeof *samples);
    for (int64_t t = 0; t < count; t++) {
        if (isnan(samples[t])) continue;
        if (quantum && fabs(samples[t] - last) > 0.0)
            *quantum = fmin(*quantum, fabs(samples[t] - last));
        last = samples[t];
        present++;
    }
    if ((double)(count - present) > MISSING_FRACTION_MAX * (double)count) return false;
    if (present < count) gaps_bridge(samples, count, 1);
    return true;
}

/* Mean of the middle half of the samples, exact where they are equal: a peak is no level, and a coarse
 * sensor's median would be as coarse. @param work  room for [count] */
static double middle_mean(const double *samples, int64_t count, double *work)
{
    const int64_t aside = count / 4;
    double sum = 0.0;

    memcpy(work, samples, (size_t)count * sizeof *work);
    rank_in_place(work, count, aside);
    rank_in_place(work + aside, count - aside, count - 1 - 2 * aside);
    for (int64_t t = aside; t < count - aside; t++) sum += work[t] - work[aside];
    return work[aside] + sum / (double)(count - 2 * aside);
}

/* Take mean and trend off. Counting from the first sample makes both exact for a constant reading.
 * @param work  room for [count] */
static void take_off_trend(double *samples, int64_t count, double *work, double *level,
                           double *change)
{
    const double origin = samples[0], middle = 0.5 * (double)(count - 1);
    double sum = 0.0, moment = 0.0, moments = 0.0;

    *level = middle_mean(samples, count, work);
    for (int64_t t = 0; t < count; t++) {
        const double offset = (double)t - middle;

        samples[t] -= origin;
        sum += samples[t];
        moment += offset * samples[t];
        moments += offset * offset;
    }
    sum /= (double)count;
    moment /= moments;
    for (int64_t t = 0; t < count; t++) samples[t] -= sum + moment * ((double)t - middle);
    *change = moment * (double)(count - 1);
}

static void sum_bands(const struct band_plan *plan, const double complex *bins, double *power)
{
    for (int band = 0; band < plan->bands; band++)
        power[band] = plan->bin_count[band] ? 0.0 : (double)NAN;
    for (int k = 1; k <= plan->bins; k++) {
        const double square = creal(bins[k]) * creal(bins[k]) + cimag(bins[k]) * cimag(bins[k]);
        const bool is_nyquist = 2 * (int64_t)k == plan->window;

        if (plan->band_of[k] >= 0)
            power[plan->band_of[k]] += square * plan->scale * (is_nyquist ? 0.5 : 1.0);
    }
}

void band_features(const struct band_plan *plan, const double *series, const int64_t *first,
                   int64_t windows, void *work, double *features, double *quantum)
{
    const int items = band_plan_features(plan);
    double complex *bins = work;
    double *samples = (double *)(bins + plan->bins + 1);

    for (int64_t w = 0; w < windows; w++) {
        double *row = features + w * items;

        if (!take_window(series + first[w], plan->window, samples, quantum)) {
            for (int i = 0; i < items; i++) row[i] = NAN;
            continue;
        }
        /* The room of the transform is free until then, and larger. */
        take_off_trend(samples, plan->window, (double *)bins, &row[BAND_LEVEL], &row[BAND_TREND]);
        for (int64_t t = 0; t < plan->window; t++) samples[t] *= plan->taper[t];
        fft_run(plan->fft, samples, bins);
        sum_bands(plan, bins, row + BAND_FIRST);
    }
}
