// SPDX-License-Identifier: BSD-3-Clause
/* A model of one analysis (FUZZ_VARIANT): where it loads, a night is scored with it. */
#include "fuzz.h"
#include "small_night.h"

#include <telltale/analysis.h>
#include <telltale/store.h>

static void score(const struct analysis *analysis, void *self)
{
    const struct view_options options = {0};
    struct score_table table = {0};
    struct view *view;

    ASSERT(view_open(fuzz_comm, small_night(), &options, &view) == STATUS_OK);
    (void)analysis->score(self, view, &table);
    score_table_release(&table);
    view_close(&view);
}

void fuzz_one(const char *bytes, size_t length)
{
    const struct analysis *analysis = analysis_find(FUZZ_VARIANT);
    struct settings *settings;
    struct archive *archive;
    void *self;

    if (archive_open(fuzz_comm, fuzz_file(bytes, length), MODEL_FORMAT, MODEL_VERSION, &archive))
        return;
    settings = settings_create(analysis->parameters);
    ASSERT(analysis->create(fuzz_comm, settings, &self) == STATUS_OK);
    if (analysis->load(self, archive) == STATUS_OK) score(analysis, self);
    analysis->destroy(&self);
    settings_destroy(&settings);
    archive_close(&archive);
}
