// SPDX-License-Identifier: BSD-3-Clause
#include "train_private.h"

/* A rank without shards adds nothing and so learns the count only with the total. */
static void prepare(struct batch_sums *sums, int64_t count)
{
    if (sums->sums && sums->count == count) return;
    exact_destroy(&sums->sums);
    sums->sums = exact_create(count);
    sums->count = count;
}

void batch_sums_add(void *self, const double *items, int64_t count)
{
    struct batch_sums *sums = self;

    prepare(sums, count);
    exact_add(sums->sums, items);
}

void batch_sums_total(void *self, double *items, int64_t count)
{
    struct batch_sums *sums = self;

    prepare(sums, count);
    exact_reduce(sums->comm, sums->sums);
    exact_read(sums->sums, items);
    exact_clear(sums->sums);
}

void batch_sums_release(struct batch_sums *sums)
{
    exact_destroy(&sums->sums);
}
