// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/store.h>

#include <hdf5.h>

#include <stdio.h>

const char *store_hdf5_version(void)
{
    static char version[48];
    unsigned major;
    unsigned minor;
    unsigned release;

    H5get_libversion(&major, &minor, &release);
    snprintf(version, sizeof version, "%u.%u.%u, %s", major, minor, release,
#ifdef H5_HAVE_PARALLEL
             "parallel"
#else
             "serial"
#endif
    );
    return version;
}
