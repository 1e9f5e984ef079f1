// SPDX-License-Identifier: BSD-3-Clause
#include "nn_private.h"

#include <stdio.h>
#include <string.h>

static size_t cells_of(const struct mixer *mixer, struct extent e)
{
    return (size_t)norm_cells(mixer->shape.norm, e);
}

static real *new_reals(size_t count)
{
    return mem_array(count, sizeof(real));
}

static void create_norm(const struct mixer *mixer, struct extent e, struct norm_pass *norm)
{
    const size_t cells = cells_of(mixer, e) + NN_LANES;
    const size_t places = (size_t)mixer->shape.length * (size_t)mixer->shape.channels;

    if (mixer->shape.norm != NN_NORM_LAYER) norm->unit = new_reals((size_t)extent_count(e));
    norm->output = new_reals((size_t)extent_count(e));
    norm->mean = mem_zero(cells, sizeof *norm->mean);
    norm->variance = mem_zero(cells, sizeof *norm->variance);
    norm->scale = mem_zero(cells, sizeof *norm->scale);
    norm->sum = mem_zero(cells > places ? cells : places, sizeof *norm->sum);
    norm->d_mean = mem_zero(cells, sizeof *norm->d_mean);
    norm->slope = mem_zero(cells, sizeof *norm->slope);
}

static void destroy_norm(struct norm_pass *norm)
{
    mem_free(&norm->unit);
    mem_free(&norm->output);
    mem_free(&norm->mean);
    mem_free(&norm->variance);
    mem_free(&norm->scale);
    mem_free(&norm->sum);
    mem_free(&norm->d_mean);
    mem_free(&norm->slope);
}

static void create_block(const struct mixer *mixer, struct extent e, struct block_pass *block)
{
    const size_t channels = (size_t)mixer->shape.channels;
    const size_t hidden = (size_t)mixer->shape.hidden;
    const size_t wide_channels = (size_t)nn_whole_vectors(mixer->shape.channels);
    const size_t wide_hidden = (size_t)nn_whole_vectors(mixer->shape.hidden);
    const size_t wide_length = (size_t)nn_whole_vectors(mixer->shape.length);

    block->stream = new_reals((size_t)extent_count(e));
    block->between = new_reals((size_t)extent_count(e));
    create_norm(mixer, e, &block->norm1);
    create_norm(mixer, e, &block->norm2);
    block->time_out = new_reals((size_t)extent_count(e));
    block->hidden = new_reals((size_t)extent_count(e) / channels * hidden);
    block->wt_turned = new_reals((size_t)mixer->shape.length * wide_length);
    block->w1 = new_reals(hidden * wide_channels);
    block->w1_turned = new_reals(channels * wide_hidden);
    block->w2 = new_reals(channels * wide_hidden);
    block->w2_turned = new_reals(hidden * wide_channels);
}

static void destroy_block(struct block_pass *block)
{
    mem_free(&block->stream);
    mem_free(&block->between);
    destroy_norm(&block->norm1);
    destroy_norm(&block->norm2);
    mem_free(&block->time_out);
    mem_free(&block->hidden);
    mem_free(&block->wt_turned);
    mem_free(&block->w1);
    mem_free(&block->w1_turned);
    mem_free(&block->w2);
    mem_free(&block->w2_turned);
}

struct mixer_pass *mixer_pass_create(const struct mixer *mixer, int most_shards, int most_samples)
{
    const struct mixer_shape *shape = &mixer->shape;
    const struct extent e = {most_shards, shape->length, most_samples, shape->channels};
    const size_t cells = (size_t)extent_count(e);
    const size_t wide = cells / (size_t)shape->channels * (size_t)shape->hidden;
    const size_t columns = cells / (size_t)shape->length;
    struct mixer_pass *pass = mem_zero(1, sizeof *pass);

    pass->mixer = mixer;
    pass->most_shards = most_shards;
    pass->most_samples = most_samples;
    pass->blocks = mem_zero((size_t)shape->blocks + 1, sizeof *pass->blocks);
    for (int b = 0; b < shape->blocks; b++) create_block(mixer, e, &pass->blocks[b]);
    pass->d_stream = new_reals(cells);
    pass->last = new_reals(cells);
    pass->mixed = new_reals(cells);
    pass->wide = new_reals(wide);
    pass->projected = new_reals(columns * (size_t)shape->horizon);
    pass->d_projected = new_reals(columns * (size_t)shape->horizon);
    pass->at = (struct revin_statistics){new_reals(columns), new_reals(columns)};
    pass->d = (struct revin_statistics){new_reals(columns), new_reals(columns)};
    pass->panel = new_reals(NN_PANEL_REALS);
    return pass;
}

static int tap_count(const struct mixer *mixer)
{
    return 4 * mixer->shape.blocks + 2;
}

void mixer_pass_destroy(struct mixer_pass **address)
{
    struct mixer_pass *pass = *address;

    if (!pass) return;
    for (int b = 0; b < pass->mixer->shape.blocks; b++) destroy_block(&pass->blocks[b]);
    for (int t = 0; pass->taps && t < tap_count(pass->mixer); t++) mem_free(&pass->taps[t]);
    mem_free(&pass->taps);
    mem_free(&pass->blocks);
    mem_free(&pass->d_stream);
    mem_free(&pass->last);
    mem_free(&pass->mixed);
    mem_free(&pass->wide);
    mem_free(&pass->projected);
    mem_free(&pass->d_projected);
    mem_free(&pass->at.mean);
    mem_free(&pass->at.deviation);
    mem_free(&pass->d.mean);
    mem_free(&pass->d.deviation);
    mem_free(&pass->panel);
    mem_free(address);
}

void mixer_pass_load(struct mixer_pass *pass, const real *parameters)
{
    const struct nn_kernel *kernel = nn_kernel_now();
    const int channels = pass->mixer->shape.channels;
    const int hidden = pass->mixer->shape.hidden;
    const int length = pass->mixer->shape.length;
    const int wide_channels = nn_whole_vectors(channels);
    const int wide_hidden = nn_whole_vectors(hidden);

    pass->parameters = parameters;
    for (int b = 0; b < pass->mixer->shape.blocks; b++) {
        const real *wt = parameters + pass->mixer->blocks[b].wt;
        const real *w1 = parameters + pass->mixer->blocks[b].w1;
        const real *w2 = parameters + pass->mixer->blocks[b].w2;
        struct block_pass *block = &pass->blocks[b];

        kernel->turn(length, length, wt, length, nn_whole_vectors(length), block->wt_turned);
        kernel->copy(hidden, channels, w1, channels, wide_channels, block->w1);
        kernel->turn(channels, hidden, w1, channels, wide_hidden, block->w1_turned);
        kernel->copy(channels, hidden, w2, hidden, wide_hidden, block->w2);
        kernel->turn(hidden, channels, w2, hidden, wide_channels, block->w2_turned);
    }
}

struct revin_statistics mixer_pass_at(const struct revin_statistics *statistics, struct extent e,
                                      int shard)
{
    const int64_t first = (int64_t)shard * e.samples * e.channels;

    return (struct revin_statistics){statistics->mean + first, statistics->deviation + first};
}

/* ---- taps ------------------------------------------------------------------------------------- */

void mixer_pass_keep_taps(struct mixer_pass *pass)
{
    const struct mixer_shape *shape = &pass->mixer->shape;
    const int count = tap_count(pass->mixer);
    const size_t samples = (size_t)pass->most_shards * (size_t)pass->most_samples;
    const size_t columns = samples * (size_t)shape->channels;

    if (pass->taps) return;
    pass->taps = mem_zero((size_t)count, sizeof *pass->taps);
    for (int t = 0; t < count - 1; t++) pass->taps[t] = new_reals(columns * (size_t)shape->length);
    pass->taps[count - 1] = new_reals(columns * (size_t)shape->horizon);
}

void mixer_tap(struct mixer_pass *pass, int tap, const real *values, int64_t count)
{
    if (pass->taps) memcpy(pass->taps[tap], values, (size_t)count * sizeof *values);
}

const real *mixer_pass_tap(const struct mixer_pass *pass, const char *name)
{
    static const char *const parts[] = {"norm1", "time", "norm2", "feat"};
    char tap_name[32];

    if (!pass->taps) return NULL;
    if (strcmp(name, "revin") == 0) return pass->taps[0];
    if (strcmp(name, "proj") == 0) return pass->taps[tap_count(pass->mixer) - 1];
    for (int tap = 1; tap < tap_count(pass->mixer) - 1; tap++) {
        snprintf(tap_name, sizeof tap_name, "b%d_%s", (tap - 1) / 4, parts[(tap - 1) % 4]);
        if (strcmp(name, tap_name) == 0) return pass->taps[tap];
    }
    return NULL;
}

/* ---- running statistics ----------------------------------------------------------------------- */

static struct norm_pass *norm_of(const struct mixer_pass *pass, int number)
{
    struct block_pass *block = &pass->blocks[number / 2];

    return number % 2 ? &block->norm2 : &block->norm1;
}

void mixer_move_state(const struct mixer_pass *pass, double momentum, real *state)
{
    const struct mixer *mixer = pass->mixer;
    const int norms = 2 * mixer->shape.blocks;
    const int64_t cells = norms ? mixer_state_count(mixer) / norms / 2 : 0;

    for (int n = 0; n < norms; n++) {
        const struct norm_pass *norm = norm_of(pass, n);
        real *mean = state + 2 * n * cells;
        real *variance = mean + cells;

        for (int64_t i = 0; i < cells; i++) {
            mean[i] = (real)((1 - momentum) * (double)mean[i] + momentum * norm->mean[i]);
            variance[i] =
                (real)((1 - momentum) * (double)variance[i] + momentum * norm->variance[i]);
        }
    }
}

void mixer_use_state(struct mixer_pass *pass, const real *state)
{
    const struct mixer *mixer = pass->mixer;
    const int norms = 2 * mixer->shape.blocks;
    const int64_t cells = norms ? mixer_state_count(mixer) / norms / 2 : 0;

    for (int n = 0; n < norms; n++) {
        struct norm_pass *norm = norm_of(pass, n);

        for (int64_t i = 0; i < cells; i++) {
            norm->mean[i] = (double)state[2 * n * cells + i];
            norm->variance[i] = (double)state[(2 * n + 1) * cells + i];
        }
    }
}
