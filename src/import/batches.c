// SPDX-License-Identifier: BSD-3-Clause
/* Which input each record came from. */
#include "gather.h"

void batches_extend(struct list *batches, int64_t count, int64_t batch)
{
    while (batches->count < count) *(int64_t *)list_add(batches, sizeof batch) = batch;
}

void batches_release(struct batches *batches)
{
    list_release(&batches->jobs);
    list_release(&batches->events);
    list_release(&batches->labels);
}

int64_t batches_unite(const struct batches *batches, struct facility *facility)
{
    const struct facility_inputs inputs = {(const void *)batches->jobs.items,
                                           (const void *)batches->events.items,
                                           (const void *)batches->labels.items};

    ASSERT(batches->jobs.count == facility->job_count
           && batches->events.count == facility->event_count
           && batches->labels.count == facility->label_count);
    return facility_unite(facility, &inputs);
}
