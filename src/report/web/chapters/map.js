import { select } from 'd3-selection';
import { zoom, zoomIdentity } from 'd3-zoom';
import { bandText, metricText, scoreText, shown } from '../lib/text.js';
import { colour, roundLimit, scoreColours } from '../lib/colour.js';
import { createScoreLegend, scoreStops } from '../lib/legend.js';
import { el, hideTip, onceAFrame, showTip, startDrawing, watchWidth } from '../lib/dom.js';
import { LARGEST_CELL_PX, layoutHosts, neighbourCell } from '../lib/racks.js';

const MOST_HEIGHT = 460;
const MARGIN = 6;
const NAME_ROOM_PX = 48;

function placeText(host) {
    const parts = [['row', host.row], ['rack', host.rack], ['chassis', host.chassis], ['slot', host.slot]]
        .filter(([, number]) => number >= 0).map(([name, number]) => `${name} ${number}`);

    return parts.join(' · ');
}

function drawRacks(context, layout, view) {
    const size = 10;

    context.font = `${size}px ${colour('--font')}`;
    context.textAlign = 'left';
    context.textBaseline = 'alphabetic';
    for (const rack of layout.racks) {
        const x = view.x(rack.x);
        const y = view.y(rack.y);
        const width = rack.width * view.scale;
        const label = rack.rack < 0 ? 'no position' : rack.row < 0 ? `${rack.rack}` : `${rack.row}-${rack.rack}`;

        context.strokeStyle = colour('--rule');
        context.lineWidth = 1;
        context.strokeRect(x - 2, y - 2, width + 3, rack.height * view.scale + 3);
        if (context.measureText(label).width <= width + 0.5 * view.scale && view.scale > 4) {
            context.fillStyle = colour('--muted');
            context.fillText(label, x, y - 4);
        }
    }
}

function drawName(context, name, x, y, width, height) {
    context.save();
    context.beginPath();
    context.rect(x, y, width, height);
    context.clip();
    context.fillStyle = colour('--ink');
    context.font = `11px ${colour('--font')}`;
    context.textBaseline = 'middle';
    context.fillText(name, x + 5, y + height / 2);
    context.restore();
}

/** The map's painter: cells by score, flagged cells with a corner, the chosen host with a frame. */
function draw({ canvas, width, height, layout, view, scores, limit, chosen, night }) {
    const context = startDrawing(canvas, width, height);
    const colourOf = scoreColours(scoreStops());
    const cellWidth = layout.cellWidth * view.scale;
    const gap = view.scale > 5 ? 1 : view.scale > 3 ? 0.5 : 0;

    drawRacks(context, layout, view);
    for (const cell of layout.cells) {
        const x = view.x(cell.x);
        const y = view.y(cell.y);

        if (x + cellWidth < 0 || y + view.scale < 0 || x > width || y > height) continue;
        const worst = scores[cell.host];
        const value = worst ? worst.value : NaN;

        context.fillStyle = Number.isFinite(value) ? colourOf(value, limit) : colour('--none');
        context.fillRect(x, y, cellWidth - gap, view.scale - gap);
        if (cellWidth >= NAME_ROOM_PX && view.scale >= 14) {
            drawName(context, shown(night.hosts[cell.host].name, 40), x, y, cellWidth - gap, view.scale - gap);
        }
        if (worst?.isFlagged) {
            context.strokeStyle = colour('--ink');
            context.lineWidth = view.scale > 10 ? 1.5 : 1;
            context.strokeRect(x + 0.5, y + 0.5, cellWidth - gap - 1, view.scale - gap - 1);
        }
    }
    const mine = layout.cells.find((cell) => cell.host === chosen);

    if (mine) {
        context.strokeStyle = colour('--chosen');
        context.lineWidth = 3;
        context.strokeRect(view.x(mine.x) - 3, view.y(mine.y) - 3, cellWidth - gap + 6, view.scale - gap + 6);
    }
}

function caption(night, { metric, band, score }) {
    return `${score === 'mrdmd' ? 'mrDMD z' : 'Band power z'}, ${metric < 0 ? 'worst metric' : metricText(night.metrics[metric])}, `
        + `${band < 0 ? 'worst band' : bandText(night.scores.bands[band])}`;
}

function createMap(section, { night, selection, redraws }) {
    const canvas = el('canvas', { class: 'map', tabIndex: 0, role: 'img',
        'aria-label': 'Map of hosts coloured by score; arrow keys move from host to host' });
    const legend = createScoreLegend();
    const note = el('p', { class: 'note' });
    const spoken = el('p', { class: 'visually-hidden', 'aria-live': 'polite' });
    let width = 0;
    let height = 0;
    let base = 1;
    let layout = null;
    let transform = zoomIdentity;
    let scores = [];
    let limit = 10;

    function view() {
        const left = MARGIN + 0.5 * (width - 2 * MARGIN - base * layout.width);

        return {
            scale: base * transform.k,
            x: (x) => transform.applyX(left + base * x),
            y: (y) => transform.applyY(MARGIN + base * y),
        };
    }

    const redraw = onceAFrame(() => {
        if (!layout) return;
        draw({ canvas, width, height, layout, view: view(), scores, limit, chosen: selection.get().host, night });
        legend.draw(limit);
    });

    function score() {
        const { metric, band, score: kind } = selection.get();
        let largest = 0;
        let flagged = 0;

        scores = night.hosts.map((host) => {
            const worst = night.scores.worst(host.number, metric, band, kind);

            if (!worst) return null;
            worst.value = worst[kind];
            if (Number.isFinite(worst.value)) largest = Math.max(largest, Math.abs(worst.value));
            flagged += worst.isFlagged;
            return worst;
        });
        limit = roundLimit(Math.min(largest, 1000));
        note.textContent = `${caption(night, selection.get())}. ${flagged} hosts flagged (outlined). `
            + (layoutNote() ?? '');
        redraw();
    }

    function layoutNote() {
        const unknown = night.hosts.filter((host) => host.rack < 0).length;

        if (unknown === night.hosts.length) return 'Rack positions are not known: hosts in order of their numbers.';
        return unknown ? `${unknown} hosts without a position stand at the end.` : 'Racks are labelled row-rack.';
    }

    function hostAt(event) {
        const box = canvas.getBoundingClientRect();
        const v = view();
        const [px, py] = [event.clientX - box.left, event.clientY - box.top];

        return layout.cells.find((cell) => px >= v.x(cell.x) && px < v.x(cell.x) + layout.cellWidth * v.scale
            && py >= v.y(cell.y) && py < v.y(cell.y) + v.scale);
    }

    function tipLines(host) {
        const worst = scores[host.number];

        return [shown(host.name), placeText(host),
            worst && `${metricText(night.metrics[worst.metric])} · ${bandText(night.scores.bands[worst.band])}`,
            worst ? `band power z ${scoreText(worst.band_power)} · mrDMD z ${scoreText(worst.mrdmd)}`
                + `${worst.isFlagged ? ' · flagged' : ''}` : 'no score'];
    }

    canvas.addEventListener('pointermove', (event) => {
        const cell = layout && hostAt(event);

        canvas.classList.toggle('on-mark', Boolean(cell));
        if (cell) showTip(event, tipLines(night.hosts[cell.host]));
        else hideTip();
    });
    canvas.addEventListener('pointerleave', hideTip);
    canvas.addEventListener('click', (event) => {
        const cell = layout && hostAt(event);

        if (cell) selection.set({ host: cell.host });
    });
    canvas.addEventListener('keydown', (event) => {
        const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [];
        const mine = dx === undefined ? null : layout.cells.find((cell) => cell.host === selection.get().host);
        const next = mine && neighbourCell(layout.cells, mine, dx, dy);

        if (dx !== undefined) event.preventDefault();
        if (next) {
            selection.set({ host: next.host });
            spoken.textContent = tipLines(night.hosts[next.host]).filter(Boolean).join(', ');
        }
    });

    const zooming = zoom().scaleExtent([1, 30]).on('zoom', (event) => {
        transform = event.transform;
        hideTip();
        redraw();
    }).filter((event) => !event.button && (event.type !== 'wheel' || event.ctrlKey || transform.k > 1 || event.shiftKey));

    select(canvas).call(zooming).on('dblclick.zoom', null);
    watchWidth(section, (now) => {
        width = now;
        const room = { width: width - 2 * MARGIN, height: MOST_HEIGHT - 2 * MARGIN };

        layout = layoutHosts(night.hosts, room.width, room.height);
        base = Math.min(room.width / layout.width, room.height / layout.height, LARGEST_CELL_PX);
        height = Math.ceil(base * layout.height) + 2 * MARGIN;
        zooming.translateExtent([[0, 0], [width, height]]).extent([[0, 0], [width, height]]);
        redraw();
    });
    selection.watch(['metric', 'band', 'score'], score);
    selection.watch(['host'], redraw);
    redraws.push(redraw);
    section.append(note, canvas, el('div', { class: 'below' }, legend.element,
        el('span', { class: 'buttons' },
            el('button', { type: 'button', title: 'Zoom in (or Ctrl and wheel)', onclick: () => select(canvas).call(zooming.scaleBy, 1.6) }, '+'),
            el('button', { type: 'button', title: 'Zoom out', onclick: () => select(canvas).call(zooming.scaleBy, 1 / 1.6) }, '−'),
            el('button', { type: 'button', onclick: () => select(canvas).call(zooming.transform, zoomIdentity) }, 'whole'))), spoken);
    score();
}

export const map = {
    id: 'map',
    title: 'Racks',
    class: 'right',
    applies: (night) => night.scores !== null && night.hosts.length > 0,
    mount: createMap,
};
