// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file template.h
 * The page without a night: made by src/report/web/build.mjs, or nothing where TELLTALE_PAGE is OFF.
 */
#pragma once

#include <stddef.h>

extern const unsigned char report_template[];
extern const size_t report_template_bytes; /**< 0 where the page was not built */
