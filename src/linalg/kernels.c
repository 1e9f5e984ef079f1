// SPDX-License-Identifier: BSD-3-Clause
#include "kernels.h"

#include <string.h>

/* The fastest first. */
static const struct kernel *const kernels[] = {
#ifdef LINALG_X86
    &kernel_avx512,
    &kernel_avx2,
#endif
    &kernel_portable,
};

static const struct kernel *chosen;

bool linalg_use_kernel(const char *name)
{
    for (size_t k = 0; k < sizeof kernels / sizeof kernels[0]; k++) {
        if (!kernels[k]->is_possible()) continue;
        if (name && *name && strcmp(name, kernels[k]->name) != 0) continue;
        chosen = kernels[k];
        return true;
    }
    return false;
}

const struct kernel *kernel_now(void)
{
    if (!chosen) linalg_use_kernel(NULL);
    return chosen;
}

const char *linalg_kernel(void)
{
    return kernel_now()->name;
}
