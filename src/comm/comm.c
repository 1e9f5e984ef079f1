// SPDX-License-Identifier: BSD-3-Clause
#include "beats.h"

#include <stdlib.h>
#include <string.h>

extern char **environ;

/* What every launcher of MPI programs sets of the one or the other. */
static bool has_launcher(void)
{
    static const char *const prefixes[] = {
        "PMI",  "OMPI_COMM_WORLD_", "OMPI_MCA_ess_base", "SLURM_STEP", "ALPS", "PALS_", "FLUX_",
        "HYDRA"};

    for (char **name = environ; *name; name++)
        for (size_t p = 0; p < sizeof prefixes / sizeof prefixes[0]; p++)
            if (strncmp(*name, prefixes[p], strlen(prefixes[p])) == 0) return true;
    return false;
}

/* A process started by itself needs no daemon, which Open MPI would start for what it might spawn, and no network:
 * a third of a second less to wait. Nor a folder for the processes of a job, whose name all such processes of a user
 * share: one that ends takes it away from one that starts. */
static void prefer(void)
{
    setenv("OMPI_MCA_io", "^ompio", 0);
    if (has_launcher()) return;
    setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
    setenv("OMPI_MCA_orte_create_session_dirs", "0", 0);
    setenv("OMPI_MCA_pml", "ob1", 0);
    setenv("OMPI_MCA_btl", "self", 0);
}

static void end_whole_run(int exit_code)
{
    MPI_Abort(MPI_COMM_WORLD, exit_code);
}

struct comm *comm_start(int *argc, char ***argv)
{
    struct comm *comm = mem_zero(1, sizeof *comm);
    int provided;

    stop_listen_early();
    patience_begin("start");
    prefer();
    MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided);
    MPI_Comm_dup(MPI_COMM_WORLD, &comm->mpi);
    MPI_Comm_rank(comm->mpi, &comm->rank);
    MPI_Comm_size(comm->mpi, &comm->size);
    base_set_end(end_whole_run);
    beats_open(comm);
    stop_listen();
    stage_clear();
    traffic_clear();
    patience_end();
    return comm;
}

void comm_stop(struct comm **comm)
{
    if (!*comm) return;
    watch_end();
    patience_begin("end");
    beats_close();
    base_set_end(NULL);
    MPI_Comm_free(&(*comm)->mpi);
    MPI_Finalize();
    patience_end();
    mem_free(comm);
}

struct comm *comm_alone_create(void)
{
    struct comm *comm = mem_zero(1, sizeof *comm);

    MPI_Comm_dup(MPI_COMM_SELF, &comm->mpi);
    comm->size = 1;
    return comm;
}

void comm_alone_destroy(struct comm **comm)
{
    if (!*comm) return;
    MPI_Comm_free(&(*comm)->mpi);
    mem_free(comm);
}

int comm_rank(const struct comm *comm)
{
    return comm->rank;
}

int comm_size(const struct comm *comm)
{
    return comm->size;
}

MPI_Comm comm_mpi(const struct comm *comm)
{
    return comm->mpi;
}

const char *comm_mpi_version(void)
{
    static char version[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;

    MPI_Get_library_version(version, &length);
    version[length] = '\0';
    return version;
}

struct span comm_share_of(int64_t items, int ranks, int rank)
{
    const int64_t base = items / ranks;
    const int64_t extra = items % ranks;
    struct span span;

    span.first = rank * base + (rank < extra ? rank : extra);
    span.count = base + (rank < extra);
    return span;
}

struct span comm_share(const struct comm *comm, int64_t items)
{
    return comm_share_of(items, comm->size, comm->rank);
}

bool comm_deals_me(const struct comm *comm, int64_t item)
{
    return item % comm->size == comm->rank;
}

int comm_count(int64_t count)
{
    ASSERT(count >= 0 && count <= INT32_MAX);
    return (int)count;
}
