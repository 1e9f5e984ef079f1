// SPDX-License-Identifier: BSD-3-Clause
#include "cli.h"

#include <string.h>

/* command_names.inc is made by the build: COMMAND(name) for each cmd_name.c, in the order of the help. */
#define COMMAND(name) extern const struct command command_##name;
#include "command_names.inc"
#undef COMMAND

#define COMMAND(name) &command_##name,
const struct command *const commands[] = {
#include "command_names.inc"
    NULL};
#undef COMMAND

/* clang-format off */
const struct parameter run_parameters[] = {
    {"profile", PARAMETER_FLAG, "false", 0, 0, NULL,
     "Print the time of each stage at the end: least, mean and most over the ranks"},
    {"log_level", PARAMETER_CHOICE, "notice", 0, 0, "quiet|warning|notice|detail|debug",
     "How much is said on stderr"},
    {"log_ranks", PARAMETER_FLAG, "false", 0, 0, NULL, "Every rank speaks, with its number"},
    {"watchdog_s", PARAMETER_REAL, "600", 0, 86400, NULL,
     "End the run where a rank makes no progress for so many seconds; 0: never"},
    {"fail_on_anomaly", PARAMETER_FLAG, "false", 0, 0, NULL,
     "Exit with status 10 where anomalies are found"},
    {0},
};
/* clang-format on */

/* clang-format off */
const struct parameter program_parameters[] = {
    {"config", PARAMETER_PATH, NULL, 0, 0, NULL, "Read settings from this YAML file"},
    {"help", PARAMETER_FLAG, "false", 0, 0, NULL, "Print this text"},
    {"version", PARAMETER_FLAG, "false", 0, 0, NULL, "Print the program's version"},
    {0},
};
/* clang-format on */

const struct command *command_find(const char *name)
{
    for (int i = 0; commands[i]; i++) {
        if (strcmp(commands[i]->name, name) == 0) return commands[i];
    }
    return NULL;
}

const char *program_version(void)
{
    return TELLTALE_VERSION;
}
