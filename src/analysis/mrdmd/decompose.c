// SPDX-License-Identifier: BSD-3-Clause
#include "analysis.h"
#include "job_decompose.h"
#include "second_pass.h"
#include "source.h"
#include "update.h"
#include "whole_source.h"

#include <math.h>
#include <string.h>

/* From this spread on, plain products no longer give the digits that the scores are printed with. */
static const double wide_spread = 1e4;

const struct parameter mrdmd_command_parameters[] = {
    {"output",            PARAMETER_PATH,   NULL,      0, 0,                NULL,                       "the HDF5 file to write"                     },
    {"dataset",           PARAMETER_TEXT,   NULL,      0, 0,                NULL,
     "path of a matrix, readings by times, in any HDF5 file; without: FILE is a facility file"                                                       },
    {"period_s",          PARAMETER_REAL,   "0",       0, 1e9,              NULL,                       "with --dataset: seconds between its columns"},
    {"max_level",         PARAMETER_INT,    "6",       0, 20,               NULL,                       "deepest level of the tree of windows"       },
    {"max_cycles",        PARAMETER_INT,    "1",       1, MRDMD_CYCLES_MAX, NULL,
     "cycles within a window up to which a mode counts as slow"                                                                                      },
    {"nyquist_factor",    PARAMETER_INT,    "4",       1, 4,                NULL,
     "samples a window: 2 * nyquist_factor * max_cycles"                                                                                             },
    {"sampling",          PARAMETER_CHOICE, "point",   0, 0,                "point|pooled|whole",
     "sample columns: single samples as in the paper, block means, which do not alias, or all samples"                                               },
    {"dmd",               PARAMETER_CHOICE, "forward", 0, 0,                "forward|forward_backward",
     "eigenvalues from the step forward in time, or from both directions, which noise biases less"                                                   },
    {"power_threshold",   PARAMETER_REAL,   "0.01",    0, 1,                NULL,
     "share of the largest power below which a mode is not kept"                                                                                     },
    {"job_split_levels",  PARAMETER_LIST,   "3",       0, 0,                NULL,
     "levels at which windows of a facility file are split between jobs; none: empty"                                                                },
    {"job_split_reach_s", PARAMETER_REAL,   "3600",    0, 1e9,              NULL,
     "how far from the middle such a split may be, in seconds"                                                                                       },
    {"bands",             PARAMETER_CHOICE, "levels",  0, 0,                "levels|auto",
     "frequency bands: one a level, or between the gaps of the power-weighted spectrum"                                                              },
    {"bands_hz",          PARAMETER_LIST,   "",        0, 0,                NULL,
     "edges of the frequency bands in Hz, rising; wins over bands"                                                                                   },
    {"precision",         PARAMETER_CHOICE, "auto",    0, 0,                "auto|plain|precise",
     "inner products in double, in twice that (whole windows: TSQR), or as the input asks"                                                           },
    {"save_modes",        PARAMETER_FLAG,   "false",   0, 0,                NULL,                       "write the modes themselves, modes/phi"      },
    {"reconstruct",       PARAMETER_FLAG,   "false",   0, 0,                NULL,
     "write what the modes add up to, readings by times"                                                                                             },
    {"extrapolate",       PARAMETER_INT,    "0",       0, 1e9,              NULL,
     "samples beyond the last to which the modes that reach it are carried on; at most as many as there are"                                         },
    {"tile_hosts",        PARAMETER_INT,    "64",      1, 4096,             NULL,                       "hosts of a facility file a tile"            },
    {"roots",             PARAMETER_CHOICE, "cut",     0, 0,                "cut|job|both",
     "what is decomposed of a facility file: all hosts and times in one cut, every job by itself, or both"                                           },
    {"state",             PARAMETER_PATH,   NULL,      0, 0,                NULL,
     "a file that is begun, or continued with the samples appended to FILE since, reading those alone"                                               },
    {"update_samples",    PARAMETER_INT,    "0",       0, 1e9,              NULL,
     "with --state: samples of an appended root; 0: an eighth of those first seen"                                                                   },
    {NULL,                PARAMETER_FLAG,   NULL,      0, 0,                NULL,                       NULL                                         },
};

static status add_tiles(struct mrdmd_source *source, const struct mrdmd_plan *plan,
                        struct mrdmd_products *products)
{
    const struct span tiles = mrdmd_source_tiles(source);
    struct mrdmd_rows rows;
    status st = STATUS_OK;

    mrdmd_rows_init(&rows, plan, source->tile_readings);
    rows.should_defer = !products->rest;
    for (int64_t tile = tiles.first; tile < tiles.first + tiles.count && st == STATUS_OK; tile++) {
        st = comm_check_stop();
        if (st == STATUS_OK) st = mrdmd_source_fill(source, plan, tile, &rows);
        if (st == STATUS_OK) mrdmd_products_add(products, &rows);
        comm_progress();
        log_progress("mrdmd: products", tile - tiles.first + 1, tiles.count);
    }
    mrdmd_rows_release(&rows);
    return st;
}

/* One pass over the tiles and the recursion. Collective. */
static status pass(struct mrdmd_source *source, const struct mrdmd_plan *plan, bool is_precise,
                   struct mrdmd_result **result)
{
    struct mrdmd_products products;
    status st;

    mrdmd_products_init(&products, plan, is_precise);
    comm_stage_begin(source->comm, "mrdmd products");
    st = comm_agree(source->comm, add_tiles(source, plan, &products));
    if (st == STATUS_OK) mrdmd_products_reduce(&products, source->comm);
    comm_stage_end(source->comm);
    comm_stage_begin(source->comm, "mrdmd recursion");
    if (st == STATUS_OK) st = mrdmd_solve(source->comm, &products, result);
    comm_stage_end(source->comm);
    mrdmd_products_release(&products);
    return st;
}

status mrdmd_source_solve(struct mrdmd_source *source, const struct mrdmd_plan *plan,
                          const char *precision, struct mrdmd_result **result)
{
    const bool is_auto = strcmp(precision, "auto") == 0;
    const bool is_precise =
        strcmp(precision, "precise") == 0
        || (is_auto && (double)source->readings * (double)plan->times <= MRDMD_SMALL_CELLS);

    TRY(pass(source, plan, is_precise, result));
    if (is_precise || !is_auto || (*result)->spread <= wide_spread) return STATUS_OK;
    detail("singular values span a factor of %.0e: once more with precise products",
           (*result)->spread);
    mrdmd_result_destroy(result);
    return pass(source, plan, true, result);
}

/* ---- all of it ------------------------------------------------------------------------------ */

/* What a run finds. */
struct decomposition {
    struct mrdmd_plan *plan;
    struct mrdmd_plan *row_plan; /* of whole windows */
    struct mrdmd_result *result;
    struct whole *whole; /* NULL unless windows are whole */
};

static status solve(struct mrdmd_source *source, const struct settings *settings,
                    struct decomposition *found)
{
    TRY(mrdmd_source_plan(source, settings, 0, &found->plan));
    if (settings_int(settings, "extrapolate") > source->times)
        return fail(STATUS_BAD_USE,
                    "--extrapolate %lld: modes of %lld samples say nothing of more than as many",
                    (long long)settings_int(settings, "extrapolate"), (long long)source->times);
    if (found->plan->options.sampling != SAMPLING_WHOLE)
        return mrdmd_source_solve(source, found->plan, settings_text(settings, "precision"),
                                  &found->result);
    TRY(mrdmd_whole_row_plan(found->plan, &found->row_plan));
    return mrdmd_whole_of_source(source, settings, found->plan, found->row_plan, &found->whole,
                                 &found->result);
}

static void decomposition_release(struct decomposition *found)
{
    mrdmd_whole_destroy(&found->whole);
    mrdmd_result_destroy(&found->result);
    mrdmd_plan_destroy(&found->row_plan);
    mrdmd_plan_destroy(&found->plan);
}

static status write_all(struct mrdmd_source *source, const struct settings *settings,
                        struct decomposition *found, struct archive *archive)
{
    const struct mrdmd_plan *plan = found->plan;
    struct mrdmd_group all = {.name = mem_text("all")};
    const struct mrdmd_groups groups = {.groups = &all, .count = 1};
    const struct second_pass second = {
        .source = source,
        .plan = plan,
        .row_plan = found->row_plan ? found->row_plan : plan,
        .result = found->result,
        .whole = found->whole,
        .archive = archive,
        .should_save = settings_flag(settings, "save_modes"),
        .should_reconstruct = settings_flag(settings, "reconstruct"),
        .horizon = settings_int(settings, "extrapolate"),
    };
    struct mrdmd_bands bands = {0};
    struct text yaml = {0};
    status st = mrdmd_bands_make(settings, &plan->options, source->times, &bands);

    settings_write(settings, 0, &yaml);
    archive_put_text(archive, "/", "settings", yaml.bytes);
    archive_put_real(archive, "/", "period_s", source->period_s);
    if (st == STATUS_OK && mrdmd_bands_are_auto(settings))
        mrdmd_bands_auto(&found->result, 1, &bands);
    if (st == STATUS_OK)
        mrdmd_write_tables(source->comm, archive, plan, &found->result, &groups, &bands);
    if (st == STATUS_OK) archive_put_real(archive, "/mrdmd", "spread", found->result->spread);
    if (st == STATUS_OK && found->whole) mrdmd_whole_write(found->whole, archive);
    if (st == STATUS_OK) st = mrdmd_second_pass(&second);
    text_release(&yaml);
    mrdmd_bands_release(&bands);
    mem_free(&all.name);
    return st;
}

static void summarise(const struct mrdmd_plan *plan, const struct mrdmd_result *result,
                      const struct mrdmd_source *source, struct text *summary)
{
    int64_t kept = 0;

    for (int64_t j = 0; j < result->mode_total; j++) kept += result->modes[j].is_kept;
    text_printf(summary,
                "%lld readings x %lld samples every %g s: %d windows, %lld modes, %lld kept\n",
                (long long)source->readings, (long long)source->times, source->period_s,
                plan->window_count, (long long)result->mode_total, (long long)kept);
}

static void summarise_forecast(const struct decomposition *found, const struct settings *settings,
                               struct text *summary)
{
    const int64_t horizon = settings_int(settings, "extrapolate");
    int64_t carried, held;

    if (horizon == 0) return;
    mrdmd_count_carried(found->plan, found->result, &carried, &held);
    text_printf(
        summary,
        "forecast of %lld samples by %lld modes; %lld that grow are held at their last size\n",
        (long long)horizon, (long long)carried, (long long)held);
}

/* What continues a state, and what is a matrix, is one file. */
static status check_count(int count, const struct settings *settings)
{
    if (count > 1 && settings_text(settings, "state"))
        return fail(STATUS_BAD_USE, "--state goes on by one FILE at a time; %d are named", count);
    if (count > 1 && settings_text(settings, "dataset"))
        return fail(STATUS_BAD_USE, "--dataset is of one FILE; %d are named", count);
    return STATUS_OK;
}

status mrdmd_decompose(const struct comm *comm, const char *const *paths, int count,
                       const struct settings *settings, const char *output, struct text *summary)
{
    struct mrdmd_source source;
    struct decomposition found = {0};
    struct archive *archive = NULL;
    status st;

    TRY(check_count(count, settings));
    TRY(mrdmd_source_open(comm, paths, count, settings, &source));
    if (settings_text(settings, "state")) {
        st = mrdmd_update(&source, settings, settings_text(settings, "state"), output, summary);
        goto out;
    }
    if (job_decompose_is_asked(settings)) {
        st = job_decompose(&source, settings, output, summary);
        goto out;
    }
    if ((st = solve(&source, settings, &found))) goto out;
    if ((st = archive_create(comm, output, SCORES_FORMAT, SCORES_VERSION, &archive))) goto out;
    st = write_all(&source, settings, &found, archive);
    if (st == STATUS_OK)
        st = archive_commit(&archive);
    else
        archive_discard(&archive);
    if (st == STATUS_OK) summarise(found.plan, found.result, &source, summary);
    if (st == STATUS_OK && found.whole) mrdmd_whole_summarise(found.whole, summary);
    if (st == STATUS_OK) summarise_forecast(&found, settings, summary);
out:
    decomposition_release(&found);
    mrdmd_source_close(&source);
    return st;
}
