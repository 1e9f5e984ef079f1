// The frame of a canvas chart: where the marks go, gridlines and tick labels around it.

import { colour } from './colour.js';

export function createBox(width, height, { left = 62, right = 12, top = 20, bottom = 34 } = {}) {
    return { left, right: width - right, top, bottom: height - bottom };
}

export function clipTo(context, box, paint) {
    context.save();
    context.beginPath();
    context.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    context.clip();
    paint();
    context.restore();
}

export function drawYTicks(context, box, ticks, at, textOf) {
    context.font = `10.5px ${colour('--font')}`;
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    for (const tick of ticks) {
        const y = Math.round(at(tick)) + 0.5;

        if (y < box.top - 1 || y > box.bottom + 1) continue;
        context.fillStyle = colour('--grid');
        context.fillRect(box.left, y - 0.5, box.right - box.left, 1);
        context.fillStyle = colour('--muted');
        context.fillText(textOf(tick), box.left - 6, y);
    }
}

/** Labels below the box; one that would touch the last drawn is left out. */
export function drawXTicks(context, box, ticks, at, textOf) {
    let right = -Infinity;

    context.font = `10.5px ${colour('--font')}`;
    context.textAlign = 'center';
    context.textBaseline = 'top';
    for (const tick of ticks) {
        const x = Math.round(at(tick)) + 0.5;
        const text = textOf(tick);
        const half = 0.5 * context.measureText(text).width;

        if (x < box.left - 1 || x > box.right + 1) continue;
        context.fillStyle = colour('--grid');
        context.fillRect(x - 0.5, box.top, 1, box.bottom - box.top);
        if (x - half < right + 8) continue;
        context.fillStyle = colour('--muted');
        context.fillText(text, x, box.bottom + 5);
        right = x + half;
    }
}

export function drawTitle(context, text, x, y, align = 'left') {
    context.font = `10.5px ${colour('--font')}`;
    context.fillStyle = colour('--muted');
    context.textAlign = align;
    context.textBaseline = 'alphabetic';
    context.fillText(text, x, y);
}

/** Round steps in time for an axis of UTC: the smallest that leaves at most `most` labels. */
const STEPS_S = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800];

export function timeTicks(from, to, most) {
    const step = STEPS_S.find((size) => (to - from) / size <= most) ?? STEPS_S.at(-1);
    const ticks = [];

    for (let tick = Math.ceil(from / step) * step; tick <= to; tick += step) ticks.push(tick);
    return ticks;
}

/** "14:30", or the date where a day begins. */
export function timeTickText(unix_s) {
    const iso = new Date(unix_s * 1000).toISOString();

    if (unix_s % 86400 === 0) return iso.slice(5, 10);
    return unix_s % 60 === 0 ? iso.slice(11, 16) : iso.slice(11, 19);
}
