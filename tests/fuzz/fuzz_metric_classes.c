// SPDX-License-Identifier: BSD-3-Clause
/* The file of metric classes. */
#include "fuzz.h"

#include <telltale/import.h>

void fuzz_one(const char *bytes, size_t length)
{
    struct metric_classes *classes;

    if (metric_classes_create(bytes, length, "classes.yaml", &classes) != STATUS_OK) return;
    metric_classes_find(classes, "MemFree", "meminfo");
    metric_classes_destroy(&classes);
}
