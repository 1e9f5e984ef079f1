// SPDX-License-Identifier: BSD-3-Clause
/* --update: the file that stands at the output already is one more input, the first of all. */
#include "gather.h"

#include <telltale/store.h>

#include <math.h>
#include <string.h>
#include <unistd.h>

static const struct facility *earlier_facility(const struct import *import)
{
    return import->earlier ? store_facility(import->earlier) : NULL;
}

static status check_period(const struct import *import)
{
    const struct facility *earlier = earlier_facility(import);
    const bool is_given = settings_is_given(import->settings, "period_s");
    const double period_s = is_given ? settings_real(import->settings, "period_s") : 0;

    if (!is_given || earlier->sample_count == 0) return STATUS_OK;
    if (period_s >= earlier->period_s && period_s <= earlier->period_s) return STATUS_OK;
    return fail(STATUS_BAD_USE, "period_s %g: %s has a sample every %g s", period_s, import->output,
                earlier->period_s);
}

status earlier_open(struct import *import)
{
    int32_t is_there = comm_rank(import->comm) == 0 && access(import->output, F_OK) == 0;

    comm_broadcast(import->comm, &is_there, sizeof is_there, 0);
    if (!is_there) return STATUS_OK;
    TRY(store_open(import->comm, import->output, &import->earlier));
    return check_period(import);
}

void earlier_host(const struct import *import, struct host *host)
{
    const struct facility *earlier = earlier_facility(import);
    const int64_t number = earlier ? facility_find_host(earlier, host->name) : -1;
    const char *name = host->name;

    if (number < 0) {
        host_position_from_name(host);
        return;
    }
    *host = earlier->hosts[number];
    host->name = name;
    host->stamps_backward = host->stamps_future = 0; /* see keep_earlier_stamps() */
}

void earlier_metrics(const struct import *import, struct facility *facility)
{
    const struct facility *earlier = earlier_facility(import);

    for (int64_t m = 0; earlier && m < earlier->metric_count; m++) {
        const struct metric *from = &earlier->metrics[m];
        struct metric *metric = facility_add_metric(facility, from->name, from->source);

        metric->unit = facility_text(facility, from->unit);
        metric->kind = from->kind;
    }
}

static int32_t host_now(const struct facility *earlier, const struct facility *facility,
                        int32_t host)
{
    return host < 0 ? -1 : (int32_t)facility_find_host(facility, earlier->hosts[host].name);
}

void earlier_records(const struct import *import, struct facility *facility,
                     struct batches *batches)
{
    const int64_t before_all = -1;
    const struct facility *earlier = earlier_facility(import);

    if (!earlier) return;
    facility_copy_records(facility, earlier);
    batches_extend(&batches->jobs, facility->job_count, before_all);
    batches_extend(&batches->events, facility->event_count, before_all);
    batches_extend(&batches->labels, facility->label_count, before_all);
}

/* ---- samples -------------------------------------------------------------------------------- */

/** The start @p samples periods earlier or somewhat more: file and grid know whole seconds only. */
static status start_before(const struct import *import, const struct facility *earlier,
                           int64_t samples, int64_t *start_unix_s, int64_t *added)
{
    static const int64_t tries = 1000000;
    static const double tolerance_s = 1e-6;

    for (int64_t more = 0; more < tries; more++) {
        const double back_s = (double)(samples + more) * earlier->period_s;

        if (fabs(back_s - floor(back_s + 0.5)) > tolerance_s) continue;
        *added = samples + more;
        *start_unix_s = earlier->start_unix_s - (int64_t)floor(back_s + 0.5);
        return STATUS_OK;
    }
    return fail(STATUS_BAD_INPUT,
                "rows before the first sample of %s cannot be added: no number of its periods of "
                "%.9g s is whole seconds",
                import->output, earlier->period_s);
}

status earlier_grid(const struct import *import, struct facility *facility, double first,
                    double last)
{
    const struct facility *earlier = earlier_facility(import);
    int64_t added = 0;

    ASSERT(earlier != NULL);
    facility->start_unix_s = earlier->start_unix_s;
    facility->period_s = earlier->period_s;
    facility->sample_count = earlier->sample_count;
    if (!isfinite(first)) return STATUS_OK;
    if (grid_slot(facility, first) < 0)
        TRY(start_before(import, earlier, -grid_slot(facility, first), &facility->start_unix_s,
                         &added));
    facility->sample_count += added;
    if (grid_slot(facility, last) >= facility->sample_count)
        facility->sample_count = grid_slot(facility, last) + 1;
    return STATUS_OK;
}

status earlier_bases(const struct import *import, const struct facility *facility, double **bases)
{
    const struct facility *earlier = earlier_facility(import);
    double *made, *of_host;
    status st = STATUS_OK;

    *bases = NULL;
    if (!earlier || earlier->sample_count == 0) return STATUS_OK;
    made = mem_zero((size_t)(facility->host_count * facility->metric_count) + 1, sizeof *made);
    of_host = mem_zero((size_t)(earlier->host_count * earlier->metric_count) + 1, sizeof *of_host);
    st = store_read_bases(import->earlier, (struct span){0, earlier->host_count}, of_host);
    for (int64_t h = 0; !st && h < earlier->host_count; h++)
        memcpy(made + host_now(earlier, facility, (int32_t)h) * facility->metric_count,
               of_host + h * earlier->metric_count, (size_t)earlier->metric_count * sizeof *made);
    mem_free(&of_host);
    if (st)
        mem_free(&made);
    else
        *bases = made;
    return st;
}

/** The earlier file's samples of one host within a block; its metrics are the first of the facility's. */
static void underlay(const struct facility *earlier, const struct facility *facility,
                     int64_t samples, const float *from, const double *shifts, float *values)
{
    for (int64_t t = 0; t < samples; t++)
        for (int64_t m = 0; m < earlier->metric_count; m++) {
            const float sample = from[t * earlier->metric_count + m];
            float *value = &values[t * facility->metric_count + m];

            if (isnan(*value)) *value = (float)((double)sample + shifts[m]);
        }
}

status earlier_samples(const struct import *import, const struct facility *facility,
                       struct span hosts, struct span times, const double *shifts, float *values)
{
    const struct facility *earlier = store_facility(import->earlier);
    const double ahead = (double)(earlier->start_unix_s - facility->start_unix_s);
    const int64_t offset = (int64_t)floor(ahead / facility->period_s + 0.5);
    const int64_t first = times.first > offset ? times.first : offset;
    const int64_t behind = times.first + times.count, end = offset + earlier->sample_count;
    const int64_t count = (behind < end ? behind : end) - first;
    float *from;
    status st = STATUS_OK;

    if (count <= 0 || earlier->metric_count == 0) return STATUS_OK;
    from = mem_array((size_t)(count * earlier->metric_count), sizeof *from);
    for (int64_t h = 0; !st && h < hosts.count; h++) {
        const char *name = facility->hosts[hosts.first + h].name;
        const int64_t number = facility_find_host(earlier, name);

        if (number < 0) continue;
        st = store_read(import->earlier, (struct span){number, 1},
                        (struct span){first - offset, count}, from);
        if (st) break;
        underlay(earlier, facility, count, from, shifts + h * facility->metric_count,
                 values + (h * times.count + first - times.first) * facility->metric_count);
    }
    mem_free(&from);
    return st;
}
