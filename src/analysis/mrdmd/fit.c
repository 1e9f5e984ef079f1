// SPDX-License-Identifier: BSD-3-Clause
#include "job_scores.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void metric_key(const struct metric *metric, struct text *key)
{
    key->length = 0;
    text_printf(key, "%s::%s", metric->name, metric->source);
}

/* All nights must have the metrics of the first, in its order, and its period. */
static status check_night(const struct view *first, const struct view *night)
{
    const struct facility *a = view_facility(first);
    const struct facility *b = view_facility(night);

    if (a->period_s != b->period_s)
        return fail(STATUS_BAD_INPUT,
                    "%s: period %g s, but %s has %g s; nights of one model have one period",
                    view_path(night), b->period_s, view_path(first), a->period_s);
    if (a->metric_count != b->metric_count)
        return fail(STATUS_BAD_INPUT, "%s: %lld metrics, but %s has %lld", view_path(night),
                    (long long)b->metric_count, view_path(first), (long long)a->metric_count);
    for (int64_t m = 0; m < a->metric_count; m++) {
        if (strcmp(a->metrics[m].name, b->metrics[m].name) != 0
            || strcmp(a->metrics[m].source, b->metrics[m].source) != 0)
            return fail(STATUS_BAD_INPUT, "%s: metric %lld is %s::%s, but in %s it is %s::%s",
                        view_path(night), (long long)m, b->metrics[m].name, b->metrics[m].source,
                        view_path(first), a->metrics[m].name, a->metrics[m].source);
    }
    return STATUS_OK;
}

/* "temperature=5:80" */
static status read_range(const char *text, const struct facility *facility,
                         struct mrdmd_range *ranges)
{
    const char *equals = strchr(text, '=');
    char name[256];
    char *end;
    double low, high;
    bool is_known = false;

    if (!equals || (size_t)(equals - text) >= sizeof name)
        return fail(STATUS_BAD_USE, "baseline_ranges: %s; expected METRIC=LOW:HIGH", text);
    snprintf(name, sizeof name, "%.*s", (int)(equals - text), text);
    low = strtod(equals + 1, &end);
    if (end == equals + 1 || *end != ':')
        return fail(STATUS_BAD_USE, "baseline_ranges: %s; expected METRIC=LOW:HIGH", text);
    high = strtod(end + 1, &end);
    if (*end || !(low < high))
        return fail(STATUS_BAD_USE, "baseline_ranges: %s; expected METRIC=LOW:HIGH", text);
    for (int64_t m = 0; m < facility->metric_count; m++) {
        if (!text_matches(facility->metrics[m].name, name)) continue;
        ranges[m] = (struct mrdmd_range){low, high};
        is_known = true;
    }
    if (!is_known) return fail(STATUS_BAD_USE, "baseline_ranges: no metric is named %s", name);
    return STATUS_OK;
}

static status read_ranges(struct mrdmd_analysis *self, const struct facility *facility)
{
    const int count = settings_list_count(self->settings, "baseline_ranges");

    if (self->kind != BASELINE_RANGE) return STATUS_OK;
    self->ranges = mem_zero((size_t)facility->metric_count, sizeof *self->ranges);
    for (int64_t m = 0; m < facility->metric_count; m++)
        self->ranges[m] = (struct mrdmd_range){NAN, NAN};
    for (int i = 0; i < count; i++)
        TRY(read_range(settings_list_item(self->settings, "baseline_ranges", i), facility,
                       self->ranges));
    return STATUS_OK;
}

static void describe(struct mrdmd_model *model, const struct view *view,
                     const struct mrdmd_night *night)
{
    const struct facility *facility = view_facility(view);
    struct text key = {0};

    model->metrics = names_create();
    for (int64_t m = 0; m < facility->metric_count; m++) {
        metric_key(&facility->metrics[m], &key);
        names_add(model->metrics, key.bytes, key.length);
    }
    text_release(&key);
    model->period_s = facility->period_s;
    model->window_samples = night->plan->options.root_samples;
    model->items = night->items;
    mrdmd_bands_release(&model->bands);
    mrdmd_bands_copy(&model->bands, &night->bands);
}

/* Scan the nights one after the other; the shape of the first decides. */
static status scan_nights(struct mrdmd_analysis *self, struct view *const *nights, int count,
                          struct mrdmd_trials *trials, struct job_sums *jobs)
{
    struct mrdmd_model *model = &self->model;

    for (int n = 0; n < count; n++) {
        struct mrdmd_night night;
        status st;

        TRY(mrdmd_night_scan(self, nights[n], model->scales, &night));
        mrdmd_trials_add(trials, self, nights[n], &night);
        st = job_scores_are_asked(self->settings) ? job_sums_add(jobs, self, nights[n], &night)
                                                  : STATUS_OK;
        if (st != STATUS_OK) {
            mrdmd_night_release(&night);
            return st;
        }
        if (n == 0) {
            describe(model, nights[0], &night);
            self->has_model = true; /* later nights take its window */
        }
        if (n + 1 < count) {
            mrdmd_night_release(&night);
            continue;
        }
        comm_stage_begin(self->comm, "mrdmd baseline");
        model->trial_windows = trials->windows;
        st = mrdmd_baseline_fit(self, trials, &night, model);
        comm_stage_end(self->comm);
        mrdmd_night_release(&night);
        TRY(st);
    }
    return STATUS_OK;
}

status mrdmd_fit(void *analysis, struct view *const *nights, int count)
{
    struct mrdmd_analysis *self = analysis;
    const struct facility *facility = view_facility(nights[0]);
    struct mrdmd_trials trials;
    struct job_sums jobs = {0};
    status st = STATUS_OK;

    for (int n = 1; n < count; n++) TRY(check_night(nights[0], nights[n]));
    mrdmd_model_release(&self->model);
    self->has_model = false;
    TRY(read_ranges(self, facility));
    self->model.scales = mem_zero((size_t)facility->metric_count, sizeof *self->model.scales);
    comm_stage_begin(self->comm, "mrdmd scales");
    TRY(mrdmd_scales_find(self->comm, nights[0], self->model.scales));
    comm_stage_end(self->comm);
    mrdmd_trials_init(&trials, nights, count);
    st = scan_nights(self, nights, count, &trials, &jobs);
    if (st == STATUS_OK && job_scores_are_asked(self->settings))
        st = job_sums_fit(&jobs, self, &self->model);
    job_sums_release(&jobs);
    if (st == STATUS_OK) {
        self->model.hosts = trials.hosts;
        trials.hosts = NULL;
    }
    mrdmd_trials_release(&trials);
    mem_free(&self->ranges);
    return st;
}
