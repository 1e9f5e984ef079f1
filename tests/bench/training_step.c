// SPDX-License-Identifier: BSD-3-Clause
/*
 * The same mixer as one writes it after a framework: a whole batch at a time, layout [sample][time][metric], mixing over
 * time by a transpose before and after, each step a product by the BLAS over all samples and a sweep over memory for
 * what comes beside it. Forward and backward, weights' gradients and dropout included, as on our side.
 *
 * It is meant to be a fair opponent. Its sweeps are compiled for the machine at hand and with sums that may be
 * reordered (tests/CMakeLists.txt), sizes are known to the compiler, nothing is allocated in a step, bias and ReLU
 * share a sweep, and masks are drawn by the hash that we draw by and kept for the way back. A framework has none of
 * the last four; tests/bench/training_step_torch.py measures one.
 *
 *   training_step [SECONDS]      prints samples a second of both, as ratio and as shares of the peak
 */
#include <telltale/analysis.h>
#include <telltale/linalg.h>
#include <telltale/nn.h>

#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const float DROPOUT = 0.1F; /* as forecast_measure_step() has it */

enum { B = 32, L = 60, C = 66, F = 128, BLOCKS = 2, CELLS = L * C };

struct block {
    float wt[L * L], bt[L], w1[F * C], b1[F], w2[C * F], b2[C], gain[2][CELLS], shift[2][CELLS];
};

enum { BLOCK_FLOATS = (int)(sizeof(struct block) / sizeof(float)) };

/* What the backward pass needs of a block, for the whole batch. */
struct kept {
    float n1[B * CELLS], n1_turned[B * CELLS], t[B * CELLS], n2[B * CELLS], h[B * L * F];
    float x_hat[2][B * CELLS], inverse[2][B];
    float mask_t[B * CELLS], mask_h[B * L * F], mask_f[B * CELLS];
};

static struct block weights[BLOCKS], gradient[BLOCKS];
static struct kept kept[BLOCKS];
static float wo[L], d_wo[L], z[B * CELLS], turned[B * CELLS], d[B * CELLS], d_turned[B * CELLS];
static float d_h[B * L * F], d_f[B * CELLS], y[B * C];
static uint32_t key;

/* [samples][rows][columns] to [samples][columns][rows] */
static void turn(const float *from, int rows, int columns, float *to)
{
    for (int b = 0; b < B; b++)
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++)
                to[(b * columns + c) * rows + r] = from[(b * rows + r) * columns + c];
}

static void layer_norm(const struct block *block, int which, struct kept *k, float *out)
{
    for (int b = 0; b < B; b++) {
        const float *x = z + b * CELLS;
        float mean = 0, squares = 0;

        for (int i = 0; i < CELLS; i++) mean += x[i] / CELLS;
        for (int i = 0; i < CELLS; i++) squares += (x[i] - mean) * (x[i] - mean) / CELLS;
        k->inverse[which][b] = 1 / sqrtf(squares + 1e-5F);
        for (int i = 0; i < CELLS; i++) {
            k->x_hat[which][b * CELLS + i] = (x[i] - mean) * k->inverse[which][b];
            out[b * CELLS + i] =
                k->x_hat[which][b * CELLS + i] * block->gain[which][i] + block->shift[which][i];
        }
    }
}

/* d += derivative through the norm of @p d_out. */
static void layer_norm_back(const struct block *block, int which, const struct kept *k,
                            const float *d_out, struct block *g)
{
    for (int b = 0; b < B; b++) {
        const float *x_hat = k->x_hat[which] + b * CELLS;
        float sum = 0, inner = 0;

        for (int i = 0; i < CELLS; i++) {
            const float dn = d_out[b * CELLS + i] * block->gain[which][i];

            g->gain[which][i] += d_out[b * CELLS + i] * x_hat[i];
            g->shift[which][i] += d_out[b * CELLS + i];
            sum += dn / CELLS;
            inner += dn * x_hat[i] / CELLS;
        }
        for (int i = 0; i < CELLS; i++)
            d[b * CELLS + i] +=
                (d_out[b * CELLS + i] * block->gain[which][i] - sum - x_hat[i] * inner)
                * k->inverse[which][b];
    }
}

static float positive(float x)
{
    return x > 0 ? x : 0;
}

static void bias_relu(float *x, int rows, int columns, const float *bias)
{
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < columns; c++)
            x[r * columns + c] = positive(x[r * columns + c] + bias[c]);
}

static void add_bias(float *x, int rows, int columns, const float *bias)
{
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < columns; c++) x[r * columns + c] += bias[c];
}

/* x *= mask, which is drawn */
static void drop(float *x, int count, uint32_t draw, float *mask)
{
    const uint32_t threshold = (uint32_t)(DROPOUT * 0x1p32F);

    for (int i = 0; i < count; i++) {
        uint32_t bits = draw + (uint32_t)i * 0x9e3779b9u;

        bits = (bits ^ (bits >> 16)) * 0x85ebca6bu;
        bits = (bits ^ (bits >> 13)) * 0xc2b2ae35u;
        bits ^= bits >> 16;
        mask[i] = bits < threshold ? 0 : 1 / (1 - DROPOUT);
        x[i] *= mask[i];
    }
}

static void forward(int i)
{
    const struct block *block = &weights[i];
    struct kept *k = &kept[i];

    layer_norm(block, 0, k, k->n1);
    turn(k->n1, L, C, k->n1_turned);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, B * C, L, L, 1, k->n1_turned, L, block->wt,
                L, 0, k->t, L);
    bias_relu(k->t, B * C, L, block->bt);
    drop(k->t, B * CELLS, key++, k->mask_t);
    turn(k->t, C, L, turned);
    for (int j = 0; j < B * CELLS; j++) z[j] += turned[j];
    layer_norm(block, 1, k, k->n2);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, B * L, F, C, 1, k->n2, C, block->w1, C, 0,
                k->h, F);
    bias_relu(k->h, B * L, F, block->b1);
    drop(k->h, B * L * F, key++, k->mask_h);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, B * L, C, F, 1, k->h, F, block->w2, F, 0,
                turned, C);
    add_bias(turned, B * L, C, block->b2);
    drop(turned, B * CELLS, key++, k->mask_f);
    for (int j = 0; j < B * CELLS; j++) z[j] += turned[j];
}

static void add_columns(const float *x, int rows, int columns, float *sums)
{
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < columns; c++) sums[c] += x[r * columns + c];
}

static void backward(int i)
{
    const struct block *block = &weights[i];
    struct block *g = &gradient[i];
    const struct kept *k = &kept[i];

    for (int j = 0; j < B * CELLS; j++) d_f[j] = d[j] * k->mask_f[j];
    add_columns(d_f, B * L, C, g->b2);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, C, F, B * L, 1, d_f, C, k->h, F, 1, g->w2,
                F);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, B * L, F, C, 1, d_f, C, block->w2, F, 0,
                d_h, F);
    for (int j = 0; j < B * L * F; j++) d_h[j] = k->h[j] > 0 ? d_h[j] * k->mask_h[j] : 0;
    add_columns(d_h, B * L, F, g->b1);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, F, C, B * L, 1, d_h, F, k->n2, C, 1, g->w1,
                C);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, B * L, C, F, 1, d_h, F, block->w1, C, 0,
                turned, C);
    layer_norm_back(block, 1, k, turned, g);
    turn(d, L, C, d_turned);
    for (int j = 0; j < B * CELLS; j++) d_turned[j] = k->t[j] > 0 ? d_turned[j] * k->mask_t[j] : 0;
    add_columns(d_turned, B * C, L, g->bt);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, L, L, B * C, 1, d_turned, L, k->n1_turned,
                L, 1, g->wt, L);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, B * C, L, L, 1, d_turned, L, block->wt,
                L, 0, turned, L);
    memcpy(d_turned, turned, sizeof turned);
    turn(d_turned, C, L, turned);
    layer_norm_back(block, 0, k, turned, g);
}

static void step(const float *input)
{
    memcpy(z, input, sizeof z);
    for (int i = 0; i < BLOCKS; i++) forward(i);
    turn(z, L, C, turned);
    cblas_sgemv(CblasRowMajor, CblasNoTrans, B * C, L, 1, turned, L, wo, 1, 0, y, 1);
    for (int i = 0; i < B * C; i++) y[i] *= 2e-3F; /* the derivative of a squared error against 0 */
    cblas_sgemv(CblasRowMajor, CblasTrans, B * C, L, 1, turned, L, y, 1, 1, d_wo, 1);
    for (int i = 0; i < B * C; i++)
        for (int t = 0; t < L; t++) d_turned[i * L + t] = y[i] * wo[t];
    turn(d_turned, C, L, d);
    for (int i = BLOCKS - 1; i >= 0; i--) backward(i);
}

static double processor_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Samples a second, the best of those repeats. */
static double measure_whole_batch(const float *input, double seconds)
{
    const double start = processor_s();
    double best = 0;

    while (processor_s() - start < seconds) {
        const double before = processor_s();

        for (int repeat = 0; repeat < 4; repeat++) step(input);
        best = fmax(best, 4.0 * B / (processor_s() - before));
    }
    return best;
}

static double sample_flops(void)
{
    const struct mixer_shape shape = {
        .length = L, .channels = C, .horizon = 1, .hidden = F, .blocks = BLOCKS, .norm_eps = 1e-5};
    struct mixer *mixer = mixer_create(&shape);
    const double flops = mixer_sample_flops(mixer);

    mixer_destroy(&mixer);
    return flops;
}

int main(int argc, char **argv)
{
    const double seconds = argc > 1 ? strtod(argv[1], NULL) : 2;
    static float input[B * CELLS];
    struct random random = random_start(1, 1);
    float *first = weights[0].wt;
    double ours, theirs, peak;

    linalg_start();
    for (int i = 0; i < BLOCKS * BLOCK_FLOATS; i++)
        first[i] = (float)(0.1 * random_normal(&random));
    for (int i = 0; i < L; i++) wo[i] = (float)(0.1 * random_normal(&random));
    for (int i = 0; i < B * CELLS; i++) input[i] = (float)random_normal(&random);
    peak = linalg_measure_fma_single(0.2);
    ours = forecast_measure_step(seconds) / sample_flops();
    theirs = measure_whole_batch(input, seconds);
    printf("ours         %8.0f samples/s, %.2f of the peak of %.1f GF/s\n", ours,
           ours * sample_flops() / peak, 1e-9 * peak);
    printf("whole batch  %8.0f samples/s, %.2f of it\n", theirs, theirs * sample_flops() / peak);
    printf("ratio        %8.2f\n", ours / theirs);
    return 0;
}
