// SPDX-License-Identifier: BSD-3-Clause
#include "second_pass.h"

#include <math.h>

/* Weight of a window's say some samples after its end. */
static double share(const struct mrdmd_window *window, int64_t ahead)
{
    if (window->level == 0) return 1.0;
    return ahead < window->count ? 1.0 - (double)ahead / (double)window->count : 0.0;
}

void mrdmd_carry_window(const struct mrdmd_window *window, const struct mrdmd_mode *modes,
                        int64_t mode_count, double period_s, const double complex *phi,
                        int64_t readings, int64_t horizon, double *forecast)
{
    for (int64_t k = 0; k < mode_count; k++) {
        const double complex rate = modes[k].omega * period_s;
        const double complex held = CMPLX(fmin(creal(rate), 0.0), cimag(rate));
        const double complex last = modes[k].amplitude * cexp(rate * (double)(window->count - 1));

        for (int64_t t = 0; t < horizon; t++) {
            const double complex weight =
                share(window, t + 1) * last * cexp(held * (double)(t + 1));

            for (int64_t r = 0; r < readings; r++)
                forecast[r * horizon + t] += creal(weight * phi[k * readings + r]);
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
