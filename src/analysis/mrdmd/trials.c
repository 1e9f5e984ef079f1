// SPDX-License-Identifier: BSD-3-Clause
#include "analysis.h"

#include <math.h>
#include <string.h>

/* Do all nights have the same hosts in the same order? Then every rank keeps those of its tiles. */
static bool have_same_hosts(struct view *const *nights, int count)
{
    const struct facility *first = view_facility(nights[0]);

    for (int n = 1; n < count; n++) {
        const struct facility *facility = view_facility(nights[n]);

        if (facility->host_count != first->host_count) return false;
        for (int64_t h = 0; h < first->host_count; h++) {
            if (strcmp(facility->hosts[h].name, first->hosts[h].name) != 0) return false;
        }
    }
    return true;
}

static struct span hosts_of_tiles(const struct view *view)
{
    const struct span tiles = view_my_tiles(view);
    struct span hosts = {0, 0};

    for (int64_t tile = tiles.first; tile < tiles.first + tiles.count; tile++) {
        const struct span some = view_tile_hosts(view, tile);

        if (hosts.count == 0) hosts.first = some.first;
        hosts.count += some.count;
    }
    return hosts;
}

void mrdmd_trials_init(struct mrdmd_trials *trials, struct view *const *nights, int count)
{
    struct span mine;

    memset(trials, 0, sizeof *trials);
    trials->hosts = names_create();
    for (int n = 0; n < count; n++) {
        const struct facility *facility = view_facility(nights[n]);

        for (int64_t h = 0; h < facility->host_count; h++)
            names_add(trials->hosts, facility->hosts[h].name, strlen(facility->hosts[h].name));
    }
    trials->is_local = have_same_hosts(nights, count);
    mine = trials->is_local ? hosts_of_tiles(nights[0])
                            : comm_share(view_comm(nights[0]), names_count(trials->hosts));
    trials->host_first = mine.first;
    trials->host_count = mine.count;
    trials->metrics = view_facility(nights[0])->metric_count;
    trials->quantum = mem_zero((size_t)(mine.count * trials->metrics), sizeof *trials->quantum);
    trials->in_range = mem_zero((size_t)(mine.count * trials->metrics), sizeof *trials->in_range);
    for (int64_t r = 0; r < mine.count * trials->metrics; r++) trials->quantum[r] = INFINITY;
}

void mrdmd_trials_release(struct mrdmd_trials *trials)
{
    names_destroy(&trials->hosts);
    mem_free(&trials->magnitude);
    mem_free(&trials->features);
    mem_free(&trials->quantum);
    mem_free(&trials->in_range);
}

/* Make room for more windows: what is there moves apart, what is new is NaN. */
static float *widen(float *old, int64_t readings, int64_t windows, int64_t wider, int64_t cells)
{
    float *new = mem_array((size_t)(readings * wider * cells), sizeof *new);

    for (int64_t r = 0; r < readings; r++) {
        if (old)
            memcpy(new + r *wider *cells, old + r * windows * cells,
                   (size_t)(windows * cells) * sizeof *new);
        for (int64_t i = windows * cells; i < wider * cells; i++) new[r * wider * cells + i] = NAN;
    }
    mem_free(&old);
    return new;
}

/* Is a job of the user that ended well on this host all through [start, end)? */
static bool has_good_job(const struct facility *facility, const char *user, int32_t host,
                         double start_s, double end_s)
{
    for (int64_t j = 0; j < facility->job_count; j++) {
        const struct job *job = &facility->jobs[j];
        const bool is_good =
            strcmp(job->user, user) == 0 && strncmp(job->state, "COMPLETED", 9) == 0;

        if (!is_good || (double)job->start_unix_s > start_s || (double)job->end_unix_s < end_s)
            continue;
        for (int64_t i = 0; i < job->host_count; i++) {
            if (facility->job_hosts[job->host_first + i] == host) return true;
        }
    }
    return false;
}

/* The labels of trouble that overlap [start, end). @param found  room for all labels; @return how many */
static int64_t labels_within(const struct mrdmd_analysis *self, const struct facility *facility,
                             double start_s, double end_s, const struct label **found)
{
    int64_t count = 0;

    if (!settings_flag(self->settings, "skip_labelled")) return 0;
    for (int64_t i = 0; i < facility->label_count; i++) {
        const struct label *label = &facility->labels[i];

        if (label->start_unix_s >= end_s) break;
        if (label->end_unix_s > start_s && label_is_trouble(label)) found[count++] = label;
    }
    return count;
}

static void strike_out_host(struct mrdmd_night *night, int64_t h, int root)
{
    for (int64_t m = 0; m < night->metric_count; m++) {
        const int64_t cell = (h * night->metric_count + m) * night->root_count + root;

        for (int i = 0; i < night->sizes; i++) night->magnitude[cell * night->sizes + i] = NAN;
        for (int i = 0; i < night->items; i++) night->features[cell * night->items + i] = NAN;
    }
}

/* Windows that are no trials become NaN. */
static void strike_out(const struct mrdmd_analysis *self, const struct view *view,
                       struct mrdmd_night *night)
{
    const struct facility *facility = view_facility(view);
    const char *user =
        self->kind == BASELINE_JOB ? settings_text(self->settings, "baseline_user") : NULL;
    const struct mrdmd_plan *plan = night->plan;
    const struct label **labels = mem_zero((size_t)facility->label_count, sizeof *labels);

    for (int w = 0; w < plan->window_count; w = plan->windows[w].next) {
        const struct mrdmd_window *root = &plan->windows[w];
        const double start_s = view_time_unix_s(view, root->first);
        const double end_s = view_time_unix_s(view, root->first + root->count);
        const int64_t count = labels_within(self, facility, start_s, end_s, labels);

        for (int64_t h = 0; h < night->host_count; h++) {
            const int32_t host = (int32_t)(night->host_first + h);
            bool is_trial = !user || has_good_job(facility, user, host, start_s, end_s);

            for (int64_t i = 0; i < count && is_trial; i++)
                is_trial = !label_is_of_host(facility, labels[i], host);
            if (!is_trial) strike_out_host(night, h, root->root);
        }
    }
    mem_free(&labels);
}

/* One host's numbers of a night, to go to the rank that keeps it. */
struct parcel {
    int64_t magnitudes, features, readings; /* floats of each part; [quantum][in_range] follow */
};

static int64_t parcel_floats(const struct parcel *parcel)
{
    return parcel->magnitudes + parcel->features + 2 * parcel->readings;
}

static void pack(const struct mrdmd_night *night, const struct parcel *parcel, int64_t h, float *to)
{
    memcpy(to, night->magnitude + h * parcel->magnitudes, (size_t)parcel->magnitudes * sizeof *to);
    to += parcel->magnitudes;
    memcpy(to, night->features + h * parcel->features, (size_t)parcel->features * sizeof *to);
    to += parcel->features;
    memcpy(to, night->quantum + h * parcel->readings, (size_t)parcel->readings * sizeof *to);
    to += parcel->readings;
    memcpy(to, night->in_range + h * parcel->readings, (size_t)parcel->readings * sizeof *to);
}

/* Put a host's numbers into place behind the windows that are there. */
static void unpack(struct mrdmd_trials *trials, const struct mrdmd_night *night, int64_t host,
                   const struct parcel *parcel, const float *from, int64_t before)
{
    const int64_t roots = night->root_count;
    const float *features = from + parcel->magnitudes;
    const float *quantum = features + parcel->features;
    const float *in_range = quantum + parcel->readings;

    for (int64_t m = 0; m < trials->metrics; m++) {
        const int64_t reading = host * trials->metrics + m;
        const int64_t window = reading * trials->windows + before;

        memcpy(trials->magnitude + window * trials->sizes, from + m * roots * trials->sizes,
               (size_t)(roots * trials->sizes) * sizeof *from);
        memcpy(trials->features + window * trials->items, features + m * roots * trials->items,
               (size_t)(roots * trials->items) * sizeof *from);
        trials->quantum[reading] = fminf(trials->quantum[reading], quantum[m]);
        trials->in_range[reading] = fmaxf(trials->in_range[reading], in_range[m]);
    }
}

/* Every rank tells all of its hosts, and takes those that it keeps. */
static void exchange(struct mrdmd_trials *trials, const struct mrdmd_analysis *self,
                     const struct view *view, const struct mrdmd_night *night, int64_t before)
{
    const struct facility *facility = view_facility(view);
    const struct parcel parcel = {
        .magnitudes = night->metric_count * night->root_count * night->sizes,
        .features = night->metric_count * night->root_count * night->items,
        .readings = night->metric_count,
    };
    const int64_t floats = parcel_floats(&parcel);
    float *mine = mem_array((size_t)(night->host_count * floats), sizeof *mine);
    void *all;
    int64_t hosts;

    for (int64_t h = 0; h < night->host_count; h++) {
        pack(night, &parcel, h, mine + h * floats);
        if (trials->is_local) unpack(trials, night, h, &parcel, mine + h * floats, before);
    }
    if (trials->is_local) {
        mem_free(&mine);
        return;
    }
    comm_all_rows(self->comm, mine, night->host_count, (size_t)floats * sizeof *mine, &all, &hosts);
    for (int64_t h = 0; h < hosts; h++) {
        const char *name = facility->hosts[h].name;
        const int64_t host = names_find(trials->hosts, name, strlen(name)) - trials->host_first;

        if (host >= 0 && host < trials->host_count)
            unpack(trials, night, host, &parcel, (const float *)all + h * floats, before);
    }
    mem_free(&all);
    mem_free(&mine);
}

void mrdmd_trials_add(struct mrdmd_trials *trials, const struct mrdmd_analysis *self,
                      const struct view *view, struct mrdmd_night *night)
{
    const int64_t readings = trials->host_count * trials->metrics;
    const int64_t before = trials->windows;

    trials->sizes = night->sizes;
    trials->items = night->items;
    strike_out(self, view, night);
    trials->windows += night->root_count;
    trials->magnitude = widen(trials->magnitude, readings, before, trials->windows, trials->sizes);
    trials->features = widen(trials->features, readings, before, trials->windows, trials->items);
    exchange(trials, self, view, night, before);
}
