// SPDX-License-Identifier: BSD-3-Clause
#include "analysis.h"

#include <math.h>
#include <string.h>

/* Samples come as single floats: of a residual below this share of a reading nothing is known. */
static const double resolution = 1e-7;

struct mrdmd_sizer {
    const struct mrdmd_plan *plan;
    const struct mrdmd_result *result;
    int bands;
    int64_t *kept;          /* owned, [roots][bands]: modes that magnitudes are means of */
    int *band;              /* owned, [modes]; -1: not kept */
    double *weight;         /* owned, [modes]: what |phi| counts */
    int64_t *power_first;   /* owned, [modes]: where in `powers` its own begin */
    double complex *powers; /* owned: mu^t of every mode, from its window's first sample on */
    int64_t root_modes;     /* of the root with most */
    int64_t room;           /* readings that there is room for in: */
    double complex *phi;    /* owned, [MRDMD_SMALL][room]: of one window */
    double *parts;          /* owned, [root_modes][2][room]: phi b, real parts and imaginary ones */
    double *left;           /* owned, [room] */
};

/* A tile in work. */
struct sizing {
    struct mrdmd_sizer *sizer;
    const struct mrdmd_rows *rows;
    int64_t mode_first; /* the first of the root's modes */
    float *magnitude;
    struct mrdmd_energy *energy;
};

static void set_mode(struct mrdmd_sizer *sizer, const struct mrdmd_bands *bands, bool is_by_mode,
                     int64_t j)
{
    const struct mrdmd_mode *mode = &sizer->result->modes[j];
    const struct mrdmd_window *window = &sizer->plan->windows[mode->window];

    sizer->band[j] = mode->is_kept ? mrdmd_band_of(bands, mode->frequency_hz) : -1;
    if (sizer->band[j] < 0) return;
    sizer->kept[window->root * sizer->bands + sizer->band[j]]++;
    sizer->weight[j] =
        is_by_mode ? 1.0 : cabs(mode->amplitude) * mrdmd_rms_dynamics(mode->mu, window->count);
}

static void set_powers(struct mrdmd_sizer *sizer)
{
    const struct mrdmd_result *result = sizer->result;
    int64_t count = 0;

    for (int64_t j = 0; j < result->mode_total; j++) {
        sizer->power_first[j] = count;
        count += sizer->plan->windows[result->modes[j].window].count;
    }
    sizer->powers = mem_array((size_t)count + 1, sizeof *sizer->powers);
    for (int64_t j = 0; j < result->mode_total; j++) {
        const struct mrdmd_mode *mode = &result->modes[j];

        mrdmd_powers(mode->omega * sizer->plan->options.period_s,
                     sizer->plan->windows[mode->window].count,
                     sizer->powers + sizer->power_first[j]);
    }
}

static int64_t most_modes(const struct mrdmd_plan *plan, const struct mrdmd_result *result)
{
    int64_t most = 0;

    for (int root = 0; root < plan->window_count; root = plan->windows[root].next) {
        int64_t modes = 0;

        for (int w = root; w < plan->windows[root].next; w++) modes += result->mode_count[w];
        most = modes > most ? modes : most;
    }
    return most;
}

struct mrdmd_sizer *mrdmd_sizer_create(const struct mrdmd_plan *plan,
                                       const struct mrdmd_result *result,
                                       const struct mrdmd_bands *bands, bool is_by_mode)
{
    const size_t modes = (size_t)result->mode_total;
    struct mrdmd_sizer *sizer = mem_zero(1, sizeof *sizer);

    sizer->plan = plan;
    sizer->result = result;
    sizer->bands = bands->count;
    sizer->kept = mem_zero((size_t)plan->root_count * (size_t)bands->count, sizeof *sizer->kept);
    sizer->band = mem_zero(modes, sizeof *sizer->band);
    sizer->weight = mem_zero(modes, sizeof *sizer->weight);
    sizer->power_first = mem_zero(modes, sizeof *sizer->power_first);
    for (int64_t j = 0; j < result->mode_total; j++) set_mode(sizer, bands, is_by_mode, j);
    set_powers(sizer);
    sizer->root_modes = most_modes(plan, result);
    return sizer;
}

static void release_room(struct mrdmd_sizer *sizer)
{
    mem_free(&sizer->phi);
    mem_free(&sizer->parts);
    mem_free(&sizer->left);
}

void mrdmd_sizer_destroy(struct mrdmd_sizer **sizer)
{
    if (!*sizer) return;
    release_room(*sizer);
    mem_free(&(*sizer)->kept);
    mem_free(&(*sizer)->band);
    mem_free(&(*sizer)->weight);
    mem_free(&(*sizer)->power_first);
    mem_free(&(*sizer)->powers);
    mem_free(sizer);
}

static void make_room(struct mrdmd_sizer *sizer, int64_t readings)
{
    const size_t count = (size_t)readings;

    if (readings <= sizer->room) return;
    release_room(sizer);
    sizer->room = readings;
    sizer->phi = mem_array(count * MRDMD_SMALL, sizeof *sizer->phi);
    sizer->parts = mem_array((size_t)sizer->root_modes * 2 * count + 1, sizeof *sizer->parts);
    sizer->left = mem_array(count, sizeof *sizer->left);
}

/* ---- magnitudes ------------------------------------------------------------------------------ */

/* Add one mode's sizes to the sums of its band. @param phi  shape [readings] */
static void add_mode(const struct sizing *sizing, int root, int64_t j, const double complex *phi)
{
    const struct mrdmd_sizer *sizer = sizing->sizer;
    const int64_t stride = (int64_t)sizer->plan->root_count * sizer->bands;
    const double weight = sizer->weight[j];
    float *sums = sizing->magnitude + root * sizer->bands + sizer->band[j];

    for (int64_t r = 0; r < sizing->rows->readings; r++)
        sums[r * stride] +=
            (float)(weight * sqrt(creal(phi[r]) * creal(phi[r]) + cimag(phi[r]) * cimag(phi[r])));
}

/* Sums become means; readings left out of a root have none. */
static void finish_magnitudes(const struct sizing *sizing)
{
    const struct mrdmd_sizer *sizer = sizing->sizer;
    const int roots = sizer->plan->root_count;

    for (int64_t r = 0; r < sizing->rows->readings; r++) {
        for (int root = 0; root < roots; root++) {
            float *cell = sizing->magnitude + (r * roots + root) * sizer->bands;
            const bool is_left_out =
                sizing->rows->is_left_out[(size_t)root * sizing->rows->stride + (size_t)r];

            for (int band = 0; band < sizer->bands; band++) {
                const int64_t modes = sizer->kept[root * sizer->bands + band];

                if (is_left_out)
                    cell[band] = NAN;
                else if (modes > 0)
                    cell[band] /= (float)modes;
            }
        }
    }
}

/* ---- what modes leave ------------------------------------------------------------------------- */

/* The modes of one window, formed once for both. */
static void form_window(const struct sizing *sizing, int w)
{
    const struct mrdmd_sizer *sizer = sizing->sizer;
    const int64_t readings = sizing->rows->readings;

    mrdmd_form_modes(sizer->plan, sizer->result, w, sizing->rows, sizer->phi);
    for (int64_t k = 0; k < sizer->result->mode_count[w]; k++) {
        const int64_t j = sizer->result->mode_first[w] + k;
        const double complex amplitude = sizer->result->modes[j].amplitude;
        const double complex *phi = sizer->phi + k * readings;
        double *real = sizer->parts + 2 * (j - sizing->mode_first) * readings;

        for (int64_t r = 0; r < readings; r++) {
            const double complex part = phi[r] * amplitude;

            real[r] = creal(part);
            real[readings + r] = cimag(part);
        }
        if (sizer->band[j] >= 0) add_mode(sizing, sizer->plan->windows[w].root, j, phi);
    }
}

/* left -= Re(phi b mu^t) of one mode. */
static void take_off(const double *restrict parts, double complex power, int64_t readings,
                     double *restrict left)
{
    const double real = creal(power);
    const double imaginary = cimag(power);

    for (int64_t r = 0; r < readings; r++)
        left[r] -= parts[r] * real - parts[readings + r] * imaginary;
}

/* What all windows above one sample leave of it, which is in `left`. */
static void take_off_path(const struct sizing *sizing, int window, int64_t time)
{
    const struct mrdmd_sizer *sizer = sizing->sizer;
    const int64_t readings = sizing->rows->readings;

    for (int w = window; w >= 0; w = sizer->plan->windows[w].parent) {
        for (int64_t k = 0; k < sizer->result->mode_count[w]; k++) {
            const int64_t j = sizer->result->mode_first[w] + k;

            take_off(sizer->parts + 2 * (j - sizing->mode_first) * readings,
                     sizer->powers[sizer->power_first[j] + time - sizer->plan->windows[w].first],
                     readings, sizer->left);
        }
    }
}

static void add_segment(const struct sizing *sizing, int s, const double *centre)
{
    const struct mrdmd_plan *plan = sizing->sizer->plan;
    const struct mrdmd_segment *segment = &plan->segments[s];
    const struct linalg_rows x = mrdmd_rows_segment(sizing->rows, plan, s);
    const int root = plan->windows[segment->window].root;
    double *left = sizing->sizer->left;

    for (int64_t t = 0; t < segment->count; t++) {
        const double *row = x.row ? x.row[t] : x.first + (size_t)t * x.stride;

        for (int64_t r = 0; r < sizing->rows->readings; r++) left[r] = row[r] + centre[r];
        take_off_path(sizing, segment->window, segment->first + t);
        for (int64_t r = 0; r < sizing->rows->readings; r++) {
            struct mrdmd_energy *energy = &sizing->energy[r * plan->root_count + root];

            energy->left += left[r] * left[r];
            energy->whole += row[r] * row[r];
        }
    }
}

/* What rounding may have left counts as nothing, and so does what modes of others say of a reading that stands still; a
 * reading left out has no energy. */
static void finish_energy(const struct sizing *sizing, const struct mrdmd_window *root)
{
    const struct mrdmd_rows *rows = sizing->rows;
    const double *centre = rows->centre + (size_t)root->root * rows->stride;

    for (int64_t r = 0; r < rows->readings; r++) {
        struct mrdmd_energy *at = &sizing->energy[r * sizing->sizer->plan->root_count + root->root];
        const double level = (double)root->count * centre[r] * centre[r];
        const double least = resolution * resolution * (at->whole + level);

        if (at->whole <= least) at->whole = at->left = 0.0;
        if (at->left <= least) at->left = 0.0;
        if (rows->is_left_out[(size_t)root->root * rows->stride + (size_t)r])
            at->left = at->whole = NAN;
    }
}

void mrdmd_sizer_use(struct mrdmd_sizer *sizer, const struct mrdmd_rows *rows, float *magnitude,
                     struct mrdmd_energy *energy)
{
    const struct mrdmd_plan *plan = sizer->plan;
    const size_t cells = (size_t)rows->readings * (size_t)plan->root_count;
    struct sizing sizing = {.sizer = sizer, .rows = rows, .magnitude = magnitude, .energy = energy};
    int s = 0;

    make_room(sizer, rows->readings);
    memset(magnitude, 0, cells * (size_t)sizer->bands * sizeof *magnitude);
    memset(energy, 0, cells * sizeof *energy);
    for (int w = 0; w < plan->window_count; w = plan->windows[w].next) {
        const struct mrdmd_window *root = &plan->windows[w];

        sizing.mode_first = sizer->result->mode_first[w];
        for (int at = w; at < root->next; at++)
            if (sizer->result->mode_count[at] > 0) form_window(&sizing, at);
        for (; s < plan->segment_count && plan->segments[s].first < root->first + root->count; s++)
            add_segment(&sizing, s, rows->centre + (size_t)root->root * rows->stride);
        finish_energy(&sizing, root);
    }
    finish_magnitudes(&sizing);
}

double mrdmd_residual_share(const struct mrdmd_energy *energy)
{
    return energy->whole > 0.0 ? energy->left / energy->whole : (double)NAN;
}
