// The page's pure parts, under node without a browser: node --test tests/page/pure.test.mjs
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ramp, roundLimit, scorePlace, scoreTicks } from '../../src/report/web/lib/colour.js';
import { matchingHosts } from '../../src/report/web/lib/controls.js';
import * as decode from '../../src/report/web/lib/decode.js';
import { Forecast, curveOf } from '../../src/report/web/lib/forecast.js';
import { packLanes } from '../../src/report/web/lib/lanes.js';
import { onGrid, quantile, quartilesOf } from '../../src/report/web/lib/peers.js';
import { layoutHosts, neighbourCell } from '../../src/report/web/lib/racks.js';
import { decadeTicks, extentOf, isDc, powerOfTen } from '../../src/report/web/lib/spectrum.js';
import { ALL_TIME, Relation, neighboursOf, shortName } from '../../src/report/web/lib/relation.js';
import { SpanControl } from '../../src/report/web/lib/span.js';
import { createSelection, selectionOfHash } from '../../src/report/web/lib/selection.js';
import { bandText, scoreText, shown, spanText, timeText, valueText } from '../../src/report/web/lib/text.js';

function record(...parts) {
    return Buffer.concat(parts.map(([type, ...values]) => {
        const sizes = { u8: 1, u16: 2, u32: 4, f32: 4 };
        const bytes = Buffer.alloc(sizes[type] * values.length);

        values.forEach((value, i) => ({ u8: () => bytes.writeUInt8(value, i), u16: () => bytes.writeUInt16LE(value, 2 * i),
            u32: () => bytes.writeUInt32LE(value, 4 * i), f32: () => bytes.writeFloatLE(value, 4 * i) })[type]());
        return bytes;
    }));
}

const plan = { start_unix_s: 1000, period_s: 10, sample_count: 5 };

test('samples come back as numbers between minimum and maximum, gaps as null', () => {
    const bytes = record(['u8', 2], ['u32', 1], ['f32', 10, 20], ['u16', 0, 65534, 65535, 32767, 0]);
    const reading = decode.readingOfHost(decode.bytesOfBase64(bytes.toString('base64')), plan, 0);

    assert.deepEqual(reading.values.map((value) => value && Math.round(10 * value) / 10), [10, 20, null, 15, 10]);
    assert.deepEqual(decode.timesOfReading(reading, plan), [1000, 1010, 1020, 1030, 1040]);
});

test('buckets stand in the middle of their samples, the last one shorter', () => {
    const bytes = record(['u8', 3], ['u32', 4], ['f32', 0, 65534], ['u16', 1, 2, 3, 4, 5, 6]);
    const reading = decode.readingOfHost(new Uint8Array(bytes), plan, 0);

    assert.deepEqual([reading.minimum, reading.mean, reading.maximum], [[1, 2], [3, 4], [5, 6]]);
    assert.deepEqual(decode.timesOfReading(reading, plan), [1015, 1040]);
});

test('a record that follows empty and constant readings is found', () => {
    const bytes = record(['u8', 0], ['u8', 1], ['u32', 0], ['f32', 7, 7], ['u8', 2], ['u32', 5], ['f32', 0, 1], ['u16', 65534]);
    const readings = [0, 1, 2].map((metric) => decode.readingOfHost(new Uint8Array(bytes), plan, metric));

    assert.deepEqual(readings.map((reading) => reading.kind), [0, 1, 2]);
    assert.deepEqual(readings[1].values, [7, 7]);
    assert.equal(readings[2].values[0], 1);
});

test('a record cut short or of unknown kind is an error, not nonsense', () => {
    assert.throws(() => decode.readingOfHost(new Uint8Array([2, 1]), plan, 0));
    assert.throws(() => decode.readingOfHost(new Uint8Array(record(['u8', 9], ['u32', 1], ['f32', 0, 1])), plan, 0), /kind 9/);
});

test('scores keep sign, size and absence through their codes', () => {
    const bytes = Buffer.alloc(6);

    [Math.round(Math.asinh(-12.5) * 2700), -32768, 0].forEach((code, i) => bytes.writeInt16LE(code, 2 * i));
    const codes = decode.codesOfBase64(bytes.toString('base64'), 16);
    const scores = [...codes].map((code) => decode.scoreOfCode(code, 16, 2700));

    assert.ok(Math.abs(scores[0] + 12.5) < 0.005);
    assert.ok(Number.isNaN(scores[1]));
    assert.equal(scores[2], 0);
    assert.ok(Number.isNaN(decode.scoreOfCode(decode.codesOfBase64(Buffer.from([128]).toString('base64'), 8)[0], 8, 16)));
});

test('names lose line breaks, controls and turns of direction, and end', () => {
    assert.equal(shown('a\r\nb\u0000c\u202ed'), 'a\u23ceb\ufffdc\ufffdd');
    assert.equal(shown('x'.repeat(10240)).length, 120);
    assert.equal(shown('</script>'), '</script>');
    assert.equal(shown(null), '');
});

test('numbers read as an operator writes them', () => {
    assert.deepEqual([scoreText(-3.21), scoreText(1234.5), scoreText(NaN), scoreText(-0.01)], ['\u22123.2', '1,235', '\u2013', '0.0']);
    assert.deepEqual([valueText(0.012345), valueText(123456), valueText(0)], ['0.01235', '123,456', '0']);
    assert.deepEqual([spanText(30), spanText(1560), spanText(86400), spanText(0.25)], ['30 s', '26 min', '1 d', '250 ms']);
    assert.equal(timeText(1795132830), '2026-11-20 00:00:30');
    assert.equal(bandText({ low_hz: 0, high_hz: 1 }), 'DC');
    assert.equal(bandText({ low_hz: 1 / 3600, high_hz: 1 / 60 }), '1 min \u2013 1 h');
});

test('the diverging scale is symmetric, monotone and limited', () => {
    assert.equal(scorePlace(0, 10), 0);
    assert.equal(scorePlace(-4, 10), -scorePlace(4, 10));
    assert.ok(scorePlace(3, 30) < scorePlace(4, 30));
    assert.equal(scorePlace(500, 10), 1);
    assert.deepEqual(scoreTicks(3), [-3, -1, 0, 1, 3]);
    assert.deepEqual([roundLimit(0), roundLimit(3.5), roundLimit(29), roundLimit(31)], [3, 10, 30, 100]);
    assert.equal(ramp(['#000000', '#ffffff'], 0.5), 'rgb(128,128,128)');
});

function racks(count, perRack) {
    return Array.from({ length: count }, (_, number) => ({ number, row: Math.floor(number / perRack / 12),
        rack: Math.floor(number / perRack) % 12, chassis: Math.floor((number % perRack) / 64), slot: Math.floor((number % 64) / 4) }));
}

function overlaps(layout) {
    const seen = new Set(layout.cells.map((cell) => `${cell.x.toFixed(3)},${cell.y.toFixed(3)}`));

    return layout.cells.length - seen.size;
}

test('quartiles over hosts do not mind resolution, constants or gaps', () => {
    const samples = { kind: 2, bucketSamples: 1, values: [1, 1, null, 3, 3] };
    const buckets = { kind: 3, bucketSamples: 2, mean: [2, null, 4] };
    const constant = { kind: 1, bucketSamples: 0, low: 9 };

    assert.deepEqual(onGrid(samples, plan, 2), [1, 3]);
    assert.deepEqual(onGrid(buckets, plan, 2), [2, 4]);
    assert.equal(quantile([1, 2, 4], 0.75), 3);
    const quartiles = quartilesOf([samples, buckets, constant, null, { kind: 0 }], plan);

    assert.equal(quartiles.hosts, 3);
    assert.deepEqual(quartiles.middle, [2, 4]);
    assert.deepEqual(quartiles.times, [1012.5, 1037.5]);
});

test('the spectrum keeps what does not oscillate apart and labels decades', () => {
    const bands = [{ low_hz: 0, high_hz: 1e-4 }, { low_hz: 1e-4, high_hz: 1 }];

    assert.deepEqual([0, 5e-5, 1e-4, 0.5].map((hz) => isDc(hz, bands)), [true, true, false, false]);
    assert.deepEqual(extentOf([0, NaN, 3, 0.5]), [0.5, 3]);
    assert.deepEqual(extentOf([0]), [1, 10]);
    assert.deepEqual(decadeTicks([0.5, 200]).map((tick) => +tick.toPrecision(6)), [1, 10, 100]);
    assert.equal(powerOfTen(1e-12), '10\u207b\u00b9\u00b2');
});

test('every host has a cell of its own, in racks or without', () => {
    const nowhere = Array.from({ length: 500 }, (_, number) => ({ number, row: -1, rack: -1, chassis: -1, slot: -1 }));
    const mixed = [...racks(384, 192), ...nowhere.slice(384)];

    for (const hosts of [racks(4392, 192), nowhere, nowhere.slice(0, 12), nowhere.slice(0, 1), mixed]) {
        const layout = layoutHosts(hosts, 700, 450);

        assert.equal(layout.cells.length, hosts.length);
        assert.equal(overlaps(layout), 0);
        assert.ok(layout.cells.every((cell) => cell.x >= 0 && cell.y >= 0 && cell.x + layout.cellWidth <= layout.width + 1e-6
            && cell.y + 1 <= layout.height + 1e-6));
    }
});

test('hosts of a rack stand together', () => {
    const layout = layoutHosts(racks(4392, 192), 700, 450);
    const rack = layout.racks.find((candidate) => candidate.row === 0 && candidate.rack === 3);
    const cells = layout.cells.filter((cell) => cell.host >= 3 * 192 && cell.host < 4 * 192);

    assert.equal(cells.length, 192);
    assert.ok(cells.every((cell) => cell.x >= rack.x && cell.x < rack.x + rack.width && cell.y >= rack.y
        && cell.y < rack.y + rack.height));
});

test('arrow keys reach the neighbour in their direction', () => {
    const cells = [{ host: 0, x: 0, y: 0 }, { host: 1, x: 1, y: 0 }, { host: 2, x: 0, y: 1 }];

    assert.equal(neighbourCell(cells, cells[0], 1, 0).host, 1);
    assert.equal(neighbourCell(cells, cells[0], 0, 1).host, 2);
    assert.equal(neighbourCell(cells, cells[0], -1, 0), null);
});

test('jobs that overlap in time stand in lanes of their own', () => {
    const lanes = packLanes([{ from: 0, to: 10 }, { from: 5, to: 15 }, { from: 10, to: 20 }]);

    assert.deepEqual(lanes.map((span) => span.lane), [0, 1, 0]);
});

test('typing finds exact names first, then beginnings, then parts', () => {
    const hosts = ['node10', 'node1', 'xnode1', 'other'].map((name, number) => ({ name, number }));

    assert.deepEqual(matchingHosts(hosts, 'node1').map((host) => host.number), [1, 0, 2]);
    assert.deepEqual(matchingHosts(hosts, '  '), []);
});

test('an address selects only what this night has', () => {
    const counts = { hosts: 3, metrics: 2, bands: 1, hasModes: true };

    assert.deepEqual(selectionOfHash('#host=2&metric=-1&band=0&score=mrdmd', counts), { host: 2, metric: -1, band: 0, score: 'mrdmd' });
    assert.deepEqual(selectionOfHash('#host=2&score=mrdmd', { ...counts, hasModes: false }), { host: 2 });
    assert.deepEqual(selectionOfHash('#host=3&metric=1e9&band=x&score=<script>', counts), {});
});

test('listeners hear only of the fields they watch', () => {
    const selection = createSelection({ host: 0, metric: 0 });
    let heard = 0;

    selection.watch(['host'], () => heard++);
    selection.set({ metric: 1 });
    selection.set({ host: 0 });
    selection.set({ host: 2 });
    assert.equal(heard, 1);
});

/** Two hosts, the second kept; of three metrics the model knows 2 and 0, and 1 never changed. */
function forecastBlock() {
    const predicted = record(['u8', 2], ['u32', 1], ['f32', 0, 65534], ['u16', 65535, 100, 200, 300, 400]);
    const steady = record(['u8', 1], ['u32', 1], ['f32', 7, 7]);
    const score = record(['u8', 3], ['u32', 3], ['f32', 0, 65534], ['u16', 1, 3], ['u16', 2, 4], ['u16', 5, 6]);
    const text = (...parts) => Buffer.concat(parts).toString('base64');

    return { peak: [6, null], kept: [1], host_days: 2, epochs: { training: [], validation: [], rate: [] },
        metrics: { metric: [2, 0, 1, -1], is_used: [1, 1, 0, 1], error_centre: [10, 0, 0, 0], error_spread: [4, 1, 1, 1] },
        events: { host: [0, 1], start_unix_s: [1010, 1020], end_unix_s: [1020, 1040], peak: [6, 5], metric: [[2, 0], []],
            share: [[0.7, 0.2], []], total: 9 },
        levels: { own: 1, threshold: [1, 2, 8], hosts: [2, 1, 0], events: [9, 2, 0], host_days: [2, 1, 0], samples: [9, 3, 0] },
        scores: { plan, records: [text(score), text(record(['u8', 0]))] },
        predictions: { plan, records: [text(predicted, steady, steady, steady)] } };
}

test('the band of a prediction is its usual error and so many spreads around it, gaps left as they are', () => {
    const forecast = new Forecast(forecastBlock(), 2, 3);
    const curve = forecast.prediction(1, 2, 3);

    assert.deepEqual(curve.times, [1000, 1010, 1020, 1030, 1040]);
    assert.deepEqual(curve.middle, [null, 100, 200, 300, 400]);
    assert.deepEqual(curve.low, [null, 98, 198, 298, 398]);
    assert.deepEqual(curve.high, [null, 122, 222, 322, 422]);
    assert.deepEqual(forecast.prediction(1, 0, 2).high, [9, 9]);
});

test('what is not kept, not judged or not in the night has no prediction', () => {
    const forecast = new Forecast(forecastBlock(), 2, 3);

    assert.equal(forecast.prediction(0, 2, 3), null);
    assert.equal(forecast.prediction(1, 1, 3), null);
    assert.equal(forecast.prediction(1, -1, 3), null);
    assert.deepEqual(forecast.metrics, [0, 2]);
    assert.equal(forecast.score(1), null);
    assert.equal(curveOf(null, plan), null);
});

test('scores in buckets keep their highest, and a threshold names the hosts above it', () => {
    const forecast = new Forecast(forecastBlock(), 2, 3);

    assert.deepEqual(forecast.score(0).high, [5, 6]);
    assert.deepEqual(forecast.hostsAbove(5.9), [0]);
    assert.deepEqual(forecast.hostsAbove(6), []);
    assert.deepEqual(forecast.level(1), { threshold: 2, hosts: 1, events: 2, host_days: 1, samples: 3 });
});

test('an unchosen metric is the one that the host\'s gravest event is mostly made of', () => {
    const forecast = new Forecast(forecastBlock(), 2, 3);

    assert.equal(forecast.metricInSight(0, -1), 2);
    assert.equal(forecast.metricInSight(0, 1), 1);
    assert.equal(forecast.metricInSight(1, -1), 0);
    assert.equal(forecast.eventTotal, 9);
});

test('a span that is zoomed and moved stays in the night and keeps four samples', () => {
    const selection = createSelection({ from: 0, to: 1000 });
    const span = new SpanControl({ start_unix_s: 0, end_unix_s: 1000, period_s: 10 }, selection);

    span.zoomBy(0.5);
    assert.deepEqual(selection.get(), { from: 250, to: 750 });
    span.moveBy(1);
    assert.deepEqual(selection.get(), { from: 500, to: 1000 });
    span.range(600, 601);
    assert.equal(selection.get().to - selection.get().from, 40);
    span.whole();
    assert.deepEqual(selection.get(), { from: 0, to: 1000 });
});

/** a moves b and c; c moves a, weaker, and is not kept; in the second period the first edge is gone. */
function relationBlock() {
    const each = (value) => [value, value, value];

    return { windows: 8, pair_count: 6,
        nodes: { name: ['a::x', 'b::y', 'c'], metric: [0, 2, -1], is_used: [1, 1, 1], core: [2, 2, 1] },
        edges: { from: [0, 0, 2], to: [1, 2, 0], is_kept: [1, 1, 0], lag: each(1), sign: [1, -1, 0], influence: [0.5, 0.2, 0.3],
            low: each(0.1), high: each(0.6), rise: each(0.1), slope: each(0.1), stable: each(1), correlation: each(0.5) },
        periods: { name: ['morning', 'evening'], total: 2, influence: [[0.4, 0.2, 0.3], [0.1, 0.6, 0.3]],
            jaccard: [[0.9, 0.5], [0.5, 0.7]], overlap: [[1, 1], [1, 1]], tau: [[1, 1], [1, 1]] } };
}

const numbersOf = (edges) => edges.map((edge) => edge.number);

test('edges are filtered by weight, by core and by what is kept, strongest first', () => {
    const relation = new Relation(relationBlock());

    assert.deepEqual(numbersOf(relation.visible({})), [0, 2, 1]);
    assert.deepEqual(numbersOf(relation.visible({ least: 0.3 })), [0, 2]);
    assert.deepEqual(numbersOf(relation.visible({ isKeptOnly: true })), [0, 1]);
    assert.deepEqual(numbersOf(relation.visible({ core: 2 })), [0]);
    assert.deepEqual(relation.nodesOf(relation.visible({ core: 2 })), [0, 1]);
    assert.deepEqual([relation.weights, relation.cores, relation.keptCount], [[0.5, 0.3, 0.2], [1, 2], 2]);
});

test('a period has weights of its own, and what came and went is told', () => {
    const relation = new Relation(relationBlock());

    assert.deepEqual(numbersOf(relation.visible({ period: 1 })), [1, 2, 0]);
    assert.equal(relation.weightOf(relation.edges[0], ALL_TIME), 0.5);
    assert.deepEqual(relation.changes(0, 1, { least: 0.3 }), { gone: [0], come: [1] });
    assert.equal(relation.likeness(0, 1).jaccard.between, 0.5);
    assert.ok(Math.abs(relation.likeness(0, 1).jaccard.within - 0.8) < 1e-12);
});

test('neighbours are those that move a metric and those that it moves', () => {
    const { causes, effects } = neighboursOf(0, new Relation(relationBlock()).edges);

    assert.deepEqual([numbersOf(causes), numbersOf(effects)], [[2], [0, 1]]);
    assert.deepEqual(['a::x', 'c', 'a::b::x', '::x'].map(shortName), ['a', 'c', 'a::b', '::x']);
});
