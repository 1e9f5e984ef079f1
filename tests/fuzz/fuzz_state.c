// SPDX-License-Identifier: BSD-3-Clause
/*
 * `telltale mrdmd --state`: the small night continues a decomposition, of which the input is the state. The state is
 * then written anew in its place. An empty input begins one.
 */
#include "fuzz.h"
#include "small_night.h"

#include <telltale/analysis.h>

#include <unistd.h>

void fuzz_one(const char *bytes, size_t length)
{
    struct settings *settings = settings_create(mrdmd_command_parameters);
    const char *state = fuzz_file(bytes, length);
    const char *night = small_night();
    struct text summary = {0};

    if (length == 0) unlink(state);
    ASSERT(settings_set(settings, "state", state, "fuzz") == STATUS_OK);
    ASSERT(settings_set(settings, "max_level", "2", "fuzz") == STATUS_OK);
    ASSERT(settings_set(settings, "save_modes", "true", "fuzz") == STATUS_OK);
    (void)mrdmd_decompose(fuzz_comm, &night, 1, settings, small_night_output("state"), &summary);
    text_release(&summary);
    settings_destroy(&settings);
}
