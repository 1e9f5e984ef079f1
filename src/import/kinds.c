// SPDX-License-Identifier: BSD-3-Clause
#include "gather.h"

#include <telltale/store.h>

enum { NAMES_SHOWN = 8 };

/** Does an unlisted metric behave like a counter: whole numbers that rise and never fall but to a reset? */
static bool counts(const struct behaviour *behaviour)
{
    static const int64_t steps_needed = 32, rises_needed = 3, steps_per_reset = 100;

    return behaviour->fractions == 0 && behaviour->low >= 0 && behaviour->steps >= steps_needed
           && behaviour->rises >= rises_needed && behaviour->falls == behaviour->resets
           && behaviour->resets * steps_per_reset <= behaviour->steps;
}

static void note_unlisted(struct import *import, const struct merged *merged, enum metric_kind kind,
                          const char *words)
{
    const struct facility *facility = merged->facility;
    struct text names = {0};
    int64_t count = 0;

    for (int64_t number = 0; number < merged->metrics.count; number++) {
        const struct merged_metric *metric = list_at(&merged->metrics, number);

        if (metric->listed != CLASS_UNLISTED || facility->metrics[metric->number].kind != kind)
            continue;
        if (count++ < NAMES_SHOWN) text_printf(&names, "%s%s", count > 1 ? ", " : "", metric->name);
    }
    if (count > 0)
        text_printf(&import->notes, "%lld metrics that no class lists behave like %s: %s%s\n",
                    (long long)count, words, names.bytes, count > NAMES_SHOWN ? ", ..." : "");
    text_release(&names);
}

void kinds_decide(struct import *import, struct merged *merged)
{
    const int64_t known = import->earlier ? store_facility(import->earlier)->metric_count : 0;

    for (int64_t number = 0; number < merged->metrics.count; number++) {
        const struct merged_metric *metric = list_at(&merged->metrics, number);
        const bool is_counter = metric->listed == CLASS_COUNTER
                                || (metric->listed == CLASS_UNLISTED && counts(&metric->behaviour));

        if (metric->number >= known)
            merged->facility->metrics[metric->number].kind =
                is_counter ? METRIC_COUNTER : METRIC_GAUGE;
    }
    note_unlisted(import, merged, METRIC_COUNTER, "counters");
    note_unlisted(import, merged, METRIC_GAUGE, "gauges");
}
