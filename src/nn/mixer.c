// SPDX-License-Identifier: BSD-3-Clause
#include "nn_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- the parameter table ---------------------------------------------------------------------- */

enum { BLOCK_SLICES = 10, OUTER_SLICES = 4 };

static int64_t add_slice(struct mixer *mixer, const char *name, int block, int rows, int columns)
{
    struct nn_slice *slice = &mixer->slices[mixer->slice_count++];

    if (block < 0)
        snprintf(slice->name, sizeof slice->name, "%s", name);
    else
        snprintf(slice->name, sizeof slice->name, "b%d_%s", block, name);
    slice->first = mixer->parameter_count;
    slice->dims = columns > 0 ? 2 : 1;
    slice->shape[0] = rows;
    slice->shape[1] = columns;
    slice->count = (int64_t)rows * (columns > 0 ? columns : 1);
    mixer->parameter_count += slice->count;
    return slice->first;
}

static int64_t add_norm_slice(struct mixer *mixer, const char *name, int block)
{
    const bool is_scalar = mixer->shape.norm == NN_NORM_SCALAR;

    return add_slice(mixer, name, block, is_scalar ? 1 : mixer->shape.length,
                     is_scalar ? 0 : mixer->shape.channels);
}

static void add_block(struct mixer *mixer, int block)
{
    const struct mixer_shape *shape = &mixer->shape;
    struct mixer_block *b = &mixer->blocks[block];

    b->n1_g = add_norm_slice(mixer, "n1_g", block);
    b->n1_b = add_norm_slice(mixer, "n1_b", block);
    b->wt = add_slice(mixer, "wt", block, shape->length, shape->length);
    b->bt = add_slice(mixer, "bt", block, shape->length, 0);
    b->n2_g = add_norm_slice(mixer, "n2_g", block);
    b->n2_b = add_norm_slice(mixer, "n2_b", block);
    b->w1 = add_slice(mixer, "w1", block, shape->hidden, shape->channels);
    b->b1 = add_slice(mixer, "b1", block, shape->hidden, 0);
    b->w2 = add_slice(mixer, "w2", block, shape->channels, shape->hidden);
    b->b2 = add_slice(mixer, "b2", block, shape->channels, 0);
}

struct mixer *mixer_create(const struct mixer_shape *shape)
{
    struct mixer *mixer = mem_zero(1, sizeof *mixer);

    ASSERT(shape->length > 0 && shape->channels > 0 && shape->horizon > 0);
    ASSERT(shape->hidden > 0 && shape->blocks >= 0 && shape->dropout >= 0 && shape->dropout < 1);
    mixer->shape = *shape;
    mixer->slices =
        mem_zero((size_t)shape->blocks * BLOCK_SLICES + OUTER_SLICES, sizeof *mixer->slices);
    mixer->blocks = mem_zero((size_t)shape->blocks + 1, sizeof *mixer->blocks);
    if (shape->has_revin) {
        mixer->rev_a = add_slice(mixer, "rev_a", -1, shape->channels, 0);
        mixer->rev_b = add_slice(mixer, "rev_b", -1, shape->channels, 0);
    }
    for (int block = 0; block < shape->blocks; block++) add_block(mixer, block);
    mixer->wo = add_slice(mixer, "wo", -1, shape->horizon, shape->length);
    mixer->bo = add_slice(mixer, "bo", -1, shape->horizon, 0);
    return mixer;
}

void mixer_destroy(struct mixer **mixer)
{
    if (!*mixer) return;
    mem_free(&(*mixer)->slices);
    mem_free(&(*mixer)->blocks);
    mem_free(mixer);
}

const struct mixer_shape *mixer_shape(const struct mixer *mixer)
{
    return &mixer->shape;
}

const struct nn_slice *mixer_slices(const struct mixer *mixer, int *count)
{
    *count = mixer->slice_count;
    return mixer->slices;
}

int64_t mixer_parameter_count(const struct mixer *mixer)
{
    return mixer->parameter_count;
}

static int64_t state_cells(const struct mixer *mixer)
{
    const struct mixer_shape *shape = &mixer->shape;

    if (shape->norm == NN_NORM_LAYER) return 0;
    return norm_cells(shape->norm, (struct extent){1, shape->length, 1, shape->channels});
}

int64_t mixer_state_count(const struct mixer *mixer)
{
    return 4 * mixer->shape.blocks * state_cells(mixer);
}

double mixer_sample_flops(const struct mixer *mixer)
{
    const struct mixer_shape *shape = &mixer->shape;
    const double cells = (double)shape->length * shape->channels;
    const double block = 2 * cells * shape->length + 4 * cells * shape->hidden;

    return 3 * (shape->blocks * block + 2 * cells * shape->horizon);
}

/* ---- first values ----------------------------------------------------------------------------- */

/* Is the slice of this kind: "wt" of any block? */
static bool is_part(const struct nn_slice *slice, const char *part)
{
    const char *end = strchr(slice->name, '_');
    const char *name = slice->name[0] == 'b' && end ? end + 1 : slice->name;

    return strcmp(name, part) == 0;
}

/* Number of inputs of the dense layer that the slice belongs to; 0: it is no dense layer's. */
static int inputs_of(const struct mixer_shape *shape, const struct nn_slice *slice)
{
    if (is_part(slice, "wt") || is_part(slice, "bt")) return shape->length;
    if (is_part(slice, "wo") || is_part(slice, "bo")) return shape->length;
    if (is_part(slice, "w1") || is_part(slice, "b1")) return shape->channels;
    if (is_part(slice, "w2") || is_part(slice, "b2")) return shape->hidden;
    return 0;
}

void mixer_start(const struct mixer *mixer, uint64_t seed, real *parameters, real *state)
{
    const int64_t cells = state_cells(mixer);

    for (int i = 0; i < mixer->slice_count; i++) {
        const struct nn_slice *slice = &mixer->slices[i];
        const int inputs = inputs_of(&mixer->shape, slice);
        const bool is_gain =
            is_part(slice, "n1_g") || is_part(slice, "n2_g") || is_part(slice, "rev_a");
        struct random random = random_start(seed, (uint64_t)i);

        for (int64_t p = slice->first; p < slice->first + slice->count; p++) {
            if (inputs > 0)
                parameters[p] = (real)((2 * random_uniform(&random) - 1) / sqrt(inputs));
            else
                parameters[p] = is_gain ? 1 : 0;
        }
    }
    for (int64_t i = 0; i < mixer_state_count(mixer); i++) state[i] = (real)((i / cells) % 2);
}

/* ---- views of the parameters ------------------------------------------------------------------ */

struct norm mixer_norm(const struct mixer *mixer, const real *parameters, int block, int which)
{
    const struct mixer_block *b = &mixer->blocks[block];

    return (struct norm){.kind = mixer->shape.norm,
                         .eps = mixer->shape.norm_eps,
                         .gain = parameters + (which == 1 ? b->n1_g : b->n2_g),
                         .bias = parameters + (which == 1 ? b->n1_b : b->n2_b)};
}

struct dropout mixer_dropout(const struct mixer *mixer, const struct mixer_batch *batch, int block,
                             int which)
{
    const int layer = 3 * block + which;

    if (!batch->is_training) return (struct dropout){0};
    return (struct dropout){.share = mixer->shape.dropout,
                            .keys = batch->keys,
                            .mask = batch->masks ? batch->masks[layer] : NULL,
                            .layer = (uint64_t)layer};
}

struct revin mixer_revin(const struct mixer *mixer, const real *parameters)
{
    return (struct revin){.is_detached = mixer->shape.is_revin_detached,
                          .is_unbiased = mixer->shape.is_revin_unbiased,
                          .eps = mixer->shape.revin_eps,
                          .gain = parameters + mixer->rev_a,
                          .bias = parameters + mixer->rev_b};
}
