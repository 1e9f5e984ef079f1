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
}

void mrdmd_trials_release(struct mrdmd_trials *trials)
{
    names_destroy(&trials->hosts);
    reading_list_release(&trials->readings);
    mem_free(&trials->magnitude);
    mem_free(&trials->features);
    mem_free(&trials->quantum);
    mem_free(&trials->in_range);
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
    for (int64_t row = night->readings.first[h]; row < night->readings.first[h + 1]; row++) {
        const int64_t cell = row * night->root_count + root;

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

/* Numbers of a night on their way to the trials. */
struct delivery {
    int64_t count, windows;
    int64_t *keys;               /* host of this rank * metrics + metric; -1: of another rank */
    float *magnitude, *features; /* [count][windows][sizes or items] */
    float *quantum, *in_range;   /* [count] */
};

static void release_delivery(struct delivery *delivery)
{
    mem_free(&delivery->keys);
    mem_free(&delivery->magnitude);
    mem_free(&delivery->features);
    mem_free(&delivery->quantum);
    mem_free(&delivery->in_range);
}

/* Take a night's own numbers over. */
static void take_over(struct mrdmd_night *night, struct delivery *delivery)
{
    delivery->count = night->readings.count;
    delivery->windows = night->root_count;
    delivery->keys = mem_zero((size_t)delivery->count, sizeof *delivery->keys);
    reading_list_keys(&night->readings, 0, night->metric_count, delivery->keys);
    delivery->magnitude = night->magnitude;
    delivery->features = night->features;
    delivery->quantum = night->quantum;
    delivery->in_range = night->in_range;
    night->magnitude = night->features = night->quantum = night->in_range = NULL;
}

/* Collective. Replace a block of rows by that of all ranks. */
static void share(const struct comm *comm, float **rows, int64_t count, int64_t cells)
{
    void *all;
    int64_t all_count;

    comm_all_rows(comm, *rows, count, (size_t)cells * sizeof **rows, &all, &all_count);
    mem_free(rows);
    *rows = all;
}

/* Collective. Every rank tells all of its hosts, and takes those that it keeps. */
static void exchange(const struct mrdmd_trials *trials, const struct mrdmd_analysis *self,
                     const struct view *view, const struct mrdmd_night *night,
                     struct delivery *delivery)
{
    const struct facility *facility = view_facility(view);
    const int64_t mine = delivery->count;
    void *keys;

    for (int64_t i = 0; i < mine; i++) delivery->keys[i] += night->host_first * night->metric_count;
    comm_all_rows(self->comm, delivery->keys, mine, sizeof *delivery->keys, &keys,
                  &delivery->count);
    mem_free(&delivery->keys);
    delivery->keys = keys;
    share(self->comm, &delivery->magnitude, mine, night->root_count * night->sizes);
    share(self->comm, &delivery->features, mine, night->root_count * night->items);
    share(self->comm, &delivery->quantum, mine, 1);
    share(self->comm, &delivery->in_range, mine, 1);
    for (int64_t i = 0; i < delivery->count; i++) {
        const char *name = facility->hosts[delivery->keys[i] / night->metric_count].name;
        const int64_t host = names_find(trials->hosts, name, strlen(name)) - trials->host_first;

        delivery->keys[i] = host >= 0 && host < trials->host_count
                                ? host * trials->metrics + delivery->keys[i] % night->metric_count
                                : -1;
    }
}

/* The list of what is there or comes. */
static struct reading_list unite(const struct mrdmd_trials *trials, const struct delivery *delivery)
{
    bool *is_there = mem_zero((size_t)(trials->host_count * trials->metrics), sizeof *is_there);
    struct reading_list list = {0};

    for (int64_t h = 0; h < trials->readings.host_count; h++)
        for (int64_t row = trials->readings.first[h]; row < trials->readings.first[h + 1]; row++)
            is_there[h * trials->metrics + trials->readings.metric[row]] = true;
    for (int64_t i = 0; i < delivery->count; i++)
        if (delivery->keys[i] >= 0) is_there[delivery->keys[i]] = true;
    for (int64_t h = 0; h < trials->host_count; h++)
        reading_list_add(&list, is_there + h * trials->metrics, trials->metrics);
    mem_free(&is_there);
    return list;
}

/* Wider rows for a longer list: what is there moves apart, what is new is NaN. */
static float *widen(float **old, const struct mrdmd_trials *trials, const struct reading_list *list,
                    int64_t wider, int64_t cells)
{
    float *new = mem_array((size_t)(list->count * wider * cells), sizeof *new);
    const int64_t kept = trials->windows * cells;

    for (int64_t i = 0; i < list->count * wider * cells; i++) new[i] = NAN;
    for (int64_t h = 0; h < trials->readings.host_count; h++) {
        for (int64_t row = trials->readings.first[h]; row < trials->readings.first[h + 1]; row++)
            memcpy(new + reading_list_find(list, h, trials->readings.metric[row]) * wider *cells,
                   *old + row * kept, (size_t)kept * sizeof *new);
    }
    mem_free(old);
    return new;
}

/* Move the trials' numbers to the rows of a longer list. */
static void relist(struct mrdmd_trials *trials, struct reading_list list, int64_t wider)
{
    float *quantum = mem_zero((size_t)list.count, sizeof *quantum);
    float *in_range = mem_zero((size_t)list.count, sizeof *in_range);

    trials->magnitude = widen(&trials->magnitude, trials, &list, wider, trials->sizes);
    trials->features = widen(&trials->features, trials, &list, wider, trials->items);
    for (int64_t row = 0; row < list.count; row++) quantum[row] = INFINITY;
    for (int64_t h = 0; h < trials->readings.host_count; h++) {
        for (int64_t row = trials->readings.first[h]; row < trials->readings.first[h + 1]; row++) {
            const int64_t to = reading_list_find(&list, h, trials->readings.metric[row]);

            quantum[to] = trials->quantum[row];
            in_range[to] = trials->in_range[row];
        }
    }
    mem_free(&trials->quantum);
    mem_free(&trials->in_range);
    trials->quantum = quantum;
    trials->in_range = in_range;
    reading_list_release(&trials->readings);
    trials->readings = list;
}

/* Put what comes into place behind the windows that are there. */
static void deliver(struct mrdmd_trials *trials, const struct delivery *delivery)
{
    const int64_t before = trials->windows;
    const int64_t wider = before + delivery->windows;
    const int64_t sizes = delivery->windows * trials->sizes;
    const int64_t items = delivery->windows * trials->items;

    relist(trials, unite(trials, delivery), wider);
    for (int64_t i = 0; i < delivery->count; i++) {
        int64_t row;

        if (delivery->keys[i] < 0) continue;
        row = reading_list_find(&trials->readings, delivery->keys[i] / trials->metrics,
                                delivery->keys[i] % trials->metrics);
        memcpy(trials->magnitude + (row * wider + before) * trials->sizes,
               delivery->magnitude + i * sizes, (size_t)sizes * sizeof(float));
        memcpy(trials->features + (row * wider + before) * trials->items,
               delivery->features + i * items, (size_t)items * sizeof(float));
        trials->quantum[row] = fminf(trials->quantum[row], delivery->quantum[i]);
        trials->in_range[row] = fmaxf(trials->in_range[row], delivery->in_range[i]);
    }
    trials->windows = wider;
}

/* The first night of hosts that stay: its numbers are the trials. */
static void adopt(struct mrdmd_trials *trials, struct delivery *delivery)
{
    reading_list_of_keys(&trials->readings, delivery->keys, delivery->count, trials->host_count,
                         trials->metrics);
    trials->windows = delivery->windows;
    trials->magnitude = delivery->magnitude;
    trials->features = delivery->features;
    trials->quantum = delivery->quantum;
    trials->in_range = delivery->in_range;
    delivery->magnitude = delivery->features = delivery->quantum = delivery->in_range = NULL;
}

void mrdmd_trials_add(struct mrdmd_trials *trials, const struct mrdmd_analysis *self,
                      const struct view *view, struct mrdmd_night *night)
{
    struct delivery delivery;

    trials->sizes = night->sizes;
    trials->items = night->items;
    strike_out(self, view, night);
    take_over(night, &delivery);
    if (!trials->is_local) exchange(trials, self, view, night, &delivery);
    if (trials->is_local && trials->windows == 0)
        adopt(trials, &delivery);
    else
        deliver(trials, &delivery);
    release_delivery(&delivery);
}
