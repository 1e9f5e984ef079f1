// SPDX-License-Identifier: BSD-3-Clause
#include "kernels.h"

#include <telltale/linalg.h>

#include <cblas.h>
#include <fftw3.h>
#include <lapacke.h>

#include <stdio.h>
#include <stdlib.h>

status linalg_start(void)
{
    const char *name = getenv("TELLTALE_KERNEL");

    openblas_set_num_threads(1);
    if (!linalg_use_kernel(name)) {
        return fail(
            STATUS_BAD_USE,
            "TELLTALE_KERNEL=%s: expected avx512, avx2 or portable, and a CPU that can run it",
            name);
    }
    return STATUS_OK;
}

void linalg_versions(struct linalg_library libraries[LINALG_LIBRARY_COUNT])
{
    enum { VERSION_BYTES = sizeof libraries[0].version };
    lapack_int major, minor, patch;

    LAPACK_ilaver(&major, &minor, &patch);
    libraries[0].name = "OpenBLAS";
    snprintf(libraries[0].version, VERSION_BYTES, "%s on %s", openblas_get_config(),
             openblas_get_corename());
    libraries[1].name = "LAPACK";
    snprintf(libraries[1].version, VERSION_BYTES, "%d.%d.%d", major, minor, patch);
    libraries[2].name = "FFTW";
    snprintf(libraries[2].version, VERSION_BYTES, "%s", fftw_version);
    libraries[3].name = "ScaLAPACK";
    snprintf(libraries[3].version, VERSION_BYTES, "%s", SCALAPACK_VERSION);
}
