// SPDX-License-Identifier: BSD-3-Clause
/*
 * The same mixer as one writes it after a framework: a whole batch at a time, layout [sample][time][metric], mixing over
 * time by a transpose before and after, each step a product by the BLAS over all samples and a sweep over memory for
 * what comes beside it. Forward and backward, weights' gradients and dropout included, as on our side.
 *
 * It is meant to be a fair opponent: sizes are known to the compiler, nothing is allocated in a step, bias and ReLU
 * share a sweep, and masks are drawn by a hash and kept for the way back. A framework has none of these;
 * training_step_torch.py measures one.
 *
 * tests/CMakeLists.txt compiles it for every shape, once as the rest of the program and
 * once for the machine at hand with sums that may be reordered.
 */
#include "whole_batch.h"

#include <telltale/base.h>

#include <cblas.h>
#include <math.h>
#include <string.h>

enum { L = WINDOW, C = METRICS, F = HIDDEN, BLOCKS = BLOCK_COUNT, H = HORIZON, CELLS = L * C };

enum { MOST = WHOLE_BATCH_MOST };

static int batch_samples; /* in the batch at hand */

struct block {
    float wt[L * L], bt[L], w1[F * C], b1[F], w2[C * F], b2[C], gain[2][CELLS], shift[2][CELLS];
};

enum { BLOCK_FLOATS = (int)(sizeof(struct block) / sizeof(float)) };

/* What the backward pass needs of a block, for the whole batch. */
struct kept {
    float n1[MOST * CELLS], n1_turned[MOST * CELLS], t[MOST * CELLS], n2[MOST * CELLS],
        h[MOST * L * F];
    float x_hat[2][MOST * CELLS], inverse[2][MOST];
    float mask_t[MOST * CELLS], mask_h[MOST * L * F], mask_f[MOST * CELLS];
};

static struct block weights[BLOCKS], gradient[BLOCKS];
static struct kept kept[BLOCKS];
static float input[MOST * CELLS];
static float wo[H * L], d_wo[H * L], z[MOST * CELLS], turned[MOST * CELLS], d[MOST * CELLS],
    d_turned[MOST * CELLS];
static float d_h[MOST * L * F], d_f[MOST * CELLS], y[MOST * C * H];
static uint32_t key;

/* [samples][rows][columns] to [samples][columns][rows] */
static void turn(const float *from, int rows, int columns, float *to)
{
    for (int b = 0; b < batch_samples; b++)
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++)
                to[(b * columns + c) * rows + r] = from[(b * rows + r) * columns + c];
}

static void layer_norm(const struct block *block, int which, struct kept *k, float *out)
{
    for (int b = 0; b < batch_samples; b++) {
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
    for (int b = 0; b < batch_samples; b++) {
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
    const uint32_t threshold = (uint32_t)(DROPOUT * 0x1p32);

    for (int i = 0; i < count; i++) {
        uint32_t bits = draw + (uint32_t)i * 0x9e3779b9u;

        bits = (bits ^ (bits >> 16)) * 0x85ebca6bu;
        bits = (bits ^ (bits >> 13)) * 0xc2b2ae35u;
        bits ^= bits >> 16;
        mask[i] = bits < threshold ? 0 : 1 / (1 - (float)DROPOUT);
        x[i] *= mask[i];
    }
}

static void forward(int i)
{
    const struct block *block = &weights[i];
    struct kept *k = &kept[i];

    layer_norm(block, 0, k, k->n1);
    turn(k->n1, L, C, k->n1_turned);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, batch_samples * C, L, L, 1, k->n1_turned,
                L, block->wt, L, 0, k->t, L);
    bias_relu(k->t, batch_samples * C, L, block->bt);
    drop(k->t, batch_samples * CELLS, key++, k->mask_t);
    turn(k->t, C, L, turned);
    for (int j = 0; j < batch_samples * CELLS; j++) z[j] += turned[j];
    layer_norm(block, 1, k, k->n2);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, batch_samples * L, F, C, 1, k->n2, C,
                block->w1, C, 0, k->h, F);
    bias_relu(k->h, batch_samples * L, F, block->b1);
    drop(k->h, batch_samples * L * F, key++, k->mask_h);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, batch_samples * L, C, F, 1, k->h, F,
                block->w2, F, 0, turned, C);
    add_bias(turned, batch_samples * L, C, block->b2);
    drop(turned, batch_samples * CELLS, key++, k->mask_f);
    for (int j = 0; j < batch_samples * CELLS; j++) z[j] += turned[j];
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

    for (int j = 0; j < batch_samples * CELLS; j++) d_f[j] = d[j] * k->mask_f[j];
    add_columns(d_f, batch_samples * L, C, g->b2);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, C, F, batch_samples * L, 1, d_f, C, k->h,
                F, 1, g->w2, F);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, batch_samples * L, F, C, 1, d_f, C,
                block->w2, F, 0, d_h, F);
    for (int j = 0; j < batch_samples * L * F; j++)
        d_h[j] = k->h[j] > 0 ? d_h[j] * k->mask_h[j] : 0;
    add_columns(d_h, batch_samples * L, F, g->b1);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, F, C, batch_samples * L, 1, d_h, F, k->n2,
                C, 1, g->w1, C);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, batch_samples * L, C, F, 1, d_h, F,
                block->w1, C, 0, turned, C);
    layer_norm_back(block, 1, k, turned, g);
    turn(d, L, C, d_turned);
    for (int j = 0; j < batch_samples * CELLS; j++)
        d_turned[j] = k->t[j] > 0 ? d_turned[j] * k->mask_t[j] : 0;
    add_columns(d_turned, batch_samples * C, L, g->bt);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, L, L, batch_samples * C, 1, d_turned, L,
                k->n1_turned, L, 1, g->wt, L);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, batch_samples * C, L, L, 1, d_turned, L,
                block->wt, L, 0, turned, L);
    memcpy(d_turned, turned, (size_t)batch_samples * CELLS * sizeof *turned);
    turn(d_turned, C, L, turned);
    layer_norm_back(block, 0, k, turned, g);
}

/* y = wo z, the derivative of a squared error against 0, and back to d. */
static void head(void)
{
    turn(z, L, C, turned);
    if (H == 1) {
        cblas_sgemv(CblasRowMajor, CblasNoTrans, batch_samples * C, L, 1, turned, L, wo, 1, 0, y,
                    1);
        for (int i = 0; i < batch_samples * C; i++) y[i] *= 2e-3F;
        cblas_sgemv(CblasRowMajor, CblasTrans, batch_samples * C, L, 1, turned, L, y, 1, 1, d_wo,
                    1);
        for (int i = 0; i < batch_samples * C; i++)
            for (int t = 0; t < L; t++) d_turned[i * L + t] = y[i] * wo[t];
    } else {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, batch_samples * C, H, L, 1, turned, L,
                    wo, L, 0, y, H);
        for (int i = 0; i < batch_samples * C * H; i++) y[i] *= 2e-3F;
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, H, L, batch_samples * C, 1, y, H,
                    turned, L, 1, d_wo, L);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, batch_samples * C, L, H, 1, y, H, wo,
                    L, 0, d_turned, L);
    }
    turn(d_turned, C, L, d);
}

static void step(int batch)
{
    batch_samples = batch;
    memcpy(z, input, (size_t)batch_samples * CELLS * sizeof *z);
    for (int i = 0; i < BLOCKS; i++) forward(i);
    head();
    for (int i = BLOCKS - 1; i >= 0; i--) backward(i);
}

static void start(void)
{
    struct random random = random_start(1, 1);
    float *first = weights[0].wt;

    for (int i = 0; i < BLOCKS * BLOCK_FLOATS; i++)
        first[i] = (float)(0.1 * random_normal(&random));
    for (int i = 0; i < H * L; i++) wo[i] = (float)(0.1 * random_normal(&random));
    for (int i = 0; i < MOST * CELLS; i++) input[i] = (float)random_normal(&random);
}

const struct whole_batch WHOLE_BATCH = {start, step};
