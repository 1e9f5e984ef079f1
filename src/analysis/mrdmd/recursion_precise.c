// SPDX-License-Identifier: BSD-3-Clause
/* The recursion once more, on a type of twice the digits. */
#define MRDMD_PRECISE
#include "amplitude.c"
#include "recursion.c"
