// SPDX-License-Identifier: BSD-3-Clause
#include "baseline.h"

#include <math.h>
#include <string.h>

int64_t window_length(const struct view *night, double window_s)
{
    return llround(fmax(1.0, window_s / view_facility(night)->period_s));
}

int64_t window_count(const struct view *night, double window_s)
{
    const int64_t times = view_times(night).count, length = window_length(night, window_s);

    return times / length + (2 * (times % length) >= length);
}

void window_medians(const float *series, int64_t times, int64_t stride, int64_t length,
                    double *values, double *work)
{
    for (int64_t first = 0; 2 * (times - first) >= length && first < times; first += length) {
        int64_t present = 0;

        for (int64_t t = first; t < first + length && t < times; t++)
            if (!isnan(series[t * stride])) work[present++] = (double)series[t * stride];
        *values++ = median_in_place(work, present);
    }
}

int64_t baseline_host(const struct baseline_model *model, const struct view *night, int64_t host)
{
    const char *name = view_facility(night)->hosts[host].name;

    return names_find(model->hosts, name, strlen(name));
}

status baseline_learn_names(struct baseline_model *model, struct view *const *nights, int count)
{
    for (int n = 0; n < count; n++) {
        const struct facility *facility = view_facility(nights[n]);

        if (facility->period_s != view_facility(nights[0])->period_s)
            return fail(STATUS_BAD_INPUT, "%s: has a sample every %g s, expected %g s as in %s",
                        view_path(nights[n]), facility->period_s,
                        view_facility(nights[0])->period_s, view_path(nights[0]));
        for (int64_t h = 0; h < facility->host_count; h++)
            names_add(model->hosts, facility->hosts[h].name, strlen(facility->hosts[h].name));
        for (int64_t m = 0; m < facility->metric_count; m++)
            baseline_model_metric(model, &facility->metrics[m], true);
    }
    return STATUS_OK;
}

/* The hosts that are learned together, and the medians of all their windows in all nights. */
struct block {
    struct span hosts; /* of the model */
    int64_t windows;
    float *values; /* owned, [hosts, metrics of the model, windows] */
};

/* Windows in which something is known to have been wrong with the host teach nothing. */
static void find_trouble(const struct view *night, double window_s, int64_t host, bool *is_trouble)
{
    const struct facility *facility = view_facility(night);
    const int64_t length = window_length(night, window_s);

    for (int64_t i = 0; i < facility->label_count; i++) {
        const struct label *label = &facility->labels[i];

        if (!label_is_trouble(label) || !label_is_of_host(facility, label, host)) continue;
        for (int64_t w = 0; w < window_count(night, window_s); w++)
            if (view_time_unix_s(night, w * length) < label->end_unix_s
                && view_time_unix_s(night, (w + 1) * length) > label->start_unix_s)
                is_trouble[w] = true;
    }
}

/* Put the windows of one night's host where they belong. */
static void learn_host(const struct baseline_model *model, struct view *night, int64_t host,
                       const float *samples, float *values, int64_t windows)
{
    const struct facility *facility = view_facility(night);
    const int64_t length = window_length(night, model->window_s);
    const int64_t own_windows = window_count(night, model->window_s);
    double *medians = mem_zero((size_t)(own_windows + length), sizeof *medians);
    bool *is_trouble = mem_zero((size_t)own_windows, sizeof *is_trouble);

    find_trouble(night, model->window_s, host, is_trouble);
    for (int64_t m = 0; m < facility->metric_count; m++) {
        const int64_t metric = baseline_model_metric(model, &facility->metrics[m], false);

        window_medians(samples + m, view_times(night).count, facility->metric_count, length,
                       medians, medians + own_windows);
        for (int64_t w = 0; w < own_windows; w++)
            values[metric * windows + w] = is_trouble[w] ? NAN : (float)medians[w];
    }
    mem_free(&is_trouble);
    mem_free(&medians);
}

/* The block's hosts may stand anywhere in the night: each tile that holds one of them is read. */
static status learn_night(const struct baseline_model *model, struct view *night,
                          const struct block *block, int64_t first_window)
{
    const struct facility *facility = view_facility(night);
    const int64_t host_items = view_times(night).count * facility->metric_count;
    const int64_t block_items = names_count(model->metrics) * block->windows;
    float *samples = mem_array((size_t)view_tile_items(night), sizeof *samples);
    status st = STATUS_OK;

    for (int64_t tile = 0; tile < view_tile_count(night) && !st; tile++) {
        const struct span hosts = view_tile_hosts(night, tile);
        bool is_read = false;

        for (int64_t h = 0; h < hosts.count && !st; h++) {
            const int64_t place = baseline_host(model, night, hosts.first + h) - block->hosts.first;

            if (place < 0 || place >= block->hosts.count) continue;
            if (!is_read) st = view_read_tile(night, tile, samples);
            is_read = true;
            if (!st)
                learn_host(model, night, hosts.first + h, samples + h * host_items,
                           block->values + place * block_items + first_window, block->windows);
        }
    }
    mem_free(&samples);
    return st;
}

/* @param laws  shape [hosts of the block, metrics] */
static void summarise_block(const struct block *block, int64_t metrics, struct normal *laws)
{
    double *values = mem_zero(2 * (size_t)block->windows, sizeof *values);

    for (int64_t reading = 0; reading < block->hosts.count * metrics; reading++) {
        for (int64_t w = 0; w < block->windows; w++)
            values[w] = (double)block->values[reading * block->windows + w];
        laws[reading] = normal_of_values(values, block->windows, values + block->windows);
    }
    mem_free(&values);
}

status baseline_learn_hosts(const struct baseline_model *model, struct view *const *nights,
                            int count, struct span hosts, struct normal *laws,
                            struct baseline_trials *trials)
{
    const int64_t metrics = names_count(model->metrics);
    struct block block = {.hosts = hosts};
    int64_t first_window = 0;
    status st = STATUS_OK;

    for (int n = 0; n < count; n++) block.windows += window_count(nights[n], model->window_s);
    block.values = mem_array((size_t)(hosts.count * metrics * block.windows), sizeof(float));
    for (int64_t i = 0; i < hosts.count * metrics * block.windows; i++) block.values[i] = NAN;
    for (int n = 0; n < count && !st; n++) {
        st = learn_night(model, nights[n], &block, first_window);
        first_window += window_count(nights[n], model->window_s);
    }
    if (!st) {
        summarise_block(&block, metrics, laws);
        baseline_trials_keep(trials, hosts, metrics, block.windows, block.values);
    }
    mem_free(&block.values);
    return st;
}
