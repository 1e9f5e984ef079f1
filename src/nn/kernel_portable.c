// SPDX-License-Identifier: BSD-3-Clause
enum { BODY_BYTES = 16, BODY_ROWS = 4, BODY_VECTORS = 2 };

#include "maskless_body.c"

#include "cells_body.c"
#include "finish_body.c"
#include "gemm_body.c"
#include "norm_body.c"
#include "pack_body.c"

static bool is_possible(void)
{
    return true;
}

const struct nn_kernel nn_kernel_portable = {"portable", is_possible, PRODUCTS, NULL,
                                             NORMS,      CELLS,       FINISHES};
