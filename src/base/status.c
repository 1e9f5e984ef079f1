// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/base.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char latest_message[STATUS_MESSAGE_BYTES];
static void (*end_whole_run)(int exit_code);

int status_exit_code(status code)
{
    static const int exit_codes[] = {
        [STATUS_OK] = 0,      [STATUS_ANOMALY] = 10,  [STATUS_INTERRUPTED] = 75,
        [STATUS_BAD_USE] = 2, [STATUS_BAD_INPUT] = 3, [STATUS_CANNOT_WRITE] = 4,
        [STATUS_FAILED] = 1,
    };

    return exit_codes[code];
}

status status_fail(status code, const char *file, int line, const char *format, ...)
{
    char reason[STATUS_MESSAGE_BYTES];
    va_list args;

    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    text_printable(reason, latest_message, sizeof latest_message);
    log_line(LOG_DEBUG, "failure noted at %s:%d: %s", file, line, latest_message);
    return code;
}

const char *status_message(void)
{
    return latest_message;
}

void status_set_message(const char *message)
{
    snprintf(latest_message, sizeof latest_message, "%s", message);
}

void base_set_end(void (*end_run)(int exit_code))
{
    end_whole_run = end_run;
}

static _Noreturn void end_run(void)
{
    if (end_whole_run) end_whole_run(status_exit_code(STATUS_FAILED));
    abort();
}

void base_bug(const char *claim, const char *file, int line)
{
    fprintf(stderr,
            "telltale: a bug in the program, please report it: \"%s\" does not hold at %s:%d\n",
            claim, file, line);
    end_run();
}

void base_die(const char *format, ...)
{
    va_list args;

    fputs("telltale: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    end_run();
}
