// SPDX-License-Identifier: BSD-3-Clause
#include "template.h"

const unsigned char report_template[] = {0};
const size_t report_template_bytes = 0;
