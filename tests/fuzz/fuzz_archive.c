// SPDX-License-Identifier: BSD-3-Clause
/* Models and scores: tables, models of every analysis, and whatever else stands in the file. */
#include "fuzz.h"

#include <telltale/analysis.h>
#include <telltale/store.h>

static void read_arrays(struct archive *archive)
{
    struct name_table *paths = names_create();
    struct archive_shape shape;

    if (archive_list(archive, paths) == STATUS_OK)
        for (int64_t path = 0; path < names_count(paths); path++)
            (void)archive_shape(archive, names_text(paths, path), &shape);
    names_destroy(&paths);
}

static void read_analysis(struct archive *archive, const struct analysis *analysis)
{
    struct settings *settings = settings_create(analysis->parameters);
    struct name_table *labels = names_create();
    struct score_table table = {0};
    void *self;

    if (score_table_read(archive, analysis->name, labels, &table) == STATUS_OK)
        score_table_release(&table);
    names_destroy(&labels);
    ASSERT(analysis->create(fuzz_comm, settings, &self) == STATUS_OK);
    (void)analysis->load(self, archive);
    analysis->destroy(&self);
    settings_destroy(&settings);
}

void fuzz_one(const char *bytes, size_t length)
{
    struct archive *archive;

    if (archive_open(fuzz_comm, fuzz_file(bytes, length), NULL, 0, &archive) == STATUS_OK) {
        read_arrays(archive);
        for (const struct analysis *const *analysis = analyses; *analysis; analysis++)
            read_analysis(archive, *analysis);
        archive_close(&archive);
    }
}
