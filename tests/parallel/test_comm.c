// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <math.h>
#include <string.h>
#include <time.h>

static void every_rank_learns_of_one_failure(void)
{
    const int unlucky = comm_size(check_comm) - 1;
    status mine = STATUS_OK;

    if (comm_rank(check_comm) == unlucky)
        mine = fail(STATUS_CANNOT_WRITE, "disk %d is full", unlucky);
    CHECK(comm_agree(check_comm, mine) == STATUS_CANNOT_WRITE);
    CHECK(strstr(status_message(), "is full") != NULL);
}

/* Part p adds values of very different sizes, so that any order of plain addition differs. */
static void fill_part(double *values, int count, int part)
{
    struct random random = random_start(7, (uint64_t)part);

    for (int i = 0; i < count; i++)
        values[i] = random_normal(&random) * pow(10.0, random_uniform(&random) * 20.0 - 8.0);
}

static void sums_have_the_same_bits_for_any_number_of_ranks(void)
{
    enum { PARTS = 23, ITEMS = 50 };
    const struct span mine = comm_share(check_comm, PARTS);
    struct exact_sums *ours = exact_create(ITEMS);
    struct exact_sums *backwards = exact_create(ITEMS);
    double values[ITEMS], sum[ITEMS], expected[ITEMS], plain[ITEMS] = {0.0};

    for (int64_t part = mine.first; part < mine.first + mine.count; part++) {
        fill_part(values, ITEMS, (int)part);
        exact_add(ours, values);
    }
    exact_reduce(check_comm, ours);
    exact_read(ours, sum);
    for (int part = PARTS - 1; part >= 0; part--) {
        fill_part(values, ITEMS, part);
        exact_add_some(backwards, (struct span){ITEMS / 3, ITEMS - ITEMS / 3}, values + ITEMS / 3);
        exact_add_some(backwards, (struct span){0, ITEMS / 3}, values);
        for (int i = 0; i < ITEMS; i++) plain[i] += values[i];
    }
    exact_read(backwards, expected);
    CHECK(memcmp(sum, expected, sizeof sum) == 0);
    for (int i = 0; i < ITEMS; i++) CHECK(fabs(sum[i] - plain[i]) <= 1e-12 * 1e12);
    exact_destroy(&backwards);
    exact_destroy(&ours);
}

static void small_and_large_addends_are_both_kept(void)
{
    const double addends[][1] = {{1e-9}, {1e12}, {-1e12}, {1e-9}};
    struct exact_sums *sums = exact_create(1);
    double sum;

    for (int i = 0; i < 4; i++) exact_add(sums, addends[i]);
    exact_read(sums, &sum);
    CHECK(fabs(sum - 2e-9) < 1e-21);
    exact_clear(sums);
    exact_read(sums, &sum);
    CHECK(sum == 0.0);
    exact_destroy(&sums);
}

static void rows_arrive_in_rank_order(void)
{
    const int rank = comm_rank(check_comm);
    const int size = comm_size(check_comm);
    int64_t rows[4] = {rank, rank, rank, rank};
    void *all;
    int64_t all_count;

    comm_gather_rows(check_comm, rows, rank, sizeof rows[0], &all, &all_count);
    CHECK(all_count == size * (size - 1) / 2);
    CHECK((all != NULL) == (rank == 0));
    for (int64_t i = 1; all && i < all_count; i++)
        CHECK(((int64_t *)all)[i - 1] <= ((int64_t *)all)[i]);
    mem_free(&all);
}

static void stages_are_timed(void)
{
    struct stage_time times[COMM_STAGES_MAX];
    int count;

    comm_stage_begin(check_comm, "outer");
    comm_stage_begin(check_comm, "inner");
    comm_stage_end(check_comm);
    comm_stage_end(check_comm);
    count = comm_stage_times(check_comm, times);
    CHECK(count == 2);
    CHECK(strcmp(times[0].name, "outer") == 0 && times[0].visits == 1);
    CHECK(times[0].max_s >= times[1].max_s && times[0].min_s <= times[0].mean_s);
}

/* The run would end here if one who waits counted as one who stalls. */
static void who_waits_for_a_rank_that_works_is_not_stalled(void)
{
    const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
    const double began_s = clock_monotonic_s();

    comm_watch(check_comm, 5.0);
    while (comm_rank(check_comm) == 0 && clock_monotonic_s() - began_s < 6.0) {
        nanosleep(&pause, NULL);
        comm_progress();
    }
    comm_barrier(check_comm);
    CHECK(clock_monotonic_s() - began_s >= 5.0);
    comm_watch(check_comm, 0.0);
}

static const struct comm_traffic *row_of(const struct comm_traffic *rows, int count,
                                         const char *stage, enum comm_kind kind)
{
    for (int i = 0; i < count; i++) {
        if (rows[i].kind == kind && strcmp(rows[i].stage, stage) == 0) return &rows[i];
    }
    return NULL;
}

static void traffic_is_counted_by_stage_and_kind(void)
{
    struct comm_traffic *rows = mem_zero(COMM_TRAFFIC_MAX, sizeof *rows);
    const int64_t before = comm_calls();
    const int64_t ranks = comm_size(check_comm);
    const struct comm_traffic *row;
    int64_t items[5] = {0};
    char bytes[7] = "";
    void *all;
    int64_t all_count;
    int count;

    comm_stage_begin(check_comm, "talk");
    comm_sum_int64s(check_comm, items, 5);
    comm_sum_int64s(check_comm, items, 0);
    comm_broadcast(check_comm, bytes, sizeof bytes, 0);
    comm_gather_rows(check_comm, items, 2, sizeof items[0], &all, &all_count);
    mem_free(&all);
    comm_stage_end(check_comm);
    CHECK(comm_calls() == before + 4); /* a gathering learns the counts first */
    count = comm_traffic(check_comm, rows);
    CHECK(comm_calls() == before + 4);
    row = row_of(rows, count, "talk", COMM_REDUCE);
    CHECK(row && row->calls == 1 && row->sent_bytes == 40 && row->received_bytes == 40);
    row = row_of(rows, count, "talk", COMM_BROADCAST);
    CHECK(row && row->sent_bytes == 7 && row->received_bytes == (ranks > 1 ? 7 : 0));
    row = row_of(rows, count, "talk", COMM_GATHER);
    CHECK(row && row->sent_bytes == 16 && row->received_bytes == 16 * ranks);
    row = row_of(rows, count, "talk", COMM_ALL);
    CHECK(row && row->calls == 1 && row->received_bytes == 4 * ranks);
    CHECK(!row_of(rows, count, "talk", COMM_BARRIER));
    mem_free(&rows);
}

/* Groups are no part of each other's exchanges, of which they have different numbers. */
static void groups_work_by_themselves_and_meet(void)
{
    const int rank = comm_rank(check_comm), size = comm_size(check_comm);
    const int number = rank % 2;
    struct comm *group = comm_group_create(check_comm, number);
    int64_t expected = 0;
    int members = 0;

    for (int r = number; r < size; r += 2, members++) expected += r;
    CHECK(comm_size(group) == members && comm_rank(group) == rank / 2);
    for (int i = 0; i < 3 + 4 * number; i++) CHECK(comm_sum_int64(group, rank) == expected);
    if (number == 1) CHECK(comm_agree(group, fail(STATUS_FAILED, "odd")) == STATUS_FAILED);
    comm_meet(check_comm);
    CHECK(comm_sum_int(check_comm, 1) == size);
    comm_group_destroy(&group);
}

CHECK_MAIN({"every rank learns of one failure", every_rank_learns_of_one_failure},
           {"sums have the same bits for any number of ranks",
            sums_have_the_same_bits_for_any_number_of_ranks},
           {"small and large addends are both kept", small_and_large_addends_are_both_kept},
           {"groups work by themselves and meet", groups_work_by_themselves_and_meet},
           {"rows arrive in rank order", rows_arrive_in_rank_order},
           {"stages are timed", stages_are_timed},
           {"who waits for a rank that works is not stalled",
            who_waits_for_a_rank_that_works_is_not_stalled},
           {"traffic is counted by stage and kind", traffic_is_counted_by_stage_and_kind})
