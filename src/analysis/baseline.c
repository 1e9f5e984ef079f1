// SPDX-License-Identifier: BSD-3-Clause
#include "baseline.h"

#include <float.h>
#include <math.h>

static const struct parameter parameters[] = {
    {"window_s",         PARAMETER_REAL, "3600",  1e-3,  1e9, NULL,
     "length of the windows whose medians are judged, in seconds"                                    },
    {"false_alarm_rate", PARAMETER_REAL, "0.001", 1e-15, 0.5, NULL,
     "share of normal windows of a host that may raise an alarm, as far as those fitted on tell"     },
    {"fdr",              PARAMETER_REAL, "0",     0.0,   0.5, NULL,
     "if above 0, the share of false alarms among alarms (Benjamini-Hochberg), in place of the above"},
    {NULL,               PARAMETER_FLAG, NULL,    0.0,   0.0, NULL, NULL                             },
};

static status baseline_create(const struct comm *comm, const struct settings *settings, void **self)
{
    struct baseline *baseline = mem_zero(1, sizeof *baseline);

    (void)comm;
    baseline->window_s = settings_real(settings, "window_s");
    baseline->is_window_given = settings_is_given(settings, "window_s");
    baseline->false_alarm_rate = settings_real(settings, "false_alarm_rate");
    baseline->fdr = settings_real(settings, "fdr");
    baseline_model_init(&baseline->model);
    *self = baseline;
    return STATUS_OK;
}

static void baseline_destroy(void **self)
{
    struct baseline *baseline = *self;

    if (!baseline) return;
    baseline_model_release(&baseline->model);
    mem_free(self);
}

/* Whole blocks, so that where hosts keep their places every tile is read by one rank. */
static struct span hosts_of_rank(const struct comm *comm, int64_t hosts, int64_t block_hosts)
{
    const struct span blocks = comm_share(comm, (hosts + block_hosts - 1) / block_hosts);
    const int64_t first = blocks.first * block_hosts;
    const int64_t end = (blocks.first + blocks.count) * block_hosts;

    return blocks.count > 0 ? (struct span){first, (end < hosts ? end : hosts) - first}
                            : (struct span){0, 0};
}

static status baseline_fit(void *self, struct view *const *nights, int count)
{
    struct baseline *baseline = self;
    const struct comm *comm = view_comm(nights[0]);
    struct baseline_model *model = &baseline->model;
    const int64_t block_hosts = view_tile_hosts(nights[0], 0).count;
    struct span mine;
    struct normal *laws;
    struct baseline_trials trials;
    int64_t metrics, host_count, windows = 0;
    void *all = NULL;
    status st = STATUS_OK;

    model->window_s = baseline->window_s;
    TRY(baseline_learn_names(model, nights, count));
    metrics = names_count(model->metrics);
    mine = hosts_of_rank(comm, names_count(model->hosts), block_hosts);
    for (int n = 0; n < count; n++) windows += window_count(nights[n], model->window_s);
    trials = baseline_trials_start(names_count(model->hosts), windows);
    laws = mem_zero((size_t)(mine.count * metrics), sizeof *laws);
    for (int64_t done = 0; done < mine.count && !st; done += block_hosts) {
        const int64_t left = mine.count - done;
        const struct span hosts = {mine.first + done, left < block_hosts ? left : block_hosts};

        st = baseline_learn_hosts(model, nights, count, hosts, laws + done * metrics, &trials);
        comm_progress();
        if (!st) st = comm_check_stop();
    }
    st = comm_agree(comm, st);
    if (!st) {
        comm_all_rows(comm, laws, mine.count, (size_t)metrics * sizeof *laws, &all, &host_count);
        mem_free(&model->readings);
        model->readings = all;
        baseline_model_pool(model);
        baseline_calibrate(comm, &trials, model);
    }
    baseline_trials_release(&trials);
    mem_free(&laws);
    return st;
}

/* The reading of one host and window that is farthest from usual. */
struct farthest {
    int64_t host, window, metric, readings;
    double z;
};

/* @param rows  shape [windows] */
static void score_host(const struct baseline *baseline, const struct view *night, int64_t host,
                       const float *samples, struct farthest *rows)
{
    const struct facility *facility = view_facility(night);
    const int64_t length = window_length(night, baseline->model.window_s);
    const int64_t windows = window_count(night, baseline->model.window_s);
    const int64_t known_host = baseline_host(&baseline->model, night, host);
    double *medians = mem_zero((size_t)(windows + length), sizeof *medians);

    for (int64_t w = 0; w < windows; w++) rows[w] = (struct farthest){host, w, -1, 0, 0.0};
    for (int64_t m = 0; m < facility->metric_count; m++) {
        const int64_t metric =
            baseline_model_metric(&baseline->model, &facility->metrics[m], false);
        const struct normal law = baseline_model_find(&baseline->model, known_host, metric);

        if (isnan(law.median)) continue;
        window_medians(samples + m, view_times(night).count, facility->metric_count, length,
                       medians, medians + windows);
        for (int64_t w = 0; w < windows; w++) {
            const double z = isnan(medians[w]) ? (double)NAN : baseline_z(medians[w], law);

            if (isnan(z)) continue;
            rows[w].readings++;
            if (rows[w].metric >= 0 && fabs(z) <= fabs(rows[w].z)) continue;
            rows[w].z = z;
            rows[w].metric = m;
        }
    }
    mem_free(&medians);
}

/* What the model does not know is judged by its metric on other hosts, or not at all; it is counted. */
static void count_unknown(struct baseline *baseline, const struct view *night)
{
    const struct facility *facility = view_facility(night);

    baseline->unknown_hosts = baseline->unknown_metrics = 0;
    for (int64_t h = 0; h < facility->host_count; h++)
        baseline->unknown_hosts += baseline_host(&baseline->model, night, h) < 0;
    for (int64_t m = 0; m < facility->metric_count; m++)
        baseline->unknown_metrics +=
            baseline_model_metric(&baseline->model, &facility->metrics[m], false) < 0;
    if (baseline->unknown_hosts > 0)
        notice("%lld of %lld hosts are not in the baseline and are judged by the others'",
               (long long)baseline->unknown_hosts, (long long)facility->host_count);
    if (baseline->unknown_metrics > 0)
        notice("%lld of %lld metrics are not in the baseline and are not judged",
               (long long)baseline->unknown_metrics, (long long)facility->metric_count);
}

/* No smaller than windows that the baseline had not met have shown. */
static double chance(const struct baseline *baseline, const struct farthest *row)
{
    return tail_apply(&baseline->model.tail, baseline_chance(row->z, row->readings));
}

/* Collective. The largest chance that is an alarm. */
static double alarm_chance(const struct baseline *baseline, const struct comm *comm,
                           const struct farthest *rows, int64_t count)
{
    double *mine, *all = NULL, limit;
    int64_t all_count, tests = 0;

    if (baseline->fdr <= 0.0) return baseline->false_alarm_rate;
    mine = mem_zero((size_t)count, sizeof *mine);
    for (int64_t i = 0; i < count; i++) mine[i] = chance(baseline, &rows[i]);
    comm_all_rows(comm, mine, count, sizeof *mine, (void **)&all, &all_count);
    mem_free(&mine);
    mine = mem_zero((size_t)all_count, sizeof *mine);
    limit = fdr_threshold(all, all_count, baseline->fdr, mine);
    for (int64_t i = 0; i < all_count; i++) tests += !isnan(all[i]);
    mem_free(&mine);
    mem_free(&all);
    return limit >= 0.0 ? limit : baseline->fdr / (double)(tests > 0 ? tests : 1);
}

static void add_rows(const struct baseline *baseline, const struct view *night,
                     const struct farthest *rows, int64_t count, double limit,
                     struct score_table *table)
{
    const double needed = tail_limit(&baseline->model.tail, limit);
    const int64_t length = window_length(night, baseline->model.window_s);
    const int64_t times = view_times(night).count;

    for (int64_t i = 0; i < count; i++) {
        const struct farthest *row = &rows[i];
        const int64_t first = row->window * length;
        struct score *score;

        if (row->readings == 0) continue;
        score = score_table_add(table);
        score->host = (int32_t)row->host;
        score->metric = (int32_t)row->metric;
        score->start_unix_s = view_time_unix_s(night, first);
        score->end_unix_s =
            view_time_unix_s(night, first + length < times ? first + length : times);
        score->value = row->z;
        score->threshold = normal_deviate(0.5 * needed / (double)row->readings);
        score->is_anomaly = chance(baseline, row) <= limit;
        if (!score->is_anomaly && fabs(row->z) >= score->threshold)
            score->threshold = BASELINE_Z_NEVER; /* moved for the first time, as others did */
    }
}

static status baseline_score(void *self, struct view *night, struct score_table *table)
{
    struct baseline *baseline = self;
    const struct facility *facility = view_facility(night);
    const struct comm *comm = view_comm(night);
    const struct span tiles = view_my_tiles(night);
    const int64_t windows = window_count(night, baseline->model.window_s);
    const int64_t host_items = view_times(night).count * facility->metric_count;
    float *samples = mem_array((size_t)view_tile_items(night), sizeof *samples);
    struct farthest *rows = NULL;
    int64_t count = 0;
    status st = STATUS_OK;

    count_unknown(baseline, night);
    for (int64_t tile = tiles.first; tile < tiles.first + tiles.count && !st; tile++) {
        const struct span hosts = view_tile_hosts(night, tile);

        st = view_read_tile(night, tile, samples);
        rows = mem_resize(rows, (size_t)(count + hosts.count * windows), sizeof *rows);
        for (int64_t h = 0; h < hosts.count && !st; h++, count += windows)
            score_host(baseline, night, hosts.first + h, samples + h * host_items, rows + count);
        comm_progress();
    }
    st = comm_agree(comm, st);
    if (!st)
        add_rows(baseline, night, rows, count, alarm_chance(baseline, comm, rows, count), table);
    mem_free(&samples);
    mem_free(&rows);
    return st;
}

/* ---- the row of the table ------------------------------------------------------------------- */

static void baseline_save(const void *self, struct archive *archive)
{
    baseline_model_save(&((const struct baseline *)self)->model, archive);
}

static status baseline_load(void *self, struct archive *archive)
{
    struct baseline *baseline = self;
    struct baseline_model loaded;
    status st;

    baseline_model_init(&loaded);
    st = baseline_model_load(&loaded, archive);
    if (!st && baseline->is_window_given && baseline->window_s != loaded.window_s)
        st = fail(STATUS_BAD_USE, "window_s is %g s, but the model was fitted with windows of %g s",
                  baseline->window_s, loaded.window_s);
    if (st) {
        baseline_model_release(&loaded);
        return st;
    }
    baseline_model_release(&baseline->model);
    baseline->model = loaded;
    return STATUS_OK;
}

static void baseline_write(const void *self, struct archive *scores)
{
    const struct baseline *baseline = self;

    archive_put_real(scores, "/baseline", "window_s", baseline->model.window_s);
    archive_put_int(scores, "/baseline", "unknown_hosts", baseline->unknown_hosts);
    archive_put_int(scores, "/baseline", "unknown_metrics", baseline->unknown_metrics);
}

const struct analysis analysis_baseline = {
    .name = "baseline",
    .summary = "how far each reading is from what is usual for it (median and MAD)",
    .parameters = parameters,
    .create = baseline_create,
    .destroy = baseline_destroy,
    .fit = baseline_fit,
    .score = baseline_score,
    .save = baseline_save,
    .load = baseline_load,
    .write = baseline_write,
};
