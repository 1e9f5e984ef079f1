// SPDX-License-Identifier: BSD-3-Clause
#include "nn_private.h"

/*
 * Masks are drawn, not stored: a place is dropped by a hash of the sample's key, the layer, the time and the
 * channel, so the backward pass draws the same again and neither ranks nor groups matter.
 */

static bool is_drawn(const struct dropout *dropout)
{
    return dropout->keys && dropout->share > 0 && !dropout->mask;
}

/* Of 2^16: less than all of them. */
static uint32_t threshold_of(const struct dropout *dropout)
{
    return is_drawn(dropout) ? (uint32_t)(dropout->share * 0x1p16) : 0;
}

real dropout_factor(const struct dropout *dropout)
{
    return (real)(1 / (1 - (double)threshold_of(dropout) / 0x1p16));
}

/* Of sample number @p s, counted through the shards, which begins at @p first. */
static struct nn_drop drop_of(const struct dropout *dropout, int64_t s, int64_t first)
{
    struct nn_drop drop = {.threshold = threshold_of(dropout), .factor = dropout_factor(dropout)};

    if (dropout->mask) drop.mask = dropout->mask + first;
    if (is_drawn(dropout)) drop.key = (uint32_t)random_mix(dropout->keys[s], dropout->layer);
    return drop;
}

void dropout_forward(const struct dropout *dropout, struct extent e, struct nn_finish finish)
{
    const struct nn_finish all = finish;

    finish.sheet = sample_sheet(e);
    for (int64_t s = 0; s < (int64_t)e.shards * e.samples; s++) {
        const int64_t first = sample_first(e, s);

        finish.drop = drop_of(dropout, s, first);
        finish.x = all.x + first;
        finish.stream = all.stream ? all.stream + first : NULL;
        finish.next = all.next ? all.next + first : NULL;
        nn_kernel_now()->finish(&finish);
    }
}

void dropout_backward(const struct dropout *dropout, struct extent e, const real *x, real *out,
                      real *sums, int64_t stride)
{
    for (int64_t s = 0; s < (int64_t)e.shards * e.samples; s++) {
        const int64_t first = sample_first(e, s);
        const struct nn_drop drop = drop_of(dropout, s, first);

        nn_kernel_now()->drop(sample_sheet(e), &drop, x + first, out + first,
                              sums ? sums + s / e.samples * stride : NULL);
    }
}
