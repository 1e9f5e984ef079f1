// SPDX-License-Identifier: BSD-3-Clause
enum { BODY_BYTES = 32, BODY_ROWS = 6, BODY_VECTORS = 2 };

#include "maskless_body.c"

#include "cells_body.c"
#include "finish_body.c"
#include "gemm_body.c"
#include "norm_body.c"
#include "pack_body.c"

static bool is_possible(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

const struct nn_kernel nn_kernel_avx2 = {"avx2", is_possible, PRODUCTS, NULL,
                                         NORMS,  CELLS,       FINISHES};
