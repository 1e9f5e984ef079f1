// SPDX-License-Identifier: BSD-3-Clause
#include "analysis.h"

#include <string.h>

/* What metrics of one group have in common. */
static const char *group_key(const struct metric *metric, const char *kind)
{
    if (strcmp(kind, "metric") == 0) return metric->name;
    return strcmp(kind, "unit") == 0 ? metric->unit : "";
}

static struct mrdmd_group *group_named(struct mrdmd_groups *groups, const char *name, int64_t room)
{
    struct mrdmd_group *group;

    for (int g = 0; g < groups->count; g++) {
        if (strcmp(groups->groups[g].name, name) == 0) return &groups->groups[g];
    }
    group = &groups->groups[groups->count++];
    group->name = mem_text(name);
    group->metrics = mem_zero((size_t)room, sizeof *group->metrics);
    return group;
}

void mrdmd_groups_make(const struct facility *facility, const char *kind,
                       struct mrdmd_groups *groups)
{
    groups->groups = mem_zero((size_t)facility->metric_count, sizeof *groups->groups);
    groups->count = 0;
    for (int64_t m = 0; m < facility->metric_count; m++) {
        const struct metric *metric = &facility->metrics[m];
        struct mrdmd_group *group =
            group_named(groups, group_key(metric, kind), facility->metric_count);

        group->metrics[group->count++] = (int32_t)m;
        group->is_mixed = group->name[0] == '\0' || metric->kind == METRIC_COUNTER;
    }
}

void mrdmd_groups_release(struct mrdmd_groups *groups)
{
    for (int g = 0; g < groups->count; g++) {
        mem_free(&groups->groups[g].name);
        mem_free(&groups->groups[g].metrics);
    }
    mem_free(&groups->groups);
    groups->count = 0;
}

void mrdmd_group_take(const struct mrdmd_group *group, const float *values, int64_t hosts,
                      int64_t times, int64_t metrics, float *part)
{
    for (int64_t cell = 0; cell < hosts * times; cell++) {
        for (int i = 0; i < group->count; i++) *part++ = values[cell * metrics + group->metrics[i]];
    }
}
