import { select } from 'd3-selection';
import { zoom, zoomIdentity } from 'd3-zoom';
import { bandText, countOf, metricText, shown } from '../lib/text.js';
import { Chart } from '../lib/chart.js';
import { LARGEST_CELL_PX, layoutHosts, neighbourCell } from '../lib/racks.js';
import { colour, inkOn, roundLimit, scoreColours } from '../lib/colour.js';
import { createScoreLegend, scoreStops } from '../lib/legend.js';
import { el, hideTip, showTip, startDrawing } from '../lib/dom.js';

const MOST_HEIGHT = 460;
const MARGIN = 6;
const LEAST_LIMIT = { z: 30, thresholds: 3 };
const LARGEST_LIMIT = 1000;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function placeText(host) {
    return ['row', 'rack', 'chassis', 'slot'].filter((part) => host[part] >= 0)
        .map((part) => `${part} ${host[part]}`).join(' · ');
}

function drawRack(context, rack, view) {
    const label = rack.rack < 0 ? 'no position' : rack.row < 0 ? `${rack.rack}` : `${rack.row}-${rack.rack}`;
    const x = view.x(rack.x);
    const y = view.y(rack.y);
    const width = rack.width * view.scale;

    context.strokeStyle = colour('--rule');
    context.lineWidth = 1;
    context.strokeRect(x - 2, y - 2, width + 3, rack.height * view.scale + 3);
    if (context.measureText(label).width > width + 0.5 * view.scale || view.scale <= 4) return;
    context.fillStyle = colour('--muted');
    context.fillText(label, x, y - 4);
}

function drawName(context, name, x, y, width, height) {
    const ink = inkOn(context.fillStyle);

    context.save();
    context.beginPath();
    context.rect(x, y, width, height);
    context.clip();
    context.fillStyle = ink;
    context.font = `11px ${colour('--font')}`;
    context.textBaseline = 'middle';
    context.fillText(name, x + 5, y + height / 2);
    context.restore();
}

/** Hosts where they stand, coloured by the chosen score. */
class RackMap extends Chart {
    constructor(section, page) {
        super(section, page, 'Map of hosts coloured by score; arrow keys move from host to host',
            { class: 'map', tabIndex: 0 });
        this.transform = zoomIdentity;
        this.legend = createScoreLegend(this.night.scores.hasModes);
        this.note = el('p', { class: 'note' });
        this.spoken = el('p', { class: 'visually-hidden', 'aria-live': 'polite' });
        this.canvas.addEventListener('pointermove', (event) => this.hover(event));
        this.canvas.addEventListener('click', (event) => this.choose(this.cellAt(event)));
        this.canvas.addEventListener('keydown', (event) => this.walk(event));
        this.zooming = this.createZoom();
        section.append(this.note, this.canvas, el('div', { class: 'below' }, this.legend.element, this.buttons()), this.spoken);
        this.selection.watch(['metric', 'band', 'score'], () => this.score());
        this.selection.watch(['host'], this.redraw);
        this.score();
        this.follow();
    }

    createZoom() {
        const zooming = zoom().scaleExtent([1, 30]).on('zoom', (event) => {
            this.transform = event.transform;
            hideTip();
            this.redraw();
        }).filter((event) => !event.button
            && (event.type !== 'wheel' || event.ctrlKey || event.shiftKey || this.transform.k > 1));

        select(this.canvas).call(zooming).on('dblclick.zoom', null);
        return zooming;
    }

    buttons() {
        const zoomBy = (factor) => select(this.canvas).call(this.zooming.scaleBy, factor);

        return el('span', { class: 'buttons' },
            el('button', { type: 'button', title: 'Zoom in (or Ctrl and wheel)', onclick: () => zoomBy(1.6) }, '+'),
            el('button', { type: 'button', title: 'Zoom out', onclick: () => zoomBy(1 / 1.6) }, '−'),
            el('button', { type: 'button', onclick: () => select(this.canvas).call(this.zooming.transform, zoomIdentity) },
                'whole'));
    }

    resize() {
        const room = { width: this.width - 2 * MARGIN, height: MOST_HEIGHT - 2 * MARGIN };

        this.layout = layoutHosts(this.night.hosts, room.width, room.height);
        this.base = Math.min(room.width / this.layout.width, room.height / this.layout.height, LARGEST_CELL_PX);
        this.height = Math.ceil(this.base * this.layout.height) + 2 * MARGIN;
        this.cellOf = new Map(this.layout.cells.map((cell) => [cell.host, cell]));
        this.zooming.translateExtent([[0, 0], [this.width, this.height]]).extent([[0, 0], [this.width, this.height]]);
    }

    /** From cells of the layout to pixels. */
    view() {
        const left = MARGIN + 0.5 * (this.width - 2 * MARGIN - this.base * this.layout.width);

        return {
            scale: this.base * this.transform.k,
            x: (x) => this.transform.applyX(left + this.base * x),
            y: (y) => this.transform.applyY(MARGIN + this.base * y),
        };
    }

    /** The worst score of each host under the choice of metric and band. */
    score() {
        const { metric, band, score } = this.selection.get();
        const { scores, hosts } = this.night;

        this.scores = hosts.map((host) => {
            const worst = scores.worst(host.number, metric, band, score);

            return worst && { ...worst, value: worst[score] };
        });
        const sizes = this.scores.map((worst) => Math.abs(worst?.value ?? 0)).filter(Number.isFinite);

        this.limit = roundLimit(Math.min(LARGEST_LIMIT, sizes.reduce((a, b) => Math.max(a, b), LEAST_LIMIT[scores.hasModes ? 'z' : 'thresholds'])));
        this.note.textContent = [this.caption(), this.flaggedText(), this.placeNote()].filter(Boolean).join(' ');
        this.redraw();
    }

    caption() {
        const { metric, band, score } = this.selection.get();
        const { metrics, scores } = this.night;

        return `${scores.titleOf(score)}, ${metric < 0 ? 'worst metric' : metricText(metrics[metric])}`
            + `${!scores.hasModes ? '' : band < 0 ? ', worst band' : `, ${bandText(scores.bands[band])}`}.`;
    }

    flaggedText() {
        const { metric } = this.selection.get();
        const { metrics, scores } = this.night;
        const shownMetrics = scores.metrics.length;

        if (metric >= 0 && !scores.metrics.includes(metric)) return 'This metric did not fit in the page; see scores.h5.';
        return `${countOf(this.scores.filter((worst) => worst?.isFlagged).length, 'host')} flagged (outlined).`
            + (shownMetrics < metrics.length ? ` ${shownMetrics} of ${metrics.length} metrics fit in the page, `
                + 'those with most anomalies.' : '');
    }

    placeNote() {
        const unknown = this.night.hosts.filter((host) => host.rack < 0).length;

        if (unknown === this.night.hosts.length) return 'Rack positions are not known: hosts stand in order of their numbers.';
        return unknown ? `${unknown} hosts without a position stand at the end.` : 'Racks are labelled row-rack.';
    }

    paint() {
        const context = startDrawing(this.canvas, this.width, this.height);
        const view = this.view();

        context.font = `10px ${colour('--font')}`;
        context.textAlign = 'left';
        context.textBaseline = 'alphabetic';
        for (const rack of this.layout.racks) drawRack(context, rack, view);
        this.paintCells(context, view);
        this.paintChosen(context, view);
        this.legend.draw(this.limit);
    }

    paintCells(context, view) {
        const colourOf = scoreColours(scoreStops());
        const gap = view.scale > 5 ? 1 : view.scale > 3 ? 0.5 : 0;
        const width = this.layout.cellWidth * view.scale - gap;
        const height = view.scale - gap;

        for (const cell of this.layout.cells) {
            const [x, y] = [view.x(cell.x), view.y(cell.y)];
            const worst = this.scores[cell.host];

            if (x + width < 0 || y + height < 0 || x > this.width || y > this.height) continue;
            context.fillStyle = Number.isFinite(worst?.value) ? colourOf(worst.value, this.limit) : colour('--none');
            context.fillRect(x, y, width, height);
            if (width >= 48 && height >= 14) drawName(context, shown(this.night.hosts[cell.host].name, 40), x, y, width, height);
            if (!worst?.isFlagged) continue;
            context.strokeStyle = colour('--ink');
            context.lineWidth = view.scale > 10 ? 1.5 : 1;
            context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
        }
    }

    paintChosen(context, view) {
        const cell = this.cellOf.get(this.selection.get().host);

        if (!cell) return;
        context.strokeStyle = colour('--chosen');
        context.lineWidth = 3;
        context.strokeRect(view.x(cell.x) - 3, view.y(cell.y) - 3, this.layout.cellWidth * view.scale + 5, view.scale + 5);
    }

    cellAt(event) {
        const [px, py] = this.pointer(event);
        const view = this.view();
        const width = this.layout.cellWidth * view.scale;

        return this.layout.cells.find((cell) => px >= view.x(cell.x) && px < view.x(cell.x) + width
            && py >= view.y(cell.y) && py < view.y(cell.y) + view.scale);
    }

    tipOf(host) {
        const { scores } = this.night;
        const worst = this.scores[host.number];

        return [shown(host.name), placeText(host),
            worst && metricText(this.night.metrics[worst.metric])
                + (scores.hasModes ? ` · ${bandText(scores.bands[worst.band])}` : ''),
            worst ? `${scores.sizeText(worst)}${worst.isFlagged ? ', flagged' : ''}` : 'no score'];
    }

    hover(event) {
        const cell = this.layout && this.cellAt(event);

        this.canvas.classList.toggle('on-mark', Boolean(cell));
        if (cell) showTip(event, this.tipOf(this.night.hosts[cell.host]));
        else hideTip();
    }

    choose(cell) {
        if (cell) this.selection.set({ host: cell.host });
    }

    walk(event) {
        const mine = this.cellOf?.get(this.selection.get().host);
        const step = ARROWS[event.key];

        if (!step) return;
        event.preventDefault();
        const next = mine && neighbourCell(this.layout.cells, mine, ...step);

        if (!next) return;
        this.choose(next);
        this.spoken.textContent = this.tipOf(this.night.hosts[next.host]).filter(Boolean).join(', ');
    }
}

export const map = {
    id: 'map',
    title: (night) => (night.hosts.some((host) => host.rack >= 0) ? 'Racks' : 'Map of hosts'),
    class: 'right',
    applies: (night) => night.scores !== null && night.hosts.length > 0,
    mount: (section, page) => new RackMap(section, page),
};
