// SPDX-License-Identifier: BSD-3-Clause
#include "synth_private.h"

#include <math.h>
#include <stdio.h>

enum { CHASSIS_PER_RACK = 4, SMALL_FLOOR_RACKS = 32 };

/* Outages per node spread log-normally. With this spread the top tenth of the nodes holds 63 %
 * (Phi(spread - 1.2816) = 0.63); part of it comes from heat. */
static const double frailty_spread = 1.61;
static const double heat_spread = 0.4;

int64_t places_cpu_hosts(const struct synth_options *options)
{
    return options->hosts - (int64_t)floor(options->gpu_share * (double)options->hosts);
}

/* Standard normal effects that fill their law evenly, so that few racks show its spread: quantiles at a
 * Kronecker sequence with the golden ratio. */
static float even_normal(uint64_t seed, uint64_t item, double step, uint64_t purpose)
{
    struct random random = keyed_random(seed, FOR_PLACE, purpose, 0);
    const double start = random_uniform(&random);
    const double u = fmod(start + (double)item * step, 1.0);

    return (float)normal_quantile(0.01 + 0.98 * u);
}

static void host_make(const struct synth_options *options, int64_t h, struct host *host)
{
    const int64_t racks = (options->hosts + options->rack_hosts - 1) / options->rack_hosts;
    const int64_t racks_per_row = racks > SMALL_FLOOR_RACKS ? 16 : 8;
    const int64_t rack = h / options->rack_hosts;
    const int64_t chassis_hosts = (options->rack_hosts + CHASSIS_PER_RACK - 1) / CHASSIS_PER_RACK;

    host->row = (int32_t)(rack / racks_per_row);
    host->rack = (int32_t)(rack % racks_per_row);
    host->chassis = (int32_t)(h % options->rack_hosts / chassis_hosts);
    host->slot = (int32_t)(h % options->rack_hosts % chassis_hosts);
}

static void place_make(const struct synth_options *options, int64_t h, struct place *place)
{
    const uint64_t rack = (uint64_t)(h / options->rack_hosts);
    const uint64_t chassis =
        rack * CHASSIS_PER_RACK
        + (uint64_t)(h % options->rack_hosts * CHASSIS_PER_RACK / options->rack_hosts);
    struct random random = keyed_random(options->seed, FOR_PLACE, (uint64_t)h, 3);
    struct random frail = keyed_random(options->seed, FOR_FRAILTY, (uint64_t)h, 0);
    const double spread = sqrt(frailty_spread * frailty_spread - heat_spread * heat_spread);

    place->has_gpu = h >= places_cpu_hosts(options);
    place->gain = (float)(1.0 + 0.03 * random_normal(&random));
    place->idle_w =
        (float)((place->has_gpu ? 420.0 : 168.0) * (1.0 + 0.03 * random_normal(&random)));
    place->busy_w =
        (float)((place->has_gpu ? 1850.0 : 500.0) * (1.0 + 0.04 * random_normal(&random)));
    place->rack_effect = even_normal(options->seed, rack, 0.6180339887498949, 1);
    place->chassis_effect = even_normal(options->seed, chassis, 0.7548776662466927, 2);
    place->frailty = exp(spread * random_normal(&frail) + heat_spread * (double)place->rack_effect);
}

void places_make(const struct synth_options *options, struct facility *facility,
                 struct place *places)
{
    for (int64_t h = 0; h < options->hosts; h++) {
        struct host position;
        struct host *host;
        char name[64];

        host_make(options, h, &position);
        snprintf(name, sizeof name, "row%drack%02dc%ds%02d", position.row, position.rack,
                 position.chassis, position.slot);
        host = facility_add_host(facility, name);
        host->row = position.row;
        host->rack = position.rack;
        host->chassis = position.chassis;
        host->slot = position.slot;
        place_make(options, h, &places[h]);
    }
}
