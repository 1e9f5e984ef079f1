// SPDX-License-Identifier: BSD-3-Clause
#include "forecast.h"

#include <math.h>
#include <time.h>

/* Processor time of this process: what others do on the machine counts little. */
static double processor_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* What a step works on. */
struct bench {
    struct predictor predictor;
    struct predictor_work work;
    real *parameters, *gradient;
    struct mixer_batch batch;
    uint64_t keys[16];
};

static void bench_init(const struct forecast_step *step, struct bench *bench)
{
    const struct forecast_settings settings = {.kind = FORECAST_TSMIXER,
                                               .window = step->window,
                                               .horizon = step->horizon,
                                               .lags = 1,
                                               .blocks = step->blocks,
                                               .hidden = step->hidden,
                                               .dropout = step->dropout};
    struct random random = random_start(1, 1);
    size_t parameters;
    int tile;

    *bench = (struct bench){0};
    predictor_init(&settings, step->metrics, &bench->predictor);
    parameters = (size_t)bench->predictor.parameter_count;
    tile = predictor_tile(&bench->predictor);
    ASSERT(tile <= (int)(sizeof bench->keys / sizeof *bench->keys));
    predictor_work_init(&bench->predictor, 1, tile, &bench->work);
    bench->parameters = mem_array(parameters, sizeof(real));
    bench->gradient = mem_array(parameters, sizeof(real));
    mixer_start(bench->predictor.mixer, 1, bench->parameters, NULL);
    for (int64_t i = 0; i < (int64_t)tile * step->window * step->metrics; i++)
        bench->work.input[i] = (real)random_normal(&random);
    for (int i = 0; i < tile; i++) bench->keys[i] = random_mix(1, (uint64_t)i);
    bench->batch = (struct mixer_batch){.shards = 1,
                                        .samples = tile,
                                        .input = bench->work.input,
                                        .keys = bench->keys,
                                        .is_training = true};
}

static void bench_release(struct bench *bench)
{
    predictor_work_release(&bench->work);
    predictor_release(&bench->predictor);
    mem_free(&bench->parameters);
    mem_free(&bench->gradient);
}

/* A tile of samples there and back. */
static void run_tile(struct bench *bench, int64_t outputs)
{
    const struct mixer *mixer = bench->predictor.mixer;
    struct predictor_work *work = &bench->work;

    mixer_forward(mixer, &bench->batch, work->pass, work->output);
    nn_squared_error(work->output, work->linear, outputs, 1e-3, work->d_output);
    mixer_backward(mixer, &bench->batch, work->pass, work->d_output, bench->gradient, NULL);
}

double forecast_measure(const struct forecast_step *step, double seconds)
{
    enum { SAMPLES = 64 }; /* before weights change */
    const double start = processor_s();
    struct bench bench;
    double flops;
    double best = 0;

    bench_init(step, &bench);
    flops = SAMPLES * mixer_sample_flops(bench.predictor.mixer);
    while (processor_s() - start < seconds) {
        const double before = processor_s();

        mixer_pass_load(bench.work.pass, bench.parameters);
        for (int done = 0; done < SAMPLES; done += bench.batch.samples)
            run_tile(&bench, (int64_t)bench.batch.samples * step->horizon * step->metrics);
        best = fmax(best, flops / (processor_s() - before));
    }
    bench_release(&bench);
    return best;
}

double forecast_measure_step(double seconds)
{
    const struct forecast_step step = {
        .window = 60, .metrics = 66, .horizon = 1, .blocks = 2, .hidden = 128, .dropout = 0.1};

    return forecast_measure(&step, seconds);
}
