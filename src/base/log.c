// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/base.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const double quiet_s = 5.0; /* no line oftener than this where stderr is no terminal */
static const double blink_s = 0.1; /* nor a bar on a terminal */

static enum log_level level_limit = LOG_NOTICE;
static bool speaking = true;
static char label[32];
static bool has_open_bar;

static struct {
    char stage[64];
    double said_at_s;
    int64_t said_tenth;
} progress;

void log_configure(enum log_level level, bool is_speaking, const char *rank_label)
{
    level_limit = level;
    speaking = is_speaking;
    snprintf(label, sizeof label, "%s", rank_label ? rank_label : "");
}

bool log_is_speaking(void)
{
    return speaking;
}

bool log_is_terminal(void)
{
    return isatty(STDERR_FILENO) == 1;
}

enum log_level log_level_now(void)
{
    return level_limit;
}

static void close_bar(void)
{
    if (has_open_bar) fputc('\n', stderr);
    has_open_bar = false;
}

void log_line(enum log_level level, const char *format, ...)
{
    va_list args;

    if (!speaking || level > level_limit) return;
    close_bar();
    fputs(label, stderr);
    if (level == LOG_WARNING) fputs("warning: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

static void draw_bar(const char *stage, int64_t done, int64_t total)
{
    enum { WIDTH = 30 };
    const int filled = (int)(WIDTH * (double)done / (double)total);
    char bar[WIDTH + 1];

    memset(bar, '.', WIDTH);
    memset(bar, '#', (size_t)filled);
    bar[WIDTH] = '\0';
    fprintf(stderr, "\r%-24s [%s] %3.0f %%", stage, bar, 100.0 * (double)done / (double)total);
    has_open_bar = true;
    if (done == total) close_bar();
}

void log_progress(const char *stage, int64_t done, int64_t total)
{
    const double now_s = clock_monotonic_s();
    const int64_t tenth = total > 0 ? 10 * done / total : 10;

    if (!speaking || level_limit < LOG_NOTICE || total <= 0) return;
    if (strncmp(stage, progress.stage, sizeof progress.stage - 1) != 0 || done == 0) {
        snprintf(progress.stage, sizeof progress.stage, "%s", stage);
        progress.said_at_s = now_s;
        progress.said_tenth = 0;
    }
    if (log_is_terminal()) {
        if (now_s - progress.said_at_s < blink_s && done != total) return;
        draw_bar(stage, done, total);
    } else {
        if (tenth == progress.said_tenth || now_s - progress.said_at_s < quiet_s) return;
        log_line(LOG_NOTICE, "%s: %d %%", stage, (int)(10 * tenth));
    }
    progress.said_at_s = now_s;
    progress.said_tenth = tenth;
}
