// SPDX-License-Identifier: BSD-3-Clause
#include "nn_private.h"

#include <string.h>

/* What the steps of one backward pass share. */
struct backward {
    const struct mixer *mixer;
    const real *parameters;
    const struct mixer_batch *batch;
    struct mixer_pass *pass;
    real *gradient;       /* [shards][parameters]; NULL: not wanted */
    struct extent e;      /* of the windows */
    bool is_input_wanted; /* the derivative by what the first block is given */
};

/* Where the derivative by the parameters from @p first on is added for a shard; NULL: not wanted. */
static real *part(const struct backward *back, int shard, int64_t first)
{
    return back->gradient ? back->gradient + shard * back->mixer->parameter_count + first : NULL;
}

static struct norm_gradient norm_part(const struct backward *back, int64_t gain, int64_t bias)
{
    return (struct norm_gradient){part(back, 0, gain), part(back, 0, bias),
                                  back->mixer->parameter_count};
}

/* y[r] += sum over columns of x */
static void add_columns(const real *x, int rows, int columns, real *y)
{
    const struct nn_sheet row = {1, columns, columns};

    for (int r = 0; r < rows; r++)
        y[r] += (real)nn_kernel_now()->moment(row, x + (int64_t)r * columns, 0, 1);
}

/*
 * The way back through the ReLU and dropout that made @p y, one shard; they share their zeros. @p gate has from, y and
 * d of all shards.
 */
static void gate_shard(const struct dropout *dropout, int shard, struct nn_gate gate)
{
    const int64_t first = shard * gate.sheet.rows * gate.sheet.step;

    gate.from += first;
    gate.y += first;
    gate.d += first;
    gate.factor = dropout_factor(dropout);
    gate.mask = dropout->mask ? dropout->mask + first : NULL;
    nn_kernel_now()->gate(&gate);
}

static const struct nn_sums *sums_of(const struct backward *back)
{
    return back->batch->is_training ? back->batch->sums : NULL;
}

/* d_stream = derivative by the mixer's last activations, one shard */
static void project_backward(const struct backward *back, int shard)
{
    const struct mixer *mixer = back->mixer;
    struct mixer_pass *pass = back->pass;
    const int horizon = mixer->shape.horizon;
    const int columns = back->e.samples * back->e.channels;
    const int64_t first = shard * extent_shard(back->e);
    const real *d_output = pass->d_projected + (int64_t)shard * horizon * columns;

    if (back->gradient) {
        nn_multiply(&(struct nn_product){.rows = horizon,
                                         .columns = back->e.times,
                                         .depth = columns,
                                         .a = nn_rows(d_output, columns),
                                         .b = nn_columns(pass->last + first, columns),
                                         .c = part(back, shard, mixer->wo),
                                         .c_stride = back->e.times,
                                         .should_add = true},
                    pass->panel);
        add_columns(d_output, horizon, columns, part(back, shard, mixer->bo));
    }
    nn_multiply(&(struct nn_product){.rows = back->e.times,
                                     .columns = columns,
                                     .depth = horizon,
                                     .a = nn_columns(back->parameters + mixer->wo, back->e.times),
                                     .b = nn_rows(d_output, columns),
                                     .c = pass->d_stream + first,
                                     .c_stride = columns},
                pass->panel);
}

/* Derivatives by w2 from @p mixed, that by w2's output, one shard. */
static void add_w2(const struct backward *back, int block, int shard)
{
    const struct mixer_block *b = &back->mixer->blocks[block];
    struct mixer_pass *pass = back->pass;
    const int rows = back->e.times * back->e.samples;
    const int channels = back->e.channels;
    const int hidden = back->mixer->shape.hidden;
    const real *d = pass->mixed + shard * extent_shard(back->e);

    nn_multiply(
        &(struct nn_product){
            .rows = channels,
            .columns = hidden,
            .depth = rows,
            .a = nn_columns(d, channels),
            .b = nn_rows(pass->blocks[block].hidden + (int64_t)shard * rows * hidden, hidden),
            .c = part(back, shard, b->w2),
            .c_stride = hidden,
            .should_add = true},
        pass->panel);
}

/* Derivatives by w1 from @p wide, that by its output, one shard. */
static void add_w1(const struct backward *back, int block, int shard)
{
    const struct mixer_block *b = &back->mixer->blocks[block];
    struct mixer_pass *pass = back->pass;
    const int rows = back->e.times * back->e.samples;
    const int channels = back->e.channels;
    const int hidden = back->mixer->shape.hidden;
    const real *input = pass->blocks[block].norm2.output + shard * extent_shard(back->e);

    nn_multiply(
        &(struct nn_product){.rows = hidden,
                             .columns = channels,
                             .depth = rows,
                             .a = nn_columns(pass->wide + (int64_t)shard * rows * hidden, hidden),
                             .b = nn_rows(input, channels),
                             .c = part(back, shard, b->w1),
                             .c_stride = channels,
                             .should_add = true},
        pass->panel);
}

/* mixed = derivative by w2's output; wide = that by the hidden units before their ReLU */
static void narrow_backward(const struct backward *back, int block)
{
    const struct mixer_block *b = &back->mixer->blocks[block];
    struct mixer_pass *pass = back->pass;
    const struct dropout dropout = mixer_dropout(back->mixer, back->batch, block, 2);
    const struct dropout hidden_dropout = mixer_dropout(back->mixer, back->batch, block, 1);
    const int64_t rows = extent_count(back->e) / back->e.channels;
    const int hidden = back->mixer->shape.hidden;

    dropout_backward(&dropout, back->e, pass->d_stream, pass->mixed, part(back, 0, b->b2),
                     back->mixer->parameter_count);
    for (int shard = 0; back->gradient && shard < back->e.shards; shard++)
        add_w2(back, block, shard);
    nn_multiply(&(struct nn_product){.rows = (int)rows,
                                     .columns = hidden,
                                     .depth = back->e.channels,
                                     .a = nn_rows(pass->mixed, back->e.channels),
                                     .b = nn_padded(pass->blocks[block].w2, hidden),
                                     .c = pass->wide,
                                     .c_stride = hidden},
                pass->panel);
    for (int shard = 0; shard < back->e.shards; shard++)
        gate_shard(&hidden_dropout, shard,
                   (struct nn_gate){
                       .sheet = {(int)(rows / back->e.shards), hidden, hidden},
                       .from = pass->wide,
                       .y = pass->blocks[block].hidden,
                       .d = pass->wide,
                       .column_sums = part(back, shard, b->b1)
        });
}

static void mix_channels_backward(const struct backward *back, int block)
{
    const struct mixer_block *b = &back->mixer->blocks[block];
    struct mixer_pass *pass = back->pass;
    const int hidden = back->mixer->shape.hidden;
    const struct norm norm = mixer_norm(back->mixer, back->parameters, block, 2);
    const struct norm_gradient gradient = norm_part(back, b->n2_g, b->n2_b);

    narrow_backward(back, block);
    for (int shard = 0; back->gradient && shard < back->e.shards; shard++)
        add_w1(back, block, shard);
    nn_multiply(&(struct nn_product){.rows = (int)(extent_count(back->e) / back->e.channels),
                                     .columns = back->e.channels,
                                     .depth = hidden,
                                     .a = nn_rows(pass->wide, hidden),
                                     .b = nn_padded(pass->blocks[block].w1, back->e.channels),
                                     .c = pass->mixed,
                                     .c_stride = back->e.channels},
                pass->panel);
    norm_backward(&norm, back->e, sums_of(back), &pass->blocks[block].norm2, pass->mixed, &gradient,
                  pass->d_stream);
}

/* Derivatives by wt and bt, one shard, from @p d, that before the ReLU. */
static void add_wt(const struct backward *back, int block, int shard, const real *d)
{
    const struct mixer_block *b = &back->mixer->blocks[block];
    const int times = back->e.times;
    const int columns = back->e.samples * back->e.channels;
    const real *input = back->pass->blocks[block].norm1.output + shard * extent_shard(back->e);

    nn_multiply(&(struct nn_product){.rows = times,
                                     .columns = times,
                                     .depth = columns,
                                     .a = nn_rows(d, columns),
                                     .b = nn_columns(input, columns),
                                     .c = part(back, shard, b->wt),
                                     .c_stride = times,
                                     .should_add = true},
                back->pass->panel);
    add_columns(d, times, columns, part(back, shard, b->bt));
}

static void mix_times_backward(const struct backward *back, int block)
{
    const struct mixer_block *b = &back->mixer->blocks[block];
    struct mixer_pass *pass = back->pass;
    struct block_pass *kept = &pass->blocks[block];
    const struct extent e = back->e;
    const int columns = e.samples * e.channels;
    const struct norm norm = mixer_norm(back->mixer, back->parameters, block, 1);
    const struct dropout dropout = mixer_dropout(back->mixer, back->batch, block, 0);
    const struct norm_gradient gradient = norm_part(back, b->n1_g, b->n1_b);
    real *d = pass->last; /* no longer needed after the projection */
    real *d_stream = block > 0 || back->is_input_wanted ? pass->d_stream : NULL;

    for (int shard = 0; shard < e.shards; shard++) {
        const int64_t first = shard * extent_shard(e);

        gate_shard(&dropout, shard,
                   (struct nn_gate){
                       .sheet = {e.times, columns, columns},
                       .from = pass->d_stream,
                       .y = kept->time_out,
                       .d = d
        });
        if (back->gradient) add_wt(back, block, shard, d + first);
        nn_multiply(&(struct nn_product){.rows = e.times,
                                         .columns = columns,
                                         .depth = e.times,
                                         .a = nn_padded(kept->wt_turned, e.times),
                                         .b = nn_rows(d + first, columns),
                                         .c = pass->mixed + first,
                                         .c_stride = columns},
                    pass->panel);
    }
    norm_backward(&norm, e, sums_of(back), &kept->norm1, pass->mixed, &gradient, d_stream);
}

static void revin_end_backward(const struct backward *back, int shard)
{
    const struct revin revin = mixer_revin(back->mixer, back->parameters);
    const struct extent out = {1, back->mixer->shape.horizon, back->e.samples, back->e.channels};
    const struct revin_statistics at = mixer_pass_at(&back->pass->at, out, shard);
    struct revin_statistics d = mixer_pass_at(&back->pass->d, out, shard);
    const int64_t first = shard * extent_shard(out);

    revin_restore_backward(&revin, out,
                           &(struct revin_restored){.projected = back->pass->projected + first,
                                                    .at = &at,
                                                    .d_output = back->pass->d_projected + first,
                                                    .d_gain = part(back, shard, back->mixer->rev_a),
                                                    .d_bias = part(back, shard, back->mixer->rev_b),
                                                    .d = &d});
}

static void revin_start_backward(const struct backward *back, int shard)
{
    const struct revin revin = mixer_revin(back->mixer, back->parameters);
    const struct extent e = {1, back->e.times, back->e.samples, back->e.channels};
    const struct revin_statistics at = mixer_pass_at(&back->pass->at, e, shard);
    const struct revin_statistics d = mixer_pass_at(&back->pass->d, e, shard);

    revin_backward(
        &revin, e,
        &(struct revin_entered){.input = back->batch->input + shard * extent_shard(e),
                                .at = &at,
                                .d = &d,
                                .d_gain = part(back, shard, back->mixer->rev_a),
                                .d_bias = part(back, shard, back->mixer->rev_b),
                                .d_input = back->pass->d_stream + shard * extent_shard(e)});
}

void mixer_backward(const struct mixer *mixer, const struct mixer_batch *batch,
                    struct mixer_pass *pass, const real *d_output, real *gradient, real *d_input)
{
    const struct extent e = {batch->shards, mixer->shape.length, batch->samples,
                             mixer->shape.channels};
    const struct backward back = {
        mixer, pass->parameters, batch, pass, gradient, e, d_input || mixer->shape.has_revin};
    const int64_t outputs = extent_count(e) / e.times * mixer->shape.horizon;

    memcpy(pass->d_projected, d_output, (size_t)outputs * sizeof *d_output);
    for (int shard = 0; shard < e.shards; shard++) {
        if (mixer->shape.has_revin) revin_end_backward(&back, shard);
        project_backward(&back, shard);
    }
    for (int block = mixer->shape.blocks - 1; block >= 0; block--) {
        mix_channels_backward(&back, block);
        mix_times_backward(&back, block);
    }
    for (int shard = 0; mixer->shape.has_revin && shard < e.shards; shard++)
        revin_start_backward(&back, shard);
    if (d_input) memcpy(d_input, pass->d_stream, (size_t)extent_count(e) * sizeof *d_input);
}
