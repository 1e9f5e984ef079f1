// SPDX-License-Identifier: BSD-3-Clause
/* Hosts whose stamps step back or are still to come: evidence of wrong clocks in the report of an import. */
#include "gather.h"

#include <jansson.h>

/* What a person reads; JSON has all. */
enum { SHOWN_HOSTS = 5, SHOWN_BYTES = 64 };

void stamps_take(struct import_report *report, const struct facility *facility)
{
    report->stamps = mem_zero((size_t)facility->host_count + 1, sizeof *report->stamps);
    for (int64_t h = 0; h < facility->host_count; h++) {
        const struct host *host = &facility->hosts[h];

        if (host->stamps_backward == 0 && host->stamps_future == 0) continue;
        report->stamps[report->stamp_hosts++] =
            (struct host_stamps){mem_text(host->name), host->stamps_backward, host->stamps_future};
    }
}

void stamps_release(struct import_report *report)
{
    for (int64_t i = 0; i < report->stamp_hosts; i++) mem_free(&report->stamps[i].host);
    mem_free(&report->stamps);
}

static int64_t count_of(const struct host_stamps *stamps, bool is_future)
{
    return is_future ? stamps->future : stamps->backward;
}

static void line_of(const struct import_report *report, bool is_future, struct text *table)
{
    int64_t hosts = 0, shown = 0;

    for (int64_t i = 0; i < report->stamp_hosts; i++)
        hosts += count_of(&report->stamps[i], is_future) > 0;
    if (hosts == 0) return;
    text_printf(table, "clocks      the stamps of %lld hosts %s:", (long long)hosts,
                is_future ? "are still to come" : "step back");
    for (int64_t i = 0; i < report->stamp_hosts && shown < SHOWN_HOSTS; i++) {
        char name[SHOWN_BYTES];

        if (count_of(&report->stamps[i], is_future) == 0) continue;
        text_printf(table, "%s %s (%lld)", shown > 0 ? "," : "",
                    text_printable(report->stamps[i].host, name, sizeof name),
                    (long long)count_of(&report->stamps[i], is_future));
        shown++;
    }
    text_printf(table, hosts > shown ? ", ...\n" : "\n");
}

void stamps_table(const struct import_report *report, struct text *table)
{
    line_of(report, false, table);
    line_of(report, true, table);
}

json_t *stamps_json(const struct import_report *report)
{
    json_t *list = json_array();

    for (int64_t i = 0; i < report->stamp_hosts; i++) {
        const struct host_stamps *stamps = &report->stamps[i];

        json_array_append_new(list, json_pack("{s:s, s:I, s:I}", "host", stamps->host,
                                              "stamps_backward", (json_int_t)stamps->backward,
                                              "stamps_future", (json_int_t)stamps->future));
    }
    return list;
}
