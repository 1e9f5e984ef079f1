// SPDX-License-Identifier: BSD-3-Clause
#include "whole_source.h"

#include <string.h>

struct filler {
    struct mrdmd_source *source;
    const struct mrdmd_plan *row_plan;
};

static status fill(void *of, int64_t tile, struct mrdmd_rows *rows)
{
    const struct filler *filler = of;

    return mrdmd_source_fill(filler->source, filler->row_plan, tile, rows);
}

static enum whole_precision precision_of(const struct settings *settings)
{
    const char *name = settings_text(settings, "precision");

    if (strcmp(name, "plain") == 0) return WHOLE_PLAIN;
    return strcmp(name, "precise") == 0 ? WHOLE_PRECISE : WHOLE_AUTO;
}

status mrdmd_whole_of_source(struct mrdmd_source *source, const struct settings *settings,
                             const struct mrdmd_plan *plan, const struct mrdmd_plan *row_plan,
                             struct whole **whole, struct mrdmd_result **result)
{
    struct filler filler = {source, row_plan};
    const struct whole_input input = {
        .comm = source->comm,
        .plan = plan,
        .row_plan = row_plan,
        .tiles = mrdmd_source_tiles(source),
        .tile_readings = source->tile_readings,
        .precision = precision_of(settings),
        .fill = fill,
        .of = &filler,
    };

    return mrdmd_whole_solve(&input, whole, result);
}

void mrdmd_whole_write(const struct whole *whole, struct archive *archive)
{
    const int64_t count = whole->plan->window_count;
    int8_t *solver = mem_zero((size_t)count, sizeof *solver);

    for (int64_t w = 0; w < count; w++) solver[w] = (int8_t)whole->windows[w].solver;
    archive_put(archive, "/mrdmd/windows/solver", (struct archive_shape){ARCHIVE_INT8, 1, {count}},
                solver);
    archive_put_int(archive, "/mrdmd", "tsqr_windows", mrdmd_whole_count(whole, WHOLE_TSQR));
    mem_free(&solver);
}

void mrdmd_whole_summarise(const struct whole *whole, struct text *summary)
{
    text_printf(summary, "whole windows: %d by inner products, %d by ScaLAPACK, %d by TSQR\n",
                mrdmd_whole_count(whole, WHOLE_GRAM), mrdmd_whole_count(whole, WHOLE_SPREAD),
                mrdmd_whole_count(whole, WHOLE_TSQR));
}
