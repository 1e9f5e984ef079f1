// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/store.h>

#include <math.h>

/* Samples are read in blocks of at most so many floats: a few chunks. */
enum { BLOCK_FLOATS = 4 << 20 };

/* Count the finite values of each metric; @p values [times, metrics]. @return their sum */
static int64_t count_present(const float *values, int64_t times, int64_t metrics,
                             int64_t *by_metric)
{
    int64_t sum = 0;

    for (int64_t t = 0; t < times; t++) {
        for (int64_t m = 0; m < metrics; m++) {
            const int64_t is_present = isfinite(values[t * metrics + m]) ? 1 : 0;

            by_metric[m] += is_present;
            sum += is_present;
        }
    }
    return sum;
}

struct block {
    int64_t hosts, times;
};

static int64_t between_1_and(int64_t most, int64_t value)
{
    if (value > most) value = most;
    return value < 1 ? 1 : value;
}

/* Whole chunks where they fit. */
static struct block choose_block(const struct store *store)
{
    const int64_t metrics = between_1_and(INT64_MAX, store_facility(store)->metric_count);
    struct block block;

    store_chunk(store, &block.hosts, &block.times);
    block.times = between_1_and(BLOCK_FLOATS / metrics, block.times);
    block.hosts = between_1_and(BLOCK_FLOATS / metrics / block.times, block.hosts);
    return block;
}

/* Local: the hosts of @p mine. */
static status survey_hosts(struct store *store, struct span mine, struct block block,
                           int64_t *by_host, int64_t *by_metric)
{
    const struct facility *facility = store_facility(store);
    const int64_t metrics = facility->metric_count;
    float *values = mem_array((size_t)(block.hosts * block.times * metrics), sizeof *values);
    status outcome = STATUS_OK;
    struct span times;

    for (times.first = 0; times.first < facility->sample_count; times.first += block.times) {
        times.count = facility->sample_count - times.first;
        if (times.count > block.times) times.count = block.times;
        if (outcome == STATUS_OK) outcome = store_read(store, mine, times, values);
        for (int64_t h = 0; outcome == STATUS_OK && h < mine.count; h++) {
            by_host[mine.first + h] +=
                count_present(values + h * times.count * metrics, times.count, metrics, by_metric);
        }
    }
    mem_free(&values);
    return outcome;
}

status store_survey(struct store *store, int64_t **by_host, int64_t **by_metric)
{
    const struct facility *facility = store_facility(store);
    const struct comm *comm = store_comm(store);
    int64_t *host_counts = mem_zero((size_t)facility->host_count, sizeof *host_counts);
    int64_t *metric_counts = mem_zero((size_t)facility->metric_count, sizeof *metric_counts);
    const struct block block = choose_block(store);
    const struct span mine =
        comm_share(comm, (facility->host_count + block.hosts - 1) / block.hosts);
    status outcome = STATUS_OK;

    for (int64_t b = mine.first; outcome == STATUS_OK && b < mine.first + mine.count; b++) {
        struct span hosts = {b * block.hosts, facility->host_count - b * block.hosts};

        if (hosts.count > block.hosts) hosts.count = block.hosts;
        outcome = survey_hosts(store, hosts, block, host_counts, metric_counts);
        log_progress("survey", b + 1 - mine.first, mine.count);
        comm_progress();
    }
    outcome = comm_agree(comm, outcome);
    if (outcome != STATUS_OK) {
        mem_free(&host_counts);
        mem_free(&metric_counts);
        return outcome;
    }
    comm_sum_int64s(comm, host_counts, facility->host_count);
    comm_sum_int64s(comm, metric_counts, facility->metric_count);
    *by_host = host_counts;
    *by_metric = metric_counts;
    return STATUS_OK;
}
