// SPDX-License-Identifier: BSD-3-Clause
#include "analysis.h"

#include <math.h>

/* Readings are thinned to about this many samples: a median of so many is good to a few percent of the
 * MAD, and only units are to be made comparable. */
enum { SAMPLES_WANTED = 256 };

/* Median and MAD of one reading, thinned. @param values  its first sample; @param work  [2 * wanted] */
static struct mrdmd_scale scale_of(const float *values, int64_t times, int64_t stride, double *work)
{
    const int64_t step = times > SAMPLES_WANTED ? times / SAMPLES_WANTED : 1;
    struct mrdmd_scale scale;
    int64_t count = 0;

    for (int64_t t = 0; t < times && count < SAMPLES_WANTED; t += step)
        work[count++] = (double)values[t * stride];
    median_mad(work, count, work + SAMPLES_WANTED, &scale.median, &scale.mad);
    return scale;
}

/* The scales of all readings of this rank's hosts, which follow one another. */
static status local_scales(struct view *view, struct span hosts, struct mrdmd_scale *scales)
{
    const int64_t times = view_times(view).count;
    const int64_t metrics = view_facility(view)->metric_count;
    const int64_t block = view_block_hosts(view);
    float *values = mem_array((size_t)(block * times * metrics), sizeof *values);
    double work[2 * SAMPLES_WANTED];
    status st = STATUS_OK;

    for (int64_t h = 0; h < hosts.count && st == STATUS_OK; h += block) {
        const int64_t count = hosts.count - h < block ? hosts.count - h : block;

        st = view_read_some(view, (struct span){hosts.first + h, count}, values);
        for (int64_t r = 0; r < count * metrics && st == STATUS_OK; r++)
            *scales++ = scale_of(values + (r / metrics * times) * metrics + r % metrics, times,
                                 metrics, work);
        comm_progress();
    }
    mem_free(&values);
    return st;
}

/* A metric's median is that of its readings' medians; its scale their median MAD, or where most readings
 * stand still the spread between them, or that of those which move. */
static struct mrdmd_scale join(const struct mrdmd_scale *all, int64_t hosts, int64_t metrics,
                               int64_t m, double *work)
{
    double *medians = work;
    double *mads = work + hosts;
    double *rest = work + 2 * hosts;
    struct mrdmd_scale scale;
    double between;

    for (int64_t h = 0; h < hosts; h++) {
        medians[h] = all[h * metrics + m].median;
        mads[h] = all[h * metrics + m].mad;
    }
    median_mad(medians, hosts, rest, &scale.median, &between);
    scale.mad = median_of(mads, hosts, rest);
    if (!(scale.mad > 0.0)) scale.mad = between;
    for (int64_t h = 0; h < hosts && !(scale.mad > 0.0); h++) scale.mad = mads[h];
    if (!isfinite(scale.median)) scale.median = 0.0;
    if (!isfinite(scale.mad)) scale.mad = 0.0;
    return scale;
}

status mrdmd_scales_find(const struct comm *comm, struct view *view, struct mrdmd_scale *scales)
{
    const struct facility *facility = view_facility(view);
    const int64_t metrics = facility->metric_count;
    const struct span tiles = view_my_tiles(view);
    struct span hosts = {0, 0};
    struct mrdmd_scale *mine;
    double *work;
    void *all;
    int64_t all_count;
    status st;

    if (tiles.count > 0) hosts.first = view_tile_hosts(view, tiles.first).first;
    for (int64_t tile = tiles.first; tile < tiles.first + tiles.count; tile++)
        hosts.count += view_tile_hosts(view, tile).count;
    mine = mem_zero((size_t)(hosts.count * metrics), sizeof *mine);
    st = comm_agree(comm, local_scales(view, hosts, mine));
    if (st == STATUS_OK) {
        comm_all_rows(comm, mine, hosts.count * metrics, sizeof *mine, &all, &all_count);
        work = mem_zero((size_t)(3 * facility->host_count), sizeof *work);
        for (int64_t m = 0; m < metrics; m++)
            scales[m] = join(all, facility->host_count, metrics, m, work);
        mem_free(&work);
        mem_free(&all);
    }
    mem_free(&mine);
    return st;
}
