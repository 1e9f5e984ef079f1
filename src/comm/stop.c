// SPDX-License-Identifier: BSD-3-Clause
#include "comm_private.h"

#include <signal.h>

static volatile sig_atomic_t signal_seen;

static void note_signal(int number)
{
    signal_seen = number;
}

static void listen_to(const int *numbers, size_t count)
{
    struct sigaction action = {.sa_handler = note_signal, .sa_flags = SA_RESTART};

    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < count; i++) sigaction(numbers[i], &action, NULL);
}

void stop_listen_early(void)
{
    static const int numbers[] = {SIGUSR1};

    listen_to(numbers, 1);
}

void stop_listen(void)
{
    static const int numbers[] = {SIGTERM, SIGUSR1, SIGINT};

    listen_to(numbers, sizeof numbers / sizeof numbers[0]);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a limit on file sizes is then an error of write() */
}

bool comm_stop_requested(void)
{
    return signal_seen != 0;
}

void comm_forget_stop(void)
{
    signal_seen = 0;
}

status comm_check_stop(void)
{
    const int number = signal_seen;

    if (number == 0) return STATUS_OK;
    return fail(STATUS_INTERRUPTED, "stopped by %s; the same command continues",
                number == SIGTERM   ? "SIGTERM"
                : number == SIGUSR1 ? "SIGUSR1"
                                    : "SIGINT");
}
