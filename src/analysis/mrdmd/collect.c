// SPDX-License-Identifier: BSD-3-Clause
#include "analysis.h"

#include <string.h>

/* Collective. The places of all ranks' readings among all hosts, in the order of rows; on rank 0. */
static int64_t *collect_keys(const struct comm *comm, const struct mrdmd_night *night)
{
    int64_t *keys = mem_zero((size_t)night->readings.count, sizeof *keys);
    int64_t readings;
    void *all;

    reading_list_keys(&night->readings, night->host_first, night->metric_count, keys);
    comm_gather_rows(comm, keys, night->readings.count, sizeof *keys, &all, &readings);
    mem_free(&keys);
    return all;
}

void *mrdmd_collect(const struct comm *comm, const struct mrdmd_night *night, int64_t hosts,
                    const struct reading_cells *mine)
{
    const int64_t places = hosts * night->metric_count;
    const size_t bytes = mine->cell_bytes;
    int64_t *keys = collect_keys(comm, night);
    char *turned = NULL;
    int64_t readings;
    void *all;

    comm_gather_rows(comm, mine->cells, night->readings.count, (size_t)mine->count * bytes, &all,
                     &readings);
    if (comm_rank(comm) == 0) {
        turned = mem_zero((size_t)(places * mine->count), bytes);
        for (int64_t i = 0; i < places * mine->count; i++)
            memcpy(turned + (size_t)i * bytes, mine->nothing, bytes);
        for (int64_t r = 0; r < readings; r++) {
            for (int64_t cell = 0; cell < mine->count; cell++)
                memcpy(turned + (size_t)(cell * places + keys[r]) * bytes,
                       (const char *)all + (size_t)(r * mine->count + cell) * bytes, bytes);
        }
    }
    mem_free(&keys);
    mem_free(&all);
    return turned;
}
