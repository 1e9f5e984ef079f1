// SPDX-License-Identifier: BSD-3-Clause
#include "baseline.h"
#include "forecast/analysis.h"
#include "mrdmd/analysis.h"

#include <telltale/analysis.h>

#include <string.h>

const struct analysis *const analyses[] = {
    &analysis_baseline,
    &analysis_mrdmd,
    &analysis_forecast,
    NULL,
};

const struct analysis *analysis_find(const char *name)
{
    for (int i = 0; analyses[i]; i++)
        if (strcmp(analyses[i]->name, name) == 0) return analyses[i];
    return NULL;
}
