// SPDX-License-Identifier: BSD-3-Clause
/* The watchdog while MPI starts and ends: ranks wait for each other there before, and after, they can see each other. */
#include "comm_private.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* As the watchdog's limit when nothing is said. */
enum { LIMIT_S = 600 };

enum { STEP_MS = 20 };

/* After a longer step this process was stopped itself, as all of a suspended run: that does not count. */
enum { LONGEST_STEP_MS = 1000 };

/* The first rank that speaks has ended the others before the next would; later ones need not be told apart. */
enum { TURN_MS = 3000, TURNS = 8 };

static struct {
    pthread_t thread;
    bool is_running;
    atomic_bool should_end;
    const char *what;
    double limit_s;
    int rank;
} patience;

/* This process's rank, as those who start it say it before MPI can. */
static int rank_told(void)
{
    static const char *const names[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "SLURM_PROCID"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *rank = getenv(names[i]);

        if (rank) return (int)strtol(rank, NULL, 10);
    }
    return 0;
}

double comm_start_limit_s(void)
{
    const char *limit = getenv("TELLTALE_MPI_LIMIT_S");
    const double limit_s = limit ? strtod(limit, NULL) : 0.0;

    return limit_s > 0.0 ? limit_s : LIMIT_S;
}

static void *look_out(void *unused)
{
    const struct timespec pause = {.tv_nsec = STEP_MS * 1000 * 1000};
    const int rank = patience.rank;
    const int turn = rank < TURNS ? rank : TURNS;
    const double limit_ms = patience.limit_s * 1e3 + turn * TURN_MS;
    double waited_ms = 0.0, before_s = clock_monotonic_s();

    while (!atomic_load(&patience.should_end)) {
        double now_s, step_ms;

        nanosleep(&pause, NULL);
        now_s = clock_monotonic_s();
        step_ms = (now_s - before_s) * 1e3;
        before_s = now_s;
        waited_ms += step_ms < LONGEST_STEP_MS ? step_ms : STEP_MS;
        if (waited_ms < limit_ms) continue;
        fprintf(
            stderr,
            "telltale: rank %d waited %.0f s for MPI to %s: a rank is stopped or gone; the run ends\n",
            rank, patience.limit_s, patience.what);
        _exit(status_exit_code(STATUS_FAILED));
    }
    return unused;
}

void patience_begin(const char *what)
{
    patience.what = what;
    patience.limit_s = comm_start_limit_s();
    patience.rank =
        rank_told(); /* not by the thread: MPI changes the environment while it starts */
    atomic_store(&patience.should_end, false);
    patience.is_running = pthread_create(&patience.thread, NULL, look_out, NULL) == 0;
}

void patience_end(void)
{
    if (!patience.is_running) return;
    atomic_store(&patience.should_end, true);
    pthread_join(patience.thread, NULL);
    patience.is_running = false;
}
