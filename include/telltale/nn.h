// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file nn.h
 * Neural networks without a framework: layers as pairs of a forward and a backward function, the mixer
 * made of them, its parameter table, a loss and an optimizer.
 *
 * Pure: arrays and sizes, no MPI, no files, no clock. Where a layer needs sums over samples that other
 * ranks hold (batch norm), it asks through `struct nn_sums`. What is being learned is not known here.
 *
 * Arithmetic is in `real`: float in the program; the same sources compiled with NN_DOUBLE make the
 * library that gradients are checked with. Sums over many samples are in double.
 *
 * Activations of a group of samples lie [time][sample][channel], so mixing over time is one product
 * with samples and channels side by side, mixing over channels is one with times and samples
 * below each other, and nothing is ever transposed.
 */
#pragma once

#include <telltale/base.h>

#ifdef NN_DOUBLE
typedef double real;
#else
typedef float real;
#endif

/* ---- products ------------------------------------------------------------------------------- */

/** A matrix in someone's memory: entry (i, j) at first[i * row_step + j * column_step]; one step is 1. */
struct nn_matrix {
    const real *first;
    int64_t row_step, column_step;
    bool is_padded; /**< rows may be read beyond their end, to a whole number of cache lines */
};

/** Row-major, and the transpose of a row-major matrix. */
struct nn_matrix nn_rows(const real *first, int64_t row_length);
struct nn_matrix nn_columns(const real *first, int64_t row_length);

/** A product C = A B or C += A B, A [rows, depth], B [depth, columns]. */
struct nn_product {
    int rows, columns, depth;
    struct nn_matrix a, b;
    real *c; /**< row i at c + i * c_stride */
    int64_t c_stride;
    bool should_add;
};

/** Reals of workspace for nn_multiply(). */
enum { NN_PANEL_REALS = 128 * 48 + 16 };

/**
 * Every entry is a chain of multiply-adds in order of depth, cut into runs of 128 that are added up in
 * order; so it depends on its row, its column and the depth alone, not on the sizes.
 *
 * @param work  room for NN_PANEL_REALS
 */
void nn_multiply(const struct nn_product *product, real *work);

/** The same by three plain loops: the reference. */
void nn_multiply_plain(const struct nn_product *product);

/** Choose "avx512", "avx2", "portable" or, with NULL, the best; false where it cannot run here. */
bool nn_use_kernel(const char *name);
const char *nn_kernel(void);

/* ---- parameters ----------------------------------------------------------------------------- */

/** One named part of a block of parameters. */
struct nn_slice {
    char name[32]; /**< `b0_wt`: names and shapes as in the definition of the model */
    int64_t first, count;
    int dims;
    int shape[4];
};

/* ---- sums over the whole batch -------------------------------------------------------------- */

/**
 * Sums over all samples of a batch, wherever they are. A layer adds one array for each shard, then asks
 * for the totals, which everyone gets; ranks call in the same order. The sum must not depend on who holds
 * which shard.
 */
struct nn_sums {
    void *self;
    void (*add)(void *self, const double *items, int64_t count);
    void (*total)(void *self, double *items, int64_t count);
    int64_t samples; /**< of the whole batch */
};

/* ---- the mixer ------------------------------------------------------------------------------ */

enum nn_norm {
    NN_NORM_LAYER, /**< over times and channels of a sample: samples stay independent */
    NN_NORM_BATCH, /**< over the samples of the batch, for each time and channel */
    NN_NORM_SCALAR /**< over everything at once */
};

/** What a mixer is: TSMixer (Chen et al. 2023) with optional reversible instance norm (Kim et al. 2022). */
struct mixer_shape {
    int length;   /**< L: times of a window */
    int channels; /**< C: metrics */
    int horizon;  /**< H: times predicted */
    int hidden;   /**< F: width of the feature mixing */
    int blocks;
    enum nn_norm norm;
    double norm_eps;
    double dropout; /**< share of activations dropped in training, 0 to below 1 */
    bool has_revin;
    bool is_revin_detached; /**< its statistics count as constants in the backward pass */
    bool is_revin_unbiased; /**< variance over L - 1 */
    double revin_eps;
};

struct mixer;

/** Takes a copy of @p shape; asserts that its sizes are positive. */
struct mixer *mixer_create(const struct mixer_shape *shape);
void mixer_destroy(struct mixer **mixer);
const struct mixer_shape *mixer_shape(const struct mixer *mixer);

/** The parameter table, @p count entries; borrowed. */
const struct nn_slice *mixer_slices(const struct mixer *mixer, int *count);
int64_t mixer_parameter_count(const struct mixer *mixer);

/**
 * Reals of running statistics, [blocks][2][mean, variance][cells]; 0 for layer norm. Part of a model
 * beside its parameters.
 */
int64_t mixer_state_count(const struct mixer *mixer);

/** Dense layers uniform in +-1/sqrt(inputs) (as PyTorch's Linear), gains 1, biases of norms 0. */
void mixer_start(const struct mixer *mixer, uint64_t seed, real *parameters, real *state);

/** Flops of the products of one sample, forward and backward. */
double mixer_sample_flops(const struct mixer *mixer);

/**
 * Samples that go through the mixer together, in shards of equal size. A shard's gradient depends on the shard
 * alone (and, with batch norm, on sums over the batch), so sums over shards need not depend on who has which.
 */
struct mixer_batch {
    int shards;
    int samples;       /**< of each shard */
    const real *input; /**< [shards][L][samples][C], borrowed */

    /** Where not NULL, [shards][samples]: names of the samples; dropout draws by name, layer and place. */
    const uint64_t *keys;

    /** Where not NULL, [3 * blocks] masks given: after time mixing [shards][L][samples][C], hidden
     *  [shards][L][samples][F], after feature mixing like the first; entries 0 or 1 / (1 - p). */
    const real *const *masks;

    const struct nn_sums *sums; /**< batch and scalar norm in training only */
    bool is_training;           /**< batch statistics and dropout; else running ones and none */
};

/** Room for the activations of a group of samples and what its backward pass needs. */
struct mixer_pass;
struct mixer_pass *mixer_pass_create(const struct mixer *mixer, int most_shards, int most_samples);
void mixer_pass_destroy(struct mixer_pass **address);

/**
 * The parameters that forward and backward passes go by from now on. Borrowed, and partly copied as products want
 * them: to be called again whenever they have changed.
 */
void mixer_pass_load(struct mixer_pass *pass, const real *parameters);

/**
 * Collective where the norm asks for sums, else local.
 *
 * @param output  shape [shards][H][samples][C]
 */
void mixer_forward(const struct mixer *mixer, const struct mixer_batch *batch,
                   struct mixer_pass *pass, real *output);

/** After a forward pass in training: state = (1 - momentum) state + momentum batch. Layer norm: nothing. */
void mixer_move_state(const struct mixer_pass *pass, double momentum, real *state);

/** Before forward passes that are not training: normalise by these running statistics. */
void mixer_use_state(struct mixer_pass *pass, const real *state);

/**
 * The backward pass of the group that mixer_forward() saw last, with the same batch.
 *
 * @param d_output    shape [shards][H][samples][C], derivative of the loss by the output
 * @param gradient    shape [shards][parameters]: each shard's derivative is added; NULL: not wanted
 * @param d_input     shape [shards][L][samples][C], overwritten; NULL: not wanted
 */
void mixer_backward(const struct mixer *mixer, const struct mixer_batch *batch,
                    struct mixer_pass *pass, const real *d_output, real *gradient, real *d_input);

/** Activations of the last forward pass, laid out like its input, for tests: "revin", "b0_norm1", "b0_time",
 *  "b0_norm2", "b0_feat", "proj" (like its output); kept only where mixer_pass_keep_taps() came first. */
void mixer_pass_keep_taps(struct mixer_pass *pass);
const real *mixer_pass_tap(const struct mixer_pass *pass, const char *name);

/* ---- the linear model ----------------------------------------------------------------------- */

/** A vector autoregression: outputs are linear in the last @p lags times of all channels. */
struct lagged {
    int length;   /**< L: times of a window */
    int channels; /**< C */
    int horizon;  /**< H */
    int lags;     /**< 1 to L */
};

/** Parameters: weights [lags][C in][H][C out], lag 0 the window's last time, then biases [H][C]. */
int64_t lagged_weight_count(const struct lagged *lagged);
int64_t lagged_parameter_count(const struct lagged *lagged);

/**
 * @param input   shape [L][samples][C]
 * @param panel   room for NN_PANEL_REALS
 * @param output  shape [H][samples][C], overwritten
 */
void lagged_forward(const struct lagged *lagged, const real *parameters, int samples,
                    const real *input, real *panel, real *output);

struct lagged_step {
    int samples;
    const real *input;    /**< [L][samples][C] */
    const real *d_output; /**< [H][samples][C] */
    real *gradient;       /**< [parameters], added to */
};

void lagged_backward(const struct lagged *lagged, const struct lagged_step *step, real *panel);

/** @param d_input  shape [L][samples][C], added to */
void lagged_input_backward(const struct lagged *lagged, const real *parameters, int samples,
                           const real *d_output, real *panel, real *d_input);

/* ---- loss and optimizer --------------------------------------------------------------------- */

/**
 * Squared error. @return the sum over all entries of (output - target)^2
 *
 * @param d_output  scale * 2 (output - target)
 */
double nn_squared_error(const real *output, const real *target, int64_t count, double scale,
                        real *d_output);

/** AdamW (Loshchilov, Hutter 2019) in PyTorch's order of operations. */
struct adamw {
    double learning_rate, beta1, beta2, eps, weight_decay;
};

/**
 * One step: w *= 1 - lr wd; m, v moved; w -= lr / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + eps).
 *
 * @param step      t, from 1
 * @param gradient  shape [count], and so the rest; first and second moments start at 0
 */
void adamw_step(const struct adamw *adamw, int64_t step, int64_t count, const double *gradient,
                real *parameters, real *first_moment, real *second_moment);
