// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file traffic.h
 * How much this process has read of the samples of files, for store_bytes_read().
 */
#pragma once

#include <stdint.h>

void traffic_add(int64_t bytes);
