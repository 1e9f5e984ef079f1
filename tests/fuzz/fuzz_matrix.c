// SPDX-License-Identifier: BSD-3-Clause
/* `telltale mrdmd --dataset`: a matrix in any HDF5 file, decomposed. The seeds hold a matrix as /x. */
#include "fuzz.h"
#include "small_night.h"

#include <telltale/analysis.h>

void fuzz_one(const char *bytes, size_t length)
{
    struct settings *settings = settings_create(mrdmd_command_parameters);
    const char *path = fuzz_file(bytes, length);
    struct text summary = {0};

    ASSERT(settings_set(settings, "dataset", "/x", "fuzz") == STATUS_OK);
    ASSERT(settings_set(settings, "period_s", "1", "fuzz") == STATUS_OK);
    ASSERT(settings_set(settings, "max_level", "2", "fuzz") == STATUS_OK);
    (void)mrdmd_decompose(fuzz_comm, &path, 1, settings, small_night_output("matrix"), &summary);
    text_release(&summary);
    settings_destroy(&settings);
}
