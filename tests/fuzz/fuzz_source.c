// SPDX-License-Identifier: BSD-3-Clause
/* One source of the import: FUZZ_VARIANT is its name, `auto` for all of them, packed files included.
 * Everything up to the grid is tried; what writes the facility file is not. */
#include "fuzz.h"

#include "cockpit.h"
#include "gather.h"

#include <math.h>
#include <string.h>

/* Every row is counted once, and no reason counts more rows than there are. */
static void check_tally(const struct tally *tally)
{
    int64_t rows = 0;

    for (int row_class = 0; row_class < ROW_CLASSES; row_class++) {
        ASSERT(tally->rows[row_class] >= 0);
        rows += tally->rows[row_class];
    }
    ASSERT(rows == tally->read && rows <= tally->bytes + 1);
    for (int reason = 0; reason < REASONS; reason++) ASSERT(tally->reasons[reason].rows >= 0);
}

static void put_together(struct import *import)
{
    struct merged merged = {0};

    if (merge(import, &merged) == STATUS_OK && grid_decide(import, &merged) == STATUS_OK) {
        kinds_decide(import, &merged);
        ASSERT(merged.facility->sample_count >= 0);
    }
    merged_release(&merged);
}

static void read_file(struct import *import, const char *path, size_t length)
{
    char *name = mem_text(path);
    struct file file = {
        .path = name, .below = name, .bytes = (int64_t)length, .is_named = true, .owner = 0};
    const struct files files = {&file, 1, (int64_t)length};

    if (strcmp(FUZZ_VARIANT, "auto") != 0) file.kind = FUZZ_VARIANT;
    builder_init(&import->builder);
    if (files_read(import, &files) == STATUS_OK) {
        check_tally(&import->tally);
        put_together(import);
    }
    mem_free(&name);
    halves_destroy(&import->halves);
    builder_release(&import->builder);
    text_release(&import->notes);
}

void fuzz_one(const char *bytes, size_t length)
{
    struct settings *settings = settings_create(import_parameters);
    struct import import = {.comm = fuzz_comm,
                            .settings = settings,
                            .output = "/dev/shm/telltale-fuzz.h5",
                            .from_unix_s = -(double)INFINITY,
                            .to_unix_s = (double)INFINITY,
                            .field_limit = 1024,
                            .line_limit = 65536};

    ASSERT(settings_set(settings, "host_limit", "1000", "") == STATUS_OK);
    ASSERT(time_styles_read(settings, import.time_styles) == STATUS_OK);
    import.time_style = import.time_styles[STYLE_OF_ALL];
    ASSERT(metric_classes_create(NULL, 0, NULL, &import.classes) == STATUS_OK);
    read_file(&import, fuzz_file(bytes, length), length);
    metric_classes_destroy(&import.classes);
    settings_destroy(&settings);
}
