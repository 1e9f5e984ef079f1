// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/report.h>

#include <math.h>

static const double reach = 4.0; /* thresholds go this factor below and above that of the model */
static const double day_s = 86400.0;

void report_what_if_levels(double threshold, double highest,
                           struct report_what_if levels[REPORT_LEVELS])
{
    const int above = REPORT_LEVELS - 1 - REPORT_LEVELS_BELOW;
    const double instead = highest > 0 && isfinite(highest) ? highest : 1.0;
    const double middle = threshold > 0 && isfinite(threshold) ? threshold : instead;
    const double up = fmax(reach, isfinite(highest) ? highest / middle : 0.0);

    for (int k = 0; k < REPORT_LEVELS; k++) {
        const int steps = k - REPORT_LEVELS_BELOW;
        const double factor = steps < 0 ? pow(reach, (double)steps / REPORT_LEVELS_BELOW)
                                        : pow(up, (double)steps / above);

        levels[k] = (struct report_what_if){.threshold = middle * factor};
    }
}

/** How many levels a score is above; none for NaN. */
static int levels_below(const struct report_what_if *levels, float score)
{
    int low = 0;
    int high = REPORT_LEVELS;

    while (low < high) {
        const int middle = (low + high) / 2;

        if ((double)score > levels[middle].threshold) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void report_what_if_add(struct report_what_if levels[REPORT_LEVELS], const float *scores,
                        int64_t times, double period_s)
{
    int before = 0;     /* levels that the last sample was above */
    int most_today = 0; /* that any sample of this day was above */
    int most = 0;       /* that any sample was above */
    int64_t day = 0;

    for (int64_t t = 0; t < times; t++) {
        const int now = levels_below(levels, scores[t]);
        const int64_t today = (int64_t)((double)t * period_s / day_s);

        if (today != day) most_today = 0;
        day = today;
        for (int k = 0; k < now; k++) levels[k].samples++;
        for (int k = before; k < now; k++) levels[k].events++;
        for (int k = most_today; k < now; k++) levels[k].host_days++;
        for (int k = most; k < now; k++) levels[k].hosts++;
        if (now > most_today) most_today = now;
        if (now > most) most = now;
        before = now;
    }
}
