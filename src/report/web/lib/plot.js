// One reading over time: uPlot with the mean as a line and minimum to maximum as a band.

import uPlot from 'uplot';
import { colour } from './colour.js';
import { tickText, timeText, valueText } from './text.js';

export const PLOT_LEFT = 84;
export const PLOT_RIGHT = 22;

function axis(extra) {
    return { stroke: () => colour('--muted'), grid: { stroke: () => colour('--grid'), width: 1 },
        ticks: { stroke: () => colour('--grid'), width: 1 }, font: `11px ${colour('--font')}`, ...extra };
}

/** Times in UTC below, values at the left. */
export function timeAxes() {
    return [axis({ space: 70, values: [
        [86400, '{YYYY}-{MM}-{DD}', null, null, null, null, null, null, 1],
        [60, '{HH}:{mm}', '\n{YYYY}-{MM}-{DD}', null, null, null, null, null, 1],
        [1, '{HH}:{mm}:{ss}', '\n{YYYY}-{MM}-{DD}', null, null, null, null, null, 1]] }),
    axis({ size: PLOT_LEFT, values: (_, ticks) => ticks.map(tickText) })];
}

/** Room for the reading, and for the other hosts where they are shown. */
function rangeAround(low, high, peers) {
    const lowest = Math.min(low ?? Infinity, ...(peers?.low ?? []));
    const highest = Math.max(high ?? -Infinity, ...(peers?.high ?? []));
    const margin = highest > lowest ? 0.06 * (highest - lowest) : Math.max(1, 0.1 * Math.abs(highest));

    return Number.isFinite(margin) ? [lowest - margin, highest + margin] : [0, 1];
}

function seriesOf(isBucketed, unit) {
    const value = (_, v) => (v === null || v === undefined ? '–' : `${valueText(v)}${unit && ` ${unit}`}`);
    const clock = { label: 'UTC', value: (_, v) => (v === null || v === undefined ? '–' : timeText(v)) };
    const edge = { stroke: 'transparent', width: 0, points: { show: false } };
    const line = { stroke: () => colour('--line'), width: 1.4, points: { show: false } };

    return isBucketed
        ? [clock, { label: 'mean', value, ...line }, { label: 'minimum', value, ...edge },
            { label: 'maximum', value, ...edge }]
        : [clock, { label: 'value', value, ...line }];
}

/** What the other hosts do, behind the reading: the middle half of them as a band, their median dashed. */
function drawPeers(u, peers) {
    const context = u.ctx;
    const at = (time, value) => [u.valToPos(time, 'x', true), u.valToPos(value, 'y', true)];
    const path = (values, isReverse) => {
        const order = isReverse ? [...values.keys()].reverse() : [...values.keys()];

        for (const i of order) context.lineTo(...at(peers.times[i], values[i]));
    };

    context.save();
    context.beginPath();
    context.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
    context.clip();
    context.beginPath();
    path(peers.low, false);
    path(peers.high, true);
    context.fillStyle = colour('--peers');
    context.fill();
    context.beginPath();
    path(peers.middle, false);
    context.strokeStyle = colour('--muted');
    context.setLineDash([4, 4]);
    context.stroke();
    context.restore();
}

/** Where the reading was flagged: a tint over the whole height. */
function drawSpans(u, spans) {
    u.ctx.fillStyle = colour('--flagged-tint');
    for (const { from, to } of spans) {
        const left = Math.max(u.bbox.left, u.valToPos(from, 'x', true));
        const right = Math.min(u.bbox.left + u.bbox.width, u.valToPos(to, 'x', true));

        if (right > left) u.ctx.fillRect(left, u.bbox.top, right - left, u.bbox.height);
    }
}

/**
 * @param room  { width, height, from, to }: the box and the span of time in sight
 * @param changed  called with (from, to) when the reader zooms
 */
export function createPlot(target, { times, series, isBucketed, unit, peers, spans }, room, changed) {
    let isSetting = false;
    const plot = new uPlot({
        width: room.width,
        height: room.height,
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
        padding: [10, PLOT_RIGHT, 0, 0],
        cursor: { drag: { x: true, y: false, setScale: true, dist: 4 }, focus: { prox: -1 }, points: { size: 6 } },
        scales: { x: { time: true, range: (_, low, high) => [low, high] },
            y: { range: (_, low, high) => rangeAround(low, high, peers) } },
        axes: timeAxes(),
        series: seriesOf(isBucketed, unit),
        bands: isBucketed ? [{ series: [3, 2], fill: () => colour('--band-fill') }] : [],
        hooks: { drawClear: [(u) => {
            drawSpans(u, spans);
            if (peers) drawPeers(u, peers);
        }], setScale: [(u, key) => {
            if (key === 'x' && !isSetting && u.status === 1) changed(u.scales.x.min, u.scales.x.max);
        }] },
    }, [times, ...series], target);

    return {
        plot,
        show(from, to) {
            isSetting = true;
            plot.setScale('x', { min: from, max: to });
            queueMicrotask(() => { isSetting = false; });
        },
        destroy: () => plot.destroy(),
    };
}
