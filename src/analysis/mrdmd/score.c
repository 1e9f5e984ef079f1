// SPDX-License-Identifier: BSD-3-Clause
#include "calibration.h"
#include "companion.h"
#include "job_scores.h"

#include <math.h>
#include <string.h>

/* z-scores are cut here: beyond, a number says no more. */
static const double z_limit = 1000.0;

/* The verdicts on the readings of one rank. */
struct judging {
    struct mrdmd_analysis *self;
    struct view *view;
    const struct mrdmd_night *night;
    int64_t readings;
    int64_t *model_host;   /* owned, [hosts of this rank]: number in the model, -1 unknown */
    int64_t *model_metric; /* owned, [metrics] */
    int32_t *job;          /* owned, [hosts of this rank]: the job of the window at hand, -1 none */
    double *z, *p;         /* owned, [readings][items] of the window at hand */
    float *mrdmd_z;        /* owned, [readings][bands]: the largest of the night */
    float *companion_z;    /* owned, [readings][bands] */
    int8_t *is_anomaly;    /* owned, [readings][bands] */
    float *residual_z;     /* owned, [readings][roots] */
    double p_limit;        /* of the window at hand: what passes is an anomaly; -1: none does */
    double p_strictest;    /* the p that would have been needed at least */
    struct score_table *table;
};

static void match_names(struct judging *judging)
{
    const struct facility *facility = view_facility(judging->view);
    const struct mrdmd_model *model = &judging->self->model;
    const struct mrdmd_night *night = judging->night;
    struct text key = {0};
    int64_t unknown = 0;

    for (int64_t h = 0; h < night->host_count; h++) {
        const char *name = facility->hosts[night->host_first + h].name;

        judging->model_host[h] = names_find(model->hosts, name, strlen(name));
        unknown += judging->model_host[h] < 0;
    }
    for (int64_t m = 0; m < night->metric_count; m++) {
        key.length = 0;
        text_printf(&key, "%s::%s", facility->metrics[m].name, facility->metrics[m].source);
        judging->model_metric[m] = names_find(model->metrics, key.bytes, key.length);
        if (judging->model_metric[m] < 0)
            warn("mrdmd: the model does not know metric %s; it gets no score", key.bytes);
    }
    unknown = comm_sum_int64(judging->self->comm, unknown);
    if (unknown > 0)
        warn("mrdmd: the model does not know %lld of the %lld hosts; they get no score",
             (long long)unknown, (long long)facility->host_count);
    text_release(&key);
}

/* The model's number of a reading, or -1. */
static int64_t model_reading(const struct judging *judging, int64_t reading)
{
    const int64_t host = judging->model_host[reading / judging->night->metric_count];
    const int64_t metric = judging->model_metric[reading % judging->night->metric_count];

    return host < 0 || metric < 0 ? -1 : host * names_count(judging->self->model.metrics) + metric;
}

/* The larger of two z-scores by size, NaN below all. */
static float larger(float a, double b)
{
    return isnan(a) || fabs(b) > fabs((double)a) ? (float)b : a;
}

double mrdmd_standard_score(double magnitude, double mean, double std)
{
    const double off = magnitude - mean;

    if (isnan(off) || isnan(std)) return NAN;
    if (mean == 0.0 && magnitude == 0.0) return NAN; /* no mode ever fell into this band */
    if (std <= 1e-9 * fabs(mean))
        return fabs(off) <= 1e-6 * fabs(mean) ? 0.0 : copysign(z_limit, off);
    return fmax(-z_limit, fmin(z_limit, off / std));
}

/* z of a reading's size in a window: of a band's magnitude, or behind the bands of the residual. */
static double size_z(const struct judging *judging, int root, int64_t reading, int64_t known,
                     int size)
{
    const struct mrdmd_model *model = &judging->self->model;
    const struct mrdmd_night *night = judging->night;
    const int64_t at = (reading * night->root_count + root) * night->sizes + size;

    return mrdmd_standard_score((double)night->magnitude[at],
                                model->mean[known * night->sizes + size],
                                model->std[known * night->sizes + size]);
}

static void judge_modes(struct judging *judging, int root, int64_t reading, int64_t known)
{
    const int bands = judging->night->bands.count;

    for (int band = 0; band < bands; band++) {
        const double z = size_z(judging, root, reading, known, band);
        float *largest = &judging->mrdmd_z[reading * bands + band];

        if (!isnan(z)) *largest = larger(*largest, z);
    }
    judging->residual_z[reading * judging->night->root_count + root] =
        (float)size_z(judging, root, reading, known, bands);
}

/* z and p of every reading in one window. */
static void judge_window(struct judging *judging, int root, double *work)
{
    const struct mrdmd_model *model = &judging->self->model;
    const struct mrdmd_night *night = judging->night;
    const int items = night->items;

    for (int64_t reading = 0; reading < judging->readings; reading++) {
        const int64_t known = model_reading(judging, reading);
        const float *row = night->features + (reading * night->root_count + root) * items;
        double *z = judging->z + reading * items;
        double *p = judging->p + reading * items;

        if (known < 0) {
            for (int i = 0; i < items; i++) z[i] = p[i] = NAN;
            continue;
        }
        companion_judge(night->band_plan, row, model->companion + known * items,
                        model->priors
                            + judging->model_metric[reading % night->metric_count] * items,
                        work, z, p);
        for (int i = 0; i < items; i++)
            p[i] = tail_apply(
                model->tails + judging->model_metric[reading % night->metric_count] * items + i,
                p[i]);
        judge_modes(judging, root, reading, known);
    }
}

/* Collective. Benjamini and Hochberg over all readings and features of a window. */
static void find_limit(struct judging *judging)
{
    void *all;
    int64_t count;
    double *work;

    comm_all_rows(judging->self->comm, judging->p, judging->readings * judging->night->items,
                  sizeof *judging->p, &all, &count);
    work = mem_zero((size_t)count, sizeof *work);
    judging->p_strictest = settings_real(judging->self->settings, "fdr") / (double)(count + 1);
    judging->p_limit =
        fdr_threshold(all, count, settings_real(judging->self->settings, "fdr"), work);
    mem_free(&work);
    mem_free(&all);
}

/* One row of the score table: the feature that is farthest from normal speaks for the reading. */
static void add_row(struct judging *judging, const struct mrdmd_window *root, int64_t reading)
{
    const struct mrdmd_night *night = judging->night;
    const double *p = judging->p + reading * night->items;
    const int64_t host = reading / night->metric_count;
    struct score *row;
    double least = NAN;

    for (int i = 0; i < night->items; i++) {
        if (!isnan(p[i]) && !(p[i] >= least)) least = p[i];
    }
    row = score_table_add(judging->table);
    row->host = (int32_t)(night->host_first + host);
    row->metric = (int32_t)(reading % night->metric_count);
    row->job = judging->job[host];
    row->label = -1;
    row->start_unix_s = view_time_unix_s(judging->view, root->first);
    row->end_unix_s = view_time_unix_s(judging->view, root->first + root->count);
    row->value = isnan(least) ? (double)NAN : fmax(0.0, normal_deviate(least));
    row->threshold =
        normal_deviate(judging->p_limit > 0.0 ? judging->p_limit : judging->p_strictest);
    row->is_anomaly = !isnan(least) && least <= judging->p_limit;
}

/* Note which bands of which readings are anomalies, and their largest z. */
static void take_window(struct judging *judging, const struct mrdmd_window *root)
{
    const struct mrdmd_night *night = judging->night;
    const int bands = night->bands.count;

    for (int64_t reading = 0; reading < judging->readings; reading++) {
        for (int i = 0; i < night->items; i++) {
            const double z = judging->z[reading * night->items + i];
            const double p = judging->p[reading * night->items + i];
            const int64_t at = reading * bands + companion_band(night->band_plan, i);

            if (!isnan(z)) judging->companion_z[at] = larger(judging->companion_z[at], z);
            if (!isnan(p) && p <= judging->p_limit) judging->is_anomaly[at] = 1;
        }
        add_row(judging, root, reading);
    }
}

static void judge_night(struct judging *judging)
{
    const struct mrdmd_plan *plan = judging->night->plan;
    double *work = mem_zero((size_t)judging->night->items, sizeof *work);

    match_names(judging);
    for (int w = 0; w < plan->window_count; w = plan->windows[w].next) {
        const struct mrdmd_window *root = &plan->windows[w];

        judge_window(judging, root->root, work);
        find_limit(judging);
        companion_jobs(view_facility(judging->view), view_time_unix_s(judging->view, root->first),
                       view_time_unix_s(judging->view, root->first + root->count),
                       (struct span){judging->night->host_first, judging->night->host_count},
                       judging->job);
        take_window(judging, root);
    }
    mem_free(&work);
}

static void judging_init(struct judging *judging)
{
    const struct mrdmd_night *night = judging->night;
    const size_t readings = (size_t)(night->host_count * night->metric_count);
    const size_t cells = readings * (size_t)night->bands.count;

    judging->readings = (int64_t)readings;
    judging->model_host = mem_zero((size_t)night->host_count, sizeof *judging->model_host);
    judging->model_metric = mem_zero((size_t)night->metric_count, sizeof *judging->model_metric);
    judging->job = mem_zero((size_t)night->host_count, sizeof *judging->job);
    judging->z = mem_zero(readings * (size_t)night->items, sizeof *judging->z);
    judging->p = mem_zero(readings * (size_t)night->items, sizeof *judging->p);
    judging->mrdmd_z = mem_zero(cells, sizeof *judging->mrdmd_z);
    judging->companion_z = mem_zero(cells, sizeof *judging->companion_z);
    judging->is_anomaly = mem_zero(cells, sizeof *judging->is_anomaly);
    for (size_t i = 0; i < cells; i++) judging->mrdmd_z[i] = judging->companion_z[i] = NAN;
    judging->residual_z =
        mem_zero(readings * (size_t)night->root_count, sizeof *judging->residual_z);
    for (size_t i = 0; i < readings * (size_t)night->root_count; i++) judging->residual_z[i] = NAN;
}

static void judging_release(struct judging *judging)
{
    mem_free(&judging->model_host);
    mem_free(&judging->model_metric);
    mem_free(&judging->job);
    mem_free(&judging->z);
    mem_free(&judging->p);
    mem_free(&judging->mrdmd_z);
    mem_free(&judging->companion_z);
    mem_free(&judging->is_anomaly);
    mem_free(&judging->residual_z);
}

/* Collective. [readings][cells] of all ranks to [cells][hosts][metrics] on rank 0. */
static void *collect(const struct mrdmd_analysis *self, const void *mine, int64_t cells,
                     size_t cell_bytes)
{
    const struct mrdmd_night *night = &self->night;
    void *all, *turned;
    int64_t readings;

    comm_gather_rows(self->comm, mine, night->host_count * night->metric_count,
                     (size_t)cells * cell_bytes, &all, &readings);
    if (comm_rank(self->comm) != 0) return NULL;
    turned = mem_zero((size_t)(readings * cells), cell_bytes);
    for (int64_t r = 0; r < readings; r++) {
        for (int64_t cell = 0; cell < cells; cell++)
            memcpy((char *)turned + (size_t)(cell * readings + r) * cell_bytes,
                   (const char *)all + (size_t)(r * cells + cell) * cell_bytes, cell_bytes);
    }
    mem_free(&all);
    return turned;
}

/* Which of the model's hosts and metrics the night has: its baseline goes with the verdicts. */
static void keep_names(struct mrdmd_analysis *self, const struct judging *judging)
{
    const struct facility *facility = view_facility(judging->view);
    const size_t metrics = (size_t)facility->metric_count;

    mem_free(&self->known_host);
    mem_free(&self->known_metric);
    self->known_host = mem_zero((size_t)facility->host_count, sizeof *self->known_host);
    self->known_metric = mem_zero(metrics, sizeof *self->known_metric);
    for (int64_t h = 0; h < facility->host_count; h++)
        self->known_host[h] =
            names_find(self->model.hosts, facility->hosts[h].name, strlen(facility->hosts[h].name));
    memcpy(self->known_metric, judging->model_metric, metrics * sizeof *self->known_metric);
    self->hosts_scored = facility->host_count;
}

static void keep_verdicts(struct mrdmd_analysis *self, const struct judging *judging)
{
    const int64_t bands = self->night.bands.count;

    mem_free(&self->zscore);
    mem_free(&self->band_power_z);
    mem_free(&self->is_anomaly);
    mem_free(&self->residual_z);
    self->zscore = collect(self, judging->mrdmd_z, bands, sizeof *self->zscore);
    self->band_power_z = collect(self, judging->companion_z, bands, sizeof *self->band_power_z);
    self->is_anomaly = collect(self, judging->is_anomaly, bands, sizeof *self->is_anomaly);
    self->residual_z =
        collect(self, judging->residual_z, self->night.root_count, sizeof *self->residual_z);
    keep_names(self, judging);
}

/* Collective. Jobs as roots of their own, where they are asked for. */
static status score_jobs(struct mrdmd_analysis *self, struct view *view,
                         const struct mrdmd_scale *scales)
{
    struct job_scores found = {0};

    if (self->jobs) job_scores_release(self->jobs);
    mem_free(&self->jobs);
    if (!job_scores_are_asked(self->settings)) return STATUS_OK;
    if (!self->model.job_mean)
        return fail(STATUS_BAD_INPUT, "mrdmd: the model knows no jobs; fit it with roots both");
    TRY(job_scores_find(self, view, scales, &self->night, &found));
    job_scores_judge(&found, &self->model, self->known_metric);
    self->jobs = mem_zero(1, sizeof *self->jobs);
    *self->jobs = found;
    return STATUS_OK;
}

status mrdmd_score(void *analysis, struct view *view, struct score_table *table)
{
    struct mrdmd_analysis *self = analysis;
    const struct facility *facility = view_facility(view);
    struct judging judging = {.self = self, .view = view, .night = &self->night, .table = table};
    struct mrdmd_scale *scales;
    status st;

    ASSERT(self->has_model);
    if (facility->period_s != self->model.period_s)
        return fail(STATUS_BAD_INPUT, "%s: period %g s, but the model was fitted to %g s",
                    view_path(view), facility->period_s, self->model.period_s);
    scales = mem_zero((size_t)facility->metric_count, sizeof *scales);
    for (int64_t m = 0; m < facility->metric_count; m++) {
        struct text key = {0};
        int64_t known;

        text_printf(&key, "%s::%s", facility->metrics[m].name, facility->metrics[m].source);
        known = names_find(self->model.metrics, key.bytes, key.length);
        if (known >= 0) scales[m] = self->model.scales[known];
        text_release(&key);
    }
    mrdmd_night_release(&self->night);
    st = mrdmd_night_scan(self, view, scales, &self->night);
    if (st == STATUS_OK) {
        comm_stage_begin(self->comm, "mrdmd verdicts");
        judging_init(&judging);
        judge_night(&judging);
        keep_verdicts(self, &judging);
        judging_release(&judging);
        comm_stage_end(self->comm);
        st = score_jobs(self, view, scales);
    }
    mem_free(&scales);
    return st;
}
