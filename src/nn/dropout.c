// SPDX-License-Identifier: BSD-3-Clause
#include "nn_private.h"

/*
 * Masks are drawn, not stored: a place is dropped by a hash of the sample's key, the layer, the time and the
 * channel, so the backward pass draws the same again and neither ranks nor groups matter.
 */

static void drop_drawn(const struct dropout *dropout, struct extent e, real *x)
{
    const uint32_t threshold = (uint32_t)(dropout->share * 0x1p32);
    const real factor = (real)(1 / (1 - dropout->share));
    const struct nn_sheet sheet = {e.times, e.channels, (int64_t)e.samples * e.channels};

    for (int64_t s = 0; s < (int64_t)e.shards * e.samples; s++) {
        const int64_t first = s / e.samples * extent_shard(e) + s % e.samples * e.channels;
        const uint64_t key = random_mix(dropout->keys[s], dropout->layer);

        nn_kernel_now()->drop(sheet, (uint32_t)key, threshold, factor, x + first);
    }
}

void dropout_apply(const struct dropout *dropout, struct extent e, real *x)
{
    const int64_t count = extent_count(e);

    if (dropout->mask) {
        for (int64_t i = 0; i < count; i++) x[i] *= dropout->mask[i];
    } else if (dropout->keys && dropout->share > 0) {
        drop_drawn(dropout, e, x);
    }
}
