// SPDX-License-Identifier: BSD-3-Clause
#include "page_forecast.h"

#include <math.h>
#include <string.h>

/* Where the samples of an array of the scores file stand in the night of the page. */
struct placed {
    int64_t *sample; /* owned, [count]; -1: of another night */
    int64_t count;
};

static int64_t sample_at(const struct facility *facility, double unix_s)
{
    const double place = (unix_s - (double)facility->start_unix_s) / facility->period_s;

    return place > -0.5 && place < (double)facility->sample_count - 0.5 ? (int64_t)lround(place)
                                                                        : -1;
}

static status place_scores(struct archive *archive, const struct facility *facility,
                           struct placed *placed)
{
    double *unix_s;

    TRY(forecast_rows(archive, "/forecast/unix_s", &placed->count));
    TRY(forecast_items(archive, "/forecast/unix_s", ARCHIVE_DOUBLE, placed->count, 0,
                       (void **)&unix_s));
    placed->sample = mem_zero((size_t)placed->count + 1, sizeof *placed->sample);
    for (int64_t t = 0; t < placed->count; t++) placed->sample[t] = sample_at(facility, unix_s[t]);
    mem_free(&unix_s);
    return STATUS_OK;
}

/* Put rows of @p width numbers where they stand in the night; NaN elsewhere. */
static void put_in_place(const struct placed *placed, const float *rows, int64_t width,
                         int64_t samples, float *night)
{
    for (int64_t i = 0; i < samples * width; i++) night[i] = NAN;
    for (int64_t t = 0; t < placed->count; t++)
        if (placed->sample[t] >= 0)
            memcpy(night + placed->sample[t] * width, rows + t * width,
                   (size_t)width * sizeof *night);
}

/* Room to bring rows of an array of @p width numbers a sample to their places and to pack them. */
struct packer {
    struct archive *archive;
    const struct placed *placed;
    const struct report_plan *plan;
    float *rows, *night;   /* owned */
    int8_t *is_flagged;    /* owned, zero */
    unsigned char *record; /* owned */
};

static void packer_init(struct archive *archive, const struct placed *placed,
                        const struct report_plan *plan, struct packer *packer)
{
    const size_t width = (size_t)plan->metric_count;

    *packer = (struct packer){
        .archive = archive,
        .placed = placed,
        .plan = plan,
        .rows = mem_array((size_t)placed->count * width + 1, sizeof *packer->rows),
        .night = mem_array((size_t)plan->sample_count * width + 1, sizeof *packer->night),
        .is_flagged = mem_zero(width + 1, 1),
        .record = mem_array(report_record_bytes(plan) + 1, 1)};
}

static void packer_release(struct packer *packer)
{
    mem_free(&packer->rows);
    mem_free(&packer->night);
    mem_free(&packer->is_flagged);
    mem_free(&packer->record);
}

static status pack_row(struct packer *packer, const char *name, int64_t row,
                       struct report_timeline *timeline)
{
    const struct report_plan *plan = packer->plan;

    TRY(archive_get_rows(packer->archive, name, (struct span){row, 1}, ARCHIVE_FLOAT,
                         packer->rows));
    put_in_place(packer->placed, packer->rows, plan->metric_count, plan->sample_count,
                 packer->night);
    report_timeline_add(timeline, row, packer->record,
                        report_pack_host(plan, packer->night, packer->is_flagged, packer->record));
    return STATUS_OK;
}

static float largest(const float *values, int64_t count)
{
    float most = NAN;

    for (int64_t t = 0; t < count; t++)
        if (isnan(most) || values[t] > most) most = values[t];
    return most;
}

/* Twice over the scores: the highest of all decides which thresholds are offered. */
static status pack_scores(const struct facility *facility, struct packer *packer,
                          struct page_forecast *page)
{
    double highest = 0;

    for (int64_t h = 0; h < facility->host_count; h++) {
        TRY(pack_row(packer, "/forecast/score", h, page->scores));
        page->peak[h] = largest(packer->night, facility->sample_count);
        if ((double)page->peak[h] > highest) highest = (double)page->peak[h];
    }
    report_what_if_levels(page->forecast.threshold, highest, page->levels);
    for (int64_t h = 0; h < facility->host_count; h++) {
        TRY(archive_get_rows(packer->archive, "/forecast/score", (struct span){h, 1}, ARCHIVE_FLOAT,
                             packer->rows));
        put_in_place(packer->placed, packer->rows, 1, facility->sample_count, packer->night);
        report_what_if_add(page->levels, packer->night, facility->sample_count, facility->period_s);
    }
    return STATUS_OK;
}

status forecast_pack_scores(const struct comm *comm, struct archive *archive,
                            const struct facility *facility, const struct report_plan *plan,
                            struct page_forecast *page)
{
    struct placed placed = {0};
    struct archive_shape shape;
    status st = STATUS_OK;

    TRY(archive_shape(archive, "/forecast/score", &shape));
    TRY(place_scores(archive, facility, &placed));
    if (shape.dimensions != 2 || shape.extent[0] != facility->host_count
        || shape.extent[1] != placed.count)
        st = fail(STATUS_BAD_INPUT,
                  "%s: /forecast/score does not have a score of each host and time",
                  archive_path(archive));
    page->scores = report_timeline_create(facility->host_count);
    page->peak = mem_zero((size_t)facility->host_count + 1, sizeof *page->peak);
    if (!st && comm_rank(comm) == 0) {
        struct packer packer;

        packer_init(archive, &placed, plan, &packer);
        st = pack_scores(facility, &packer, page);
        packer_release(&packer);
    }
    mem_free(&placed.sample);
    page->forecast.scores = page->scores;
    page->forecast.peak = page->peak;
    page->forecast.levels = page->levels;
    return comm_agree(comm, st);
}

static status check_kept(const struct archive *archive, const struct facility *facility,
                         const struct archive_shape *shape, const struct page_forecast *page)
{
    const struct report_forecast *forecast = &page->forecast;

    if (shape->dimensions != 3 || shape->extent[0] != forecast->kept_count
        || shape->extent[2] != forecast->metric_count)
        return fail(STATUS_BAD_INPUT, "%s: /forecast/kept/prediction does not fit its hosts",
                    archive_path(archive));
    for (int64_t k = 0; k < forecast->kept_count; k++)
        if (page->kept_host[k] < 0 || page->kept_host[k] >= facility->host_count)
            return fail(STATUS_BAD_INPUT,
                        "%s: /forecast/kept/host names host %d, which is not there",
                        archive_path(archive), page->kept_host[k]);
    return STATUS_OK;
}

status forecast_pack_kept(const struct comm *comm, struct archive *archive,
                          const struct facility *facility, const struct report_plan *plan,
                          struct page_forecast *page)
{
    struct placed placed = {0};
    struct archive_shape shape;
    double start_unix_s;
    status st;

    TRY(archive_shape(archive, "/forecast/kept/prediction", &shape));
    TRY(archive_get_real(archive, "/forecast/kept", "start_unix_s", &start_unix_s));
    TRY(check_kept(archive, facility, &shape, page));
    placed.count = shape.extent[1];
    placed.sample = mem_zero((size_t)placed.count + 1, sizeof *placed.sample);
    for (int64_t t = 0; t < placed.count; t++)
        placed.sample[t] = sample_at(facility, start_unix_s + (double)t * facility->period_s);
    page->predictions = report_timeline_create(page->forecast.kept_count);
    page->forecast.predictions = page->predictions;
    st = STATUS_OK;
    if (comm_rank(comm) == 0) {
        struct packer packer;

        packer_init(archive, &placed, plan, &packer);
        for (int64_t k = 0; k < page->forecast.kept_count && !st; k++)
            st = pack_row(&packer, "/forecast/kept/prediction", k, page->predictions);
        packer_release(&packer);
    }
    mem_free(&placed.sample);
    return comm_agree(comm, st);
}
