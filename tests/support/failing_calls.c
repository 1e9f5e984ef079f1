// SPDX-License-Identifier: BSD-3-Clause
/*
 * A library for LD_PRELOAD that lets the n-th call of one kind fail, as a machine would: for the tests in
 * tests/faults. libfiu makes calls fail by chance and in all of a process, Open MPI and its helpers included; here
 * the count is exact, and only calls that touch files below a folder, or come from the program itself, count.
 *
 *   FAILING_KIND    alloc, open, write, sync, space, rename
 *   FAILING_CALL    which call fails: 1, 2, ...
 *   FAILING_AFTER   if set, all calls after that one fail, too
 *   FAILING_FOLDER  for all kinds but alloc: calls on files whose path holds this text count
 *   FAILING_RANK    if set, only in this rank of a run under mpirun
 *   FAILING_COUNT   a file that the number of calls is written to at the end, for a run without failures
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *kind;
static const char *folder;
static long wanted;
static atomic_long calls;
static uintptr_t text_start, text_end;
static bool is_ready;
static bool is_lasting;

/* The addresses of the program itself; libraries have names. */
static int find_program(struct dl_phdr_info *object, size_t size, void *unused)
{
    (void)size;
    (void)unused;
    if (object->dlpi_name[0] != '\0') return 0;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];

        if (part->p_type != PT_LOAD || !(part->p_flags & PF_X)) continue;
        text_start = object->dlpi_addr + part->p_vaddr;
        text_end = text_start + part->p_memsz;
    }
    return 1;
}

__attribute__((constructor)) static void start(void)
{
    const char *call = getenv("FAILING_CALL");
    const char *rank = getenv("FAILING_RANK");
    const char *own = getenv("OMPI_COMM_WORLD_RANK");

    if (rank && (!own || strcmp(rank, own) != 0)) return; /* another rank, or mpirun itself */
    kind = getenv("FAILING_KIND");
    folder = getenv("FAILING_FOLDER");
    wanted = call ? atol(call) : 0;
    dl_iterate_phdr(find_program, NULL);
    is_lasting = getenv("FAILING_AFTER") != NULL;
    is_ready = kind != NULL;
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("FAILING_COUNT");
    FILE *file = is_ready && path ? fopen(path, "w") : NULL;

    is_ready = false;
    if (!file) return;
    fprintf(file, "%ld\n", (long)calls);
    fclose(file);
}

static bool fails(int error)
{
    const long call = atomic_fetch_add(&calls, 1) + 1;

    if (wanted == 0 || call < wanted || (call > wanted && !is_lasting)) return false;
    errno = error;
    return true;
}

static bool counts_path(const char *its_kind, const char *path)
{
    return is_ready && folder && strcmp(kind, its_kind) == 0 && path && strstr(path, folder);
}

static bool counts_file(const char *its_kind, int descriptor)
{
    char link[64], path[4096];
    ssize_t length;

    if (!is_ready || !folder || strcmp(kind, its_kind) != 0) return false;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    length = readlink(link, path, sizeof path - 1);
    if (length < 0) return false;
    path[length] = '\0';
    return strstr(path, folder) != NULL;
}

static bool counts_caller(const void *caller)
{
    const uintptr_t address = (uintptr_t)caller;

    return is_ready && address >= text_start && address < text_end && strcmp(kind, "alloc") == 0;
}

#define NEXT(function) ((__typeof__(&function))dlsym(RTLD_NEXT, #function))

/* ---- memory --------------------------------------------------------------------------------- */

void *calloc(size_t count, size_t bytes)
{
    extern void *__libc_calloc(size_t, size_t);

    if (counts_caller(__builtin_return_address(0)) && fails(ENOMEM)) return NULL;
    return __libc_calloc(count, bytes);
}

void *realloc(void *memory, size_t bytes)
{
    extern void *__libc_realloc(void *, size_t);

    if (counts_caller(__builtin_return_address(0)) && fails(ENOMEM)) return NULL;
    return __libc_realloc(memory, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
    extern void *__libc_memalign(size_t, size_t);

    if (counts_caller(__builtin_return_address(0)) && fails(ENOMEM)) return NULL;
    return __libc_memalign(alignment, bytes);
}

/* ---- files ---------------------------------------------------------------------------------- */

static bool is_written(int flags)
{
    return (flags & O_ACCMODE) != O_RDONLY;
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) \
    { \
        va_list args; \
        mode_t mode; \
        va_start(args, flags); \
        mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(args, mode_t) : 0; \
        va_end(args); \
        if (is_written(flags) && counts_path("open", path) && fails(EIO)) return -1; \
        return NEXT(name)(path, flags, mode); \
    }
OPEN(open)
OPEN(open64)

#define WRITE(name, parameters, ...) \
    ssize_t name parameters \
    { \
        if (counts_file("write", descriptor) && fails(EIO)) return -1; \
        return NEXT(name)(__VA_ARGS__); \
    }
WRITE(write, (int descriptor, const void *bytes, size_t count), descriptor, bytes, count)
WRITE(pwrite, (int descriptor, const void *bytes, size_t count, off_t at), descriptor, bytes, count,
      at)
WRITE(pwrite64, (int descriptor, const void *bytes, size_t count, off64_t at), descriptor, bytes,
      count, at)
WRITE(writev, (int descriptor, const struct iovec *parts, int count), descriptor, parts, count)
WRITE(pwritev, (int descriptor, const struct iovec *parts, int count, off_t at), descriptor, parts,
      count, at)
WRITE(pwritev64, (int descriptor, const struct iovec *parts, int count, off64_t at), descriptor,
      parts, count, at)

int fsync(int descriptor)
{
    if (counts_file("sync", descriptor) && fails(EIO)) return -1;
    return NEXT(fsync)(descriptor);
}

int fdatasync(int descriptor)
{
    if (counts_file("sync", descriptor) && fails(EIO)) return -1;
    return NEXT(fdatasync)(descriptor);
}

int ftruncate(int descriptor, off_t bytes)
{
    if (counts_file("space", descriptor) && fails(ENOSPC)) return -1;
    return NEXT(ftruncate)(descriptor, bytes);
}

int fallocate(int descriptor, int mode, off_t at, off_t bytes)
{
    if (counts_file("space", descriptor) && fails(ENOSPC)) return -1;
    return NEXT(fallocate)(descriptor, mode, at, bytes);
}

int rename(const char *from, const char *to)
{
    if (counts_path("rename", to) && fails(EIO)) return -1;
    return NEXT(rename)(from, to);
}

/* stdio calls the system by itself. */
size_t fwrite(const void *bytes, size_t size, size_t count, FILE *file)
{
    if (counts_file("write", fileno(file)) && fails(EIO)) return 0;
    return NEXT(fwrite)(bytes, size, count, file);
}

int fflush(FILE *file)
{
    if (file && counts_file("write", fileno(file)) && fails(EIO)) return EOF;
    return NEXT(fflush)(file);
}
