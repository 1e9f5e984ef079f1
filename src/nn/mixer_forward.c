// SPDX-License-Identifier: BSD-3-Clause
#include "nn_private.h"

#include <string.h>

/* What the steps of one forward pass share. */
struct forward {
    const struct mixer *mixer;
    const real *parameters;
    const struct mixer_batch *batch;
    struct mixer_pass *pass;
    struct extent e; /* of the windows */
};

static struct extent extent_of(const struct mixer_batch *batch, int times, int channels)
{
    return (struct extent){batch->shards, times, batch->samples, channels};
}

/* Where the stream stands before a block, or after the last. */
static real *stream_before(const struct forward *run, int block)
{
    return block < run->mixer->shape.blocks ? run->pass->blocks[block].stream : run->pass->last;
}

/* The windows themselves need not be copied to be the first block's stream. */
static const real *stream_into(const struct forward *run, int block)
{
    return block == 0 && !run->mixer->shape.has_revin ? run->batch->input
                                                      : stream_before(run, block);
}

/* The normalised stream. */
static const real *normalise(const struct forward *run, int block, int which)
{
    const struct norm norm = mixer_norm(run->mixer, run->parameters, block, which);
    struct block_pass *kept = &run->pass->blocks[block];
    struct norm_pass *pass = which == 1 ? &kept->norm1 : &kept->norm2;

    norm_forward(&norm, run->e, run->batch->is_training ? run->batch->sums : NULL,
                 which == 1 ? stream_into(run, block) : kept->between, pass);
    mixer_tap(run->pass, 2 * which - 1 + 4 * block, pass->output, extent_count(run->e));
    return pass->output;
}

/* time_out = wt input, one shard */
static void mix_shard_times(const struct forward *run, int block, int shard, const real *input)
{
    const struct mixer_block *b = &run->mixer->blocks[block];
    const int times = run->e.times;
    const int columns = run->e.samples * run->e.channels;
    const int64_t first = shard * extent_shard(run->e);

    nn_multiply(&(struct nn_product){.rows = times,
                                     .columns = columns,
                                     .depth = times,
                                     .a = nn_rows(run->parameters + b->wt, times),
                                     .b = nn_rows(input + first, columns),
                                     .c = run->pass->blocks[block].time_out + first,
                                     .c_stride = columns},
                run->pass->panel);
}

/* between = stream + dropout(relu(wt norm(stream) + bt)) */
static void mix_times(const struct forward *run, int block)
{
    const struct block_pass *kept = &run->pass->blocks[block];
    const struct dropout dropout = mixer_dropout(run->mixer, run->batch, block, 0);
    const real *input = normalise(run, block, 1);

    for (int shard = 0; shard < run->e.shards; shard++) mix_shard_times(run, block, shard, input);
    dropout_forward(&dropout, run->e,
                    (struct nn_finish){.x = kept->time_out,
                                       .row_bias = run->parameters + run->mixer->blocks[block].bt,
                                       .has_relu = true,
                                       .stream = stream_into(run, block),
                                       .next = kept->between});
    mixer_tap(run->pass, 2 + 4 * block, kept->between, extent_count(run->e));
}

/* hidden = dropout(relu(norm(stream) w1' + b1)); rows of all shards are alike */
static void widen(const struct forward *run, int block)
{
    const struct mixer_block *b = &run->mixer->blocks[block];
    const struct extent wide = extent_of(run->batch, run->e.times, run->mixer->shape.hidden);
    const struct dropout dropout = mixer_dropout(run->mixer, run->batch, block, 1);
    const int64_t rows = extent_count(run->e) / run->e.channels;
    const real *input = normalise(run, block, 2);
    const struct block_pass *kept = &run->pass->blocks[block];

    nn_multiply(&(struct nn_product){.rows = (int)rows,
                                     .columns = wide.channels,
                                     .depth = run->e.channels,
                                     .a = nn_rows(input, run->e.channels),
                                     .b = nn_padded(kept->w1_turned, wide.channels),
                                     .c = kept->hidden,
                                     .c_stride = wide.channels},
                run->pass->panel);
    dropout_forward(&dropout, wide,
                    (struct nn_finish){.x = kept->hidden,
                                       .column_bias = run->parameters + b->b1,
                                       .has_relu = true});
}

/* The next block's stream = between + dropout(hidden w2' + b2) */
static void mix_channels(const struct forward *run, int block)
{
    const struct mixer_block *b = &run->mixer->blocks[block];
    const int channels = run->e.channels;
    const int hidden = run->mixer->shape.hidden;
    const int64_t rows = extent_count(run->e) / channels;
    const struct dropout dropout = mixer_dropout(run->mixer, run->batch, block, 2);

    widen(run, block);
    nn_multiply(&(struct nn_product){.rows = (int)rows,
                                     .columns = channels,
                                     .depth = hidden,
                                     .a = nn_rows(run->pass->blocks[block].hidden, hidden),
                                     .b = nn_padded(run->pass->blocks[block].w2_turned, channels),
                                     .c = run->pass->mixed,
                                     .c_stride = channels},
                run->pass->panel);
    dropout_forward(&dropout, run->e,
                    (struct nn_finish){.x = run->pass->mixed,
                                       .column_bias = run->parameters + b->b2,
                                       .stream = run->pass->blocks[block].between,
                                       .next = stream_before(run, block + 1)});
    mixer_tap(run->pass, 4 + 4 * block, stream_before(run, block + 1), extent_count(run->e));
}

/* output = wo stream + bo, one shard */
static void project(const struct forward *run, int shard, real *output)
{
    const int horizon = run->mixer->shape.horizon;
    const int columns = run->e.samples * run->e.channels;

    for (int h = 0; h < horizon; h++)
        for (int i = 0; i < columns; i++)
            output[(int64_t)h * columns + i] = run->parameters[run->mixer->bo + h];
    nn_multiply(
        &(struct nn_product){.rows = horizon,
                             .columns = columns,
                             .depth = run->e.times,
                             .a = nn_rows(run->parameters + run->mixer->wo, run->e.times),
                             .b = nn_rows(run->pass->last + shard * extent_shard(run->e), columns),
                             .c = output,
                             .c_stride = columns,
                             .should_add = true},
        run->pass->panel);
}

static void enter(const struct forward *run)
{
    const struct revin revin = mixer_revin(run->mixer, run->parameters);
    real *stream = stream_before(run, 0);
    struct extent e = run->e;

    if (!run->mixer->shape.has_revin) {
        if (run->mixer->shape.blocks == 0)
            memcpy(stream, run->batch->input, (size_t)extent_count(e) * sizeof *stream);
        return;
    }
    e.shards = 1;
    for (int shard = 0; shard < run->e.shards; shard++) {
        struct revin_statistics at = mixer_pass_at(&run->pass->at, e, shard);

        revin_forward(&revin, e, run->batch->input + shard * extent_shard(e), &at,
                      stream + shard * extent_shard(e));
    }
}

static void leave(const struct forward *run, real *output)
{
    const struct revin revin = mixer_revin(run->mixer, run->parameters);
    struct extent out = extent_of(run->batch, run->mixer->shape.horizon, run->e.channels);

    for (int shard = 0; shard < run->e.shards; shard++)
        project(run, shard, output + shard * extent_shard(out));
    mixer_tap(run->pass, 4 * run->mixer->shape.blocks + 1, output, extent_count(out));
    if (!run->mixer->shape.has_revin) return;
    memcpy(run->pass->projected, output, (size_t)extent_count(out) * sizeof *output);
    out.shards = 1;
    for (int shard = 0; shard < run->e.shards; shard++) {
        const struct revin_statistics at = mixer_pass_at(&run->pass->at, out, shard);

        revin_restore(&revin, out, &at, output + shard * extent_shard(out));
    }
}

void mixer_forward(const struct mixer *mixer, const struct mixer_batch *batch,
                   struct mixer_pass *pass, real *output)
{
    const struct forward run = {mixer, pass->parameters, batch, pass,
                                extent_of(batch, mixer->shape.length, mixer->shape.channels)};

    ASSERT(pass->parameters);
    ASSERT(batch->samples <= pass->most_samples && batch->shards <= pass->most_shards);
    enter(&run);
    mixer_tap(pass, 0, stream_into(&run, 0), extent_count(run.e));
    for (int block = 0; block < mixer->shape.blocks; block++) {
        mix_times(&run, block);
        mix_channels(&run, block);
    }
    leave(&run, output);
}
