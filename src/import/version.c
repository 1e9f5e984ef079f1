// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/import.h>

#include <archive.h>

const char *import_archive_version(void)
{
    return archive_version_details();
}
