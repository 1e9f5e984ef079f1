// SPDX-License-Identifier: BSD-3-Clause
#include "second_pass.h"

#include <math.h>

/* Weight of a window's say some samples after its end. */
static double share(const struct mrdmd_window *window, int64_t ahead)
{
    if (window->level == 0) return 1.0;
    return ahead < window->count ? 1.0 - (double)ahead / (double)window->count : 0.0;
}

void mrdmd_carry_window(const struct formed_modes *formed, double period_s, int64_t horizon,
                        double *forecast)
{
    const struct mrdmd_window *window = formed->window;
    const int64_t readings = formed->readings;

    for (int64_t k = 0; k < formed->count; k++) {
        const struct mrdmd_mode *mode = &formed->modes[k];
        const double complex *phi = formed->phi + k * readings;
        const double complex rate = mode->omega * period_s;
        const double complex held = CMPLX(fmin(creal(rate), 0.0), cimag(rate));
        const double complex last = mode->amplitude * cexp(rate * (double)(window->count - 1));

        for (int64_t t = 0; t < horizon; t++) {
            const double complex weight =
                share(window, t + 1) * last * cexp(held * (double)(t + 1));

            for (int64_t r = 0; r < readings; r++)
                forecast[r * horizon + t] += creal(weight * phi[r]);
        }
    }
}

bool mrdmd_reaches_end(const struct mrdmd_plan *plan, int window)
{
    return plan->windows[window].first + plan->windows[window].count == plan->times;
}

void mrdmd_count_carried(const struct mrdmd_plan *plan, const struct mrdmd_result *result,
                         int64_t *carried, int64_t *held)
{
    *carried = *held = 0;
    for (int64_t j = 0; j < result->mode_total; j++) {
        if (!mrdmd_reaches_end(plan, result->modes[j].window)) continue;
        (*carried)++;
        *held += creal(result->modes[j].omega) > 0.0;
    }
}
