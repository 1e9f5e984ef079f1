// SPDX-License-Identifier: BSD-3-Clause
#include "info.h"

/* A whole number with commas: 1,234,567. */
static const char *with_commas(int64_t number, char text[32])
{
    char *at = text + 31;
    uint64_t left = number < 0 ? 0U - (uint64_t)number : (uint64_t)number;
    int digits = 0;

    *at = '\0';
    do {
        if (digits > 0 && digits % 3 == 0) *--at = ',';
        *--at = (char)('0' + left % 10);
        digits++;
        left /= 10;
    } while (left > 0);
    if (number < 0) *--at = '-';
    return at;
}

static void print_span(const struct context *context, const struct facility *facility)
{
    const double length_s = (double)facility->sample_count * facility->period_s;
    char from[CLOCK_TEXT_BYTES];
    char until[CLOCK_TEXT_BYTES];
    char number[32];

    if (facility->sample_count == 0) {
        say(context, "%-10s none\n", "samples");
        return;
    }
    say(context, "%-10s %s of each metric, one each %g s: %s to %s (%.4g %s)\n", "samples",
        with_commas(facility->sample_count, number), facility->period_s,
        clock_text(facility->start_unix_s, from),
        clock_text(facility->start_unix_s + (int64_t)length_s, until),
        length_s < 172800.0 ? length_s / 3600.0 : length_s / 86400.0,
        length_s < 172800.0 ? "hours" : "days");
}

static void print_hosts(const struct context *context, const struct facility_summary *summary)
{
    char shown[SHOWN_BYTES];
    char number[32];

    say(context, "%-10s %s", "hosts", with_commas(summary->facility->host_count, number));
    if (summary->placed_hosts > 0)
        say(context, " in %lld racks", (long long)names_count(summary->racks.names));
    if (summary->host_list.length > 0)
        say(context, ": %s", text_printable(summary->host_list.bytes, shown, sizeof shown));
    say(context, "\n");
}

static void print_gaps(const struct context *context, const struct facility_summary *summary)
{
    const struct facility *facility = summary->facility;
    const int64_t all = facility->host_count * facility->sample_count * facility->metric_count;
    char shown[SHOWN_BYTES];
    char number[32];

    if (!summary->has_survey || all == 0) return;
    say(context, "%-10s %.2f %% of %s values", "missing",
        100.0 * missing_fraction(summary->present, all), with_commas(all, number));
    if (summary->silent_hosts > 0) {
        say(context, "; %s silent host%s: %s", with_commas(summary->silent_hosts, number),
            summary->silent_hosts == 1 ? "" : "s",
            text_printable(summary->silent_list.bytes, shown, sizeof shown));
    }
    say(context, "\n");
}

static void print_metric(const struct context *context, const struct facility_summary *summary,
                         int64_t metric, const int widths[3])
{
    const struct facility *facility = summary->facility;
    const struct metric *row = &facility->metrics[metric];
    char name[64];
    char unit[32];
    char source[48];

    say(context, "  %-*s  %-*s  %-*s  %-7s", widths[0],
        text_printable(row->name, name, sizeof name), widths[1],
        text_printable(row->unit, unit, sizeof unit), widths[2],
        text_printable(row->source, source, sizeof source),
        row->kind == METRIC_COUNTER ? "counter" : "gauge");
    if (summary->has_survey) {
        say(context, "  %6.2f %%",
            100.0
                * missing_fraction(summary->present_by_metric[metric],
                                   facility->host_count * facility->sample_count));
    }
    say(context, "\n");
}

/* Columns of a text as wide as a terminal shows it. */
static int shown_width(const char *text, size_t room)
{
    char line[64];
    int width = 0;

    for (const char *at = text_printable(text, line, room < sizeof line ? room : sizeof line); *at;
         at++)
        width += ((unsigned char)*at & 0xC0) != 0x80;
    return width;
}

static void print_metrics(const struct context *context, const struct facility_summary *summary)
{
    const struct facility *facility = summary->facility;
    int widths[3] = {4, 4, 6};
    char number[32];

    say(context, "%-10s %s", "metrics", with_commas(facility->metric_count, number));
    if (summary->counters > 0)
        say(context, ", of them %lld cumulative counters", (long long)summary->counters);
    say(context, "\n");
    if (facility->metric_count == 0) return;
    for (int64_t m = 0; m < facility->metric_count; m++) {
        const int name = shown_width(facility->metrics[m].name, 64);
        const int unit = shown_width(facility->metrics[m].unit, 32);
        const int source = shown_width(facility->metrics[m].source, 48);

        if (name > widths[0]) widths[0] = name;
        if (unit > widths[1]) widths[1] = unit;
        if (source > widths[2]) widths[2] = source;
    }
    say(context, "  %-*s  %-*s  %-*s  %-7s%s\n", widths[0], "name", widths[1], "unit", widths[2],
        "source", "kind", summary->has_survey ? "   missing" : "");
    for (int64_t m = 0; m < facility->metric_count; m++) print_metric(context, summary, m, widths);
}

static void print_jobs(const struct context *context, const struct facility_summary *summary)
{
    char number[32];
    char with_hosts[32];

    say(context, "%-10s %s", "jobs", with_commas(summary->facility->job_count, number));
    if (summary->facility->job_count == 0) {
        say(context, "\n");
        return;
    }
    say(context, " of %lld users, %s of them with hosts\n",
        (long long)names_count(summary->users.names),
        with_commas(summary->jobs_with_hosts, with_hosts));
    tally_print(context, "  states", &summary->states, 8);
}

static void print_events(const struct context *context, const struct facility_summary *summary)
{
    static const char *const names[] = {"info", "warning", "error", "fatal"};
    const struct facility *facility = summary->facility;
    char from[CLOCK_TEXT_BYTES];
    char until[CLOCK_TEXT_BYTES];
    char number[32];

    say(context, "%-10s %s", "events", with_commas(facility->event_count, number));
    for (int severity = 3; facility->event_count > 0 && severity >= 0; severity--) {
        say(context, "%s %s %s", severity == 3 ? ":" : ",",
            with_commas(summary->severities[severity], number), names[severity]);
    }
    if (facility->event_count > 0) {
        say(context, "; %s to %s", clock_text((int64_t)facility->events[0].unix_s, from),
            clock_text((int64_t)facility->events[facility->event_count - 1].unix_s, until));
    }
    say(context, "\n");
}

void facility_print(const struct context *context, const struct facility_summary *summary)
{
    char path[SHOWN_BYTES];
    char name[SHOWN_BYTES];
    char number[32];

    say(context, "%s: facility \"%s\"\n", text_printable(summary->path, path, sizeof path),
        text_printable(summary->facility->name, name, sizeof name));
    print_span(context, summary->facility);
    print_hosts(context, summary);
    print_gaps(context, summary);
    if (summary->has_survey) facility_print_clocks(context, summary);
    print_metrics(context, summary);
    print_jobs(context, summary);
    print_events(context, summary);
    if (summary->facility->label_count > 0) {
        tally_print(context, "labels", &summary->labels, 12);
    } else {
        say(context, "%-10s %s\n", "labels", with_commas(0, number));
    }
}
