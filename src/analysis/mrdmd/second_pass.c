// SPDX-License-Identifier: BSD-3-Clause
#include "second_pass.h"

#include "analysis.h"

#include <math.h>
#include <string.h>

/* A pass in progress. */
struct pass {
    const struct second_pass *asked;
    double complex *phi;     /* owned: one window's, [modes][readings of a tile] */
    double complex *all_phi; /* owned: of this rank, [modes][readings] */
    int64_t readings;        /* of this rank */
    double *reconstruction;  /* owned: of a tile, [readings][times] */
    double *forecast;        /* owned: of a tile, [readings][horizon] */
    double complex *powers;  /* owned, [times] */
    double *re, *im;         /* owned, [times]: the same in two */
};

FOR_EACH_CPU static void add_mode(double re, double im, const double *restrict power_re,
                                  const double *restrict power_im, int64_t times,
                                  double *restrict to)
{
    for (int64_t t = 0; t < times; t++) to[t] += re * power_re[t] - im * power_im[t];
}

/* Add Re(phi b mu^t) of one window's modes to the reconstruction. */
static void add_window(const struct pass *pass, int w, int64_t readings)
{
    const struct second_pass *asked = pass->asked;
    const struct mrdmd_window *window = &asked->plan->windows[w];

    for (int64_t k = 0; k < asked->result->mode_count[w]; k++) {
        const struct mrdmd_mode *mode = &asked->result->modes[asked->result->mode_first[w] + k];

        mrdmd_powers(mode->omega * asked->source->period_s, window->count, pass->powers);
        for (int64_t t = 0; t < window->count; t++) {
            pass->re[t] = creal(pass->powers[t]);
            pass->im[t] = cimag(pass->powers[t]);
        }
        for (int64_t r = 0; r < readings; r++) {
            const double complex weight = pass->phi[k * readings + r] * mode->amplitude;

            add_mode(creal(weight), cimag(weight), pass->re, pass->im, window->count,
                     pass->reconstruction + r * asked->plan->times + window->first);
        }
    }
}

/* One window's modes at the readings of a tile, and what they add to. @param first  of the tile, in this rank */
static void form_window(const struct pass *pass, const struct mrdmd_rows *rows, int w,
                        int64_t first)
{
    const struct second_pass *asked = pass->asked;
    const struct mrdmd_mode *modes = asked->result->modes + asked->result->mode_first[w];
    const int64_t count = asked->result->mode_count[w];

    if (asked->whole)
        mrdmd_whole_form(asked->whole, w, pass->phi);
    else
        mrdmd_form_modes(asked->plan, asked->result, w, rows, pass->phi);
    for (int64_t k = 0; asked->should_save && k < count; k++) {
        double complex *to =
            pass->all_phi + (asked->result->mode_first[w] + k) * pass->readings + first;

        for (int64_t r = 0; r < rows->readings; r++)
            to[r] = rows->is_left_out[r] ? (double)NAN : pass->phi[k * rows->readings + r];
    }
    if (asked->should_reconstruct) add_window(pass, w, rows->readings);
    if (asked->horizon > 0 && mrdmd_reaches_end(asked->plan, w)) {
        const struct formed_modes formed = {.window = &asked->plan->windows[w],
                                            .modes = modes,
                                            .count = count,
                                            .phi = pass->phi,
                                            .readings = rows->readings};

        mrdmd_carry_window(&formed, asked->source->period_s, asked->horizon, pass->forecast);
    }
}

/* Before a tile zeros; after it, what belongs to readings left out is missing. */
static void clear(double *values, int64_t readings, int64_t columns)
{
    if (values) memset(values, 0, (size_t)(readings * columns) * sizeof *values);
}

static void blank(double *values, const struct mrdmd_rows *rows, int64_t columns)
{
    for (int64_t r = 0; values && r < rows->readings; r++)
        for (int64_t t = 0; rows->is_left_out[r] && t < columns; t++)
            values[r * columns + t] = (double)NAN;
}

static void form_tile(const struct pass *pass, const struct mrdmd_rows *rows, int64_t first)
{
    const struct second_pass *asked = pass->asked;

    clear(pass->reconstruction, rows->readings, asked->plan->times);
    clear(pass->forecast, rows->readings, asked->horizon);
    if (asked->whole) mrdmd_whole_begin(asked->whole, asked->row_plan, rows);
    for (int w = 0; w < asked->plan->window_count; w++)
        if (asked->result->mode_count[w] > 0) form_window(pass, rows, w, first);
    blank(pass->reconstruction, rows, asked->plan->times);
    blank(pass->forecast, rows, asked->horizon);
}

static status form_tiles(const struct pass *pass)
{
    const struct second_pass *asked = pass->asked;
    const struct span tiles = mrdmd_source_tiles(asked->source);
    struct mrdmd_rows rows;
    int64_t first = 0;
    status st = STATUS_OK;

    mrdmd_rows_init(&rows, asked->row_plan, asked->source->tile_readings);
    for (int64_t tile = tiles.first; tile < tiles.first + tiles.count && st == STATUS_OK; tile++) {
        const struct span readings = mrdmd_source_readings(asked->source, tile);

        st = mrdmd_source_fill(asked->source, asked->row_plan, tile, &rows);
        if (st != STATUS_OK) break;
        form_tile(pass, &rows, first);
        if (pass->reconstruction)
            archive_put_rows(asked->archive, "/mrdmd/reconstruction", readings,
                             pass->reconstruction);
        if (pass->forecast)
            archive_put_rows(asked->archive, "/mrdmd/forecast", readings, pass->forecast);
        first += readings.count;
        comm_progress();
        log_progress("mrdmd: modes", tile - tiles.first + 1, tiles.count);
    }
    mrdmd_rows_release(&rows);
    return st;
}

/* Collective. Mode by mode to rank 0, which writes it. */
static void save_modes(const struct pass *pass)
{
    const struct second_pass *asked = pass->asked;

    for (int64_t j = 0; j < asked->result->mode_total; j++) {
        const struct span row = {j, comm_rank(asked->source->comm) == 0 ? 1 : 0};
        void *all;
        int64_t count;

        comm_gather_rows(asked->source->comm, pass->all_phi + j * pass->readings, pass->readings,
                         sizeof *pass->all_phi, &all, &count);
        archive_put_rows(asked->archive, "/mrdmd/modes/phi", row, all);
        mem_free(&all);
    }
}

/* Collective. A matrix of the output with a row a reading, and room for a tile of it. */
static double *declare(const struct second_pass *asked, const char *name, int64_t columns)
{
    const struct archive_shape shape = {
        ARCHIVE_DOUBLE, 2, {asked->source->readings, columns}
    };

    archive_declare(asked->archive, name, shape);
    return mem_array((size_t)(asked->source->tile_readings * columns), sizeof(double));
}

static void begin(struct pass *pass)
{
    const struct second_pass *asked = pass->asked;
    const struct span tiles = mrdmd_source_tiles(asked->source);

    for (int64_t t = tiles.first; t < tiles.first + tiles.count; t++)
        pass->readings += mrdmd_source_readings(asked->source, t).count;
    pass->phi = mem_array((size_t)asked->source->tile_readings * MRDMD_SMALL, sizeof *pass->phi);
    pass->powers = mem_zero((size_t)asked->plan->times, sizeof *pass->powers);
    pass->re = mem_zero((size_t)asked->plan->times, sizeof *pass->re);
    pass->im = mem_zero((size_t)asked->plan->times, sizeof *pass->im);
    if (asked->should_save) {
        const struct archive_shape shape = {
            ARCHIVE_DOUBLE, 3, {asked->result->mode_total, asked->source->readings, 2}
        };

        pass->all_phi =
            mem_array((size_t)(asked->result->mode_total * pass->readings), sizeof *pass->all_phi);
        archive_declare(asked->archive, "/mrdmd/modes/phi", shape);
    }
    if (asked->should_reconstruct)
        pass->reconstruction = declare(asked, "/mrdmd/reconstruction", asked->plan->times);
    if (asked->horizon > 0) pass->forecast = declare(asked, "/mrdmd/forecast", asked->horizon);
}

/* Collective. What a reader of the forecast has to know. */
static void describe_forecast(const struct second_pass *asked)
{
    int64_t carried, held;

    mrdmd_count_carried(asked->plan, asked->result, &carried, &held);
    archive_put_int(asked->archive, "/mrdmd", "forecast_modes", carried);
    archive_put_int(asked->archive, "/mrdmd", "forecast_modes_held", held);
}

status mrdmd_second_pass(const struct second_pass *asked)
{
    struct pass pass = {.asked = asked};
    status st;

    if (!asked->should_save && !asked->should_reconstruct && asked->horizon == 0) return STATUS_OK;
    begin(&pass);
    comm_stage_begin(asked->source->comm, "mrdmd modes");
    st = comm_agree(asked->source->comm, form_tiles(&pass));
    if (st == STATUS_OK && asked->should_save) save_modes(&pass);
    if (st == STATUS_OK && asked->horizon > 0) describe_forecast(asked);
    comm_stage_end(asked->source->comm);
    mem_free(&pass.powers);
    mem_free(&pass.re);
    mem_free(&pass.im);
    mem_free(&pass.phi);
    mem_free(&pass.all_phi);
    mem_free(&pass.reconstruction);
    mem_free(&pass.forecast);
    return st;
}
