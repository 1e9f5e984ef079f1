// SPDX-License-Identifier: BSD-3-Clause
#include "job_roots.h"
#include "job_scores.h"

#include <math.h>
#include <string.h>

/* Jobs in progress on one rank. */
struct finding_jobs {
    const struct mrdmd_analysis *self;
    const struct mrdmd_night *night;
    const struct mrdmd_group *group;
    const struct job_root *root;
    const struct mrdmd_plan *plan;
    struct mrdmd_sizer *sizer;
    int64_t metrics;
    int64_t first;         /* row of the job's first reading */
    struct job_scores *to; /* rows of this rank */
    int64_t room;
};

bool job_scores_are_asked(const struct settings *settings)
{
    return strcmp(settings_text(settings, "roots"), "both") == 0;
}

void job_scores_release(struct job_scores *scores)
{
    mem_free(&scores->job);
    mem_free(&scores->host);
    mem_free(&scores->metric);
    mem_free(&scores->size);
    mem_free(&scores->z);
    scores->count = 0;
}

static void make_room(struct job_scores *scores, int64_t rows)
{
    const size_t count = (size_t)rows;

    scores->job = mem_resize(scores->job, count, sizeof *scores->job);
    scores->host = mem_resize(scores->host, count, sizeof *scores->host);
    scores->metric = mem_resize(scores->metric, count, sizeof *scores->metric);
    scores->size = mem_resize(scores->size, count * (size_t)scores->sizes, sizeof *scores->size);
}

/* Rows for every reading of a job, whose sizes are not known yet. */
static void add_rows(struct finding_jobs *at)
{
    struct job_scores *to = at->to;
    const int64_t rows = at->root->host_count * at->metrics;

    at->first = to->count;
    if (to->count + rows > at->room) {
        at->room = 2 * (to->count + rows);
        make_room(to, at->room);
    }
    ASSERT(rows == 0 || to->job);
    for (int64_t i = 0; i < rows; i++) {
        to->job[to->count + i] = (int32_t)at->root->job;
        to->host[to->count + i] = at->root->hosts[i / at->metrics];
        to->metric[to->count + i] = (int32_t)(i % at->metrics);
    }
    to->count += rows;
}

/* Sizes of a block of the job's hosts, for the metrics of the group. */
static void take_block(void *user, struct span hosts, const struct mrdmd_rows *rows)
{
    struct finding_jobs *at = user;
    const int64_t bands = at->night->bands.count;
    float *magnitude = mem_array((size_t)(rows->readings * bands), sizeof *magnitude);
    struct mrdmd_energy *energy = mem_array((size_t)rows->readings, sizeof *energy);

    mrdmd_sizer_use(at->sizer, rows, magnitude, energy);
    for (int64_t r = 0; r < rows->readings; r++) {
        const int64_t row = at->first + (hosts.first + r / at->group->count) * at->metrics
                            + at->group->metrics[r % at->group->count];
        float *to = at->to->size + row * at->to->sizes;

        memcpy(to, magnitude + r * bands, (size_t)bands * sizeof *to);
        to[bands] = (float)sqrt(energy[r].left / (double)at->plan->times);
    }
    mem_free(&energy);
    mem_free(&magnitude);
}

static status find_job(struct finding_jobs *at, struct job_solver *solver)
{
    const struct mrdmd_groups *groups = &at->night->groups;
    const bool is_by_mode = strcmp(settings_text(at->self->settings, "magnitude"), "mode") == 0;
    status st = STATUS_OK;

    add_rows(at);
    for (int g = 0; g < groups->count && st == STATUS_OK; g++) {
        struct mrdmd_plan *plan = NULL;
        struct mrdmd_result *result = NULL;

        solver->group = at->group = &groups->groups[g];
        st = job_root_solve(solver, at->root, &plan, &result);
        if (st != STATUS_OK) break;
        at->plan = plan;
        at->sizer = mrdmd_sizer_create(plan, result, &at->night->bands, is_by_mode);
        st = job_root_blocks(solver, at->root, plan, take_block, at);
        mrdmd_sizer_destroy(&at->sizer);
        mrdmd_result_destroy(&result);
        mrdmd_plan_destroy(&plan);
    }
    return st;
}

static status find_mine(struct finding_jobs *at, struct job_solver *solver)
{
    struct job_root *roots;
    const int64_t count =
        job_roots_find(solver->view, mrdmd_nyquist_samples(&solver->options), &roots);
    status st = STATUS_OK;

    for (int64_t i = 0; i < count && st == STATUS_OK; i++) {
        if (!comm_deals_me(at->self->comm, i)) continue;
        at->root = &roots[i];
        st = find_job(at, solver);
        log_progress("mrdmd: jobs", i + 1, count);
    }
    mem_free(&roots);
    return st;
}

/* Collective. Rows of all ranks in the order of jobs; a job's rows are of one rank. */
static void gather(const struct comm *comm, const struct job_scores *mine, int64_t jobs,
                   struct job_scores *all)
{
    const size_t size_bytes = (size_t)mine->sizes * sizeof *mine->size;
    int64_t *place = mem_zero((size_t)jobs + 1, sizeof *place);
    void *job, *host, *metric, *size;
    int64_t count;

    comm_all_rows(comm, mine->job, mine->count, sizeof *mine->job, &job, &count);
    comm_all_rows(comm, mine->host, mine->count, sizeof *mine->host, &host, &count);
    comm_all_rows(comm, mine->metric, mine->count, sizeof *mine->metric, &metric, &count);
    comm_all_rows(comm, mine->size, mine->count, size_bytes, &size, &count);
    *all = (struct job_scores){.count = count, .sizes = mine->sizes};
    make_room(all, count + 1);
    for (int64_t i = 0; i < count; i++) place[((const int32_t *)job)[i] + 1]++;
    for (int64_t j = 0; j < jobs; j++) place[j + 1] += place[j];
    for (int64_t i = 0; i < count; i++) {
        const int64_t to = place[((const int32_t *)job)[i]]++;

        all->job[to] = ((const int32_t *)job)[i];
        all->host[to] = ((const int32_t *)host)[i];
        all->metric[to] = ((const int32_t *)metric)[i];
        memcpy(all->size + to * all->sizes, (const char *)size + (size_t)i * size_bytes,
               size_bytes);
    }
    mem_free(&job);
    mem_free(&host);
    mem_free(&metric);
    mem_free(&size);
    mem_free(&place);
}

status job_scores_find(const struct mrdmd_analysis *self, struct view *view,
                       const struct mrdmd_scale *scales, const struct mrdmd_night *night,
                       struct job_scores *scores)
{
    struct comm *alone = comm_alone_create();
    struct job_scores mine = {.sizes = night->sizes};
    struct job_solver solver = {.alone = alone,
                                .view = view,
                                .options = self->options,
                                .scales = scales,
                                .block_hosts = view_tile_hosts(view, 0).count};
    struct finding_jobs at = {
        .self = self, .night = night, .metrics = night->metric_count, .to = &mine};
    status st;

    solver.options.period_s = view_facility(view)->period_s;
    comm_stage_begin(self->comm, "mrdmd jobs");
    st = comm_agree(self->comm, find_mine(&at, &solver));
    if (st == STATUS_OK) gather(self->comm, &mine, view_facility(view)->job_count, scores);
    comm_stage_end(self->comm);
    job_scores_release(&mine);
    comm_alone_destroy(&alone);
    return st;
}
