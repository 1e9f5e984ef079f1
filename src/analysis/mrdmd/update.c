// SPDX-License-Identifier: BSD-3-Clause
#include "update_state.h"

#include <math.h>
#include <string.h>

int64_t update_roots(int64_t base, int64_t times, int64_t length, int64_t least, struct span *roots)
{
    int64_t count = 0;
    int64_t first = base;

    roots[count++] = (struct span){0, base};
    while (times - first >= least) {
        const int64_t rest = times - first - length;
        const bool is_last = rest < (length + 1) / 2 || rest < least;

        roots[count++] = (struct span){first, is_last ? times - first : length};
        if (is_last) break;
        first += length;
    }
    return count;
}

/* A root solved in this run; its modes are formed once all roots are known. */
struct fresh {
    struct span span;
    struct mrdmd_plan *plan;     /* owned */
    struct mrdmd_result *result; /* owned */
};

struct update {
    struct mrdmd_source *source;
    const struct settings *settings;
    struct update_state state;
    struct span *roots; /* owned, [root_count] */
    int64_t root_count;
    struct fresh *fresh;           /* owned, [root_count - kept_count] */
    int64_t kept_count;            /* roots that stay as they are */
    int64_t kept_mode_count;       /* their modes */
    struct archive *output, *next; /* owned: results, and the new state */
};

static void update_release(struct update *update)
{
    for (int64_t i = 0; update->fresh && i < update->root_count - update->kept_count; i++) {
        mrdmd_plan_destroy(&update->fresh[i].plan);
        mrdmd_result_destroy(&update->fresh[i].result);
    }
    mem_free(&update->fresh);
    mem_free(&update->roots);
    forest_release(&update->state.forest);
    archive_discard(&update->output);
    archive_discard(&update->next);
}

/* Choose the roots, and keep those of the state that are complete. */
static status choose_roots(struct update *update)
{
    const struct mrdmd_source *source = update->source;
    struct update_state *state = &update->state;
    struct mrdmd_options options;
    int64_t length;
    int64_t least;

    TRY(mrdmd_options_read(update->settings, &options));
    if (options.sampling == SAMPLING_WHOLE)
        return fail(STATUS_BAD_USE, "--state goes with --sampling point or pooled, not whole");
    if (settings_int(update->settings, "extrapolate") > 0)
        return fail(STATUS_BAD_USE, "--extrapolate does not go with --state");
    least = mrdmd_nyquist_samples(&options);
    if (state->base == 0 || (source->times >= 2 * state->base && source->file_first == 0)) {
        forest_cut(&state->forest, 0);
        state->base = source->times;
    }
    length = settings_int(update->settings, "update_samples");
    if (length == 0) length = state->base / 8;
    if (length < least) length = least;
    update->roots = mem_zero((size_t)(source->times / length) + 2, sizeof *update->roots);
    update->root_count = update_roots(state->base, source->times, length, least, update->roots);
    while (
        update->kept_count < update->root_count && update->kept_count < state->forest.root_count
        && state->forest.roots[update->kept_count].first == update->roots[update->kept_count].first
        && state->forest.roots[update->kept_count].count == update->roots[update->kept_count].count)
        update->kept_count++;
    forest_cut(&state->forest, (int)update->kept_count);
    update->kept_mode_count = state->forest.result.mode_total;
    return STATUS_OK;
}

/* An appended root is as long as windows of some level below the base: it has as many levels fewer. */
static int levels_fewer(const struct update *update, const struct span *root)
{
    return root->first == 0 ? 0
                            : (int)floor(log2((double)update->state.base / (double)root->count));
}

static status solve_roots(struct update *update)
{
    update->fresh =
        mem_zero((size_t)(update->root_count - update->kept_count + 1), sizeof *update->fresh);
    for (int64_t i = update->kept_count; i < update->root_count; i++) {
        struct fresh *fresh = &update->fresh[i - update->kept_count];
        const int fewer = levels_fewer(update, &update->roots[i]);

        fresh->span = update->roots[i];
        mrdmd_source_look(update->source, fresh->span);
        TRY(mrdmd_source_plan(update->source, update->settings, fewer > 0 ? fewer : 0,
                              &fresh->plan));
        TRY(mrdmd_source_solve(update->source, fresh->plan,
                               settings_text(update->settings, "precision"), &fresh->result));
        forest_add(&update->state.forest, fresh->plan, fresh->result, fresh->span.first, -1);
    }
    return STATUS_OK;
}

/* Form the modes of one root at this rank's readings. @param phi  shape [modes, readings of this rank] */
static status form_modes(struct mrdmd_source *source, const struct fresh *fresh, int64_t readings,
                         double complex *phi)
{
    const struct span tiles = mrdmd_source_tiles(source);
    double complex *of_window =
        mem_array((size_t)source->tile_readings * MRDMD_SMALL, sizeof *of_window);
    struct mrdmd_rows rows;
    int64_t first = 0;
    status st = STATUS_OK;

    mrdmd_rows_init(&rows, fresh->plan, source->tile_readings);
    for (int64_t tile = tiles.first; tile < tiles.first + tiles.count && st == STATUS_OK; tile++) {
        st = mrdmd_source_fill(source, fresh->plan, tile, &rows);
        for (int w = 0; st == STATUS_OK && w < fresh->plan->window_count; w++) {
            mrdmd_form_modes(fresh->plan, fresh->result, w, &rows, of_window);
            for (int64_t k = 0; k < fresh->result->mode_count[w]; k++) {
                double complex *to = phi + (fresh->result->mode_first[w] + k) * readings + first;

                for (int64_t r = 0; r < rows.readings; r++)
                    to[r] = rows.is_left_out[r] ? (double)NAN : of_window[k * rows.readings + r];
            }
        }
        first += rows.readings;
        comm_progress();
    }
    mrdmd_rows_release(&rows);
    mem_free(&of_window);
    return st;
}

/* Collective. One row of modes, held by rank 0, into both files. */
static void put_mode(const struct update *update, int64_t mode, const void *phi)
{
    const struct span row = {mode, comm_rank(update->source->comm) == 0 ? 1 : 0};

    archive_put_rows(update->output, "/mrdmd/modes/phi", row, phi);
    archive_put_rows(update->next, "/state/phi", row, phi);
}

static status save_fresh(const struct update *update, const struct fresh *fresh, int64_t first_mode)
{
    struct mrdmd_source *source = update->source;
    const struct span tiles = mrdmd_source_tiles(source);
    int64_t readings = 0;
    double complex *phi;
    status st;

    for (int64_t tile = tiles.first; tile < tiles.first + tiles.count; tile++)
        readings += mrdmd_source_readings(source, tile).count;
    phi = mem_array((size_t)(fresh->result->mode_total * readings + 1), sizeof *phi);
    mrdmd_source_look(source, fresh->span);
    st = comm_agree(source->comm, form_modes(source, fresh, readings, phi));
    for (int64_t j = 0; st == STATUS_OK && j < fresh->result->mode_total; j++) {
        void *all;
        int64_t count;

        comm_gather_rows(source->comm, phi + j * readings, readings, sizeof *phi, &all, &count);
        put_mode(update, first_mode + j, all);
        mem_free(&all);
    }
    mem_free(&phi);
    return st;
}

/* The modes of roots that stay, from the old state. */
static status save_kept(const struct update *update)
{
    const struct mrdmd_source *source = update->source;
    double complex *phi = mem_array((size_t)source->readings, sizeof *phi);
    status st = STATUS_OK;

    for (int64_t j = 0; j < update->kept_mode_count && st == STATUS_OK; j++) {
        const struct span row = {j, 1};

        if (comm_rank(source->comm) == 0)
            st = archive_get_rows(source->kept, "/state/phi", row, ARCHIVE_DOUBLE, phi);
        st = comm_agree(source->comm, st);
        if (st == STATUS_OK) put_mode(update, j, phi);
    }
    mem_free(&phi);
    return st;
}

static status save_modes(const struct update *update)
{
    const struct archive_shape shape = {
        ARCHIVE_DOUBLE, 3, {update->state.forest.result.mode_total, update->source->readings, 2}
    };
    int64_t mode = update->kept_mode_count;

    if (!settings_flag(update->settings, "save_modes")) return STATUS_OK;
    archive_declare(update->output, "/mrdmd/modes/phi", shape);
    archive_declare(update->next, "/state/phi", shape);
    TRY(save_kept(update));
    for (int64_t i = 0; i < update->root_count - update->kept_count; i++) {
        TRY(save_fresh(update, &update->fresh[i], mode));
        mode += update->fresh[i].result->mode_total;
    }
    return STATUS_OK;
}

/* What the next run needs: the samples of the open root and of what is no root yet, and one before them. */
static struct span tail_of(const struct update *update)
{
    const int64_t last = update->root_count - 1;
    const int64_t end = update->roots[last].first + update->roots[last].count;
    const int64_t open = last > 0 && end == update->source->times ? update->roots[last].first : end;
    const int64_t first = update->source->view ? open - 1 : open;

    return (struct span){first, update->source->times - first};
}

static status write_output(struct update *update, const struct mrdmd_bands *bands)
{
    struct text yaml = {0};

    settings_write(update->settings, 0, &yaml);
    archive_put_text(update->output, "/", "settings", yaml.bytes);
    archive_put_real(update->output, "/", "period_s", update->source->period_s);
    text_release(&yaml);
    forest_write(update->source->comm, update->output, &update->state.forest, bands);
    TRY(update_state_write(update->next, update->settings, update->source, &update->state, bands,
                           tail_of(update)));
    return save_modes(update);
}

/* The results first: a run that is killed between the two is done again. */
static status write_files(struct update *update, const char *state_path, const char *output)
{
    const struct comm *comm = update->source->comm;
    struct mrdmd_bands bands = {0};
    struct mrdmd_options options;
    status st = mrdmd_options_read(update->settings, &options);

    options.period_s = update->source->period_s;
    if (st == STATUS_OK)
        st = mrdmd_bands_make(update->settings, &options, update->state.base, &bands);
    if (st == STATUS_OK && mrdmd_bands_are_auto(update->settings)) {
        struct mrdmd_result *const results[] = {&update->state.forest.result};

        mrdmd_bands_auto(results, 1, &bands);
    }
    update->state.forest.plan.options = options;
    if (st == STATUS_OK)
        st = archive_create(comm, output, SCORES_FORMAT, SCORES_VERSION, &update->output);
    if (st == STATUS_OK)
        st = archive_create(comm, state_path, UPDATE_FORMAT, UPDATE_VERSION, &update->next);
    if (st == STATUS_OK) st = write_output(update, &bands);
    mrdmd_bands_release(&bands);
    TRY(st);
    TRY(archive_commit(&update->output));
    return archive_commit(&update->next);
}

static void summarise(const struct update *update, int64_t before, int64_t bytes,
                      struct text *summary)
{
    const struct mrdmd_source *source = update->source;
    const struct forest *forest = &update->state.forest;

    text_printf(summary,
                "%lld readings x %lld samples every %g s, %lld of them new: %d roots, %lld of them "
                "solved; %d windows, %lld modes; %lld bytes of samples read\n",
                (long long)source->readings, (long long)source->times, source->period_s,
                (long long)(source->times - before), forest->root_count,
                (long long)(update->root_count - update->kept_count), forest->plan.window_count,
                (long long)forest->result.mode_total, (long long)bytes);
}

status mrdmd_update(struct mrdmd_source *source, const struct settings *settings,
                    const char *state_path, const char *output, struct text *summary)
{
    struct update update = {.source = source, .settings = settings};
    const int64_t before_bytes = store_bytes_read();
    int64_t before;
    status st;

    if (settings_flag(settings, "reconstruct"))
        return fail(STATUS_BAD_USE,
                    "--reconstruct would need all samples again; leave out --state");
    if (strcmp(settings_text(settings, "sampling"), "whole") == 0)
        return fail(STATUS_BAD_USE, "--state goes on with --sampling point or pooled alone");
    if (strcmp(settings_text(settings, "roots"), "cut") != 0)
        return fail(STATUS_BAD_USE, "--state goes on with --roots cut alone");
    st = update_state_read(state_path, settings, source, &update.state);
    before = update.state.times;
    if (st == STATUS_OK) st = choose_roots(&update);
    if (st == STATUS_OK) st = solve_roots(&update);
    if (st == STATUS_OK) st = write_files(&update, state_path, output);
    if (st == STATUS_OK)
        summarise(&update, before, comm_sum_int64(source->comm, store_bytes_read() - before_bytes),
                  summary);
    update_release(&update);
    return st;
}
