// SPDX-License-Identifier: BSD-3-Clause
#include "baseline.h"

#include <math.h>
#include <string.h>

/* So many windows of hosts are judged: more would tell the same. */
enum { WINDOWS_WANTED = 20000 };

struct baseline_trials baseline_trials_start(int64_t hosts, int64_t windows)
{
    return (struct baseline_trials){.host_stride = 1 + hosts * windows / WINDOWS_WANTED};
}

void baseline_trials_release(struct baseline_trials *trials)
{
    mem_free(&trials->values);
}

void baseline_trials_keep(struct baseline_trials *trials, struct span hosts, int64_t metrics,
                          int64_t windows, const float *values)
{
    const int64_t items = metrics * windows;

    trials->metrics = metrics;
    trials->windows = windows;
    for (int64_t h = 0; h < hosts.count; h++) {
        if ((hosts.first + h) % trials->host_stride != 0) continue;
        trials->values = mem_resize(trials->values, (size_t)((trials->hosts + 1) * items),
                                    sizeof *trials->values);
        memcpy(trials->values + trials->hosts++ * items, values + h * items,
               (size_t)items * sizeof *values);
    }
}

/* Readings of one host's windows while the farthest is sought. */
struct search {
    double *z;         /* owned, [windows]: of the farthest */
    int64_t *readings; /* owned, [windows] */
    double *values;    /* owned, [windows]: of one metric */
    double *others;    /* owned, [windows]: the same without a block */
    double *work;      /* owned, [windows] */
};

/* Judge each block by the law of the others. */
static void judge_metric(struct search *search, int64_t windows, double least_spread)
{
    const int blocks = blocks_of(windows);

    for (int block = 0; block < blocks; block++) {
        const int64_t begin = block_begin(windows, block), end = block_begin(windows, block + 1);
        struct normal law;

        memcpy(search->others, search->values, (size_t)windows * sizeof *search->others);
        for (int64_t w = begin; w < end; w++) search->others[w] = NAN;
        law = normal_of_values(search->others, windows, search->work);
        law.spread = fmax(law.spread, least_spread);
        for (int64_t w = begin; w < end && !isnan(law.median); w++) {
            if (isnan(search->values[w])) continue;
            search->readings[w]++;
            search->z[w] = fmax(search->z[w], fabs(baseline_z(search->values[w], law)));
        }
    }
}

static void count_host(const struct baseline_trials *trials, int64_t host,
                       const struct baseline_model *model, struct search *search, int64_t *counts)
{
    for (int64_t w = 0; w < trials->windows; w++) {
        search->z[w] = 0.0;
        search->readings[w] = 0;
    }
    for (int64_t m = 0; m < trials->metrics; m++) {
        const float *values = trials->values + (host * trials->metrics + m) * trials->windows;

        for (int64_t w = 0; w < trials->windows; w++) search->values[w] = (double)values[w];
        judge_metric(search, trials->windows, model->least_spread[m]);
    }
    for (int64_t w = 0; w < trials->windows; w++) {
        if (search->readings[w] > 0)
            counts[tail_bin(baseline_chance(search->z[w], search->readings[w]))]++;
    }
}

void baseline_calibrate(const struct comm *comm, const struct baseline_trials *trials,
                        struct baseline_model *model)
{
    const size_t windows = (size_t)trials->windows;
    struct search search = {
        .z = mem_zero(windows, sizeof *search.z),
        .readings = mem_zero(windows, sizeof *search.readings),
        .values = mem_zero(windows, sizeof *search.values),
        .others = mem_zero(windows, sizeof *search.others),
        .work = mem_zero(windows, sizeof *search.work),
    };
    int64_t counts[TAIL_BINS + 1] = {0}; /* and of blocks */

    for (int64_t host = 0; host < trials->hosts; host++) {
        count_host(trials, host, model, &search, counts);
        counts[TAIL_BINS] += blocks_of(trials->windows);
        comm_progress();
    }
    comm_sum_int64s(comm, counts, TAIL_BINS + 1);
    model->tail = tail_fit(counts, (double)counts[TAIL_BINS]);
    if (isinf(model->tail.from)) model->tail = tail_guess(counts);
    mem_free(&search.z);
    mem_free(&search.readings);
    mem_free(&search.values);
    mem_free(&search.others);
    mem_free(&search.work);
}
