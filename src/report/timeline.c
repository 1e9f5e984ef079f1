// SPDX-License-Identifier: BSD-3-Clause
#include "timeline.h"

#include "pack.h"

#include <math.h>
#include <string.h>

/** One reading of a host: its samples stand `stride` apart. */
struct reading {
    const float *values;
    int64_t count, stride;
    float low, high;
};

size_t report_record_bytes(const struct report_plan *plan)
{
    return (size_t)plan->metric_count * (PACK_HEADER_BYTES + 6 * (size_t)plan->sample_count);
}

static struct reading reading_of(const float *values, int64_t count, int64_t stride)
{
    struct reading reading = {values, count, stride, INFINITY, -INFINITY};

    for (int64_t t = 0; t < count; t++) {
        const float value = values[t * stride];

        if (!isfinite(value)) continue;
        if (value < reading.low) reading.low = value;
        if (value > reading.high) reading.high = value;
    }
    return reading;
}

static unsigned code_of(const struct reading *reading, double value)
{
    const double low = (double)reading->low;
    const double range = (double)reading->high - low;

    if (!isfinite(value)) return PACK_MISSING;
    return (unsigned)lround(fmax(0.0, fmin(1.0, (value - low) / range)) * PACK_TOP_CODE);
}

/** Minimum, mean and maximum of the samples from @p first on; NaN where none is there. */
static void summarise(const struct reading *reading, int64_t first, int64_t bucket,
                      double summary[3])
{
    const int64_t end = first + bucket < reading->count ? first + bucket : reading->count;
    double sum = 0.0;
    int64_t known = 0;

    summary[0] = summary[1] = summary[2] = (double)NAN;
    for (int64_t t = first; t < end; t++) {
        const double value = (double)reading->values[t * reading->stride];

        if (!isfinite(value)) continue;
        summary[0] = fmin(summary[0], value);
        summary[2] = fmax(summary[2], value);
        sum += value;
        known++;
    }
    if (known) summary[1] = sum / (double)known;
}

static unsigned char *pack_samples(const struct reading *reading, unsigned char *to)
{
    for (int64_t t = 0; t < reading->count; t++) {
        to = pack_u16(to, code_of(reading, (double)reading->values[t * reading->stride]));
    }
    return to;
}

static unsigned char *pack_buckets(const struct reading *reading, int64_t bucket, unsigned char *to)
{
    const int64_t buckets = (reading->count + bucket - 1) / bucket;

    for (int64_t b = 0; b < buckets; b++) {
        double summary[3];

        summarise(reading, b * bucket, bucket, summary);
        for (int part = 0; part < 3; part++) {
            (void)pack_u16(to + 2 * (part * buckets + b), code_of(reading, summary[part]));
        }
    }
    return to + 6 * buckets;
}

static unsigned char *pack_float(unsigned char *to, float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    return pack_u32(to, bits);
}

static unsigned char *pack_reading(const struct reading *reading, int64_t bucket, unsigned char *to)
{
    const bool is_constant = !(reading->high > reading->low);

    if (reading->low > reading->high || (bucket == 0 && !is_constant)) {
        *to++ = PACK_EMPTY;
        return to;
    }
    *to++ = is_constant ? PACK_CONSTANT : bucket == 1 ? PACK_SAMPLES : PACK_BUCKETS;
    to = pack_u32(to, (uint32_t)bucket);
    to = pack_float(pack_float(to, reading->low), reading->high);
    if (is_constant) return to;
    return bucket == 1 ? pack_samples(reading, to) : pack_buckets(reading, bucket, to);
}

size_t report_pack_host(const struct report_plan *plan, const float *values,
                        const int8_t *is_flagged, unsigned char *record)
{
    unsigned char *to = record;
    int64_t beside = plan->other_bucket_samples;

    for (int64_t m = 0; m < plan->metric_count; m++) {
        if (is_flagged[m]) beside = plan->beside_bucket_samples;
    }
    for (int64_t m = 0; m < plan->metric_count; m++) {
        const struct reading reading =
            reading_of(values + m, plan->sample_count, plan->metric_count);

        to = pack_reading(&reading, is_flagged[m] ? plan->flagged_bucket_samples : beside, to);
    }
    return (size_t)(to - record);
}

struct report_timeline *report_timeline_create(int64_t host_count)
{
    struct report_timeline *timeline = mem_zero(1, sizeof *timeline);

    timeline->records = mem_zero((size_t)host_count, sizeof *timeline->records);
    timeline->host_count = host_count;
    return timeline;
}

void report_timeline_destroy(struct report_timeline **timeline)
{
    if (!*timeline) return;
    for (int64_t host = 0; host < (*timeline)->host_count; host++)
        mem_free(&(*timeline)->records[host]);
    mem_free(&(*timeline)->records);
    mem_free(timeline);
}

void report_timeline_add(struct report_timeline *timeline, int64_t host,
                         const unsigned char *record, size_t bytes)
{
    struct text text = {0};

    ASSERT(host >= 0 && host < timeline->host_count && !timeline->records[host]);
    pack_base64(&text, record, bytes);
    timeline->records[host] = mem_text(text.bytes ? text.bytes : "");
    text_release(&text);
}
