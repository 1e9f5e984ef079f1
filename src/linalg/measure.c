// SPDX-License-Identifier: BSD-3-Clause
#include "measure.h"
#include "kernels.h"

#include <cblas.h>

#include <string.h>

double measure_best(double (*work)(void *state), void *state, double seconds)
{
    const double end = clock_monotonic_s() + seconds;
    double best = 0.0;

    do {
        const double before = clock_monotonic_s();
        double done = 0.0;
        double took;

        do {
            done += work(state);
            took = clock_monotonic_s() - before;
        } while (took < MEASURE_REPEAT_S);
        if (done / took > best) best = done / took;
    } while (clock_monotonic_s() < end);
    return best;
}

struct gemm {
    int m, n, k;
    double *a, *b, *c;
};

static double run_gemm(void *state)
{
    const struct gemm *gemm = state;

    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, gemm->m, gemm->n, gemm->k, 1.0, gemm->a,
                gemm->k, gemm->b, gemm->n, 0.0, gemm->c, gemm->n);
    return 2.0 * gemm->m * gemm->n * gemm->k;
}

double linalg_measure_gemm(double seconds)
{
    static const int shapes[][3] = {
        {96,  96,  96 },
        {64,  64,  240},
        {128, 128, 60 },
        {192, 192, 24 }
    };
    enum { SHAPES = sizeof shapes / sizeof shapes[0], ENTRIES = 192 * 192 };
    struct gemm gemm = {.a = mem_array(ENTRIES, sizeof(double)),
                        .b = mem_array(ENTRIES, sizeof(double)),
                        .c = mem_array(ENTRIES, sizeof(double))};
    double best = 0.0;

    for (int i = 0; i < ENTRIES; i++) gemm.a[i] = gemm.b[i] = 1.0 / (1 + i % 7);
    for (int s = 0; s < SHAPES; s++) {
        double rate;

        gemm.m = shapes[s][0];
        gemm.n = shapes[s][1];
        gemm.k = shapes[s][2];
        rate = measure_best(run_gemm, &gemm, seconds / SHAPES);
        if (rate > best) best = rate;
    }
    mem_free(&gemm.a);
    mem_free(&gemm.b);
    mem_free(&gemm.c);
    return best;
}

enum { SPIN_ROUNDS = 10000 };

static double run_spin(void *state)
{
    (void)state;
    return kernel_now()->spin(true, SPIN_ROUNDS);
}

static double run_spin_single(void *state)
{
    (void)state;
    return kernel_now()->spin(false, SPIN_ROUNDS);
}

double linalg_measure_fma(double seconds)
{
    return measure_best(run_spin, NULL, seconds);
}

double linalg_measure_fma_single(double seconds)
{
    return measure_best(run_spin_single, NULL, seconds);
}

struct stream {
    uint64_t *from, *to;
};

enum { STREAM_BYTES = 128 << 20 };

static double run_read(void *state)
{
    const struct stream *stream = state;
    uint64_t sums[8] = {0};
    volatile uint64_t sink;

    for (size_t i = 0; i < STREAM_BYTES / sizeof *stream->from; i += 8)
        for (size_t k = 0; k < 8; k++) sums[k] += stream->from[i + k];
    sink = sums[0] ^ sums[1] ^ sums[2] ^ sums[3] ^ sums[4] ^ sums[5] ^ sums[6] ^ sums[7];
    (void)sink;
    return STREAM_BYTES;
}

static double run_copy(void *state)
{
    const struct stream *stream = state;

    memcpy(stream->to, stream->from, STREAM_BYTES);
    return 2.0 * STREAM_BYTES;
}

static double measure_stream(double (*work)(void *state), bool has_target, double seconds)
{
    struct stream stream = {.from = mem_array(STREAM_BYTES, 1)};
    double rate;

    memset(stream.from, 1, STREAM_BYTES);
    if (has_target) stream.to = mem_array(STREAM_BYTES, 1);
    rate = measure_best(work, &stream, seconds);
    mem_free(&stream.from);
    mem_free(&stream.to);
    return rate;
}

double linalg_measure_read(double seconds)
{
    return measure_stream(run_read, false, seconds);
}

double linalg_measure_copy(double seconds)
{
    return measure_stream(run_copy, true, seconds);
}
