// SPDX-License-Identifier: BSD-3-Clause
#include "synth_private.h"

#include <math.h>
#include <string.h>

#define GAUGE METRIC_GAUGE
#define COUNT METRIC_COUNTER

/* The metrics that change, in the order in which a facility gets them. Responses: CPU, memory, network,
 * file traffic, power, heat, air. A node has 256 GiB, 36 cores with 2 threads (7,200 jiffies/s). */
static const struct metric_model changing[] = {
  /* clang-format off */
    {"cpu_temp",    "C",   "ipmi",    GAUGE, 38.F,   {0, 0, 0, 0, 0, 15.F, 1.F},          6.6F, 1.2F, 1.5F, 1.F,   400.F, .5F,   .5F,  5.F,  110.F},
    {"node_power",  "W",   "ipmi",    GAUGE, 0.F,    {0, 0, 0, 0, 1.F, 0, 0},             0, 0, 2.F,        9.F,   500.F, 6.F,   4.F,  30.F, 4000.F},
    {"inlet_temp",  "C",   "ipmi",    GAUGE, 22.F,   {0, 0, 0, 0, 0, .6F, 1.F},           1.6F, .5F, .5F,   .5F,   400.F, .25F,  .25F, 2.F,  60.F},
    {"fan_speed",   "rpm", "ipmi",    GAUGE, 5200.F, {0, 0, 0, 0, 0, 2600.F, 160.F},      300.F, 80.F, 120.F, 130.F, 400.F, 60.F, 75.F, 800.F, 16000.F},
    {"load1",       "",    "loadavg", GAUGE, .3F,    {70.F, 0, 0, 2.F, 0, 0, 0},          0, 0, 0,          1.2F,  180.F, .8F,   .01F, 0,    400.F},
    {"MemFree",     "KiB", "meminfo", GAUGE, 2.42e8F, {0, -1.9e8F, 0, 0, 0, 0, 0},        0, 0, 2e6F,       5e6F,  400.F, 2.5e6F, 4.F, 5e5F, 2.6e8F},
    {"nic_rx_bytes", "B",  "procnetdev", COUNT, 3e4F, {0, 0, 9e8F, 5e7F, 0, 0, 0},        0, 0, 0,          .12F,  300.F, .08F,  1.F,  0,    2.5e10F},
    {"context_switches", "", "procstat", COUNT, 1800.F, {14000.F, 0, 16000.F, 9000.F, 0, 0, 0}, 0, 0, 0,    .12F,  300.F, .08F,  1.F,  0,    1e7F},
    {"Cached",      "KiB", "meminfo", GAUGE, 9e6F,   {0, 1.2e7F, 0, 6e7F, 0, 0, 0},       0, 0, 1e6F,       2.5e6F, 700.F, 7e5F, 4.F,  1e5F, 2.2e8F},
    {"user",        "jiffies", "procstat", COUNT, 12.F, {7000.F, 0, 0, 0, 0, 0, 0},       0, 0, 0,          .04F,  300.F, .03F,  1.F,  0,    14400.F},
    {"pgfault",     "",    "vmstat",  COUNT, 700.F,  {42000.F, 20000.F, 0, 30000.F, 0, 0, 0}, 0, 0, 0,      .15F,  300.F, .12F,  1.F,  0,    1e8F},
    {"outlet_temp", "C",   "ipmi",    GAUGE, 31.F,   {0, 0, 0, 0, 0, 9.F, 1.F},           3.F, .8F, .9F,    .7F,   400.F, .35F,  .3F,  5.F,  90.F},
    {"nic_tx_bytes", "B",  "procnetdev", COUNT, 2e4F, {0, 0, 8.6e8F, 2e8F, 0, 0, 0},      0, 0, 0,          .12F,  300.F, .08F,  1.F,  0,    2.5e10F},
    {"dimm_temp",   "C",   "ipmi",    GAUGE, 34.F,   {0, 6.F, 0, 0, 0, 8.F, 1.F},         2.5F, .8F, 1.F,   .7F,   500.F, .35F,  .3F,  5.F,  100.F},
    {"AnonPages",   "KiB", "meminfo", GAUGE, 1.5e6F, {0, 1.85e8F, 0, 0, 0, 0, 0},         0, 0, 0,          4.5e6F, 400.F, 2.3e6F, 4.F, 2e5F, 2.5e8F},
    {"sys",         "jiffies", "procstat", COUNT, 9.F, {160.F, 0, 90.F, 420.F, 0, 0, 0},  0, 0, 0,          .10F,  300.F, .08F,  1.F,  0,    7200.F},
    {"vrm_temp",    "C",   "ipmi",    GAUGE, 41.F,   {0, 0, 0, 0, 0, 17.F, 1.F},          3.5F, 1.F, 1.4F,  .9F,   400.F, .45F,  .45F, 5.F,  120.F},
    {"MemAvailable", "KiB", "meminfo", GAUGE, 2.5e8F, {0, -1.85e8F, 0, 0, 0, 0, 0},       0, 0, 0,          4.8e6F, 400.F, 2.4e6F, 4.F, 5e5F, 2.6e8F},
    {"Active(anon)", "KiB", "meminfo", GAUGE, 1.4e6F, {0, 1.8e8F, 0, 0, 0, 0, 0},         0, 0, 0,          4.5e6F, 400.F, 2.2e6F, 4.F, 1e5F, 2.5e8F},
    {"iowait",      "jiffies", "procstat", COUNT, 1.F, {0, 0, 0, 650.F, 0, 0, 0},         0, 0, 0,          .15F, 400.F, .08F, 1.F,  0,    7200.F},
    {"softirq",     "jiffies", "procstat", COUNT, 2.F, {4.F, 0, 170.F, 25.F, 0, 0, 0},    0, 0, 0,          .12F,  300.F, .1F,   1.F,  0,    7200.F},
    {"cpu_power",   "W",   "ipmi",    GAUGE, 55.F,   {230.F, 0, 0, 0, 0, 0, 0},           0, 0, 4.F,        7.F,   400.F, 4.F,   3.F,  10.F, 900.F},
    {"memory_power", "W",  "ipmi",    GAUGE, 18.F,   {22.F, 20.F, 0, 0, 0, 0, 0},         0, 0, 1.F,        1.6F,  400.F, 1.F,   .8F,  2.F,  200.F},
    {"nr_free_pages", "pages", "vmstat", GAUGE, 6.05e7F, {0, -4.75e7F, 0, 0, 0, 0, 0},    0, 0, 5e5F,       1.2e6F, 400.F, 6e5F, 1.F,  1e5F, 6.5e7F},
    {"hsn_rx_bytes", "B",  "procnetdev", COUNT, 1e4F, {0, 0, 3e9F, 0, 0, 0, 0},           0, 0, 0,          .12F,  300.F, .08F,  1.F,  0,    2.5e10F},
    {"hsn_tx_bytes", "B",  "procnetdev", COUNT, 1e4F, {0, 0, 2.9e9F, 0, 0, 0, 0},         0, 0, 0,          .12F,  300.F, .08F,  1.F,  0,    2.5e10F},
    {"Dirty",       "KiB", "meminfo", GAUGE, 6e3F,   {0, 0, 0, 2.5e6F, 0, 0, 0},          0, 0, 0,          9e4F, 500.F, 4e4F, 4.F,  0,    4e7F},
    {"lustre_write_bytes", "B", "lustre", COUNT, 1e3F, {0, 0, 0, 9e8F, 0, 0, 0},          0, 0, 0,          .15F, 400.F, .08F, 1.F,  0,    2e10F},
    {"lustre_read_bytes", "B", "lustre", COUNT, 1e3F, {6e6F, 0, 0, 3e8F, 0, 0, 0},        0, 0, 0,          .15F, 400.F, .08F, 1.F,  0,    2e10F},
    {"idle",        "jiffies", "procstat", COUNT, 7170.F, {-7060.F, 0, 0, -500.F, 0, 0, 0}, 0, 0, 0,        .03F,  300.F, .02F,  1.F,  0,    7200.F},
    {"pgpgout",     "KiB", "vmstat",  COUNT, 40.F,   {0, 0, 0, 8e5F, 0, 0, 0},            0, 0, 0,          .15F, 400.F, .08F, 1.F,  0,    2e7F},
    {"pgpgin",      "KiB", "vmstat",  COUNT, 15.F,   {500.F, 0, 0, 3e5F, 0, 0, 0},        0, 0, 0,          .15F, 400.F, .08F, 1.F,  0,    2e7F},
    {"Committed_AS", "KiB", "meminfo", GAUGE, 5e6F,  {0, 2.2e8F, 0, 0, 0, 0, 0},          0, 0, 0,          5e6F,  400.F, 2.5e6F, 4.F, 1e6F, 5e8F},
    {"PageTables",  "KiB", "meminfo", GAUGE, 2.2e4F, {0, 4e5F, 0, 0, 0, 0, 0},            0, 0, 0,          1e4F,  400.F, 5e3F,  4.F,  5e3F, 1e7F},
    {"Slab",        "KiB", "meminfo", GAUGE, 1.3e6F, {0, 0, 0, 3e6F, 0, 0, 0},            0, 0, 1e5F,       1.6e5F, 900.F, 5e4F, 4.F,  2e5F, 3e7F},
    {"procs_running", "",  "procstat", GAUGE, 1.F,   {68.F, 0, 0, 0, 0, 0, 0},            0, 0, 0,          2.F,   200.F, 2.F,   1.F,  1.F,  500.F},
    {"lustre_open", "",    "lustre",  COUNT, .4F,    {8.F, 0, 0, 160.F, 0, 0, 0},         0, 0, 0,          .15F, 400.F, .08F, 1.F,  0,    1e6F},
    {"lustre_close", "",   "lustre",  COUNT, .4F,    {8.F, 0, 0, 160.F, 0, 0, 0},         0, 0, 0,          .15F, 400.F, .08F, 1.F,  0,    1e6F},
    {"pgalloc_normal", "pages", "vmstat", COUNT, 900.F, {60000.F, 0, 0, 90000.F, 0, 0, 0}, 0, 0, 0,         .15F,  300.F, .1F,   1.F,  0,    1e8F},
    {"pgfree",      "pages", "vmstat", COUNT, 950.F, {61000.F, 0, 0, 90000.F, 0, 0, 0},   0, 0, 0,          .15F,  300.F, .1F,   1.F,  0,    1e8F},
    {"numa_local",  "pages", "vmstat", COUNT, 800.F, {55000.F, 0, 0, 70000.F, 0, 0, 0},   0, 0, 0,          .15F,  300.F, .1F,   1.F,  0,    1e8F},
    {"numa_foreign", "pages", "vmstat", COUNT, 4.F,  {300.F, 1800.F, 0, 0, 0, 0, 0},      0, 0, 0,          .25F,  300.F, .2F,   1.F,  0,    1e8F},
    {"Writeback",   "KiB", "meminfo", GAUGE, 0.F,    {0, 0, 0, 6e5F, 0, 0, 0},            0, 0, 0,          2.5e4F, 500.F, 1e4F, 4.F,  0,    4e7F},
    {"Buffers",     "KiB", "meminfo", GAUGE, 3e5F,   {0, 0, 0, 4e5F, 0, 0, 0},            0, 0, 4e4F,       4e4F, 900.F, 1.2e4F, 4.F, 1e4F, 1e7F},
    {"hwintr_count", "",   "procstat", COUNT, 2500.F, {21000.F, 0, 30000.F, 9000.F, 0, 0, 0}, 0, 0, 0,      .1F,   300.F, .08F,  1.F,  0,    1e8F},
    {"processes",   "",    "procstat", COUNT, 3.F,   {9.F, 0, 0, 12.F, 0, 0, 0},          0, 0, 0,          .2F, 500.F, .1F, 1.F,  0,    1e6F},
    {"voltage_12v", "V",   "ipmi",    GAUGE, 12.1F,  {0, 0, 0, 0, 0, -.08F, 0},           0, .02F, .04F,    .035F, 700.F, .01F, .0125F, 10.F, 14.F},
    {"cpu_frequency", "MHz", "cpufreq", GAUGE, 3350.F, {-550.F, 0, 0, 0, 0, -60.F, -5.F}, -25.F, 0, 15.F,   45.F,  300.F, 30.F,  25.F, 800.F, 4500.F},
    {"psu_input_power", "W", "ipmi",  GAUGE, 12.F,   {0, 0, 0, 0, 1.06F, 0, 0},           0, 0, 3.F,        10.F,  500.F, 7.F,   4.F,  30.F, 4500.F},
    {"psu_temp",    "C",   "ipmi",    GAUGE, 29.F,   {0, 0, 0, 0, .006F, 4.F, 1.F},       2.F, .6F, .9F,    .6F,   600.F, .3F,   .3F,  5.F,  90.F},
    {"nic_temp",    "C",   "ipmi",    GAUGE, 47.F,   {0, 0, 14.F, 0, 0, 4.F, 1.F},        2.2F, .7F, 1.1F,  .7F,   500.F, .35F,  .3F,  5.F,  110.F},
  /* clang-format on */
};

/* The metrics that never change. */
static const struct {
    const char *name, *unit, *source;
    float value;
} constants[] = {
    {"MemTotal",           "KiB",   "meminfo",    263796224.F},
    {"SwapTotal",          "KiB",   "meminfo",    0.F        },
    {"cpu_enabled",        "",      "procstat",   72.F       },
    {"CommitLimit",        "KiB",   "meminfo",    131898112.F},
    {"HugePages_Total",    "",      "meminfo",    0.F        },
    {"psu_status",         "",      "ipmi",       1.F        },
    {"Hugepagesize",       "KiB",   "meminfo",    2048.F     },
    {"nr_dirty_threshold", "pages", "vmstat",     12894208.F },
    {"pswpout",            "pages", "vmstat",     0.F        },
    {"nic_rx_errors",      "",      "procnetdev", 0.F        },
    {"link_speed",         "Mb/s",  "procnetdev", 100000.F   },
};

enum {
    CHANGING_COUNT = (int)(sizeof changing / sizeof changing[0]),
    CONSTANT_COUNT = (int)(sizeof constants / sizeof constants[0])
};

int catalogue_count(void)
{
    return CHANGING_COUNT;
}

const struct metric_model *catalogue_row(int row)
{
    return &changing[row];
}

struct catalogue_place catalogue_place(int64_t metric, double constant_share)
{
    const int64_t before = (int64_t)floor((double)metric * constant_share + 1e-9);
    const int64_t after = (int64_t)floor((double)(metric + 1) * constant_share + 1e-9);

    if (after > before) {
        return (struct catalogue_place){.is_constant = true,
                                        .row = (int)(before % CONSTANT_COUNT),
                                        .copy = before / CONSTANT_COUNT};
    }
    return (struct catalogue_place){.row = (int)((metric - before) % CHANGING_COUNT),
                                    .copy = (metric - before) / CHANGING_COUNT};
}

struct metric_model catalogue_model(struct catalogue_place place)
{
    if (!place.is_constant) return changing[place.row];
    return (struct metric_model){.name = constants[place.row].name,
                                 .unit = constants[place.row].unit,
                                 .source = constants[place.row].source,
                                 .kind = METRIC_GAUGE,
                                 .base = constants[place.row].value,
                                 .noise_tau_s = 1.0F,
                                 .low = -INFINITY,
                                 .high = INFINITY};
}
