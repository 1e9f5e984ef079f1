// SPDX-License-Identifier: BSD-3-Clause
#include "companion.h"

#include <math.h>
#include <string.h>

/* What a scan of the night carries from tile to tile. */
struct scan {
    const struct mrdmd_analysis *self;
    struct view *view;
    const struct mrdmd_scale *scales;
    struct mrdmd_night *night;
    float *values;                   /* owned: a tile */
    float *part;                     /* owned: a group's metrics of it */
    double *offset;                  /* owned, [readings of a tile] */
    double *scale;                   /* owned */
    float *magnitude;                /* owned: of a group's readings */
    struct mrdmd_energy *energy;     /* owned: likewise, [readings][roots] */
    struct mrdmd_energy *tile;       /* owned: of a group's tile, [roots][metrics] */
    struct exact_sums *sums;         /* owned: the same of all tiles */
    struct mrdmd_rows *rows;         /* owned, [groups]: of a tile */
    struct mrdmd_products *products; /* owned, [groups] */
};

int64_t mrdmd_window_samples(const struct mrdmd_analysis *self, int64_t times, double period_s)
{
    enum { WINDOWS_A_NIGHT = 24, FEWEST_SAMPLES = 32 };
    int64_t samples = self->has_model ? self->model.window_samples : 0;

    if (samples == 0 && self->window_s > 0.0) samples = (int64_t)llround(self->window_s / period_s);
    if (samples == 0) samples = times / WINDOWS_A_NIGHT;
    return samples < FEWEST_SAMPLES && self->window_s == 0.0 && !self->has_model
               ? (times < FEWEST_SAMPLES ? times : FEWEST_SAMPLES)
               : samples;
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

static void allocate(const struct mrdmd_analysis *self, struct view *view,
                     struct mrdmd_night *night)
{
    const struct facility *facility = view_facility(view);
    size_t readings;

    set_span(view, night);
    night->metric_count = facility->metric_count;
    night->root_count = night->plan->root_count;
    mrdmd_groups_make(facility, settings_text(self->settings, "group"), &night->groups);
    night->band_plan =
        band_plan_create(night->plan->options.root_samples, facility->period_s,
                         (const double(*)[2])night->bands.hz + 1, night->bands.count - 1);
    night->items = companion_items(night->band_plan);
    night->sizes = night->bands.count + 1;
    readings = (size_t)(night->host_count * night->metric_count);
    night->magnitude =
        mem_array(readings * (size_t)(night->root_count * night->sizes), sizeof *night->magnitude);
    night->energy =
        mem_zero((size_t)(night->root_count * night->metric_count), sizeof *night->energy);
    night->features =
        mem_array(readings * (size_t)(night->root_count * night->items), sizeof *night->features);
    night->quantum = mem_array(readings, sizeof *night->quantum);
    night->in_range = mem_array(readings, sizeof *night->in_range);
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
    mem_free(&night->magnitude);
    mem_free(&night->energy);
    mem_free(&night->features);
    mem_free(&night->quantum);
    mem_free(&night->in_range);
}

static void scan_begin(struct scan *scan)
{
    const struct mrdmd_night *night = scan->night;
    const int64_t items = view_tile_items(scan->view);
    const int64_t hosts = items / (night->metric_count * night->plan->times);
    const size_t readings = (size_t)(hosts * night->metric_count);

    scan->values = mem_array((size_t)items, sizeof *scan->values);
    scan->part = mem_array(night->groups.count > 1 ? (size_t)items : 1, sizeof *scan->part);
    scan->offset = mem_zero(readings, sizeof *scan->offset);
    scan->scale = mem_zero(readings, sizeof *scan->scale);
    scan->magnitude = mem_array(readings * (size_t)(night->root_count * night->bands.count),
                                sizeof *scan->magnitude);
    scan->energy = mem_array(readings * (size_t)night->root_count, sizeof *scan->energy);
    scan->tile = mem_zero((size_t)(night->root_count * night->metric_count), sizeof *scan->tile);
    scan->sums = exact_create(2 * night->root_count * night->metric_count);
    scan->rows = mem_zero((size_t)night->groups.count, sizeof *scan->rows);
    scan->products = mem_zero((size_t)night->groups.count, sizeof *scan->products);
    for (int g = 0; g < night->groups.count; g++) {
        mrdmd_products_init(&scan->products[g], night->plan, false);
        mrdmd_rows_init(&scan->rows[g], night->plan, hosts * night->groups.groups[g].count);
    }
}

static void scan_end(struct scan *scan)
{
    for (int g = 0; g < scan->night->groups.count; g++) {
        mrdmd_products_release(&scan->products[g]);
        mrdmd_rows_release(&scan->rows[g]);
    }
    mem_free(&scan->products);
    mem_free(&scan->rows);
    exact_destroy(&scan->sums);
    mem_free(&scan->tile);
    mem_free(&scan->energy);
    mem_free(&scan->magnitude);
    mem_free(&scan->scale);
    mem_free(&scan->offset);
    mem_free(&scan->part);
    mem_free(&scan->values);
}

/* A reading of a mixed group is centred on its metric's median and divided by its MAD; a metric that
 * never moves takes no part. */
static void set_scales(struct scan *scan, const struct mrdmd_group *group, int64_t hosts)
{
    for (int64_t h = 0; h < hosts; h++) {
        for (int i = 0; i < group->count; i++) {
            const struct mrdmd_scale *scale = &scan->scales[group->metrics[i]];

            scan->offset[h * group->count + i] = scale->median;
            scan->scale[h * group->count + i] = scale->mad > 0.0 ? 1.0 / scale->mad : 0.0;
        }
    }
}

/* Rows of one group of the tile in `values`. */
static void fill_rows(struct scan *scan, const struct mrdmd_group *group, int64_t hosts,
                      struct mrdmd_rows *rows)
{
    const struct mrdmd_night *night = scan->night;
    const float *values = scan->values;

    if (scan->night->groups.count > 1) {
        mrdmd_group_take(group, scan->values, hosts, night->plan->times, night->metric_count,
                         scan->part);
        values = scan->part;
    }
    if (group->is_mixed) set_scales(scan, group, hosts);
    mrdmd_rows_fill(rows, night->plan, values, comm_count(hosts), group->count,
                    group->is_mixed ? scan->offset : NULL, group->is_mixed ? scan->scale : NULL);
}

/* Call for every tile of this rank with its rows of every group. The rows of one group are kept at a
 * time: a night has few groups, and rows are large. */
static status for_each_tile(struct scan *scan, const char *stage,
                            void (*use)(struct scan *scan, int group, const struct mrdmd_rows *rows,
                                        int64_t first_host),
                            void (*use_values)(struct scan *scan, struct span hosts))
{
    const struct span tiles = view_my_tiles(scan->view);
    const struct mrdmd_night *night = scan->night;

    for (int64_t tile = tiles.first; tile < tiles.first + tiles.count; tile++) {
        const struct span hosts = view_tile_hosts(scan->view, tile);

        TRY(comm_check_stop());
        TRY(view_read_tile(scan->view, tile, scan->values));
        if (use_values) use_values(scan, hosts);
        for (int g = 0; g < night->groups.count; g++) {
            const struct mrdmd_group *group = &night->groups.groups[g];

            fill_rows(scan, group, hosts.count, &scan->rows[g]);
            use(scan, g, &scan->rows[g], hosts.first - night->host_first);
        }
        comm_progress();
        log_progress(stage, tile - tiles.first + 1, tiles.count);
    }
    return STATUS_OK;
}

static void add_products(struct scan *scan, int group, const struct mrdmd_rows *rows, int64_t first)
{
    (void)first;
    mrdmd_products_add(&scan->products[group], rows);
}

/* Scatter a group's magnitudes and residuals in one window to the night's readings. */
static void take_window(struct scan *scan, const struct mrdmd_group *group,
                        const struct mrdmd_window *window, int64_t readings, int64_t first)
{
    struct mrdmd_night *night = scan->night;
    const int64_t bands = night->bands.count;
    const int64_t roots = night->root_count;

    for (int64_t r = 0; r < readings; r++) {
        const int64_t host = first + r / group->count;
        const int64_t metric = group->metrics[r % group->count];
        const int64_t from = r * roots + window->root;
        const struct mrdmd_energy *energy = &scan->energy[from];
        struct mrdmd_energy *sum = &scan->tile[window->root * night->metric_count + metric];
        float *to = night->magnitude
                    + ((host * night->metric_count + metric) * roots + window->root) * night->sizes;

        memcpy(to, scan->magnitude + from * bands, (size_t)bands * sizeof *to);
        to[bands] = (float)sqrt(energy->left / (double)window->count);
        if (isnan(energy->left)) continue;
        sum->left += energy->left;
        sum->whole += energy->whole;
    }
}

static void take_magnitudes(struct scan *scan, int g, const struct mrdmd_rows *rows, int64_t first)
{
    const struct mrdmd_night *night = scan->night;
    const struct mrdmd_plan *plan = night->plan;
    const bool by_mode = strcmp(settings_text(scan->self->settings, "magnitude"), "mode") == 0;

    mrdmd_magnitudes(plan, night->results[g], rows, &night->bands, by_mode, scan->magnitude);
    mrdmd_residual_energy(plan, night->results[g], rows, scan->energy);
    memset(scan->tile, 0, (size_t)(night->root_count * night->metric_count) * sizeof *scan->tile);
    for (int w = 0; w < plan->window_count; w = plan->windows[w].next)
        take_window(scan, &night->groups.groups[g], &plan->windows[w], rows->readings, first);
    exact_add(scan->sums, (const double *)scan->tile);
}

/* The share of a reading's samples within the limits of its metric; 1 where there are none. */
static float share_in_range(const struct mrdmd_analysis *self, int64_t metric, const double *series,
                            int64_t times)
{
    int64_t present = 0;
    int64_t within = 0;

    if (!self->ranges) return 1.0F;
    for (int64_t t = 0; t < times; t++) {
        if (isnan(series[t])) continue;
        present++;
        within += series[t] >= self->ranges[metric].low && series[t] <= self->ranges[metric].high;
    }
    return present ? (float)within / (float)present : 0.0F;
}

/* Where the companion's windows begin. All are of one length: where the night's last window of mrDMD is a
 * shorter rest, the companion's ends with it and begins in the one before. */
static int64_t *first_samples(const struct mrdmd_night *night)
{
    const int64_t last = night->plan->times - band_plan_window(night->band_plan);
    int64_t *first = mem_zero((size_t)night->root_count, sizeof *first);

    ASSERT(last >= 0);
    for (int w = 0; w < night->plan->window_count; w = night->plan->windows[w].next) {
        const struct mrdmd_window *window = &night->plan->windows[w];

        first[window->root] = window->first < last ? window->first : last;
    }
    return first;
}

/* The companion's features of every reading and window. */
static void take_features(struct scan *scan, struct span hosts)
{
    struct mrdmd_night *night = scan->night;
    const int64_t times = night->plan->times;
    const int64_t roots = night->root_count;
    double *series = mem_zero((size_t)times, sizeof *series);
    const int half = band_plan_features(night->band_plan);
    double *features = mem_zero((size_t)(roots * half), sizeof *features);
    int64_t *first = first_samples(night);
    void *work = mem_zero(1, band_plan_workspace_bytes(night->band_plan));

    for (int64_t r = 0; r < hosts.count * night->metric_count; r++) {
        const int64_t host = r / night->metric_count;
        const int64_t metric = r % night->metric_count;
        const int64_t at = (hosts.first - night->host_first) * night->metric_count + r;
        double quantum = INFINITY;

        for (int64_t t = 0; t < times; t++)
            series[t] = (double)scan->values[(host * times + t) * night->metric_count + metric];
        band_features(night->band_plan, series, first, roots, work, features, &quantum);
        night->quantum[at] = (float)quantum;
        night->in_range[at] = share_in_range(scan->self, metric, series, times);
        for (int64_t root = 0; root < roots; root++) {
            float *row = night->features + (at * roots + root) * night->items;

            for (int i = 0; i < half; i++) {
                row[i] = (float)features[root * half + i];
                row[half + i] = NAN; /* until peers are known */
            }
        }
    }
    mem_free(&work);
    mem_free(&first);
    mem_free(&features);
    mem_free(&series);
}

static status scan_tiles(struct scan *scan)
{
    const struct comm *comm = scan->self->comm;
    struct mrdmd_night *night = scan->night;

    comm_stage_begin(comm, "mrdmd products");
    TRY(comm_agree(comm, for_each_tile(scan, "mrdmd: products", add_products, take_features)));
    comm_stage_end(comm);
    comm_stage_begin(comm, "mrdmd peers");
    companion_add_peers(comm, scan->view, night);
    comm_stage_end(comm);
    comm_stage_begin(comm, "mrdmd recursion");
    for (int g = 0; g < night->groups.count; g++) {
        mrdmd_products_reduce(&scan->products[g], comm);
        TRY(mrdmd_solve(comm, &scan->products[g], &night->results[g]));
    }
    comm_stage_end(comm);
    comm_stage_begin(comm, "mrdmd magnitudes");
    TRY(comm_agree(comm, for_each_tile(scan, "mrdmd: magnitudes", take_magnitudes, NULL)));
    exact_reduce(comm, scan->sums);
    exact_read(scan->sums, (double *)night->energy);
    comm_stage_end(comm);
    return STATUS_OK;
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
