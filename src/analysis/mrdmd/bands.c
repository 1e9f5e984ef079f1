// SPDX-License-Identifier: BSD-3-Clause
#include "analysis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The edge above the modes of level l: those of the next are twice as fast, and the Fourier bin of the
 * longest period stays with level 0. */
static const double above_level = 1.5;

/* Below this share of one cycle a window does not oscillate. */
static const double dc_cycles = 0.25;

static void level_bands(const struct mrdmd_options *options, int64_t samples,
                        struct mrdmd_bands *bands)
{
    const double root_hz = options->max_cycles / ((double)samples * options->period_s);
    const double nyquist_hz = 0.5 / options->period_s;
    double edge = dc_cycles * root_hz;
    double level_hz = root_hz;

    bands->hz = mem_zero(MRDMD_LEVELS_MAX + 2, sizeof *bands->hz);
    bands->count = 1;
    bands->hz[0][1] = edge;
    for (int level = 0; level <= options->max_level; level++) {
        const double next = above_level * level_hz;

        if ((double)samples * pow(0.5, level) < (double)mrdmd_nyquist_samples(options)) break;
        if (next >= nyquist_hz) break;
        bands->hz[bands->count][0] = edge;
        bands->hz[bands->count++][1] = next;
        edge = next;
        level_hz *= 2.0;
    }
    bands->hz[bands->count][0] = edge;
    bands->hz[bands->count++][1] = nextafter(nyquist_hz, INFINITY);
}

static status named_bands(const struct settings *settings, const struct mrdmd_options *options,
                          int64_t samples, struct mrdmd_bands *bands)
{
    const int edges = settings_list_count(settings, "bands_hz");
    const double nyquist_hz = 0.5 / options->period_s;
    const double dc_hz = dc_cycles / ((double)samples * options->period_s);
    double(*hz)[2] = mem_zero((size_t)edges, sizeof *hz);
    double before = dc_hz;

    hz[0][1] = dc_hz;
    for (int i = 0; i < edges; i++) {
        const char *text = settings_list_item(settings, "bands_hz", i);
        char *end;
        const double edge = strtod(text, &end);

        if (end == text || *end || !(edge > before || (i == 0 && edge >= 0.0))
            || edge > nyquist_hz) {
            mem_free(&hz);
            return fail(STATUS_BAD_USE,
                        "bands_hz: %s is no edge of a band; expected rising frequencies up to the "
                        "Nyquist frequency %g Hz",
                        text, nyquist_hz);
        }
        before = fmax(edge, dc_hz);
        if (i > 0) hz[i][1] = before;
        if (i + 1 < edges) hz[i + 1][0] = before;
    }
    bands->hz = hz;
    bands->count = edges;
    return STATUS_OK;
}

status mrdmd_bands_make(const struct settings *settings, const struct mrdmd_options *options,
                        int64_t samples, struct mrdmd_bands *bands)
{
    const int edges = settings ? settings_list_count(settings, "bands_hz") : 0;

    if (edges == 1)
        return fail(STATUS_BAD_USE, "bands_hz: one edge makes no band; expected at least two");
    if (edges > 1) return named_bands(settings, options, samples, bands);
    level_bands(options, samples, bands);
    return STATUS_OK;
}

bool mrdmd_bands_are_auto(const struct settings *settings)
{
    return strcmp(settings_text(settings, "bands"), "auto") == 0
           && settings_list_count(settings, "bands_hz") == 0;
}

void mrdmd_bands_copy(struct mrdmd_bands *to, const struct mrdmd_bands *from)
{
    to->count = from->count;
    to->hz = mem_zero((size_t)from->count, sizeof *to->hz);
    memcpy(to->hz, from->hz, (size_t)from->count * sizeof *to->hz);
}

void mrdmd_bands_release(struct mrdmd_bands *bands)
{
    mem_free(&bands->hz);
    bands->count = 0;
}

int mrdmd_band_of(const struct mrdmd_bands *bands, double frequency_hz)
{
    for (int band = 0; band < bands->count; band++) {
        if (frequency_hz >= bands->hz[band][0] && frequency_hz < bands->hz[band][1]) return band;
    }
    return -1;
}
