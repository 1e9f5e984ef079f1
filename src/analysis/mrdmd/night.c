// SPDX-License-Identifier: BSD-3-Clause
#include "scan.h"

#include <math.h>
#include <string.h>

/* Of a spectrum in bands. */
enum { WINDOW_SAMPLES_MIN = 8 };

int64_t mrdmd_window_samples(const struct mrdmd_analysis *self, int64_t times, double period_s)
{
    enum { WINDOWS_A_NIGHT = 24, FEWEST_SAMPLES = 32 };
    int64_t samples = times / WINDOWS_A_NIGHT;

    if (self->has_model) return self->model.window_samples;
    if (self->window_s > 0.0) return llround(self->window_s / period_s);
    if (samples < FEWEST_SAMPLES) samples = FEWEST_SAMPLES;
    return samples < times ? samples : times;
}

static status make_plan(const struct mrdmd_analysis *self, struct view *view,
                        struct mrdmd_night *night)
{
    const struct facility *facility = view_facility(view);
    const int64_t times = view_times(view).count;
    struct mrdmd_options options = self->options;
    struct mrdmd_job *jobs;
    int64_t job_count;
    status st;

    options.period_s = facility->period_s;
    options.root_samples = mrdmd_window_samples(self, times, facility->period_s);
    options.split_reach =
        (int64_t)(settings_real(self->settings, "job_split_reach_s") / facility->period_s);
    if (options.root_samples < WINDOW_SAMPLES_MIN)
        return fail(STATUS_BAD_INPUT,
                    "%s: a window of %lld samples every %g s: at least %d are needed (window_s)",
                    view_path(view), (long long)options.root_samples, facility->period_s,
                    WINDOW_SAMPLES_MIN);
    if (times < options.root_samples)
        return fail(STATUS_BAD_INPUT,
                    "%s: %lld samples are fewer than one window of %lld (window_s)",
                    view_path(view), (long long)times, (long long)options.root_samples);
    if (self->model.bands.count > 0)
        mrdmd_bands_copy(&night->bands, &self->model.bands);
    else
        TRY(mrdmd_bands_make(self->settings, &options, options.root_samples, &night->bands));
    job_count = mrdmd_jobs_of(facility, view_time_unix_s(view, 0), facility->period_s, &jobs);
    st = mrdmd_plan_create(&options, times, jobs, job_count, &night->plan);
    mem_free(&jobs);
    return st;
}

static void set_span(struct view *view, struct mrdmd_night *night)
{
    const struct span tiles = view_my_tiles(view);

    night->host_first = tiles.count ? view_tile_hosts(view, tiles.first).first : 0;
    night->host_count = 0;
    for (int64_t tile = tiles.first; tile < tiles.first + tiles.count; tile++)
        night->host_count += view_tile_hosts(view, tile).count;
}

/* Are the bands still to be found, in this night's modes? */
static bool should_find_bands(const struct mrdmd_analysis *self)
{
    return self->model.bands.count == 0 && mrdmd_bands_are_auto(self->settings);
}

/* What goes by the bands. */
static void use_bands(struct mrdmd_night *night)
{
    night->band_plan =
        band_plan_create(night->plan->options.root_samples, night->plan->options.period_s,
                         (const double(*)[2])night->bands.hz + 1, night->bands.count - 1);
    night->items = companion_items(night->band_plan);
    night->sizes = night->bands.count + 1;
}

static void find_bands(struct mrdmd_night *night)
{
    mrdmd_bands_auto(night->results, night->groups.count, &night->bands);
    for (int band = 1; band < night->bands.count; band++)
        detail("mrdmd: band %d: %.4g to %.4g Hz", band, night->bands.hz[band][0],
               night->bands.hz[band][1]);
    use_bands(night);
}

static void allocate(const struct mrdmd_analysis *self, struct view *view,
                     struct mrdmd_night *night)
{
    const struct facility *facility = view_facility(view);

    set_span(view, night);
    night->metric_count = facility->metric_count;
    night->root_count = night->plan->root_count;
    mrdmd_groups_make(facility, settings_text(self->settings, "group"), &night->groups);
    if (!should_find_bands(self)) use_bands(night);
    night->results = mem_zero((size_t)night->groups.count, sizeof(void *));
}

void mrdmd_night_release(struct mrdmd_night *night)
{
    for (int g = 0; night->results && g < night->groups.count; g++)
        mrdmd_result_destroy(&night->results[g]);
    mem_free(&night->results);
    mrdmd_groups_release(&night->groups);
    mrdmd_plan_destroy(&night->plan);
    mrdmd_bands_release(&night->bands);
    band_plan_destroy(&night->band_plan);
    reading_list_release(&night->readings);
    mem_free(&night->magnitude);
    mem_free(&night->energy);
    mem_free(&night->features);
    mem_free(&night->quantum);
    mem_free(&night->in_range);
}

static void scan_begin(struct scan *scan)
{
    const struct mrdmd_night *night = scan->night;
    const int64_t items = view_block_hosts(scan->view) * night->plan->times * night->metric_count;

    scan->values = mem_array((size_t)items, sizeof *scan->values);
    scan->products = mem_zero((size_t)night->groups.count, sizeof *scan->products);
    for (int g = 0; g < night->groups.count; g++) {
        mrdmd_products_init(&scan->products[g], night->plan, false);
        if (g > 0) mrdmd_products_share(&scan->products[g], &scan->products[0]);
    }
}

static void release_products(struct scan *scan)
{
    for (int g = scan->night->groups.count - 1; scan->products && g >= 0; g--)
        mrdmd_products_release(&scan->products[g]);
    mem_free(&scan->products);
}

static void scan_end(struct scan *scan)
{
    release_products(scan);
    scan_tile_release(scan);
    mem_free(&scan->values);
}

/* Read a tile block by block, and keep what it holds. */
static status read_tile(struct scan *scan, struct span hosts,
                        void (*use_values)(struct scan *scan, struct span hosts))
{
    const int64_t block = view_block_hosts(scan->view);
    const int64_t end = hosts.first + hosts.count;

    scan_tile_begin(scan);
    for (int64_t first = hosts.first; first < end; first += block) {
        const struct span some = {first, end - first < block ? end - first : block};

        TRY(comm_check_stop());
        TRY(view_read_some(scan->view, some, scan->values));
        if (use_values) use_values(scan, some);
        scan_tile_add(scan, some);
    }
    return STATUS_OK;
}

/* Call for every tile of this rank with the rows of every group that the tile has readings of. One group's
 * rows are kept at a time: a night has few groups, and rows are large. */
static status for_each_tile(struct scan *scan, const char *stage,
                            void (*use)(struct scan *scan, int group,
                                        const struct mrdmd_rows *rows),
                            void (*use_values)(struct scan *scan, struct span hosts))
{
    const struct span tiles = view_my_tiles(scan->view);

    for (int64_t tile = tiles.first; tile < tiles.first + tiles.count; tile++) {
        TRY(read_tile(scan, view_tile_hosts(scan->view, tile), use_values));
        for (int g = 0; g < scan->night->groups.count; g++) {
            const struct mrdmd_rows *rows = scan_tile_rows(scan, g);

            if (rows) use(scan, g, rows);
        }
        comm_progress();
        log_progress(stage, tile - tiles.first + 1, tiles.count);
    }
    return STATUS_OK;
}

static void add_products(struct scan *scan, int group, const struct mrdmd_rows *rows)
{
    mrdmd_products_add(&scan->products[group], rows);
}

static status solve(struct scan *scan)
{
    const struct comm *comm = scan->self->comm;

    for (int g = 0; g < scan->night->groups.count; g++) {
        mrdmd_products_reduce(&scan->products[g], comm);
        TRY(mrdmd_solve(comm, &scan->products[g], &scan->night->results[g]));
    }
    release_products(scan);
    return STATUS_OK;
}

static void add_peers(const struct scan *scan)
{
    comm_stage_begin(scan->self->comm, "mrdmd peers");
    companion_add_peers(scan->self->comm, scan->view, scan->night);
    comm_stage_end(scan->self->comm);
}

static status scan_products(struct scan *scan, bool has_bands)
{
    const struct comm *comm = scan->self->comm;

    comm_stage_begin(comm, "mrdmd products");
    TRY(comm_agree(comm, for_each_tile(scan, "mrdmd: products", add_products,
                                       has_bands ? scan_list_and_features : scan_list)));
    comm_stage_end(comm);
    if (has_bands) add_peers(scan);
    comm_stage_begin(comm, "mrdmd recursion");
    TRY(solve(scan));
    comm_stage_end(comm);
    return STATUS_OK;
}

static status scan_magnitudes(struct scan *scan, bool has_features)
{
    const struct comm *comm = scan->self->comm;
    status st;

    comm_stage_begin(comm, "mrdmd magnitudes");
    scan_sizes_begin(scan);
    st = comm_agree(comm, for_each_tile(scan, "mrdmd: magnitudes", scan_sizes,
                                        has_features ? NULL : scan_features));
    scan_sizes_end(scan);
    TRY(st);
    comm_stage_end(comm);
    if (!has_features) add_peers(scan);
    return STATUS_OK;
}

static status scan_tiles(struct scan *scan)
{
    const bool has_bands = !should_find_bands(scan->self);

    TRY(scan_products(scan, has_bands));
    if (!has_bands) find_bands(scan->night);
    return scan_magnitudes(scan, has_bands);
}

status mrdmd_night_scan(const struct mrdmd_analysis *self, struct view *view,
                        const struct mrdmd_scale *scales, struct mrdmd_night *night)
{
    struct scan scan = {.self = self, .view = view, .scales = scales, .night = night};
    status st;

    memset(night, 0, sizeof *night);
    st = make_plan(self, view, night);
    if (st != STATUS_OK) {
        mrdmd_night_release(night);
        return st;
    }
    allocate(self, view, night);
    scan_begin(&scan);
    st = scan_tiles(&scan);
    scan_end(&scan);
    if (st != STATUS_OK) mrdmd_night_release(night);
    return st;
}
