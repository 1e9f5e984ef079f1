// SPDX-License-Identifier: BSD-3-Clause
#include "job_roots.h"

#include <math.h>
#include <string.h>

int64_t job_roots_find(const struct view *view, int64_t least, struct job_root **roots)
{
    const struct facility *facility = view_facility(view);
    const double origin_s = view_time_unix_s(view, 0);
    const double times = (double)view_times(view).count;
    struct job_root *found = mem_zero((size_t)facility->job_count, sizeof *found);
    int64_t count = 0;

    for (int64_t j = 0; j < facility->job_count; j++) {
        const struct job *job = &facility->jobs[j];
        const double first = ceil(((double)job->start_unix_s - origin_s) / facility->period_s);
        const double end = ceil(((double)job->end_unix_s - origin_s) / facility->period_s);
        const int64_t from = (int64_t)fmin(fmax(first, 0.0), times);
        const int64_t to = (int64_t)fmin(fmax(end, 0.0), times);

        if (job->start_unix_s < 0 || job->end_unix_s <= job->start_unix_s || job->host_count == 0
            || to - from < least)
            continue;
        found[count++] = (struct job_root){
            .job = j,
            .times = {from, to - from},
            .hosts = facility->job_hosts + job->host_first,
            .host_count = job->host_count,
        };
    }
    *roots = found;
    return count;
}

/* A reading of a mixed group is centred on its metric's median and divided by its MAD. */
static void set_scales(const struct job_solver *solver, int64_t hosts, double *offset,
                       double *factor)
{
    const struct mrdmd_group *group = solver->group;

    for (int64_t h = 0; h < hosts; h++) {
        for (int i = 0; i < group->count; i++) {
            const struct mrdmd_scale *scale = &solver->scales[group->metrics[i]];

            offset[h * group->count + i] = scale->median;
            factor[h * group->count + i] = scale->mad > 0.0 ? 1.0 / scale->mad : 0.0;
        }
    }
}

/* Buffers of one walk over the blocks of a job. */
struct blocks {
    float *values, *part;    /* owned */
    double *offset, *factor; /* owned; NULL where nothing is scaled */
    struct mrdmd_rows rows;
};

static void blocks_init(struct blocks *blocks, const struct job_solver *solver,
                        const struct mrdmd_plan *plan)
{
    const int64_t metrics = view_facility(solver->view)->metric_count;
    const int64_t used = solver->group ? solver->group->count : metrics;
    const size_t readings = (size_t)(solver->block_hosts * used);

    memset(blocks, 0, sizeof *blocks);
    blocks->values =
        mem_array((size_t)(solver->block_hosts * plan->times * metrics), sizeof *blocks->values);
    if (solver->group)
        blocks->part = mem_array(readings * (size_t)plan->times, sizeof *blocks->part);
    if (solver->group && solver->group->is_mixed) {
        blocks->offset = mem_zero(readings, sizeof *blocks->offset);
        blocks->factor = mem_zero(readings, sizeof *blocks->factor);
    }
    mrdmd_rows_init(&blocks->rows, plan, (int64_t)readings);
}

static void blocks_release(struct blocks *blocks)
{
    mrdmd_rows_release(&blocks->rows);
    mem_free(&blocks->values);
    mem_free(&blocks->part);
    mem_free(&blocks->offset);
    mem_free(&blocks->factor);
}

static status fill_block(const struct job_solver *solver, const struct job_root *root,
                         const struct mrdmd_plan *plan, struct span hosts, struct blocks *blocks)
{
    const int64_t metrics = view_facility(solver->view)->metric_count;
    const float *values = blocks->values;
    int64_t used = metrics;

    TRY(view_read_hosts(solver->view, root->hosts + hosts.first, hosts.count, root->times,
                        blocks->values));
    if (solver->group) {
        used = solver->group->count;
        values = blocks->part;
        mrdmd_group_take(solver->group, blocks->values, hosts.count, plan->times, metrics,
                         blocks->part);
    }
    if (blocks->offset) set_scales(solver, hosts.count, blocks->offset, blocks->factor);
    mrdmd_rows_fill(&blocks->rows, plan, values, comm_count(hosts.count), comm_count(used),
                    blocks->offset, blocks->factor);
    return STATUS_OK;
}

status job_root_blocks(const struct job_solver *solver, const struct job_root *root,
                       const struct mrdmd_plan *plan,
                       void (*use)(void *user, struct span hosts, const struct mrdmd_rows *rows),
                       void *user)
{
    struct blocks blocks;
    status st = STATUS_OK;

    blocks_init(&blocks, solver, plan);
    for (int64_t h = 0; h < root->host_count && st == STATUS_OK; h += solver->block_hosts) {
        const int64_t left = root->host_count - h;
        const struct span hosts = {h, left < solver->block_hosts ? left : solver->block_hosts};

        st = comm_check_stop();
        if (st == STATUS_OK) st = fill_block(solver, root, plan, hosts, &blocks);
        if (st == STATUS_OK) use(user, hosts, &blocks.rows);
        comm_progress();
    }
    blocks_release(&blocks);
    return st;
}

static void add_products(void *user, struct span hosts, const struct mrdmd_rows *rows)
{
    (void)hosts;
    mrdmd_products_add(user, rows);
}

status job_root_solve(const struct job_solver *solver, const struct job_root *root,
                      struct mrdmd_plan **plan, struct mrdmd_result **result)
{
    struct mrdmd_options options = solver->options;
    struct mrdmd_products products;
    struct mrdmd_plan *laid_out = NULL;
    status st;

    options.root_samples = 0;
    options.job_split_levels = 0;
    TRY(mrdmd_plan_create(&options, root->times.count, NULL, 0, &laid_out));
    mrdmd_products_init(&products, laid_out, solver->is_precise);
    st = job_root_blocks(solver, root, laid_out, add_products, &products);
    if (st == STATUS_OK) {
        mrdmd_products_reduce(&products, solver->alone);
        st = mrdmd_solve(solver->alone, &products, result);
    }
    mrdmd_products_release(&products);
    if (st == STATUS_OK)
        *plan = laid_out;
    else
        mrdmd_plan_destroy(&laid_out);
    return st;
}
