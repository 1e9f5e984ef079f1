// One reading over time: uPlot with the mean as a line and minimum to maximum as a band.

import uPlot from 'uplot';
import { colour } from './colour.js';
import { tickText, valueText } from './text.js';

export const PLOT_LEFT = 84;
export const PLOT_RIGHT = 22;

function axis(extra) {
    return { stroke: () => colour('--muted'), grid: { stroke: () => colour('--grid'), width: 1 },
        ticks: { stroke: () => colour('--grid'), width: 1 }, font: `11px ${colour('--font')}`, ...extra };
}

function seriesOf(isBucketed, unit) {
    const value = (_, v) => (v === null || v === undefined ? '–' : `${valueText(v)}${unit && ` ${unit}`}`);
    const edge = { stroke: 'transparent', width: 0, points: { show: false } };
    const line = { stroke: () => colour('--line'), width: 1.4, points: { show: false } };

    return isBucketed
        ? [{ label: 'UTC' }, { label: 'mean', value, ...line }, { label: 'minimum', value, ...edge },
            { label: 'maximum', value, ...edge }]
        : [{ label: 'UTC' }, { label: 'value', value, ...line }];
}

/**
 * @param room  { width, height, from, to }: the box and the span of time in sight
 * @param changed  called with (from, to) when the reader zooms
 */
export function createPlot(target, { times, series, isBucketed, unit }, room, changed) {
    let isSetting = false;
    const plot = new uPlot({
        width: room.width,
        height: room.height,
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
        padding: [10, PLOT_RIGHT, 0, 0],
        cursor: { drag: { x: true, y: false, setScale: true, dist: 4 }, focus: { prox: -1 }, points: { size: 6 } },
        scales: { x: { time: true, range: (_, low, high) => [low, high] },
            y: { range: (_, low, high) => {
                const margin = high > low ? 0.06 * (high - low) : Math.max(1, 0.1 * Math.abs(high));

                return [low - margin, high + margin];
            } } },
        axes: [axis({ space: 70, values: [
            [86400, '{YYYY}-{MM}-{DD}', null, null, null, null, null, null, 1],
            [60, '{HH}:{mm}', '\n{YYYY}-{MM}-{DD}', null, null, null, null, null, 1],
            [1, '{HH}:{mm}:{ss}', '\n{YYYY}-{MM}-{DD}', null, null, null, null, null, 1]] }),
        axis({ size: PLOT_LEFT, values: (_, ticks) => ticks.map(tickText) })],
        series: seriesOf(isBucketed, unit),
        bands: isBucketed ? [{ series: [3, 2], fill: () => colour('--band-fill') }] : [],
        hooks: { setScale: [(u, key) => {
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
