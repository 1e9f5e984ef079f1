// SPDX-License-Identifier: BSD-3-Clause
#include "analysis.h"

#include <math.h>
#include <string.h>

double mrdmd_rms_dynamics(double complex mu, int64_t count)
{
    const double ratio = creal(mu) * creal(mu) + cimag(mu) * cimag(mu);
    double power = 1.0;
    double sum = 0.0;

    for (int64_t t = 0; t < count; t++) {
        sum += power;
        power *= ratio;
    }
    return sqrt(sum / (double)count);
}

/* phi += c z for one row z of Z. */
static void add_row(const double *restrict row, double complex weight, int64_t readings,
                    double *restrict phi)
{
    const double real = creal(weight);
    const double imaginary = cimag(weight);

    for (int64_t r = 0; r < readings; r++) {
        phi[2 * r] += real * row[r];
        phi[2 * r + 1] += imaginary * row[r];
    }
}

void mrdmd_form_modes(const struct mrdmd_plan *plan, const struct mrdmd_result *result, int window,
                      const struct mrdmd_rows *rows, double complex *phi)
{
    const int64_t modes = result->mode_count[window];
    const double *centre = rows->centre + (size_t)plan->windows[window].root * rows->stride;

    memset(phi, 0, (size_t)(modes * rows->readings) * sizeof *phi);
    for (int64_t k = 0; k < modes; k++) {
        const struct mrdmd_mode *mode = &result->modes[result->mode_first[window] + k];
        const double complex *c = result->combinations + mode->combination_first;
        double *to = (double *)(phi + k * rows->readings);

        add_row(centre, c[0], rows->readings, to);
        for (int w = window; w >= 0; w = plan->windows[w].parent) {
            const struct mrdmd_window *at = &plan->windows[w];

            for (int i = 0; i < at->samples; i++)
                add_row(rows->samples + (size_t)(at->row_first + i) * rows->stride,
                        c[at->path_rows - at->samples + i], rows->readings, to);
        }
    }
}

/* Add one mode's sizes to the sums of its band. @param phi  shape [readings] */
static void add_mode(const struct mrdmd_plan *plan, const struct mrdmd_mode *mode,
                     const double complex *phi, int64_t readings, bool by_mode, float *sums,
                     int64_t stride)
{
    const double weight =
        by_mode ? 1.0
                : cabs(mode->amplitude)
                      * mrdmd_rms_dynamics(mode->mu, plan->windows[mode->window].count);

    for (int64_t r = 0; r < readings; r++)
        sums[r * stride] +=
            (float)(weight * sqrt(creal(phi[r]) * creal(phi[r]) + cimag(phi[r]) * cimag(phi[r])));
}

/* Sums become means; readings left out of a root have none. */
static void finish(const struct mrdmd_plan *plan, const struct mrdmd_rows *rows, int bands,
                   const int64_t *count, float *magnitude)
{
    for (int64_t r = 0; r < rows->readings; r++) {
        for (int root = 0; root < plan->root_count; root++) {
            float *cell = magnitude + (r * plan->root_count + root) * bands;
            const bool is_left_out = rows->is_left_out[(size_t)root * rows->stride + (size_t)r];

            for (int band = 0; band < bands; band++) {
                const int64_t modes = count[root * bands + band];

                if (is_left_out)
                    cell[band] = NAN;
                else if (modes > 0)
                    cell[band] /= (float)modes;
            }
        }
    }
}

void mrdmd_magnitudes(const struct mrdmd_plan *plan, const struct mrdmd_result *result,
                      const struct mrdmd_rows *rows, const struct mrdmd_bands *bands, bool by_mode,
                      float *magnitude)
{
    const int64_t cells = (int64_t)plan->root_count * bands->count;
    int64_t *count = mem_zero((size_t)cells, sizeof *count);
    double complex *phi = mem_array((size_t)rows->readings * MRDMD_SMALL, sizeof *phi);

    memset(magnitude, 0, (size_t)(rows->readings * cells) * sizeof *magnitude);
    for (int w = 0; w < plan->window_count; w++) {
        const int root = plan->windows[w].root;

        if (result->mode_count[w] == 0) continue;
        mrdmd_form_modes(plan, result, w, rows, phi);
        for (int64_t k = 0; k < result->mode_count[w]; k++) {
            const struct mrdmd_mode *mode = &result->modes[result->mode_first[w] + k];
            const int band = mrdmd_band_of(bands, mode->frequency_hz);

            if (!mode->is_kept || band < 0) continue;
            count[root * bands->count + band]++;
            add_mode(plan, mode, phi + k * rows->readings, rows->readings, by_mode,
                     magnitude + root * bands->count + band, cells);
        }
    }
    finish(plan, rows, bands->count, count, magnitude);
    mem_free(&phi);
    mem_free(&count);
}
