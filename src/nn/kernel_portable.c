// SPDX-License-Identifier: BSD-3-Clause
enum { BODY_ROWS = 2, BODY_VECTORS = 1 };

#include "gemm_body.c"
#include "sheet_body.c"

static bool is_possible(void)
{
    return true;
}

const struct nn_kernel nn_kernel_portable = {"portable", is_possible, block_multiply, SHEETS};
