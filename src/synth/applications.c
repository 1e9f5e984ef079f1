// SPDX-License-Identifier: BSD-3-Clause
#include "synth_private.h"

/* What jobs are: how they use a node and how often they come. Levels are means over jobs; each job draws
 * its own around them. */
static const struct application {
    const char *name;
    bool needs_gpu;
    float share; /* of the jobs of its kind of node */
    float busy, waiting, memory, network, io;
    float iteration_low_s, iteration_high_s, compute_share;
    float checkpoint_s, burst_s;
} applications[] = {
    {"lammps",    false, .20F, .95F, .60F, .20F, .30F, .05F, 5.F,  15.F, .80F, 1800.F, 70.F },
    {"vasp",      false, .18F, .92F, .55F, .50F, .55F, .05F, 20.F, 60.F, .75F, 3600.F, 105.F},
    {"wrf",       false, .10F, .88F, .40F, .35F, .60F, .40F, 5.F,  20.F, .70F, 900.F,  210.F},
    {"openfoam",  false, .14F, .85F, .45F, .40F, .50F, .25F, 8.F,  30.F, .70F, 1200.F, 157.F},
    {"nwchem",    false, .08F, .90F, .50F, .70F, .70F, .10F, 15.F, 60.F, .70F, 5400.F, 210.F},
    {"python",    false, .20F, .45F, .10F, .25F, .05F, .20F, 5.F,  60.F, .60F, 600.F,  70.F },
    {"analysis",  false, .10F, .30F, .08F, .60F, .10F, .80F, 10.F, 60.F, .50F, 300.F,  210.F},
    {"gromacs",   true,  .35F, .95F, .70F, .15F, .35F, .05F, 5.F,  12.F, .85F, 900.F,  35.F },
    {"training",  true,  .45F, .97F, .75F, .55F, .60F, .30F, 5.F,  30.F, .85F, 1800.F, 315.F},
    {"inference", true,  .20F, .60F, .15F, .40F, .20F, .10F, 5.F,  40.F, .50F, 0.F,    0.F  },
};

enum { APPLICATION_COUNT = (int)(sizeof applications / sizeof applications[0]) };

const char *application_name(int application)
{
    return applications[application].name;
}

int application_draw(bool has_gpu, struct random *random)
{
    double rest = random_uniform(random);
    int last = 0;

    for (int application = 0; application < APPLICATION_COUNT; application++) {
        if (applications[application].needs_gpu != has_gpu) continue;
        last = application;
        rest -= (double)applications[application].share;
        if (rest < 0.0) break;
    }
    return last;
}

/* Around a level, within (0, 1). */
static float around(float level, float spread, struct random *random)
{
    const float drawn = level * (1.0F + spread * (float)random_normal(random));

    return drawn < 0.005F ? 0.005F : drawn > 0.99F ? 0.99F : drawn;
}

void application_profile(int application, struct random *random, struct profile *profile)
{
    const struct application *row = &applications[application];
    const double span_s = (double)row->iteration_high_s - (double)row->iteration_low_s;

    profile->busy = around(row->busy, 0.05F, random);
    profile->waiting = around(row->waiting, 0.2F, random);
    if (profile->waiting > profile->busy) profile->waiting = profile->busy;
    profile->memory = around(row->memory, 0.4F, random);
    profile->network = around(row->network, 0.4F, random);
    profile->io = around(row->io, 0.5F, random);
    profile->iteration_s = (double)row->iteration_low_s + span_s * random_uniform(random);
    profile->compute_share = (double)around(row->compute_share, 0.1F, random);
    profile->checkpoint_s = (double)row->checkpoint_s * (0.7 + 0.6 * random_uniform(random));
    profile->burst_share =
        profile->checkpoint_s > 0.0 ? (double)row->burst_s / profile->checkpoint_s : 0.0;
    profile->ramp_s = 30.0 + 30.0 * random_uniform(random);
}
