// SPDX-License-Identifier: BSD-3-Clause
#include "analysis.h"

#include <math.h>
#include <string.h>

/* The power-weighted spectrum: power of the modes in bins of an eighth of an octave. */
enum { BINS_AN_OCTAVE = 8, BINS_MAX = 40 * BINS_AN_OCTAVE };

/* A gap is half an octave wide or wider, holds a tenth of the power of the lower of the peaks beside it at
 * most, and has a hundredth of all power on either side: less is noise. */
enum { GAP_BINS = BINS_AN_OCTAVE / 2 };
static const double gap_depth = 0.1;
static const double side_share = 0.01;

struct spectrum {
    double power[BINS_MAX]; /* of bin b: frequencies from_hz 2^(b / 8) up to 2^((b + 1) / 8) */
    double from_hz;
    int bins;
    double total;
    int edges[BINS_MAX]; /* twice the bins at which gaps are centred */
    int edge_count;
};

/* The modes of one group, its own power being 1: units differ. */
static void add_modes(struct spectrum *spectrum, const struct mrdmd_result *result)
{
    double power[BINS_MAX] = {0.0};
    double total = 0.0;

    for (int64_t j = 0; j < result->mode_total; j++) {
        const struct mrdmd_mode *mode = &result->modes[j];
        int bin;

        if (!(mode->frequency_hz >= spectrum->from_hz)) continue;
        bin = (int)floor(BINS_AN_OCTAVE * log2(mode->frequency_hz / spectrum->from_hz));
        if (bin >= spectrum->bins) bin = spectrum->bins - 1;
        power[bin] += mode->power;
        total += mode->power;
    }
    for (int b = 0; total > 0.0 && b < spectrum->bins; b++) spectrum->power[b] += power[b] / total;
    spectrum->total += total > 0.0 ? 1.0 : 0.0;
}

/* Largest bin and sum of [first, end). */
static double peak_of(const struct spectrum *spectrum, int first, int end, double *sum)
{
    double peak = 0.0;

    *sum = 0.0;
    for (int b = first; b < end; b++) {
        peak = fmax(peak, spectrum->power[b]);
        *sum += spectrum->power[b];
    }
    return peak;
}

/* How deep the gap [first, first + GAP_BINS) within [low, high) is: its largest bin over the lower of the
 * peaks beside it; infinite where it is none. */
static double depth_of(const struct spectrum *spectrum, int low, int first, int high)
{
    const int end = first + GAP_BINS;
    double below_sum, above_sum, gap_sum;
    const double below = peak_of(spectrum, low, first, &below_sum);
    const double above = peak_of(spectrum, end, high, &above_sum);
    const double gap = peak_of(spectrum, first, end, &gap_sum);

    if (fmin(below_sum, above_sum) < side_share * spectrum->total) return INFINITY;
    return gap / fmin(below, above);
}

/* The deepest gap of [low, high), the lowest of equals, widened as far as it is as deep.
 * @return its last bin + 1, 0 where there is none */
static int find_gap(const struct spectrum *spectrum, int low, int high, int *first)
{
    double deepest = gap_depth;
    double limit, unused;
    int begin = -1;
    int end;

    for (int b = low + 1; b + GAP_BINS < high; b++) {
        const double depth = depth_of(spectrum, low, b, high);

        if (depth < deepest || (begin < 0 && depth <= deepest)) {
            deepest = depth;
            begin = b;
        }
    }
    if (begin < 0) return 0;
    end = begin + GAP_BINS;
    limit = gap_depth
            * fmin(peak_of(spectrum, low, begin, &unused), peak_of(spectrum, end, high, &unused));
    while (begin > low && spectrum->power[begin - 1] <= limit) begin--;
    while (end < high && spectrum->power[end] <= limit) end++;
    *first = begin;
    return end;
}

/* Cut at every gap; parts wait on a stack, the upper part first, so that edges come in rising order. */
static void find_edges(struct spectrum *spectrum)
{
    int low[BINS_MAX];
    int high[BINS_MAX];
    int waiting = 1;

    low[0] = 0;
    high[0] = spectrum->bins;
    while (waiting > 0) {
        const int from = low[waiting - 1];
        const int to = high[--waiting];
        int first = 0;
        const int end = find_gap(spectrum, from, to, &first);

        if (end == 0) continue;
        spectrum->edges[spectrum->edge_count++] = first + end;
        low[waiting] = from;
        high[waiting++] = first;
        low[waiting] = end;
        high[waiting++] = to;
    }
}

static void sort_edges(struct spectrum *spectrum)
{
    for (int i = 1; i < spectrum->edge_count; i++) {
        const int edge = spectrum->edges[i];
        int j = i;

        for (; j > 0 && spectrum->edges[j - 1] > edge; j--)
            spectrum->edges[j] = spectrum->edges[j - 1];
        spectrum->edges[j] = edge;
    }
}

void mrdmd_bands_auto(struct mrdmd_result *const *results, int groups, struct mrdmd_bands *bands)
{
    const double from_hz = bands->hz[0][1];
    const double fastest_hz = bands->hz[bands->count - 1][0];
    const double end_hz = bands->hz[bands->count - 1][1];
    struct spectrum *spectrum = mem_zero(1, sizeof *spectrum);
    double(*hz)[2] = mem_zero(BINS_MAX + 2, sizeof *hz);
    int count = 1;

    spectrum->from_hz = from_hz;
    spectrum->bins = (int)fmin(BINS_MAX, ceil(BINS_AN_OCTAVE * log2(end_hz / from_hz)));
    for (int g = 0; g < groups; g++) add_modes(spectrum, results[g]);
    find_edges(spectrum);
    sort_edges(spectrum);
    hz[0][1] = from_hz;
    for (int i = 0; i <= spectrum->edge_count; i++) {
        const bool is_last = i == spectrum->edge_count;
        const double edge_hz = is_last ? fmax(fastest_hz, hz[count - 1][1])
                                       : from_hz * exp2(0.5 * spectrum->edges[i] / BINS_AN_OCTAVE);

        if (edge_hz <= hz[count - 1][1] || edge_hz >= end_hz) continue;
        hz[count][0] = hz[count - 1][1];
        hz[count++][1] = edge_hz;
    }
    hz[count][0] = hz[count - 1][1];
    hz[count++][1] = end_hz;
    mem_free(&spectrum);
    mem_free(&bands->hz);
    bands->hz = hz;
    bands->count = count;
}
