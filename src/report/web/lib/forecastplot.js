// Prediction against truth, and the score that both come to, over time: uPlot with a band.

import uPlot from 'uplot';
import { colour } from './colour.js';
import { PLOT_RIGHT, timeAxes } from './plot.js';
import { scoreText, timeText, valueText } from './text.js';

const isThere = (value) => value !== null && value !== undefined;

function line(label, stroke, value, extra = {}) {
    return { label, value, stroke: () => colour(stroke), width: 1.4, points: { show: false }, ...extra };
}

function edge(label, value) {
    return { label, value, stroke: 'transparent', width: 0, points: { show: false } };
}

/** How uPlot joins: times that only the other table has are drawn across, but not within a gap. */
const NULL_EXPAND = 2;

/** Columns on one clock. */
function joined(curves) {
    const tables = curves.map(({ times, columns }) => [times, ...columns]);

    return uPlot.join(tables, tables.map((table) => table.map(() => NULL_EXPAND)));
}

function extentOf(columns) {
    let [low, high] = [Infinity, -Infinity];

    for (const column of columns) {
        for (const value of column) {
            if (!isThere(value)) continue;
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
    }
    const margin = high > low ? 0.06 * (high - low) : Math.max(1, 0.1 * Math.abs(high));

    return low <= high ? [low - margin, high + margin] : [0, 1];
}

function create(target, data, series, { bands = [], height, y, drawn = () => {} }, room, changed) {
    let isSetting = false;
    const clock = { label: 'UTC', value: (_, v) => (isThere(v) ? timeText(v) : '–') };
    const plot = new uPlot({
        width: room.width,
        height,
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
        padding: [10, PLOT_RIGHT, 0, 0],
        cursor: { drag: { x: true, y: false, setScale: true, dist: 4 }, focus: { prox: -1 }, points: { size: 6 },
            sync: { key: 'forecast' } },
        scales: { x: { time: true, range: (_, low, high) => [low, high] }, y: { range: y } },
        axes: timeAxes(),
        series: [clock, ...series],
        bands,
        hooks: { draw: [drawn], setScale: [(u, key) => {
            if (key === 'x' && !isSetting && u.status === 1) changed(u.scales.x.min, u.scales.x.max);
        }] },
    }, data, target);

    return {
        show(from, to) {
            isSetting = true;
            plot.setScale('x', { min: from, max: to });
            queueMicrotask(() => { isSetting = false; });
        },
        redraw: () => plot.redraw(),
        destroy: () => plot.destroy(),
    };
}

/** @param truth, predicted  curves of lib/forecast.js; truth null where the page has no samples of it */
export function createPredictionPlot(target, { truth, predicted, unit }, room, changed) {
    const value = (_, v) => (isThere(v) ? `${valueText(v)}${unit && ` ${unit}`}` : '–');
    const data = joined([{ times: predicted.times, columns: [predicted.low, predicted.high, predicted.middle] },
        ...(truth ? [{ times: truth.times, columns: [truth.middle] }] : [])]);
    const series = [edge('band from', value), edge('band to', value),
        line('predicted', '--predicted', value, { dash: [5, 3], width: 1.2 }),
        ...(truth ? [line(truth.isBucketed ? 'mean' : 'measured', '--line', value)] : [])];
    const extent = extentOf(data.slice(1));

    return create(target, data, series, { height: 240, y: () => extent,
        bands: [{ series: [2, 1], fill: () => colour('--flagged-tint') }] }, room, changed);
}

/** @param threshold  called when drawing: where the dashed line stands */
export function createScorePlot(target, { score, threshold }, room, changed) {
    const value = (_, v) => (isThere(v) ? scoreText(v) : '–');
    const highest = extentOf([score.high])[1];

    return create(target, [score.times, score.high], [line(score.isBucketed ? 'highest score' : 'score', '--line', value)], {
        height: 130,
        y: () => [0, Math.max(highest, 1.1 * threshold())],
        drawn: (u) => {
            const y = Math.round(u.valToPos(threshold(), 'y', true)) + 0.5;

            u.ctx.save();
            u.ctx.beginPath();
            u.ctx.setLineDash([6, 4]);
            u.ctx.strokeStyle = colour('--alert');
            u.ctx.moveTo(u.bbox.left, y);
            u.ctx.lineTo(u.bbox.left + u.bbox.width, y);
            u.ctx.stroke();
            u.ctx.restore();
        },
    }, room, changed);
}
