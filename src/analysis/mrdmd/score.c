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
    int64_t readings;      /* of this rank that hold samples */
    int64_t *model_metric; /* owned, [metrics]: number in the model, -1 unknown */
    int64_t *host;         /* owned, [readings]: of this rank */
    int64_t *known;        /* owned, [readings]: number in the model, -1 unknown */
    int32_t *job;          /* owned, [hosts of this rank]: the job of the window at hand, -1 none */
    double *p;             /* owned, [readings][items] of the window at hand */
    float *mrdmd_z;        /* owned, [readings][bands]: the largest of the night */
    double *side;          /* owned, [readings][bands]: the least of the night (band_power.h) */
    int8_t *is_anomaly;    /* owned, [readings][bands] */
    float *residual_z;     /* owned, [readings][roots] */
    double p_limit;        /* of the window at hand: what passes is an anomaly; -1: none does */
    double p_strictest;    /* the p that would have been needed at least */
    struct score_table *table;
};

/* What the model knows of this rank's readings of one host. @return is the host known? */
static bool match_host(struct judging *judging, int64_t h)
{
    const struct mrdmd_model *model = &judging->self->model;
    const struct mrdmd_night *night = judging->night;
    const char *name = view_facility(judging->view)->hosts[night->host_first + h].name;
    const int64_t host = names_find(model->hosts, name, strlen(name));

    for (int64_t row = night->readings.first[h]; row < night->readings.first[h + 1]; row++) {
        const int64_t metric = judging->model_metric[night->readings.metric[row]];

        judging->host[row] = h;
        judging->known[row] = reading_list_find(&model->readings, host, metric);
    }
    return host >= 0;
}

static void match_names(struct judging *judging)
{
    const struct facility *facility = view_facility(judging->view);
    const struct mrdmd_model *model = &judging->self->model;
    const struct mrdmd_night *night = judging->night;
    struct text key = {0};
    int64_t unknown = 0;

    for (int64_t m = 0; m < night->metric_count; m++) {
        key.length = 0;
        text_printf(&key, "%s::%s", facility->metrics[m].name, facility->metrics[m].source);
        judging->model_metric[m] = names_find(model->metrics, key.bytes, key.length);
        if (judging->model_metric[m] < 0)
            warn("mrdmd: the model does not know metric %s; it gets no score", key.bytes);
    }
    for (int64_t h = 0; h < night->host_count; h++) unknown += !match_host(judging, h);
    unknown = comm_sum_int64(judging->self->comm, unknown);
    if (unknown > 0)
        warn("mrdmd: the model does not know %lld of the %lld hosts; they get no score",
             (long long)unknown, (long long)facility->host_count);
    text_release(&key);
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

/* What one reading does in one window. @param side  room for [items] */
static void judge_reading(struct judging *judging, int root, int64_t reading, double *work,
                          double *side)
{
    const struct mrdmd_model *model = &judging->self->model;
    const struct mrdmd_night *night = judging->night;
    const int items = night->items;
    const int64_t known = judging->known[reading];
    const int64_t law = judging->model_metric[night->readings.metric[reading]] * items;
    double *p = judging->p + reading * items;

    companion_judge(night->band_plan,
                    night->features + (reading * night->root_count + root) * items,
                    model->companion + known * items, model->priors + law, work, side, p);
    for (int i = 0; i < items; i++) {
        double *least =
            &judging->side[reading * night->bands.count + companion_band(night->band_plan, i)];

        if (isnan(*least) || fabs(side[i]) < fabs(*least)) *least = side[i];
        p[i] = tail_apply(model->tails + law + i, p[i]);
    }
    judge_modes(judging, root, reading, known);
}

static void judge_window(struct judging *judging, int root, double *work)
{
    const int items = judging->night->items;

    for (int64_t reading = 0; reading < judging->readings; reading++) {
        if (judging->known[reading] >= 0)
            judge_reading(judging, root, reading, work, work + items);
        else
            for (int i = 0; i < items; i++) judging->p[reading * items + i] = NAN;
    }
}

/* Collective. Benjamini and Hochberg over all readings and features of a window. */
static void find_limit(struct judging *judging)
{
    const struct comm *comm = judging->self->comm;
    const double fdr = settings_real(judging->self->settings, "fdr");
    const int64_t count = judging->readings * judging->night->items;
    double *mine = mem_zero((size_t)count, sizeof *mine);
    int64_t tests, all_count;
    const int64_t candidates = fdr_candidates(judging->p, count, fdr, mine, &tests);
    void *all;

    comm_all_rows(comm, mine, candidates, sizeof *mine, &all, &all_count);
    judging->p_strictest = fdr / (double)(comm_sum_int64(comm, count) + 1);
    judging->p_limit = fdr_decide(all, all_count, comm_sum_int64(comm, tests), fdr);
    mem_free(&mine);
    mem_free(&all);
}

/* One row of the score table: the feature that is farthest from normal speaks for the reading. */
static void add_row(struct judging *judging, const struct score *pattern, int64_t reading)
{
    const struct mrdmd_night *night = judging->night;
    const double *p = judging->p + reading * night->items;
    const int64_t host = judging->host[reading];
    struct score *row;
    double least = NAN;

    for (int i = 0; i < night->items; i++) {
        if (!isnan(p[i]) && !(p[i] >= least)) least = p[i];
    }
    row = score_table_add(judging->table);
    *row = *pattern;
    row->host = (int32_t)(night->host_first + host);
    row->metric = night->readings.metric[reading];
    row->job = judging->job[host];
    row->value = isnan(least) ? (double)NAN : least >= 0.5 ? 0.0 : normal_deviate(least);
    row->is_anomaly = !isnan(least) && least <= judging->p_limit;
}

/* Note which bands of which readings are anomalies. */
static void take_window(struct judging *judging, const struct mrdmd_window *root)
{
    const struct mrdmd_night *night = judging->night;
    const int bands = night->bands.count;
    const struct score pattern = {
        .label = -1,
        .start_unix_s = view_time_unix_s(judging->view, root->first),
        .end_unix_s = view_time_unix_s(judging->view, root->first + root->count),
        .threshold =
            normal_deviate(judging->p_limit > 0.0 ? judging->p_limit : judging->p_strictest)};

    for (int64_t reading = 0; reading < judging->readings; reading++) {
        for (int i = 0; i < night->items; i++) {
            if (judging->p[reading * night->items + i] <= judging->p_limit)
                judging->is_anomaly[reading * bands + companion_band(night->band_plan, i)] = 1;
        }
        add_row(judging, &pattern, reading);
    }
}

static void judge_night(struct judging *judging)
{
    const struct mrdmd_plan *plan = judging->night->plan;
    double *work = mem_zero(2 * (size_t)judging->night->items, sizeof *work);

    match_names(judging);
    score_table_reserve(judging->table, judging->readings * judging->night->root_count);
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
    const size_t readings = (size_t)night->readings.count;
    const size_t cells = readings * (size_t)night->bands.count;

    judging->readings = (int64_t)readings;
    judging->host = mem_zero(readings, sizeof *judging->host);
    judging->known = mem_zero(readings, sizeof *judging->known);
    judging->model_metric = mem_zero((size_t)night->metric_count, sizeof *judging->model_metric);
    judging->job = mem_zero((size_t)night->host_count, sizeof *judging->job);
    judging->p = mem_zero(readings * (size_t)night->items, sizeof *judging->p);
    judging->mrdmd_z = mem_zero(cells, sizeof *judging->mrdmd_z);
    judging->side = mem_zero(cells, sizeof *judging->side);
    judging->is_anomaly = mem_zero(cells, sizeof *judging->is_anomaly);
    for (size_t i = 0; i < cells; i++) judging->side[i] = judging->mrdmd_z[i] = NAN;
    judging->residual_z =
        mem_zero(readings * (size_t)night->root_count, sizeof *judging->residual_z);
    for (size_t i = 0; i < readings * (size_t)night->root_count; i++) judging->residual_z[i] = NAN;
}

static void judging_release(struct judging *judging)
{
    mem_free(&judging->model_metric);
    mem_free(&judging->host);
    mem_free(&judging->known);
    mem_free(&judging->job);
    mem_free(&judging->p);
    mem_free(&judging->mrdmd_z);
    mem_free(&judging->side);
    mem_free(&judging->is_anomaly);
    mem_free(&judging->residual_z);
}

/* The companion's z of every reading and band. */
static float *deviates(const struct judging *judging)
{
    const int64_t cells = judging->readings * judging->night->bands.count;
    float *z = mem_zero((size_t)cells, sizeof *z);

    for (int64_t i = 0; i < cells; i++) z[i] = (float)band_deviate(judging->side[i]);
    return z;
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
    const struct mrdmd_night *night = &self->night;
    const int64_t bands = night->bands.count;
    const int64_t hosts = view_facility(judging->view)->host_count;
    const float unknown = NAN;
    const int8_t no = 0;
    float *companion_z = deviates(judging);
    const struct reading_cells zscore = {judging->mrdmd_z, bands, sizeof unknown, &unknown},
                               band_power_z = {companion_z, bands, sizeof unknown, &unknown},
                               is_anomaly = {judging->is_anomaly, bands, sizeof no, &no},
                               residual_z = {judging->residual_z, night->root_count, sizeof unknown,
                                             &unknown};

    mem_free(&self->zscore);
    mem_free(&self->band_power_z);
    mem_free(&self->is_anomaly);
    mem_free(&self->residual_z);
    self->zscore = mrdmd_collect(self->comm, night, hosts, &zscore);
    self->band_power_z = mrdmd_collect(self->comm, night, hosts, &band_power_z);
    self->is_anomaly = mrdmd_collect(self->comm, night, hosts, &is_anomaly);
    self->residual_z = mrdmd_collect(self->comm, night, hosts, &residual_z);
    mem_free(&companion_z);
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
        mem_free(&self->night.magnitude); /* large, and of no more use */
        mem_free(&self->night.features);
        comm_stage_end(self->comm);
        st = score_jobs(self, view, scales);
    }
    mem_free(&scales);
    return st;
}
