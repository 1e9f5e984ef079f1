// SPDX-License-Identifier: BSD-3-Clause
#include "analysis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct parameter mrdmd_parameters[] = {
    {"window_s",          PARAMETER_REAL,   "0",         0,     1e9,              NULL,
     "length of an analysis window in seconds; 0: a twenty-fourth of the night, at least 32 samples"                                                },
    {"max_level",         PARAMETER_INT,    "6",         0,     20,               NULL,                       "deepest level of the tree of windows"},
    {"max_cycles",        PARAMETER_INT,    "1",         1,     MRDMD_CYCLES_MAX, NULL,
     "cycles within a window up to which a mode counts as slow"                                                                                     },
    {"nyquist_factor",    PARAMETER_INT,    "4",         1,     4,                NULL,
     "samples a window: 2 * nyquist_factor * max_cycles"                                                                                            },
    {"sampling",          PARAMETER_CHOICE, "pooled",    0,     0,                "point|pooled",
     "sample columns: single samples as in the paper, or block means, which do not alias"                                                           },
    {"dmd",               PARAMETER_CHOICE, "forward",   0,     0,                "forward|forward_backward",
     "eigenvalues from the step forward in time, or from both directions, which noise biases less"                                                  },
    {"power_threshold",   PARAMETER_REAL,   "0.01",      0,     1,                NULL,
     "share of the largest power below which a mode is not kept"                                                                                    },
    {"job_split_levels",  PARAMETER_LIST,   "3",         0,     0,                NULL,
     "levels at which windows are split between jobs; none: empty"                                                                                  },
    {"job_split_reach_s", PARAMETER_REAL,   "3600",      0,     1e9,              NULL,
     "how far from the middle such a split may be, in seconds"                                                                                      },
    {"bands",             PARAMETER_CHOICE, "levels",    0,     0,                "levels|auto",
     "frequency bands: one a level, or between the gaps of the first night's power-weighted spectrum; the model keeps them"                         },
    {"bands_hz",          PARAMETER_LIST,   "",          0,     0,                NULL,
     "edges of the frequency bands in Hz, rising; wins over bands"                                                                                  },
    {"roots",             PARAMETER_CHOICE, "cut",       0,     0,                "cut|both",
     "what is judged: all hosts window by window, or beside that every job by itself"                                                               },
    {"group",             PARAMETER_CHOICE, "unit",      0,     0,                "unit|metric|all",
     "metrics decomposed together: those of one unit, each by itself, or all"                                                                       },
    {"magnitude",         PARAMETER_CHOICE, "amplitude", 0,     0,                "amplitude|mode",
     "size of a mode at a reading: |phi b| rms(dynamics), or |phi| as in the paper"                                                                 },
    {"baseline",          PARAMETER_CHOICE, "history",   0,     0,                "history|range|job",
     "what is normal: the reading's own trial windows, readings within limits, or a user's good jobs"                                               },
    {"baseline_ranges",   PARAMETER_LIST,   "",          0,     0,                NULL,
     "for baseline range: METRIC=LOW:HIGH, in the metric's unit"                                                                                    },
    {"baseline_user",     PARAMETER_TEXT,   NULL,        0,     0,                NULL,
     "for baseline job: whose completed jobs are good"                                                                                              },
    {"skip_labelled",     PARAMETER_FLAG,   "true",      0,     0,                NULL,
     "windows under a label other than \"healthy\" are no trial windows"                                                                            },
    {"bootstrap_count",   PARAMETER_INT,    "1000",      1,     1000000,          NULL,                       "replicates of the bootstrap"         },
    {"bootstrap_seed",    PARAMETER_INT,    "1",         0,     4294967295.0,     NULL,                       "seed of the bootstrap"               },
    {"fdr",               PARAMETER_REAL,   "0.01",      1e-12, 0.5,              NULL,
     "false-discovery rate of the verdicts among the readings of a window (Benjamini, Hochberg)"                                                    },
    {NULL,                PARAMETER_FLAG,   NULL,        0,     0,                NULL,                       NULL                                  },
};

static status read_levels(const struct settings *settings, uint32_t *levels)
{
    *levels = 0;
    for (int i = 0; i < settings_list_count(settings, "job_split_levels"); i++) {
        const char *text = settings_list_item(settings, "job_split_levels", i);
        char *end;
        const long level = strtol(text, &end, 10);

        if (end == text || *end || level < 0 || level >= MRDMD_LEVELS_MAX)
            return fail(STATUS_BAD_USE, "job_split_levels: %s is no level; expected 0 to %d", text,
                        MRDMD_LEVELS_MAX - 1);
        *levels |= 1u << level;
    }
    return STATUS_OK;
}

status mrdmd_options_read(const struct settings *settings, struct mrdmd_options *options)
{
    const char *sampling = settings_text(settings, "sampling");

    memset(options, 0, sizeof *options);
    options->max_level = (int)settings_int(settings, "max_level");
    options->max_cycles = (int)settings_int(settings, "max_cycles");
    options->nyquist_factor = (int)settings_int(settings, "nyquist_factor");
    options->sampling = strcmp(sampling, "point") == 0    ? SAMPLING_POINT
                        : strcmp(sampling, "pooled") == 0 ? SAMPLING_POOLED
                                                          : SAMPLING_WHOLE;
    options->power_threshold = settings_real(settings, "power_threshold");
    options->is_forward_backward = strcmp(settings_text(settings, "dmd"), "forward") != 0;
    return read_levels(settings, &options->job_split_levels);
}

int64_t mrdmd_jobs_of(const struct facility *facility, double first_unix_s, double period_s,
                      struct mrdmd_job **jobs)
{
    struct mrdmd_job *found = mem_zero((size_t)facility->job_count, sizeof *found);
    int64_t count = 0;

    for (int64_t j = 0; j < facility->job_count; j++) {
        const struct job *job = &facility->jobs[j];

        if (job->start_unix_s < 0 || job->end_unix_s <= job->start_unix_s) continue;
        found[count++] = (struct mrdmd_job){
            .start = ((double)job->start_unix_s - first_unix_s) / period_s,
            .end = ((double)job->end_unix_s - first_unix_s) / period_s,
            .weight = job->node_count > 0 ? job->node_count : fmax(1.0, (double)job->host_count),
        };
    }
    *jobs = found;
    return count;
}
