// SPDX-License-Identifier: BSD-3-Clause
#include "small_night.h"

#include "fuzz.h"

#include <telltale/synth.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char night[64];
static char output[64];

static void remove_files(void)
{
    unlink(night);
    unlink(output);
}

const char *small_night(void)
{
    struct synth_options options = synth_defaults();
    struct synth *synth;

    if (night[0]) return night;
    snprintf(night, sizeof night, "/dev/shm/telltale-fuzz-night-%ld", (long)getpid());
    atexit(remove_files);
    options.hosts = 3;
    options.metrics = 2;
    options.samples = 120;
    options.period_s = 60.0;
    options.seed = 1;
    ASSERT(synth_create(&options, &synth) == STATUS_OK);
    ASSERT(synth_write(fuzz_comm, synth, night) == STATUS_OK);
    synth_destroy(&synth);
    return night;
}

const char *small_night_output(const char *name)
{
    (void)small_night();
    snprintf(output, sizeof output, "/dev/shm/telltale-fuzz-%s-%ld", name, (long)getpid());
    return output;
}
