// SPDX-License-Identifier: BSD-3-Clause
#include "traffic.h"

#include <telltale/store.h>

static int64_t bytes_read;

void traffic_add(int64_t bytes)
{
    bytes_read += bytes;
}

int64_t store_bytes_read(void)
{
    return bytes_read;
}
