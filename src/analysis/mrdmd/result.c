// SPDX-License-Identifier: BSD-3-Clause
#include "mrdmd.h"

#include <math.h>

enum { FIRST_ROOM = 64 };

struct mrdmd_result *mrdmd_result_create(int window_count)
{
    struct mrdmd_result *result = mem_zero(1, sizeof *result);

    result->rank = mem_zero((size_t)window_count, sizeof *result->rank);
    result->mode_first = mem_zero((size_t)window_count, sizeof *result->mode_first);
    result->mode_count = mem_zero((size_t)window_count, sizeof *result->mode_count);
    return result;
}

void mrdmd_result_destroy(struct mrdmd_result **result)
{
    if (!*result) return;
    mem_free(&(*result)->rank);
    mem_free(&(*result)->mode_first);
    mem_free(&(*result)->mode_count);
    mem_free(&(*result)->modes);
    mem_free(&(*result)->combinations);
    mem_free(result);
}

/* Room doubles whenever the count is a power of two. */
static bool is_full(int64_t count)
{
    return count >= FIRST_ROOM ? (count & (count - 1)) == 0 : count == 0;
}

struct mrdmd_mode *mrdmd_result_add(struct mrdmd_result *result, int window)
{
    const int64_t count = result->mode_total;

    if (is_full(count))
        result->modes = mem_resize(result->modes, (size_t)(count ? 2 * count : FIRST_ROOM),
                                   sizeof *result->modes);
    if (result->mode_count[window] == 0) result->mode_first[window] = count;
    result->mode_count[window]++;
    result->mode_total++;
    result->modes[count] = (struct mrdmd_mode){.window = window};
    return &result->modes[count];
}

void mrdmd_mode_set(struct mrdmd_mode *mode, double complex rate, double period_s)
{
    mode->mu = cexp(rate);
    mode->omega = rate / period_s;
    mode->frequency_hz = fabs(cimag(mode->omega)) / 6.283185307179586;
}

void mrdmd_keep_powerful(const struct mrdmd_plan *plan, struct mrdmd_result *result)
{
    double *largest = mem_zero((size_t)plan->root_count, sizeof *largest);

    for (int64_t j = 0; j < result->mode_total; j++) {
        const int root = plan->windows[result->modes[j].window].root;

        largest[root] = fmax(largest[root], result->modes[j].power);
    }
    for (int64_t j = 0; j < result->mode_total; j++) {
        struct mrdmd_mode *mode = &result->modes[j];

        mode->is_kept = mode->power >= plan->options.power_threshold
                                           * largest[plan->windows[mode->window].root];
    }
    mem_free(&largest);
}
