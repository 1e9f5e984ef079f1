// SPDX-License-Identifier: BSD-3-Clause
#include "forecast.h"

/* clang-format off */
const struct parameter forecast_parameters[] = {
    {"predictor", PARAMETER_CHOICE, "hybrid", 0, 0, "hybrid|tsmixer|sysmixer|ridge",
     "What predicts: a ridge regression corrected by a mixer, a mixer alone (TSMixer), Mantis' SysMixer, or ridge alone"},
    {"window", PARAMETER_INT, "30", 1, 100000, NULL, "Samples that a prediction is made from"},
    {"horizon", PARAMETER_INT, "1", 1, 100000, NULL, "Samples predicted; scores use the first"},
    {"lags", PARAMETER_INT, "10", 1, 100000, NULL, "Samples that the linear part looks back, at most the window"},
    {"blocks", PARAMETER_INT, "2", 0, 64, NULL, "Blocks of the mixer; 0: its map to the horizon alone, one for all metrics"},
    {"hidden", PARAMETER_INT, "64", 1, 65536, NULL, "Width of the mixing over metrics"},
    {"norm", PARAMETER_CHOICE, "layer", 0, 0, "layer|batch",
     "What the mixer normalises over: a window, or each time and metric over a batch"},
    {"revin", PARAMETER_FLAG, "false", 0, 0, NULL, "Take each window's own mean and deviation off first (reversible instance norm)"},
    {"dropout", PARAMETER_REAL, "0.1", 0, 0.99, NULL, "Share of the mixer's activations dropped in training"},
    {"scaler", PARAMETER_CHOICE, "standard", 0, 0, "standard|robust|minmax",
     "Metrics are scaled by mean and deviation, by median and quartiles, or by their range"},
    {"validation_fraction", PARAMETER_REAL, "0.2", 0.001, 0.9, NULL, "Last part of the time that is held out, and calibrates scores"},
    {"split_at_jobs", PARAMETER_FLAG, "false", 0, 0, NULL, "No window goes across the start or end of a job on its host"},
    {"false_alarms_per_host_day", PARAMETER_REAL, "0.05", 1e-9, 1e5, NULL,
     "Samples of a normal host and day that may lie above the threshold (tail of held-out scores)"},
    {"quantile", PARAMETER_REAL, "0", 0, 1, NULL, "If above 0, the quantile of training scores that is the threshold instead"},
    {"smoothing", PARAMETER_REAL, "1", 0.001, 1, NULL, "Weight of the newest score in a moving average; 1: no average"},
    {"clip", PARAMETER_REAL, "20", 1, 1e6, NULL, "Farthest that one metric's error counts, in spreads of its held-out errors"},
    {"row_s", PARAMETER_REAL, "3600", 1e-3, 1e9, NULL, "Length of the spans that are judged, each by its highest score, in seconds"},
    {"kept_hosts", PARAMETER_INT, "16", 0, 100000, NULL, "Hosts of highest score whose predictions are kept for the page"},
    {"retrain_days", PARAMETER_REAL, "30", 0, 100000, NULL, "A night trains anew where the model is older; 0: never"},
    {"recalibrate_days", PARAMETER_REAL, "28", 0, 100000, NULL,
     "A night's threshold goes by the scores of earlier nights of the same model, too, up to so many days back; 0: by the model alone"},
    {"earlier_scores", PARAMETER_LIST, "", 0, 0, NULL, "Scores files of earlier nights that the threshold goes by, too"},
    {"search", PARAMETER_INT, "0", 0, 10000, NULL, "Settings drawn at random and halved by validation before the training; 0: none"},
    {"one_rank_equations", PARAMETER_INT, "10000", 1, 40000, NULL,
     "Highest order of ridge's normal equations that one rank solves (LAPACK); beyond, all ranks share them (ScaLAPACK)"},
    TRAIN_PARAMETERS,
    {0},
};
/* clang-format on */

/* What the original has where nothing else is asked for. */
static void as_original(const struct settings *settings, struct forecast_settings *result)
{
    if (!settings_is_given(settings, "window")) result->window = 10;
    if (!settings_is_given(settings, "blocks")) result->blocks = 3;
    if (!settings_is_given(settings, "hidden")) result->hidden = 128;
    if (!settings_is_given(settings, "dropout")) result->dropout = 0.2;
}

status forecast_settings_of(const struct settings *settings, struct forecast_settings *result)
{
    struct forecast_settings s = {
        .kind = (enum forecast_kind)settings_choice(settings, "predictor"),
        .window = (int)settings_int(settings, "window"),
        .horizon = (int)settings_int(settings, "horizon"),
        .blocks = (int)settings_int(settings, "blocks"),
        .hidden = (int)settings_int(settings, "hidden"),
        .lags = (int)settings_int(settings, "lags"),
        .norm = (enum nn_norm)settings_choice(settings, "norm"),
        .has_revin = settings_flag(settings, "revin"),
        .dropout = settings_real(settings, "dropout"),
        .scaler = (enum forecast_scaler)settings_choice(settings, "scaler"),
        .validation_fraction = settings_real(settings, "validation_fraction"),
        .should_split_at_jobs = settings_flag(settings, "split_at_jobs"),
        .false_alarms_per_host_day = settings_real(settings, "false_alarms_per_host_day"),
        .quantile = settings_real(settings, "quantile"),
        .smoothing = settings_real(settings, "smoothing"),
        .clip = settings_real(settings, "clip"),
        .row_s = settings_real(settings, "row_s"),
        .kept_hosts = settings_int(settings, "kept_hosts"),
        .trials = settings_int(settings, "search"),
        .one_rank_equations = settings_int(settings, "one_rank_equations"),
        .train = train_options_of(settings)};

    if (s.kind == FORECAST_SYSMIXER) as_original(settings, &s);
    if (s.lags > s.window) {
        if (settings_is_given(settings, "lags"))
            return fail(STATUS_BAD_USE, "lags is %d, expected at most the window of %d samples",
                        s.lags, s.window);
        s.lags = s.window;
    }
    *result = s;
    return STATUS_OK;
}
