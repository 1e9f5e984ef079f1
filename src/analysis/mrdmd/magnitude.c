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
FOR_EACH_CPU static void add_row(const double *restrict row, double complex weight,
                                 int64_t readings, double *restrict phi)
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
