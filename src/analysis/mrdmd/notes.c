// SPDX-License-Identifier: BSD-3-Clause
#include "job_scores.h"

#include <math.h>

/* From here on a residual is called unlike the trial windows. The deviates of normal windows are no normal ones: this
 * names places to look at, and decides nothing. */
static const double far_off = 6.0;

/* The mean over metrics of the share that is left in one window; NaN where no metric moved. */
static double share_of_window(const struct mrdmd_night *night, int64_t root)
{
    double sum = 0.0;
    int64_t metrics = 0;

    for (int64_t m = 0; m < night->metric_count; m++) {
        const double share = mrdmd_residual_share(&night->energy[root * night->metric_count + m]);

        if (isnan(share)) continue;
        sum += share;
        metrics++;
    }
    return metrics > 0 ? sum / (double)metrics : (double)NAN;
}

static void add_time(const struct facility *facility, const struct mrdmd_window *window,
                     struct text *lines)
{
    char start[CLOCK_TEXT_BYTES];
    const double start_s =
        (double)facility->start_unix_s + (double)window->first * facility->period_s;

    text_printf(lines, "%s", clock_text((int64_t)start_s, start));
}

static const struct mrdmd_window *root_window(const struct mrdmd_plan *plan, int64_t root)
{
    int w = 0;

    while (plan->windows[w].root != root) w = plan->windows[w].next;
    return &plan->windows[w];
}

static void add_shares(const struct mrdmd_night *night, const struct facility *facility,
                       struct text *lines)
{
    double sum = 0.0;
    double most = -1.0;
    int64_t windows = 0;
    int64_t worst = 0;

    for (int64_t root = 0; root < night->root_count; root++) {
        const double share = share_of_window(night, root);

        if (isnan(share)) continue;
        sum += share;
        windows++;
        if (share <= most) continue;
        most = share;
        worst = root;
    }
    if (windows == 0) return;
    text_printf(lines, "residual: modes leave %.3g %% of the energy, %.3g %% in the window from ",
                100.0 * sum / (double)windows, 100.0 * most);
    add_time(facility, root_window(night->plan, worst), lines);
    text_printf(lines, "\n");
}

static void add_farthest(const struct mrdmd_analysis *self, const struct facility *facility,
                         struct text *lines)
{
    enum { NAME_BYTES = 48 };
    const struct mrdmd_night *night = &self->night;
    const int64_t readings = self->hosts_scored * night->metric_count;
    char host[NAME_BYTES], metric[NAME_BYTES];
    double most = 0.0;
    int64_t known = 0, beyond = 0, farthest = -1;

    for (int64_t i = 0; i < night->root_count * readings; i++) {
        const double z = (double)self->residual_z[i];

        if (isnan(z)) continue;
        known++;
        beyond += fabs(z) > far_off;
        if (fabs(z) <= fabs(most)) continue;
        most = z;
        farthest = i;
    }
    if (known == 0) return;
    text_printf(lines, "residual: %lld of %lld readings' windows beyond z %g", (long long)beyond,
                (long long)known, far_off);
    if (farthest >= 0) {
        const int64_t reading = farthest % readings;

        text_printf(
            lines, ", farthest %s %s with %.3g from ",
            text_printable(facility->hosts[reading / night->metric_count].name, host, NAME_BYTES),
            text_printable(facility->metrics[reading % night->metric_count].name, metric,
                           NAME_BYTES),
            most);
        add_time(facility, root_window(night->plan, farthest / readings), lines);
    }
    text_printf(lines, "\n");
}

void mrdmd_notes(const void *analysis, const struct facility *facility, struct text *lines)
{
    const struct mrdmd_analysis *self = analysis;

    add_shares(&self->night, facility, lines);
    add_farthest(self, facility, lines);
    if (self->jobs) job_scores_notes(self->jobs, facility, &self->model, lines);
}
