// SPDX-License-Identifier: BSD-3-Clause
/* What the page takes from the files beside its scores: the relation graph, the forecast, verdicts. */
#include "fuzz.h"
#include "small_night.h"

#include "page.h"

#include <telltale/view.h>

/* Of a page that this is for, in bytes. */
static const int64_t budget_bytes = 1 << 20;

static void read_parts(const char *path, const struct facility *facility)
{
    struct page_relation relation = {0};
    struct page_forecast forecast = {0};
    struct page_verdicts verdicts = {0};

    (void)page_relation_read(fuzz_comm, path, facility, &relation);
    (void)page_forecast_read(fuzz_comm, path, facility, budget_bytes, &forecast);
    (void)page_verdicts_read(fuzz_comm, path, facility, &verdicts);
    page_relation_release(&relation);
    page_forecast_release(&forecast);
    page_verdicts_release(&verdicts);
}

void fuzz_one(const char *bytes, size_t length)
{
    const struct view_options options = {0};
    struct view *view;

    ASSERT(view_open(fuzz_comm, small_night(), &options, &view) == STATUS_OK);
    read_parts(fuzz_file(bytes, length), view_facility(view));
    view_close(&view);
}
