// SPDX-License-Identifier: BSD-3-Clause
#include "effects.h"

#include <math.h>
#include <string.h>

/* How an effect goes with the time since its start, each averaged over a sample's period. */
enum shape {
    STEP,   /* at once, for as long as it lasts */
    SHRINK, /* multiplies by 1 - amount */
    RISE,   /* towards the amount, with a time constant */
    RAMP,   /* from nothing to the amount at the end */
    LEAK,   /* amount per second, until the time would make it more than what there is */
    SQUARE, /* on and off */
    SAW,    /* up, and back at once */
    SWING,  /* a sine */
};

/* Amounts at level 1: gauges in their unit, counters per second. They are those of as many instances as
 * show on a full node: the benchmarks' defaults (one core, 350 MB) drown in what jobs do. */
struct effect {
    const char *metric;
    enum shape shape;
    float amount;
    float time_s; /* constant or period; for LEAK how long the memory lasts */
};

/* clang-format off */
static const struct effect cpuoccupy[] = {
    {"cpu_temp", RISE, 7.F, 90.F},
    {"node_power", STEP, 110.F, 0},
    {"load1", STEP, 32.F, 0},
    {"context_switches", STEP, 2500.F, 0},
    {"user", STEP, 2400.F, 0},
    {0},
};

static const struct effect cachecopy[] = {
    {"user", STEP, 1600.F, 0},
    {"node_power", STEP, 60.F, 0},
    {"cpu_temp", RISE, 4.F, 90.F},
    {"nic_rx_bytes", SHRINK, .3F, 0},
    {0},
};

static const struct effect membw[] = {
    {"user", STEP, 1600.F, 0},
    {"dimm_temp", RISE, 6.F, 180.F},
    {"memory_power", STEP, 30.F, 0},
    {"node_power", STEP, 70.F, 0},
    {"nic_rx_bytes", SHRINK, .4F, 0},
    {0},
};

static const struct effect memleak[] = {
    {"MemFree", LEAK, -1e5F, 1600.F},
    {"MemAvailable", LEAK, -1e5F, 1600.F},
    {"nr_free_pages", LEAK, -2.5e4F, 1600.F},
    {"AnonPages", LEAK, 1e5F, 1600.F},
    {"Active(anon)", LEAK, 1e5F, 1600.F},
    {"Committed_AS", LEAK, 1e5F, 1600.F},
    {"PageTables", LEAK, 200.F, 1600.F},
    {"pgfault", STEP, 25600.F, 0},
    {0},
};

static const struct effect memeater[] = {
    {"MemFree", SQUARE, -3e7F, 134.F},
    {"AnonPages", SQUARE, 3e7F, 134.F},
    {"pgfault", STEP, 4e4F, 0},
    {0},
};

static const struct effect iometadata[] = {
    {"context_switches", STEP, 9000.F, 0},
    {"sys", STEP, 500.F, 0},
    {"softirq", STEP, 90.F, 0},
    {"lustre_open", STEP, 700.F, 0},
    {0},
};

static const struct effect iobandwidth[] = {
    {"Cached", SAW, 3e7F, 600.F},
    {"iowait", STEP, 700.F, 0},
    {"Dirty", SAW, 3e6F, 300.F},
    {"pgpgout", STEP, 6e5F, 0},
    {"lustre_write_bytes", STEP, 8e8F, 0},
    {0},
};

static const struct effect netoccupy[] = {
    {"nic_rx_bytes", STEP, 6e8F, 0},
    {"nic_tx_bytes", STEP, 6e8F, 0},
    {"softirq", STEP, 250.F, 0},
    {"context_switches", STEP, 3000.F, 0},
    {0},
};

static const struct effect linkclog[] = {
    {"nic_rx_bytes", SHRINK, .85F, 0},
    {"nic_tx_bytes", SHRINK, .85F, 0},
    {"hsn_rx_bytes", SHRINK, .85F, 0},
    {"node_power", STEP, -50.F, 0},
    {0},
};

static const struct effect sensor_oscillation[] = {
    {"cpu_temp", SWING, 4.F, 1200.F},
    {"fan_speed", SWING, -900.F, 1200.F},
    {"outlet_temp", SWING, 2.5F, 1200.F},
    {"node_power", SWING, -30.F, 1200.F},
    {0},
};

static const struct effect slow_drift[] = {
    {"cpu_temp", RAMP, 9.F, 0},
    {"fan_speed", RAMP, 1500.F, 0},
    {"vrm_temp", RAMP, 8.F, 0},
    {"outlet_temp", RAMP, 4.F, 0},
    {0},
};

static const struct effect cooling_fault[] = {
    {"inlet_temp", RISE, 9.F, 400.F},
    {"cpu_temp", RISE, 9.F, 600.F},
    {"fan_speed", RISE, 2600.F, 300.F},
    {"outlet_temp", RISE, 9.F, 500.F},
    {"dimm_temp", RISE, 7.F, 900.F},
    {0},
};

/* clang-format on */

static const struct kind kinds[] = {
    {"cpuoccupy",          1,  REACH_JOB,  cpuoccupy         },
    {"cachecopy",          1,  REACH_JOB,  cachecopy         },
    {"membw",              1,  REACH_JOB,  membw             },
    {"memleak",            3,  REACH_JOB,  memleak           },
    {"memeater",           3,  REACH_JOB,  memeater          },
    {"iometadata",         1,  REACH_JOB,  iometadata        },
    {"iobandwidth",        3,  REACH_JOB,  iobandwidth       },
    {"netoccupy",          1,  REACH_JOB,  netoccupy         },
    {"linkclog",           1,  REACH_JOB,  linkclog          },
    {"sensor_oscillation", 30, REACH_HOST, sensor_oscillation},
    {"slow_drift",         60, REACH_HOST, slow_drift        },
    {"cooling_fault",      20, REACH_RACK, cooling_fault     },
};

enum { KIND_COUNT = (int)(sizeof kinds / sizeof kinds[0]) };

const struct kind *kind_row(int kind)
{
    return kind >= 0 && kind < KIND_COUNT ? &kinds[kind] : NULL;
}

const char *synth_kind_name(int kind)
{
    return kind >= 0 && kind < KIND_COUNT ? kinds[kind].name : NULL;
}

static const struct effect *find_effect(const struct kind *kind, const char *metric)
{
    const struct effect *effect = kind->effects;

    while (effect->metric && strcmp(effect->metric, metric) != 0) effect++;
    return effect->metric ? effect : NULL;
}

bool synth_kind_touches(const char *kind, const char *metric)
{
    for (int k = 0; k < KIND_COUNT; k++) {
        if (strcmp(kinds[k].name, kind) == 0) return find_effect(&kinds[k], metric) != NULL;
    }
    return false;
}

bool anomaly_is_heat(const struct planted *planted)
{
    return kinds[planted->kind].reach == REACH_RACK;
}

bool anomaly_touches(int kind, int row)
{
    return find_effect(&kinds[kind], catalogue_row(row)->name) != NULL;
}

/* Integral from 0 to @p time of a saw tooth that rises from 0 to 1 in each period. */
static double saw_integral(double time, double period)
{
    const double whole = floor(time / period);
    const double rest = time - whole * period;

    return 0.5 * (whole * period + rest * rest / period);
}

/* The mean of the shape over [a, b), seconds since the start; @p all how long it lasts in the end. */
static double shape_mean(const struct effect *effect, double a, double b, double all, double period)
{
    const double time_s = (double)effect->time_s;
    const double turn = 6.283185307179586 / period;

    switch (effect->shape) {
    case RISE:
        return 1.0 - time_s * (exp(-a / time_s) - exp(-b / time_s)) / (b - a);
    case RAMP:
        return 0.5 * (a + b) / all;
    case LEAK:
        return 0.5 * (a + b) * fmin(1.0, time_s / all);
    case SQUARE:
        return wave_mean(a, b, period, 0.5);
    case SAW:
        return (saw_integral(b, period) - saw_integral(a, period)) / (b - a);
    case SWING:
        return (cos(turn * a) - cos(turn * b)) / (turn * (b - a));
    case STEP:
    case SHRINK:
    default:
        return 1.0;
    }
}

void anomaly_apply(const struct planted *planted, int row, double period_s, struct span times,
                   float *series)
{
    const struct effect *effect = find_effect(&kinds[planted->kind], catalogue_row(row)->name);
    const double all_s = (double)planted->count * period_s;
    const int64_t end = planted->first + planted->count;
    int64_t t = planted->first > times.first ? planted->first : times.first;
    double wave_s;

    if (!effect) return;
    /* Slow swings stay visible where samples are far apart. */
    wave_s = (double)effect->time_s * planted->time_scale;
    if (effect->shape == SWING && wave_s < 8.0 * period_s) wave_s = 8.0 * period_s;
    for (; t < end && t < times.first + times.count; t++) {
        const double since_s = (double)(t - planted->first) * period_s;
        const float mean = (float)shape_mean(effect, since_s, since_s + period_s, all_s, wave_s);
        float *value = &series[t - times.first];

        if (effect->shape == SHRINK) {
            *value *= fmaxf(0.0F, 1.0F - effect->amount * planted->level * mean);
        } else {
            *value += effect->amount * planted->level * mean;
        }
    }
}
