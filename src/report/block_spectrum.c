// SPDX-License-Identifier: BSD-3-Clause
#include "blocks.h"

static json_t *integers(const int64_t *values, int64_t count)
{
    json_t *list = json_array();

    for (int64_t i = 0; i < count; i++) json_array_append_new(list, json_integer(values[i]));
    return list;
}

static json_t *numbers(const double *values, int64_t count)
{
    json_t *list = json_array();

    for (int64_t i = 0; i < count; i++) json_array_append_new(list, json_short(values[i]));
    return list;
}

static json_t *windows_of(const struct report_spectrum *spectrum)
{
    json_t *object = json_object();

    json_put(object, "level", integers(spectrum->window_level, spectrum->window_count));
    json_put(object, "first", integers(spectrum->window_first, spectrum->window_count));
    json_put(object, "count", integers(spectrum->window_samples, spectrum->window_count));
    if (spectrum->window_group) {
        json_put(object, "group", integers(spectrum->window_group, spectrum->window_count));
    }
    return object;
}

static json_t *modes_of(const struct report_spectrum *spectrum)
{
    json_t *object = json_object();
    json_t *kept = json_array();

    for (int64_t i = 0; i < spectrum->mode_count; i++) {
        json_array_append_new(kept, json_integer(spectrum->mode_is_kept[i] != 0));
    }
    json_put(object, "window", integers(spectrum->mode_window, spectrum->mode_count));
    json_put(object, "frequency_hz", numbers(spectrum->mode_frequency_hz, spectrum->mode_count));
    json_put(object, "growth", numbers(spectrum->mode_growth_per_s, spectrum->mode_count));
    json_put(object, "power", numbers(spectrum->mode_power, spectrum->mode_count));
    json_put(object, "is_kept", kept);
    return object;
}

json_t *block_spectrum(const struct block_source *source)
{
    const struct report_spectrum *spectrum = source->night->spectrum;
    json_t *object;
    json_t *groups;

    if (!spectrum) return NULL;
    object = json_object();
    groups = json_array();
    for (int64_t i = 0; i < spectrum->group_count; i++) {
        json_array_append_new(groups, json_name(spectrum->group_name[i]));
    }
    json_put(object, "groups", groups);
    json_put(object, "windows", windows_of(spectrum));
    json_put(object, "modes", modes_of(spectrum));
    json_put(object, "threshold_fraction", json_number(spectrum->power_threshold));
    return object;
}
