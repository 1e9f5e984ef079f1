// SPDX-License-Identifier: BSD-3-Clause
#include "beats.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Ranks of other machines are not seen from here: those who wait for them are patient. */
enum { PATIENCE = 6 };

/* A watchdog that did not run for so long was stopped itself, as all of a suspended run: it starts anew. */
enum { STOPPED_MS = 5000 };

static struct {
    pthread_t thread;
    bool is_running;
    atomic_bool should_end;
    _Atomic double limit_s;
} watch;

/* ---- who it is ------------------------------------------------------------------------------ */

enum state { STATE_WORKS, STATE_WAITS, STATE_STALLS, STATE_STOPPED };

static enum state state_of(const struct beat *beat, long long now_ms)
{
    const long long limit_ms = (long long)(watch.limit_s * 1e3);

    /* A stopped rank was last seen when it stopped, a moment before the others began to wait for it. */
    if (now_ms - beat->seen_ms > limit_ms / 2) return STATE_STOPPED;
    if (now_ms - beat->stepped_ms <= limit_ms / 2) return STATE_WORKS;
    return beat->is_waiting ? STATE_WAITS : STATE_STALLS;
}

/* The rank that keeps the others waiting: one that is stopped before one that stalls; NULL where none of
 * this machine is to blame. */
static const struct beat *find_culprit(long long now_ms, bool *is_stopped, bool *is_at_work)
{
    const struct beat *stalled = NULL;

    *is_at_work = false;
    *is_stopped = false;
    for (int i = 0; i < beats.count; i++) {
        const struct beat *beat = &beats.beat[i];
        const enum state state = state_of(beat, now_ms);

        if (state == STATE_WORKS) *is_at_work = true;
        if (state == STATE_STALLS && !stalled) stalled = beat;
        if (state != STATE_STOPPED) continue;
        *is_stopped = true;
        return beat;
    }
    return stalled;
}

/* ---- the end -------------------------------------------------------------------------------- */

/* What is done before the first stage is begun. */
static const char *where(const struct beat *beat)
{
    return beat->stage[0] ? beat->stage : "start";
}

/* MPI is not to be called here: mpirun and srun end the others. */
static _Noreturn void end_run(const struct beat *culprit, bool is_stopped)
{
    const struct timespec pause = {.tv_sec = 2};

    if (atomic_exchange(&beats.beat[0].has_been_told, true)) {
        nanosleep(&pause, NULL); /* another is saying it */
    } else if (culprit) {
        fprintf(stderr, "telltale: rank %d %s for %.0f s in stage \"%s\"; the run ends\n",
                culprit->rank, is_stopped ? "did not run" : "made no progress", watch.limit_s,
                where(culprit));
    } else {
        fprintf(
            stderr,
            "telltale: rank %d waited %.0f s for ranks of other machines in stage \"%s\"; the run "
            "ends\n",
            beats.own->rank, watch.limit_s * PATIENCE, where(beats.own));
    }
    _exit(status_exit_code(STATUS_FAILED));
}

/* This rank has made no step for @p still_s: is it time to end the run? */
static void judge(double still_s, long long now_ms)
{
    bool is_stopped, is_at_work;
    const struct beat *culprit;

    if (still_s <= watch.limit_s) return;
    culprit = find_culprit(now_ms, &is_stopped, &is_at_work);
    if (culprit) end_run(culprit, is_stopped);
    if (is_at_work) return;                           /* it waits for one that works */
    if (beats.has_others && beats.is_meeting) return; /* those watch themselves */
    if (!beats.has_others || still_s > watch.limit_s * PATIENCE) end_run(NULL, false);
}

/* ---- looking out ---------------------------------------------------------------------------- */

static void *look_out(void *unused)
{
    const struct timespec pause = {.tv_nsec = 100 * 1000 * 1000};
    long long seen = -1;
    long long now_ms = beats_now_ms();

    while (!atomic_load(&watch.should_end)) {
        const long long steps = beats.own->step_count;
        const long long before_ms = now_ms;

        now_ms = beats_now_ms();
        beats.own->seen_ms = now_ms;
        if (steps != seen || now_ms - before_ms > STOPPED_MS) beats.own->stepped_ms = now_ms;
        seen = steps;
        judge((double)(now_ms - beats.own->stepped_ms) * 1e-3, now_ms);
        nanosleep(&pause, NULL);
    }
    return unused;
}

void comm_watch(const struct comm *comm, double limit_s)
{
    (void)comm;
    if (limit_s <= 0.0) watch_end();
    watch.limit_s = limit_s;
    if (limit_s <= 0.0 || watch.is_running) return;
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
