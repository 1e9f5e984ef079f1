// SPDX-License-Identifier: BSD-3-Clause
enum { BODY_ROWS = 8, BODY_VECTORS = 3 };

#include "gemm_body.c"
#include "sheet_body.c"

static bool is_possible(void)
{
    return __builtin_cpu_supports("avx512f");
}

const struct nn_kernel nn_kernel_avx512 = {"avx512", is_possible, block_multiply, SHEETS};
