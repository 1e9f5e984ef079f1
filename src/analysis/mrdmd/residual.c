// SPDX-License-Identifier: BSD-3-Clause
#include "analysis.h"

#include <math.h>
#include <string.h>

/* Samples come as single floats: of a residual below this share of a reading nothing is known. */
static const double resolution = 1e-7;

/* The modes of one root at the readings of a tile. */
struct formed {
    const struct mrdmd_plan *plan;
    const struct mrdmd_result *result;
    const struct mrdmd_rows *rows;
    int64_t mode_first;     /* the first of the root's modes */
    double *parts;          /* owned, [modes][2][readings]: phi b, real parts and imaginary ones */
    double complex *powers; /* owned, [modes][count of the root]: mu^t from the mode's window on */
    int64_t stride;         /* of powers */
};

static void form_window(struct formed *formed, int w, double complex *phi)
{
    const int64_t readings = formed->rows->readings;
    const int64_t first = formed->result->mode_first[w];

    mrdmd_form_modes(formed->plan, formed->result, w, formed->rows, phi);
    for (int64_t k = 0; k < formed->result->mode_count[w]; k++) {
        const struct mrdmd_mode *mode = &formed->result->modes[first + k];
        const int64_t at = first + k - formed->mode_first;
        double *real = formed->parts + 2 * at * readings;

        mrdmd_powers(mode->omega * formed->plan->options.period_s, formed->plan->windows[w].count,
                     formed->powers + at * formed->stride);
        for (int64_t r = 0; r < readings; r++) {
            const double complex part = phi[k * readings + r] * mode->amplitude;

            real[r] = creal(part);
            real[readings + r] = cimag(part);
        }
    }
}

static void form_root(struct formed *formed, int root)
{
    const int end = formed->plan->windows[root].next;
    const size_t readings = (size_t)formed->rows->readings;
    double complex *phi = mem_array(readings * MRDMD_SMALL, sizeof *phi);
    int64_t modes = 0;

    for (int w = root; w < end; w++) modes += formed->result->mode_count[w];
    formed->mode_first = formed->result->mode_first[root];
    formed->stride = formed->plan->windows[root].count;
    formed->parts = mem_array((size_t)modes * 2 * readings + 1, sizeof *formed->parts);
    formed->powers = mem_array((size_t)(modes * formed->stride) + 1, sizeof *formed->powers);
    for (int w = root; w < end; w++)
        if (formed->result->mode_count[w] > 0) form_window(formed, w, phi);
    mem_free(&phi);
}

/* left -= Re(phi b mu^t) of one mode. */
static void take_off(const double *restrict parts, double complex power, int64_t readings,
                     double *restrict left)
{
    const double real = creal(power);
    const double imaginary = cimag(power);

    for (int64_t r = 0; r < readings; r++)
        left[r] -= parts[r] * real - parts[readings + r] * imaginary;
}

/* What all windows above one sample leave of it. @param left  the sample on entry */
static void take_off_path(const struct formed *formed, int window, int64_t time, double *left)
{
    const int64_t readings = formed->rows->readings;

    for (int w = window; w >= 0; w = formed->plan->windows[w].parent) {
        for (int64_t k = 0; k < formed->result->mode_count[w]; k++) {
            const int64_t at = formed->result->mode_first[w] + k - formed->mode_first;

            take_off(formed->parts + 2 * at * readings,
                     formed->powers[at * formed->stride + time - formed->plan->windows[w].first],
                     readings, left);
        }
    }
}

static void add_segment(const struct formed *formed, int s, const double *centre, double *left,
                        struct mrdmd_energy *energy)
{
    const struct mrdmd_segment *segment = &formed->plan->segments[s];
    const struct linalg_rows x = mrdmd_rows_segment(formed->rows, formed->plan, s);
    const int root = formed->plan->windows[segment->window].root;
    const int64_t roots = formed->plan->root_count;

    for (int64_t t = 0; t < segment->count; t++) {
        const double *row = x.row ? x.row[t] : x.first + (size_t)t * x.stride;

        for (int64_t r = 0; r < formed->rows->readings; r++) left[r] = row[r] + centre[r];
        take_off_path(formed, segment->window, segment->first + t, left);
        for (int64_t r = 0; r < formed->rows->readings; r++) {
            energy[r * roots + root].left += left[r] * left[r];
            energy[r * roots + root].whole += row[r] * row[r];
        }
    }
}

/* What rounding may have left counts as nothing, and so does what modes of others say of a reading that stands still; a
 * reading left out has no energy. */
static void finish(const struct mrdmd_rows *rows, int root, int64_t roots, int64_t times,
                   struct mrdmd_energy *energy)
{
    const double *centre = rows->centre + (size_t)root * rows->stride;

    for (int64_t r = 0; r < rows->readings; r++) {
        struct mrdmd_energy *at = &energy[r * roots + root];
        const double level = (double)times * centre[r] * centre[r];
        const double least = resolution * resolution * (at->whole + level);

        if (at->whole <= least) at->whole = at->left = 0.0;
        if (at->left <= least) at->left = 0.0;
        if (rows->is_left_out[(size_t)root * rows->stride + (size_t)r]) at->left = at->whole = NAN;
    }
}

void mrdmd_residual_energy(const struct mrdmd_plan *plan, const struct mrdmd_result *result,
                           const struct mrdmd_rows *rows, struct mrdmd_energy *energy)
{
    double *left = mem_zero((size_t)rows->readings, sizeof *left);
    int s = 0;

    memset(energy, 0, (size_t)(rows->readings * plan->root_count) * sizeof *energy);
    for (int w = 0; w < plan->window_count; w = plan->windows[w].next) {
        const struct mrdmd_window *root = &plan->windows[w];
        struct formed formed = {.plan = plan, .result = result, .rows = rows};

        form_root(&formed, w);
        for (; s < plan->segment_count && plan->segments[s].first < root->first + root->count; s++)
            add_segment(&formed, s, rows->centre + (size_t)root->root * rows->stride, left, energy);
        finish(rows, root->root, plan->root_count, root->count, energy);
        mem_free(&formed.powers);
        mem_free(&formed.parts);
    }
    mem_free(&left);
}

double mrdmd_residual_share(const struct mrdmd_energy *energy)
{
    return energy->whole > 0.0 ? energy->left / energy->whole : (double)NAN;
}
