// SPDX-License-Identifier: BSD-3-Clause
#include "comm_private.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static struct {
    pthread_t thread;
    bool is_running;
    atomic_bool should_end;
    atomic_llong steps; /**< calls of comm_progress() */
    double limit_s;
    int rank;
} watch;

void comm_progress(void)
{
    atomic_fetch_add_explicit(&watch.steps, 1, memory_order_relaxed);
}

static _Noreturn void end_stalled_run(void)
{
    fprintf(stderr, "telltale: rank %d made no progress for %.0f s in stage \"%s\"; the run ends\n",
            watch.rank, watch.limit_s, stage_name_now());
    _exit(
        status_exit_code(STATUS_FAILED)); /* MPI is not to be called here; mpirun ends the others */
}

static void *look_out(void *unused)
{
    const struct timespec pause = {.tv_nsec = 100 * 1000 * 1000};
    long long seen = atomic_load(&watch.steps);
    double since_s = clock_monotonic_s();

    while (!atomic_load(&watch.should_end)) {
        const long long steps = atomic_load(&watch.steps);

        nanosleep(&pause, NULL);
        if (steps != seen) {
            seen = steps;
            since_s = clock_monotonic_s();
        } else if (clock_monotonic_s() - since_s > watch.limit_s) {
            end_stalled_run();
        }
    }
    return unused;
}

void comm_watch(const struct comm *comm, double limit_s)
{
    watch_end();
    if (limit_s <= 0.0) return;
    watch.rank = comm->rank;
    watch.limit_s = limit_s;
    atomic_store(&watch.should_end, false);
    watch.is_running = pthread_create(&watch.thread, NULL, look_out, NULL) == 0;
}

void watch_end(void)
{
    if (!watch.is_running) return;
    atomic_store(&watch.should_end, true);
    pthread_join(watch.thread, NULL);
    watch.is_running = false;
}
