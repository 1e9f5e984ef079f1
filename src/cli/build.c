// SPDX-License-Identifier: BSD-3-Clause
#include "cli.h"

#include <telltale/import.h>
#include <telltale/linalg.h>
#include <telltale/report.h>

#include <jansson.h>

/* One line of text, or one member of @p members where it is not NULL. */
static void tell(const struct context *context, json_t *members, const char *name,
                 const char *value)
{
    char line[160];

    text_printable(value, line, sizeof line);
    if (members) {
        json_object_set_new(members, name, json_string(line));
    } else {
        say(context, "%-12s %s\n", name, line);
    }
}

void print_build(const struct context *context, bool as_json)
{
    json_t *members = as_json ? json_object() : NULL;
    struct linalg_library libraries[LINALG_LIBRARY_COUNT];

    tell(context, members, "telltale", program_version());
    tell(context, members, "build", TELLTALE_BUILD_TYPE);
    tell(context, members, "compiler", TELLTALE_COMPILER);
    tell(context, members, "MPI", comm_mpi_version());
    tell(context, members, "HDF5", store_hdf5_version());
    linalg_versions(libraries);
    for (int i = 0; i < LINALG_LIBRARY_COUNT; i++)
        tell(context, members, libraries[i].name, libraries[i].version);
    tell(context, members, "kernel", linalg_kernel());
    tell(context, members, "libyaml", config_yaml_version());
    tell(context, members, "jansson", jansson_version_str());
    tell(context, members, "libarchive", import_archive_version());
    tell(context, members, "page", report_has_page() ? "built in" : "left out");
    say_json(context, members);
}
