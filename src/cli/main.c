// SPDX-License-Identifier: BSD-3-Clause
#include "cli.h"

#include <telltale/linalg.h>

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum log_level level_of(const char *name)
{
    static const char *const names[] = {"quiet", "warning", "notice", "detail", "debug"};
    int level = LOG_QUIET;

    while (strcmp(names[level], name) != 0) level++;
    return (enum log_level)level;
}

static void start_log(const struct comm *comm, const struct settings *run)
{
    const bool all_speak = settings_flag(run, "log_ranks");
    char label[24];

    snprintf(label, sizeof label, "rank %d: ", comm_rank(comm));
    log_configure(level_of(settings_text(run, "log_level")), all_speak || comm_rank(comm) == 0,
                  all_speak ? label : NULL);
}

/* As `telltale info FILE | head` leaves us: who has read enough has no complaint. */
static bool is_reader_gone(void)
{
    struct pollfd output = {.fd = STDOUT_FILENO};

    return poll(&output, 1, 0) == 1 && (output.revents & POLLERR);
}

/* What stands in stdio's buffer may still meet a full disk. */
static status flush_output(const struct comm *comm)
{
    status st = STATUS_OK;

    if ((fflush(stdout) != 0 || ferror(stdout)) && !is_reader_gone())
        st = fail(STATUS_CANNOT_WRITE, "could not write to the standard output");
    return comm_agree(comm, st);
}

static status run_command(const struct comm *comm, struct context *context)
{
    const struct settings *run = context->run_settings;
    status st;
    status flushed;

    TRY(comm_agree(comm, linalg_start()));
    comm_watch(comm, settings_real(run, "watchdog_s"));
    comm_stage_begin(comm, context->command->name);
    st = context->command->run(context);
    comm_stage_end(comm);
    if (settings_flag(run, "profile")) profile_print(comm);
    flushed = st ? STATUS_OK : flush_output(comm);
    return st ? st : flushed;
}

static void print_outcome(const struct comm *comm, status st, const struct command *command)
{
    if (st == STATUS_OK || comm_rank(comm) != 0) return;
    fflush(stdout);
    fprintf(stderr, "telltale: %s\n", status_message());
    if (st == STATUS_BAD_USE) {
        fprintf(stderr, "see: telltale %s%s--help\n", command ? command->name : "",
                command ? " " : "");
    }
}

int main(int argc, char **argv)
{
    struct invocation invocation;
    struct comm *comm;
    status st;

    if (help_if_asked(argc, argv)) return fflush(stdout) == 0 ? 0 : 4;
    comm = comm_start(&argc, &argv);
    comm_watch(comm, comm_start_limit_s()); /* until the configuration says otherwise */
    log_configure(LOG_NOTICE, comm_rank(comm) == 0, NULL);
    st = comm_agree(comm, invocation_read(comm, argc, argv, &invocation));
    if (!st) {
        start_log(comm, invocation.run);
        st = run_command(comm, &invocation.context);
    }
    print_outcome(comm, st, invocation.context.command);
    invocation_release(&invocation);
    comm_stop(&comm);
    return status_exit_code(st);
}
