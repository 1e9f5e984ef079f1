// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file nn_private.h
 * What the files of nn share: kernels of the product, the layers, and the mixer's inside.
 */
#pragma once

#include <telltale/nn.h>

/* ---- kernels -------------------------------------------------------------------------------- */

enum { NN_LANES = 64 / (int)sizeof(real), NN_VECTORS = 3, NN_RUN = 128 };

/** A product of at most NN_VECTORS vectors of columns, over one run of the depth. */
struct nn_panel {
    const real *a; /**< entry (i, k) at a[i * a_row_step + k * a_column_step] */
    int64_t a_row_step, a_column_step;
    const real *b; /**< row k at b + k * b_step, readable to the end of the last vector */
    int64_t b_step;
    real *c;
    int64_t c_stride;
    int rows, columns, run;
    bool should_add; /**< to what C holds; else it is overwritten */
};

/** Some rows of an array, each @p columns long, @p step apart. */
struct nn_sheet {
    int rows, columns;
    int64_t step;
};

/**
 * A layer norm's way over samples side by side: out = unit * gain + bias, unit = (x - mean) * scale, and back. x, out, d
 * and dx are [rows][samples][columns], gains and biases [rows][columns], statistics [samples].
 */
struct nn_unit {
    int rows, samples, columns;
    const real *x;
    const double *mean, *scale;
    const real *gain;

    const real *bias; /**< forward, as out */
    real *out;

    const real *d;          /**< derivative by out */
    real *d_gain, *d_bias;  /**< added to; NULL: not wanted */
    double *sum, *sum_unit; /**< of d * gain, and of that times the unit */
    real *dx;               /**< added to */
};

/** Samples side by side, [rows][samples][columns], that share statistics: each row and column, or all. */
struct nn_cells {
    int rows, samples, columns;
    bool is_one; /**< the statistics are one number each */
    const double *mean, *scale,
        *slope; /**< [rows][columns], to be read NN_LANES beyond; mean may be NULL: 0 */
};

/** Which entries of a sheet live on, and what those are multiplied by. */
struct nn_drop {
    const real *mask;   /**< laid out like the sheet: factors; NULL: they are drawn */
    uint32_t key;       /**< of the draws, which are by key and place */
    uint32_t threshold; /**< an entry is dropped with probability threshold / 2^16 */
    real factor;
};

/** What follows a product: x = drop(relu(x + bias)), and next = stream + x. */
struct nn_finish {
    struct nn_sheet sheet; /**< of x, stream and next */
    struct nn_drop drop;
    real *x;
    const real *row_bias, *column_bias; /**< [rows], [columns]; one is NULL */
    bool has_relu;
    const real *stream; /**< NULL: none, and no next */
    real *next;
};

/** The way back through drop and ReLU: d = from * factor where y is above 0, else 0. */
struct nn_gate {
    struct nn_sheet sheet; /**< of from, y, mask and d */
    const real *from, *y;
    real factor;
    const real *mask; /**< factors beside it; NULL: none */
    real *d;
    real *column_sums; /**< of d, added to; NULL: not wanted */
};

/** A step of AdamW with what does not change from parameter to parameter. */
struct nn_adamw {
    const struct adamw *adamw;
    double keep, rate, root;
    int64_t count;
    const double *gradient;
    real *parameters, *first_moment, *second_moment;
};

/**
 * What runs in inner loops, for one instruction set. Sums over rows are kept in NN_LANES lanes whatever the
 * machine's vectors, so that only the product's fused or unfused multiply-add tells the kernels apart.
 */
struct nn_kernel {
    const char *name;
    bool (*is_possible)(void);
    void (*panel)(const struct nn_panel *panel);
    /** to[k * width + j] = from[k * step + j] for k < rows, j < columns; 0 from there to the width, whole lanes */
    void (*copy)(int rows, int columns, const real *from, int64_t step, int width, real *to);
    /** The same of a transpose: to[k * width + j] = from[j * step + k] */
    void (*turn)(int rows, int columns, const real *from, int64_t step, int width, real *to);
    /** panel() for at most half NN_LANES columns, where that is faster; else NULL. */
    void (*narrow)(const struct nn_panel *panel);

    /** Sum of (x - mean)^power, power 1 or 2. */
    double (*moment)(struct nn_sheet sheet, const real *x, double mean, int power);
    /** out of x */
    void (*unit)(const struct nn_unit *unit);
    /** d_gain, d_bias, sum and sum_unit of d */
    void (*unit_back)(const struct nn_unit *unit);
    /** dx += scale * (d * gain - mean of sum - unit * mean of sum_unit) */
    void (*unit_add)(const struct nn_unit *unit);
    /** out = x * gain + bias, x and out [rows][samples][columns], gain and bias [rows][columns] */
    void (*affine)(struct nn_sheet sheet, const real *x, const real *gain, const real *bias,
                   real *out);
    /** The way back: d_gain += d * x, d_bias += d where not NULL, d *= gain; sheet, x, gain and d of @p unit */
    void (*affine_back)(const struct nn_unit *unit, real *d);

    /** sums [rows][columns] = sum over samples of (x - mean)(y - mean), of x - mean where y is NULL */
    void (*cell_sums)(const struct nn_cells *cells, const real *x, const real *y, double *sums);
    /** unit = (x - mean) * scale */
    void (*cell_units)(const struct nn_cells *cells, const real *x, real *unit);
    /** dx += scale * (d - mean - unit * slope) */
    void (*cell_add)(const struct nn_cells *cells, const real *d, const real *unit, real *dx);

    void (*finish)(const struct nn_finish *finish);
    /** out = drop(x), the sums of its columns added to column_sums where not NULL */
    void (*drop)(struct nn_sheet sheet, const struct nn_drop *drop, const real *x, real *out,
                 real *column_sums);
    void (*gate)(const struct nn_gate *gate);
    /** y += x */
    void (*add)(int64_t count, const real *x, real *y);
    void (*adamw)(const struct nn_adamw *step);
};

/** @p columns rounded up to whole lanes. */
int nn_whole_vectors(int columns);

/** A matrix whose rows are that long and were filled up. */
struct nn_matrix nn_padded(const real *first, int columns);

const struct nn_kernel *nn_kernel_now(void);

/** Of the AVX-512 kernel, in a file of its own. */
void nn_panel_narrow(const struct nn_panel *panel);

extern const struct nn_kernel nn_kernel_portable, nn_kernel_avx2, nn_kernel_avx512;

/* ---- sizes of a group ----------------------------------------------------------------------- */

struct extent {
    int shards, times, samples, channels;
};

static inline int64_t extent_shard(struct extent e)
{
    return (int64_t)e.times * e.samples * e.channels;
}

static inline int64_t extent_count(struct extent e)
{
    return e.shards * extent_shard(e);
}

/** Where sample number @p sample, counted through the shards, begins, and its activations from there on. */
static inline int64_t sample_first(struct extent e, int64_t sample)
{
    return sample / e.samples * extent_shard(e) + sample % e.samples * e.channels;
}

static inline struct nn_sheet sample_sheet(struct extent e)
{
    return (struct nn_sheet){e.times, e.channels, (int64_t)e.samples * e.channels};
}

/* ---- layers --------------------------------------------------------------------------------- */

/** Statistics of one norm over one group; cells are samples, times x channels or one. */
struct norm_pass {
    const real *input; /**< [shards][times][samples][channels], borrowed */
    real *unit;   /**< laid out alike: normalised, before gain and bias; NULL for NN_NORM_LAYER */
    real *output; /**< laid out alike: after them */
    double *mean; /**< [cells], as the others with NN_LANES to spare */
    double *variance;       /**< [cells], biased */
    double *scale;          /**< [cells]: 1 / sqrt(variance + eps) */
    double *sum;            /**< work: [cells], or [times][channels] where that is more */
    double *d_mean, *slope; /**< work: [cells] */
};

struct norm {
    enum nn_norm kind;
    double eps;
    const real *gain, *bias; /**< [times][channels]; one each for NN_NORM_SCALAR */
};

/** Where derivatives by gain and bias are added: a shard's at first + shard * stride; NULL: not wanted. */
struct norm_gradient {
    real *gain, *bias;
    int64_t stride;
};

int64_t norm_cells(enum nn_norm kind, struct extent e);

/**
 * @param sums   NULL: the statistics in @p pass are used as they are (batch and scalar kind)
 * @param input  borrowed until after norm_backward()
 */
void norm_forward(const struct norm *norm, struct extent e, const struct nn_sums *sums,
                  const real *input, struct norm_pass *pass);

/**
 * @param d_output  a batch norm's is replaced by the derivative by the unit values
 * @param d_input   added to; NULL: not wanted
 */
void norm_backward(const struct norm *norm, struct extent e, const struct nn_sums *sums,
                   struct norm_pass *pass, real *d_output, const struct norm_gradient *gradient,
                   real *d_input);

/** RevIN over one shard. */
struct revin {
    bool is_detached, is_unbiased;
    double eps;
    const real *gain, *bias; /**< [channels] */
};

/** RevIN's statistics over the times, or the loss's derivatives by them; [samples][channels] each. */
struct revin_statistics {
    real *mean, *deviation;
};

void revin_forward(const struct revin *revin, struct extent e, const real *input,
                   struct revin_statistics *at, real *output);

/** y = (p - bias) / gain * deviation + mean, in place. */
void revin_restore(const struct revin *revin, struct extent e, const struct revin_statistics *at,
                   real *output);

/** Derivatives of revin_restore(): @p d_output in place, those by the statistics into @p d. */
struct revin_restored {
    const real *projected; /**< what revin_restore() was given */
    const struct revin_statistics *at;
    real *d_output;
    real *d_gain, *d_bias; /**< added to; NULL: not wanted */
    struct revin_statistics *d;
};

void revin_restore_backward(const struct revin *revin, struct extent e,
                            const struct revin_restored *restored);

/** Derivatives of revin_forward(): @p d_input by its output on entry, by its input on exit. */
struct revin_entered {
    const real *input;
    const struct revin_statistics *at, *d;
    real *d_gain, *d_bias; /**< added to; NULL: not wanted */
    real *d_input;
};

void revin_backward(const struct revin *revin, struct extent e,
                    const struct revin_entered *entered);

/** Dropout: which activations live is a function of key, layer and place alone. */
struct dropout {
    double share;
    const uint64_t *keys; /**< [shards][samples]; NULL: nothing is dropped */
    const real *mask;     /**< given, or NULL */
    uint64_t layer;
};

/** What follows a product, over all samples: @p finish->sheet and drop are filled in. */
void dropout_forward(const struct dropout *dropout, struct extent e, struct nn_finish finish);

/**
 * out = x where it lives, times its factor.
 *
 * @param sums  the sums over times and samples are added to those of a shard at sums + shard * stride; NULL: not wanted
 */
void dropout_backward(const struct dropout *dropout, struct extent e, const real *x, real *out,
                      real *sums, int64_t stride);

/** The factor of those that live where they were drawn; 1 where a mask was given or nothing is dropped. */
real dropout_factor(const struct dropout *dropout);

/* ---- the mixer's inside --------------------------------------------------------------------- */

/** Where the parameters of a block of layers begin; -1: not there. */
struct mixer_block {
    int64_t n1_g, n1_b, wt, bt, n2_g, n2_b, w1, b1, w2, b2;
};

struct mixer {
    struct mixer_shape shape;
    struct nn_slice *slices;
    int slice_count;
    int64_t parameter_count;
    struct mixer_block *blocks;
    int64_t rev_a, rev_b, wo, bo;
};

struct block_pass {
    real *stream, *between; /**< [L][S][C]: what norm1 and norm2 are given */
    struct norm_pass norm1, norm2;
    real *time_out;                        /**< [L][S][C]: after ReLU and mask */
    real *hidden;                          /**< [L][S][F]: after ReLU and mask */
    real *wt_turned;                       /**< [L][L], rows filled up as all of these */
    real *w1, *w1_turned, *w2, *w2_turned; /**< [F][C], [C][F], [C][F], [F][C] */
};

struct mixer_pass {
    int most_shards, most_samples;
    struct block_pass *blocks;
    real *d_stream; /**< [L][S][C]: derivative by the stream, what residuals are added to */
    real *mixed;    /**< [L][S][C]: work */
    real *wide;     /**< [L][S][F]: work */
    real *last;     /**< [L][S][C]: the stream at its end; in backward work */
    real *projected, *d_projected; /**< [H][S][C] */
    struct revin_statistics at, d; /**< [S][C] */
    real *panel;
    real **taps;               /**< [4 * blocks + 2]; NULL where none are kept */
    const struct mixer *mixer; /**< borrowed */
    const real *parameters;    /**< borrowed; NULL before the first load */
};

struct norm mixer_norm(const struct mixer *mixer, const real *parameters, int block, int which);
struct dropout mixer_dropout(const struct mixer *mixer, const struct mixer_batch *batch, int block,
                             int which);
struct revin mixer_revin(const struct mixer *mixer, const real *parameters);
/** The part of one shard; @p e with one shard. */
struct revin_statistics mixer_pass_at(const struct revin_statistics *statistics, struct extent e,
                                      int shard);

void mixer_tap(struct mixer_pass *pass, int tap, const real *values, int64_t count);
