// SPDX-License-Identifier: BSD-3-Clause
#include "baseline_model.h"

#include <telltale/scores.h>

#include <float.h>
#include <math.h>
#include <string.h>

/* Deviations rarer than this among the values do not widen the spread. */
static const double RARE = 1e-3;

/* A reading's spread is at least this part of the median spread of its metric. */
static const double LEAST_PART_OF_COMMON = 0.25;

/* How far a reading that never moved is off as soon as it does, and the farthest of any. */
static const double Z_MAX = 0.5 * BASELINE_Z_NEVER;

void baseline_model_init(struct baseline_model *model)
{
    *model = (struct baseline_model){
        .hosts = names_create(), .metrics = names_create(), .tail.from = INFINITY};
}

void baseline_model_release(struct baseline_model *model)
{
    names_destroy(&model->hosts);
    names_destroy(&model->metrics);
    mem_free(&model->readings);
    mem_free(&model->common);
    mem_free(&model->least_spread);
}

int64_t baseline_model_metric(const struct baseline_model *model, const struct metric *metric,
                              bool is_adding)
{
    struct text key = {0};
    int64_t number;

    text_printf(&key, "%s::%s", metric->name, metric->source);
    number = is_adding ? names_add(model->metrics, key.bytes, key.length)
                       : names_find(model->metrics, key.bytes, key.length);
    text_release(&key);
    return number;
}

struct normal baseline_model_find(const struct baseline_model *model, int64_t host, int64_t metric)
{
    struct normal own = {NAN, NAN};

    if (metric < 0) return own;
    if (host >= 0) own = model->readings[host * names_count(model->metrics) + metric];
    return isnan(own.median) ? model->common[metric] : own;
}

struct normal normal_of_values(const double *values, int64_t count, double *work)
{
    struct normal law = {NAN, NAN};
    int64_t present = 0, rare;
    double tail, between, freedom;

    for (int64_t i = 0; i < count; i++) present += !isnan(values[i]);
    if (present < 3) return law;
    median_mad(values, count, work, &law.median, &law.spread);
    between = block_variance(values, count, law.spread, work, &freedom);
    present = 0;
    for (int64_t i = 0; i < count; i++)
        if (!isnan(values[i])) work[present++] = fabs(values[i] - law.median);
    rare = (int64_t)(RARE * (double)present);
    tail = rank_in_place(work, present, present - 1 - rare);
    law.spread = fmax(hypot(law.spread, sqrt(between)),
                      tail / normal_deviate(0.5 * ((double)rare + 0.5) / (double)present));
    return law;
}

/* @param least  the least spread of a reading; @param work  room for [2, hosts] */
static struct normal pool_metric(const struct baseline_model *model, int64_t metric, double *least,
                                 double *work)
{
    const int64_t hosts = names_count(model->hosts), metrics = names_count(model->metrics);
    struct normal common;
    int64_t known = 0, moving = 0;
    double between, within;

    for (int64_t h = 0; h < hosts; h++) {
        const double spread = model->readings[h * metrics + metric].spread;

        if (spread > 0.0) work[moving++] = spread;
    }
    within = moving > 0 ? median_in_place(work, moving) : 0.0;
    *least = LEAST_PART_OF_COMMON * within;
    for (int64_t h = 0; h < hosts; h++) {
        struct normal *own = &model->readings[h * metrics + metric];

        if (isnan(own->median)) continue;
        own->spread = fmax(own->spread, *least);
        work[known++] = own->median;
    }
    median_mad(work, known, work + hosts, &common.median, &between);
    common.spread = known > 0 ? hypot(between, within) : (double)NAN;
    return common;
}

void baseline_model_pool(struct baseline_model *model)
{
    const int64_t hosts = names_count(model->hosts), metrics = names_count(model->metrics);
    double *work = mem_zero(2 * (size_t)hosts, sizeof *work);

    mem_free(&model->common);
    mem_free(&model->least_spread);
    model->common = mem_zero((size_t)metrics, sizeof *model->common);
    model->least_spread = mem_zero((size_t)metrics, sizeof *model->least_spread);
    for (int64_t m = 0; m < metrics; m++)
        model->common[m] = pool_metric(model, m, &model->least_spread[m], work);
    mem_free(&work);
}

enum { TAIL_DOUBLES = sizeof(struct tail_law) / sizeof(double) };

static void put_names(struct archive *archive, const char *path, const struct name_table *names)
{
    const int64_t count = names_count(names);
    const char **texts = mem_zero((size_t)count, sizeof *texts);

    for (int64_t i = 0; i < count; i++) texts[i] = names_text(names, i);
    archive_put_texts(archive, path, texts, count);
    mem_free(&texts);
}

void baseline_model_save(const struct baseline_model *model, struct archive *archive)
{
    const int64_t hosts = names_count(model->hosts), metrics = names_count(model->metrics);
    const struct archive_shape readings = {
        ARCHIVE_DOUBLE, 3, {hosts, metrics, 2}
    };
    const struct archive_shape common = {
        ARCHIVE_DOUBLE, 2, {metrics, 2}
    };
    const struct archive_shape tail = {
        ARCHIVE_DOUBLE, 2, {1, TAIL_DOUBLES}
    };

    put_names(archive, "/baseline/hosts", model->hosts);
    put_names(archive, "/baseline/metrics", model->metrics);
    archive_put(archive, "/baseline/readings", readings, model->readings);
    archive_put(archive, "/baseline/common", common, model->common);
    archive_put(archive, "/baseline/tail", tail, &model->tail);
    archive_put_real(archive, "/baseline", "window_s", model->window_s);
}

static status get_names(struct archive *archive, const char *path, struct name_table *names)
{
    int64_t *numbers = NULL, count = 0;

    TRY(archive_get_texts(archive, path, names, &numbers, &count));
    mem_free(&numbers);
    if (count == names_count(names)) return STATUS_OK;
    return fail(STATUS_BAD_INPUT, "%s: a name stands there twice", path);
}

status baseline_model_load(struct baseline_model *model, struct archive *archive)
{
    struct archive_shape readings = {
        ARCHIVE_DOUBLE, 3, {0, 0, 2}
    };
    struct archive_shape common = {
        ARCHIVE_DOUBLE, 2, {0, 2}
    };
    struct archive_shape tail = {
        ARCHIVE_DOUBLE, 2, {1, TAIL_DOUBLES}
    };
    void *items = NULL;

    TRY(get_names(archive, "/baseline/hosts", model->hosts));
    TRY(get_names(archive, "/baseline/metrics", model->metrics));
    readings.extent[0] = names_count(model->hosts);
    readings.extent[1] = common.extent[0] = names_count(model->metrics);
    TRY(archive_get_real(archive, "/baseline", "window_s", &model->window_s));
    TRY(archive_get(archive, "/baseline/readings", &readings, &items));
    model->readings = items;
    TRY(archive_get(archive, "/baseline/common", &common, &items));
    model->common = items;
    TRY(archive_get(archive, "/baseline/tail", &tail, &items));
    memcpy(&model->tail, items, sizeof model->tail);
    mem_free(&items);
    return STATUS_OK;
}

double baseline_z(double value, struct normal law)
{
    const double off = value - law.median;
    const double rounding = 2.0 * (double)FLT_EPSILON * fabs(law.median);

    if (fabs(off) <= rounding) return 0.0;
    if (law.spread <= 0.0) return copysign(Z_MAX, off);
    return fmax(-Z_MAX, fmin(off / law.spread, Z_MAX));
}

double baseline_chance(double z, int64_t readings)
{
    if (readings == 0) return NAN;
    return fmin(1.0, 2.0 * (double)readings * normal_tail(fabs(z)));
}
