// SPDX-License-Identifier: BSD-3-Clause
#include "case_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

_Static_assert(sizeof(real) == sizeof(double), "cases are in double precision");

enum { PATH_BYTES = 4096 };

void case_stop(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fprintf(stderr, "nn_case: ");
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    va_end(arguments);
    exit(2);
}

void case_make_folder(const char *folder)
{
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) case_stop("%s: %s", folder, strerror(errno));
}

static FILE *open_file(const char *folder, const char *name, const char *mode)
{
    char path[PATH_BYTES];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, mode);
    if (!file) case_stop("%s: %s", path, strerror(errno));
    return file;
}

struct case_config case_read_config(const char *folder)
{
    struct case_config config = {.folder = folder};
    FILE *file = open_file(folder, "CONFIG.txt", "r");

    while (config.count < CASE_KEYS
           && fscanf(file, "%31s %63s", config.key[config.count], config.value[config.count]) == 2)
        config.count++;
    fclose(file);
    return config;
}

static const char *value_of(const struct case_config *config, const char *key)
{
    for (int i = 0; i < config->count; i++)
        if (strcmp(config->key[i], key) == 0) return config->value[i];
    case_stop("%s/CONFIG.txt: no %s", config->folder, key);
}

double case_number(const struct case_config *config, const char *key)
{
    const char *text = value_of(config, key);
    char *end;
    const double number = strtod(text, &end);

    if (*end) case_stop("%s/CONFIG.txt: %s is no number but %s", config->folder, key, text);
    return number;
}

enum nn_norm case_norm(const struct case_config *config)
{
    static const char *const names[] = {
        [NN_NORM_LAYER] = "ln", [NN_NORM_BATCH] = "bn", [NN_NORM_SCALAR] = "bns"};
    const char *name = value_of(config, "norm");

    for (int kind = 0; kind < 3; kind++)
        if (strcmp(name, names[kind]) == 0) return (enum nn_norm)kind;
    case_stop("%s/CONFIG.txt: norm is %s, not bn, ln or bns", config->folder, name);
}

bool case_has(const char *folder, const char *name)
{
    char path[PATH_BYTES];
    struct stat found;

    snprintf(path, sizeof path, "%s/%s.bin", folder, name);
    return stat(path, &found) == 0;
}

static void read_values(const char *folder, const char *name, int64_t count, double *values)
{
    char file_name[128];
    FILE *file;

    snprintf(file_name, sizeof file_name, "%s.bin", name);
    file = open_file(folder, file_name, "rb");
    if (fread(values, sizeof *values, (size_t)count, file) != (size_t)count || fgetc(file) != EOF)
        case_stop("%s/%s: not %lld numbers", folder, file_name, (long long)count);
    fclose(file);
}

void case_write(const char *folder, const char *name, const double *values, int64_t count,
                const int *shape, int dims)
{
    char file_name[128];
    FILE *file;

    snprintf(file_name, sizeof file_name, "%s.bin", name);
    file = open_file(folder, file_name, "wb");
    if (fwrite(values, sizeof *values, (size_t)count, file) != (size_t)count || fclose(file) != 0)
        case_stop("%s/%s: cannot write", folder, file_name);
    file = open_file(folder, "MANIFEST.txt", "a");
    fprintf(file, "%s %d", name, dims);
    for (int d = 0; d < dims; d++) fprintf(file, " %d", shape[d]);
    fprintf(file, " -\n");
    fclose(file);
}

/* (samples, times, channels) <-> [times][samples][channels] */
static double *turned(const double *from, int first, int second, int channels)
{
    double *to = mem_zero((size_t)first * (size_t)second * (size_t)channels, sizeof *to);

    for (int64_t i = 0; i < first; i++)
        for (int64_t j = 0; j < second; j++)
            memcpy(to + (j * first + i) * channels, from + (i * second + j) * channels,
                   (size_t)channels * sizeof *to);
    return to;
}

real *case_read_turned(const char *folder, const char *name, int samples, int times, int channels)
{
    const int64_t count = (int64_t)samples * times * channels;
    double *values = mem_zero((size_t)count, sizeof *values);
    real *result;

    read_values(folder, name, count, values);
    result = turned(values, samples, times, channels);
    mem_free(&values);
    return result;
}

void case_write_turned(const char *folder, const char *name, const real *values, int samples,
                       int times, int channels)
{
    double *file_order = turned(values, times, samples, channels);

    case_write(folder, name, file_order, (int64_t)samples * times * channels,
               (const int[]){samples, times, channels}, 3);
    mem_free(&file_order);
}

void case_read_parameters(const char *folder, const struct mixer *mixer, real *parameters)
{
    char name[64];
    int count;
    const struct nn_slice *slices = mixer_slices(mixer, &count);

    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "p_%s", slices[i].name);
        read_values(folder, name, slices[i].count, parameters + slices[i].first);
    }
}

void case_write_parameters(const char *folder, const char *prefix, const struct mixer *mixer,
                           const real *values)
{
    char name[64];
    int count;
    const struct nn_slice *slices = mixer_slices(mixer, &count);

    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%s%s", prefix, slices[i].name);
        case_write(folder, name, values + slices[i].first, slices[i].count, slices[i].shape,
                   slices[i].dims);
    }
}
