// SPDX-License-Identifier: BSD-3-Clause
#include "run.h"

/* clang-format off */
const struct parameter relation_parameters[] = {
    {"model", PARAMETER_PATH, NULL, 0, 0, NULL, "The model that `telltale fit forecast` wrote"},
    {"output", PARAMETER_PATH, NULL, 0, 0, NULL, "The HDF5 file of the graph; a table of its edges (.csv) and GraphML are written beside it"},
    {"method", PARAMETER_CHOICE, "swap", 0, 0, "swap|constant-shift",
     "How a metric's past is changed: taken from another time of the host, or one scale added to all of it"},
    {"part", PARAMETER_CHOICE, "held-out", 0, 0, "held-out|all",
     "Windows of the last part of the time, as the model held out, or all: for nights that the model has not seen"},
    {"windows", PARAMETER_INT, "2048", 16, 1e8, NULL, "Windows that are looked at"},
    {"cells", PARAMETER_INT, "8", 2, 1024, NULL, "Disjoint blocks of hosts and time in which an edge has to show"},
    {"top_share", PARAMETER_REAL, "0.1", 1e-6, 1, NULL, "Share of the pairs of metrics that change which counts as strong"},
    {"stable_share", PARAMETER_REAL, "0.8", 0, 1, NULL, "Share of the blocks in which an edge has to be strong"},
    {"backbone", PARAMETER_CHOICE, "threshold", 0, 0, "threshold|top|disparity|noise-corrected",
     "Which edges are kept: the top share of all, some of each metric's, or those that chance does not make"},
    {"neighbours", PARAMETER_INT, "3", 1, 4096, NULL, "Causes kept of each metric by backbone top"},
    {"significance", PARAMETER_REAL, "0.05", 1e-12, 1, NULL, "Largest chance of an edge by backbone disparity"},
    {"deviations", PARAMETER_REAL, "1.64", 0, 1000, NULL, "Least deviations above chance by backbone noise-corrected"},
    {"lags", PARAMETER_INT, "5", 1, 1000, NULL, "Samples that the linear companion looks back"},
    {"periods", PARAMETER_CHOICE, "none", 0, 0, "none|hour|day|host", "Graphs of what are compared with each other"},
    {"permute", PARAMETER_FLAG, "false", 0, 0, NULL,
     "Control: what is predicted comes from another time, so nothing can help and no edge is kept but by chance"},
    {"tile_hosts", PARAMETER_INT, "64", 1, 65536, NULL, "Hosts of a tile, the unit of work; part of the result's bits"},
    {"join", PARAMETER_FLAG, "false", 0, 0, NULL,
     "Take the files, nights that follow one another, as one span of time; else each is a night apart"},
    {"seed", PARAMETER_INT, "1", 0, 9e15, NULL, "Of the times that are swapped in"},
    {0},
};
/* clang-format on */

struct relation_settings relation_settings_of(const struct settings *settings)
{
    return (struct relation_settings){
        .method = (enum relation_method)settings_choice(settings, "method"),
        .backbone = (enum relation_backbone)settings_choice(settings, "backbone"),
        .periods = (enum relation_periods)settings_choice(settings, "periods"),
        .is_all = settings_choice(settings, "part") == 1,
        .is_permuted = settings_flag(settings, "permute"),
        .windows = settings_int(settings, "windows"),
        .cells = (int)settings_int(settings, "cells"),
        .lags = (int)settings_int(settings, "lags"),
        .neighbours = (int)settings_int(settings, "neighbours"),
        .top_share = settings_real(settings, "top_share"),
        .stable_share = settings_real(settings, "stable_share"),
        .significance = settings_real(settings, "significance"),
        .deviations = settings_real(settings, "deviations"),
        .seed = (uint64_t)settings_int(settings, "seed")};
}
