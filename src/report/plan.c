// SPDX-License-Identifier: BSD-3-Clause
#include "json_text.h"
#include "pack.h"

#include <telltale/report.h>

#include <string.h>

/* The page's own parts: script, style, licences, and the night's facts and spectrum. */
static const int64_t fixed_bytes = 1 << 20;
/* Typical bytes of a job and of an event in their blocks, distinct texts included. */
static const int64_t job_typical_bytes = 240;
static const int64_t event_typical_bytes = 64;
/* A timeline of fewer values than this says nothing that the score does not. */
static const int64_t fewest_buckets = 8;

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t name_bytes(const struct facility *facility)
{
    int64_t bytes = 24 * (facility->host_count + facility->metric_count);

    for (int64_t host = 0; host < facility->host_count; host++) {
        bytes += smaller((int64_t)strlen(facility->hosts[host].name), JSON_NAME_BYTES);
    }
    for (int64_t metric = 0; metric < facility->metric_count; metric++) {
        bytes += smaller((int64_t)strlen(facility->metrics[metric].name), JSON_NAME_BYTES) + 32;
    }
    return bytes;
}

/** Two scores for every metric kept, in every band of every host. */
static int64_t score_bytes(const struct report_plan *plan, int64_t hosts, int64_t bands)
{
    return 2 * pack_base64_bytes(plan->score_metric_count * hosts * bands * plan->score_bits / 8);
}

static int64_t plan_scores(struct report_plan *plan, int64_t hosts, int64_t bands)
{
    const int64_t room = plan->budget_bytes * 2 / 5;

    plan->score_bits = 16;
    plan->score_metric_count = plan->metric_count;
    if (score_bytes(plan, hosts, bands) > room) plan->score_bits = 8;
    if (score_bytes(plan, hosts, bands) > room) {
        plan->score_metric_count = room * 3 / 4 / (2 * hosts * bands);
    }
    return score_bytes(plan, hosts, bands);
}

static int64_t full_bytes(int64_t samples)
{
    return pack_base64_bytes(PACK_HEADER_BYTES + 2 * samples);
}

/** Samples per bucket so that a reading takes at most @p bytes; 0 where too few buckets would be left. */
static int64_t bucket_samples(int64_t samples, int64_t bytes)
{
    const int64_t buckets = (bytes * 3 / 4 - PACK_HEADER_BYTES - 3) / 6;

    if (bytes >= full_bytes(samples)) return 1;
    return buckets < fewest_buckets ? 0 : (samples + buckets - 1) / buckets;
}

static int64_t reading_bytes(int64_t samples, int64_t bucket)
{
    if (bucket == 0) return 2;
    if (bucket == 1) return full_bytes(samples);
    return pack_base64_bytes(PACK_HEADER_BYTES + 6 * ((samples + bucket - 1) / bucket));
}

/** Give the readings of one tier a resolution that takes at most @p room; what it takes is taken from
 *  @p left. */
static int64_t plan_tier(int64_t samples, int64_t readings, int64_t room, int64_t *left)
{
    const int64_t bucket = readings > 0 ? bucket_samples(samples, room / readings) : 1;

    *left -= readings * reading_bytes(samples, bucket);
    if (*left < 0) *left = 0;
    return bucket;
}

/** Of two resolutions the coarser; 0, no timeline at all, is the coarsest. */
static int64_t coarser(int64_t a, int64_t b)
{
    return a == 0 || b == 0 ? 0 : a > b ? a : b;
}

void report_plan(struct report_plan *plan, const struct facility *facility, int64_t band_count,
                 int64_t flagged_count, int64_t budget_bytes)
{
    const int64_t samples = facility->sample_count;
    /* At most: each flagged reading on a host of its own. Where fewer hosts are flagged, more readings are
     * at the coarser resolution of the others, and the page is smaller. */
    const int64_t flagged_hosts = smaller(facility->host_count, flagged_count);
    const int64_t beside = flagged_hosts * facility->metric_count - flagged_count;
    const int64_t others = (facility->host_count - flagged_hosts) * facility->metric_count;
    int64_t left;

    *plan = (struct report_plan){.budget_bytes = budget_bytes,
                                 .sample_count = samples,
                                 .metric_count = facility->metric_count};
    plan->job_bytes = smaller(budget_bytes / 8, facility->job_count * job_typical_bytes + 4096);
    plan->event_bytes =
        smaller(budget_bytes / 8, facility->event_count * event_typical_bytes + 4096);
    left = budget_bytes - fixed_bytes - name_bytes(facility) - plan->job_bytes - plan->event_bytes
           - plan_scores(plan, facility->host_count, band_count);
    if (left < 0) left = 0;
    plan->flagged_bucket_samples =
        plan_tier(samples, flagged_count, beside + others > 0 ? left / 2 : left, &left);
    plan->beside_bucket_samples = plan_tier(samples, beside, others > 0 ? left / 2 : left, &left);
    plan->other_bucket_samples =
        coarser(plan->beside_bucket_samples, plan_tier(samples, others, left, &left));
}

/** One resolution for all readings of a plan that may take @p room; what they take is returned. */
static int64_t plan_readings(const struct facility *facility, int64_t hosts, int64_t metrics,
                             int64_t room, struct report_plan *plan)
{
    const int64_t samples = facility->sample_count;
    const int64_t readings = hosts * metrics;
    const int64_t bucket = readings > 0 ? bucket_samples(samples, room / readings) : 1;

    *plan = (struct report_plan){.budget_bytes = room,
                                 .sample_count = samples,
                                 .metric_count = metrics,
                                 .flagged_bucket_samples = bucket,
                                 .beside_bucket_samples = bucket,
                                 .other_bucket_samples = bucket};
    return readings * reading_bytes(samples, bucket);
}

int64_t report_plan_forecast(const struct facility *facility, int64_t kept_count,
                             int64_t metric_count, int64_t budget_bytes, struct report_plan *scores,
                             struct report_plan *predictions)
{
    return plan_readings(facility, facility->host_count, 1, budget_bytes / 16, scores)
           + plan_readings(facility, kept_count, metric_count, budget_bytes / 8, predictions);
}
