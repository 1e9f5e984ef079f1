// The whole night in a strip, with the span in sight as a brush.

import { brushX } from 'd3-brush';
import { select } from 'd3-selection';
import { colour } from './colour.js';
import { startDrawing, el } from './dom.js';
import { timeTickText, timeTicks } from './plotbox.js';

const HEIGHT = 46;

export function createOverview(night, changed) {
    const canvas = el('canvas', { 'aria-hidden': 'true' });
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    const element = el('div', { class: 'overview' }, canvas, svg);
    let room = null;
    let isMoving = false;

    const at = (time) => room.left + ((time - night.start_unix_s) / (night.end_unix_s - night.start_unix_s))
        * (room.right - room.left);
    const timeAt = (x) => night.start_unix_s + ((x - room.left) / (room.right - room.left))
        * (night.end_unix_s - night.start_unix_s);
    const brush = brushX().on('brush end', (event) => {
        if (isMoving || !event.sourceEvent) return;
        if (event.selection) changed(timeAt(event.selection[0]), timeAt(event.selection[1]));
        else if (event.type === 'end') changed(night.start_unix_s, night.end_unix_s);
    });

    svg.setAttribute('height', HEIGHT);

    function drawLine(context, times, values) {
        const known = values.filter((value) => value !== null);
        const low = Math.min(...known);
        const high = Math.max(...known);
        const y = (value) => (high > low ? 30 - 26 * ((value - low) / (high - low)) : 17);
        let isDown = false;

        context.beginPath();
        values.forEach((value, i) => {
            if (value === null) isDown = false;
            else if (isDown) context.lineTo(at(times[i]), y(value));
            else {
                context.moveTo(at(times[i]), y(value));
                isDown = true;
            }
        });
        context.strokeStyle = colour('--muted');
        context.lineWidth = 1;
        context.stroke();
    }

    return {
        element,
        draw(width, left, right, times, values) {
            room = { left, right };
            const context = startDrawing(canvas, width, HEIGHT);

            context.fillStyle = colour('--lane');
            context.fillRect(left, 0, right - left, 32);
            if (values?.length) drawLine(context, times, values);
            context.font = `10px ${colour('--font')}`;
            context.fillStyle = colour('--muted');
            context.textAlign = 'center';
            for (const tick of timeTicks(night.start_unix_s, night.end_unix_s, width / 80)) {
                context.fillText(timeTickText(tick), at(tick), 43);
            }
            svg.setAttribute('width', width);
            brush.extent([[left, 0], [right, 32]]);
            select(svg).call(brush);
        },
        move(from, to) {
            if (!room) return;
            isMoving = true;
            const isWhole = from <= night.start_unix_s && to >= night.end_unix_s;

            select(svg).call(brush.move, isWhole ? null : [Math.max(room.left, at(from)), Math.min(room.right, at(to))]);
            isMoving = false;
        },
    };
}
