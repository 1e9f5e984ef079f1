// SPDX-License-Identifier: BSD-3-Clause
#include "nn_private.h"

#include <math.h>

double nn_squared_error(const real *output, const real *target, int64_t count, double scale,
                        real *d_output)
{
    double sum = 0;

    for (int64_t i = 0; i < count; i++) {
        const double error = (double)output[i] - (double)target[i];

        sum += error * error;
        d_output[i] = (real)(2 * scale * error);
    }
    return sum;
}

void adamw_step(const struct adamw *adamw, int64_t step, int64_t count, const double *gradient,
                real *parameters, real *first_moment, real *second_moment)
{
    const double keep = 1 - adamw->learning_rate * adamw->weight_decay;
    const double rate = adamw->learning_rate / (1 - pow(adamw->beta1, (double)step));
    const double root = sqrt(1 - pow(adamw->beta2, (double)step));

    nn_kernel_now()->adamw(&(struct nn_adamw){.adamw = adamw,
                                              .keep = keep,
                                              .rate = rate,
                                              .root = root,
                                              .count = count,
                                              .gradient = gradient,
                                              .parameters = parameters,
                                              .first_moment = first_moment,
                                              .second_moment = second_moment});
}
