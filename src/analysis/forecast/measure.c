// SPDX-License-Identifier: BSD-3-Clause
#include "forecast.h"

#include <time.h>

/* Processor time of this process: what others do on the machine counts little. */
static double processor_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double forecast_measure_step(double seconds)
{
    const struct forecast_settings settings = {.kind = FORECAST_TSMIXER,
                                               .window = 60,
                                               .horizon = 1,
                                               .lags = 1,
                                               .blocks = 2,
                                               .hidden = 128,
                                               .dropout = 0.1};
    struct predictor predictor;
    struct predictor_work work;
    struct random random = random_start(1, 1);
    double best = 0;
    real *parameters, *gradient;
    int tile;
    uint64_t keys[16];
    struct mixer_batch batch = {.shards = 1, .is_training = true, .keys = keys};
    const double start = processor_s();

    predictor_init(&settings, 66, &predictor);
    tile = predictor_tile(&predictor);
    predictor_work_init(&predictor, 1, tile, &work);
    parameters = mem_array((size_t)predictor.parameter_count, sizeof *parameters);
    gradient = mem_array((size_t)predictor.parameter_count, sizeof *gradient);
    mixer_start(predictor.mixer, 1, parameters, NULL);
    for (int64_t i = 0; i < (int64_t)tile * 60 * 66; i++)
        work.input[i] = (real)random_normal(&random);
    for (int i = 0; i < tile; i++) keys[i] = random_mix(1, (uint64_t)i);
    batch.samples = tile;
    batch.input = work.input;
    while (processor_s() - start < seconds) {
        const double before = processor_s();
        double rate;

        mixer_pass_load(work.pass, parameters);
        for (int repeat = 0; repeat < 16; repeat++) {
            mixer_forward(predictor.mixer, &batch, work.pass, work.output);
            nn_squared_error(work.output, work.linear, (int64_t)tile * 66, 1e-3, work.d_output);
            mixer_backward(predictor.mixer, &batch, work.pass, work.d_output, gradient, NULL);
        }
        rate = 16.0 * tile * mixer_sample_flops(predictor.mixer) / (processor_s() - before);
        if (rate > best) best = rate;
    }
    predictor_work_release(&work);
    predictor_release(&predictor);
    mem_free(&parameters);
    mem_free(&gradient);
    return best;
}
