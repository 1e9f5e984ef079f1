// SPDX-License-Identifier: BSD-3-Clause
#include "cli.h"

#include <telltale/import.h>

static status run(struct context *context)
{
    struct import_report *report;
    struct text text = {0};
    const char *output;

    TRY(require_output(context, "output", context->operands, context->operand_count, &output));
    TRY(import_run(context->comm, context->settings, context->operands, context->operand_count,
                   &report));
    if (settings_flag(context->settings, "json"))
        import_report_json(report, &text);
    else
        import_report_table(report, &text);
    say(context, "%s", text.bytes);
    text_release(&text);
    import_report_destroy(&report);
    return STATUS_OK;
}

const struct command command_import = {
    .name = "import",
    .summary = "logs and telemetry into a facility file",
    .usage = "[--source KIND] INPUT... [--jobs FILE] [--events FILE] [--labels FILE] -o FILE",
    .details =
        "INPUT is a file, plain or packed (gz, xz, zst, bz2), a tar archive or a folder. What it\n"
        "is, is recognised by its content where --source is left out:\n"
        "  ldms        LDMS store_csv, a file a set\n"
        "  csv         tables: a column a metric, or time, host, metric, value\n"
        "  slurm       sacct --parsable2, any columns; slurm-json: sacct --json\n"
        "  slurm-tacc  the log of Lonestar6; slurm-nrel: the records of Eagle\n"
        "  events      time, host, severity, category, message\n"
        "  labels      host, start, end, name\n"
        "Every row is used, repaired, refused or left out by rule; the table at the end counts\n"
        "them with the first place. docs/import.md is the manual.\n",
    .parameters = import_parameters,
    .operands_min = 0,
    .operands_max = -1,
    .run = run,
};
