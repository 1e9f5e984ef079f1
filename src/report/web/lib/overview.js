// The whole night in a strip, with the span in sight as a brush.

import { brushX } from 'd3-brush';
import { scaleLinear } from 'd3-scale';
import { select } from 'd3-selection';
import { colour } from './colour.js';
import { startDrawing, el } from './dom.js';
import { timeTickText, timeTicks } from './plotbox.js';

const HEIGHT = 46;
const STRIP = 32;

function drawLine(context, times, values, x) {
    const known = values.filter((value) => value !== null);
    const [low, high] = known.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]);
    const y = (value) => (high > low ? 30 - 26 * ((value - low) / (high - low)) : 17);
    let isDown = false;

    context.beginPath();
    values.forEach((value, i) => {
        if (value !== null && isDown) context.lineTo(x(times[i]), y(value));
        else if (value !== null) context.moveTo(x(times[i]), y(value));
        isDown = value !== null;
    });
    context.strokeStyle = colour('--muted');
    context.lineWidth = 1;
    context.stroke();
}

export class Overview {
    /** @param changed  called with (from, to) when the reader moves the brush */
    constructor(night, changed) {
        this.night = night;
        this.canvas = el('canvas', { 'aria-hidden': 'true' });
        this.svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
        this.svg.setAttribute('height', HEIGHT);
        this.element = el('div', { class: 'overview' }, this.canvas, this.svg);
        this.x = scaleLinear().domain([night.start_unix_s, night.end_unix_s]);
        this.isDrawn = false;
        this.brush = brushX().on('brush end', ({ sourceEvent, selection, type }) => {
            if (!sourceEvent) return;
            if (selection) changed(...selection.map((place) => this.x.invert(place)));
            else if (type === 'end') changed(night.start_unix_s, night.end_unix_s);
        });
    }

    draw(width, left, right, times, values) {
        const context = startDrawing(this.canvas, width, HEIGHT);

        this.x.range([left, right]);
        context.fillStyle = colour('--lane');
        context.fillRect(left, 0, right - left, STRIP);
        if (values?.length) drawLine(context, times, values, this.x);
        context.font = `10px ${colour('--font')}`;
        context.fillStyle = colour('--muted');
        context.textAlign = 'center';
        for (const tick of timeTicks(...this.x.domain(), width / 80)) context.fillText(timeTickText(tick), this.x(tick), 43);
        this.svg.setAttribute('width', width);
        this.brush.extent([[left, 0], [right, STRIP]]);
        select(this.svg).call(this.brush);
        this.isDrawn = true;
    }

    /** Put the brush on a span; no brush where the whole night is in sight. */
    move(from, to) {
        if (!this.isDrawn) return;
        const isWhole = from <= this.night.start_unix_s && to >= this.night.end_unix_s;

        select(this.svg).call(this.brush.move, isWhole ? null : [from, to].map(this.x));
    }
}
