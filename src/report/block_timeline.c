// SPDX-License-Identifier: BSD-3-Clause
#include "blocks.h"
#include "timeline.h"

#include <string.h>

static json_t *plan_of(const struct report_plan *plan, const struct facility *facility)
{
    json_t *object = json_object();

    json_put(object, "start_unix_s", json_integer(facility->start_unix_s));
    json_put(object, "period_s", json_number(facility->period_s));
    json_put(object, "sample_count", json_integer(plan->sample_count));
    json_put(object, "flagged_bucket_samples", json_integer(plan->flagged_bucket_samples));
    json_put(object, "beside_bucket_samples", json_integer(plan->beside_bucket_samples));
    json_put(object, "other_bucket_samples", json_integer(plan->other_bucket_samples));
    return object;
}

json_t *block_timeline(const struct block_source *source)
{
    const struct report_timeline *timeline = source->timeline;
    json_t *object;
    json_t *records;

    if (!timeline) return NULL;
    object = json_object();
    records = json_array();
    for (int64_t host = 0; host < timeline->host_count; host++) {
        const char *record = timeline->records[host];

        json_array_append_new(records,
                              record ? json_stringn_nocheck(record, strlen(record)) : json_null());
    }
    json_put(object, "plan", plan_of(source->plan, source->night->facility));
    json_put(object, "hosts", records);
    return object;
}
