// What all hosts do in one metric: quartiles over hosts on a common grid of times.

import { KIND_BUCKETS, KIND_CONSTANT, KIND_EMPTY } from './decode.js';

const MOST_CELLS = 64;

/** A reading's means on a grid of `cells` equal parts of the night; NaN where it has no sample. */
export function onGrid(reading, plan, cells) {
    if (reading.kind === KIND_CONSTANT) return new Array(cells).fill(reading.low);
    const values = reading.kind === KIND_BUCKETS ? reading.mean : reading.values;
    const sums = new Array(cells).fill(0);
    const counts = new Array(cells).fill(0);

    values.forEach((value, i) => {
        const middle = Math.min((i + 0.5) * reading.bucketSamples, plan.sample_count - 0.5);
        const cell = Math.floor((middle / plan.sample_count) * cells);

        if (value === null) return;
        sums[cell] += value;
        counts[cell]++;
    });
    return sums.map((sum, cell) => (counts[cell] ? sum / counts[cell] : NaN));
}

/** The value below which a part of the sorted numbers lies. */
export function quantile(sorted, part) {
    const place = part * (sorted.length - 1);
    const first = Math.floor(place);

    return sorted[first] + (place - first) * ((sorted[first + 1] ?? sorted[first]) - sorted[first]);
}

/** { times, low, middle, high, hosts }: quartiles over hosts, cells that no host sampled left out. */
export function quartilesOf(readings, plan) {
    const known = readings.filter((reading) => reading && reading.kind !== KIND_EMPTY);
    const coarsest = Math.max(1, ...known.map((reading) => reading.bucketSamples));
    const cells = Math.max(1, Math.min(MOST_CELLS, Math.floor(plan.sample_count / coarsest)));
    const grids = known.map((reading) => onGrid(reading, plan, cells));
    const quartiles = { times: [], low: [], middle: [], high: [], hosts: known.length };

    for (let cell = 0; cell < cells; cell++) {
        const sorted = Float64Array.from(grids.map((grid) => grid[cell]).filter(Number.isFinite)).sort();

        if (!sorted.length) continue;
        quartiles.times.push(plan.start_unix_s + ((cell + 0.5) / cells) * plan.sample_count * plan.period_s);
        quartiles.low.push(quantile(sorted, 0.25));
        quartiles.middle.push(quantile(sorted, 0.5));
        quartiles.high.push(quantile(sorted, 0.75));
    }
    return quartiles;
}
