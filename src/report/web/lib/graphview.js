// The relation graph on a canvas: metrics as discs, edges as arrows, neighbours of the one looked at in front.

import { select } from 'd3-selection';
import { zoom, zoomIdentity } from 'd3-zoom';
import { neighboursOf, shortName } from './relation.js';
import { Chart } from './chart.js';
import { colour, ramp } from './colour.js';
import { countOf, shown, spanText, valueText } from './text.js';
import { hideTip, showTip, startDrawing } from './dom.js';
import { layOut } from './force.js';

const HEIGHT = 520;
const MARGIN = 56;
const REACH_PX = 16;
const MANY_LABELS = 60;
const MOST_IN_TIP = 6;
const LABEL_HEIGHT = 13;

function coreColour(core, most) {
    return core > 0 ? ramp(['--level-1', '--level-2', '--level-4'].map(colour), most > 1 ? (core - 1) / (most - 1) : 0.5)
        : colour('--none');
}

/** Plus, minus, or neither where it changes from window to window. */
export function signText(sign) {
    return sign > 0 ? '+' : sign < 0 ? '\u2212' : '\u00b1';
}

export class GraphView extends Chart {
    /** @param picked  called with the number of a node */
    constructor(section, page, relation, picked) {
        super(section, page, 'Relation graph; arrow keys walk over the metrics, Enter chooses one, Escape none', { tabIndex: 0, class: 'graph' });
        Object.assign(this, { relation, picked, edges: [], nodes: [], places: new Map(), filter: {}, near: -1, marked: -1,
            transform: zoomIdentity });
        this.listen();
    }

    listen() {
        this.canvas.addEventListener('pointermove', (event) => this.hover(event));
        this.canvas.addEventListener('click', (event) => this.choose(this.nodeAt(event)));
        this.canvas.addEventListener('keydown', (event) => this.key(event));
        this.canvas.addEventListener('blur', () => this.look(-1));
        this.zooming = zoom().scaleExtent([0.5, 12]).on('zoom', (event) => {
            this.transform = event.transform;
            this.redraw();
        }).filter((event) => !event.button
            && (event.type !== 'wheel' || event.ctrlKey || event.shiftKey || this.transform.k > 1));
        select(this.canvas).call(this.zooming)
            .on('dblclick.zoom', () => select(this.canvas).call(this.zooming.transform, zoomIdentity));
    }

    /** Show these edges; metrics keep their places as far as they can. */
    show(filter) {
        this.filter = filter;
        this.edges = this.relation.visible(filter);
        this.nodes = this.relation.nodesOf(this.edges);
        this.degree = new Map();
        for (const node of this.edges.flatMap((edge) => [edge.from, edge.to])) this.degree.set(node, (this.degree.get(node) ?? 0) + 1);
        const weightOf = (edge) => this.relation.weightOf(edge, filter.period);

        this.places = new Map([...this.places, ...layOut(this.nodes, this.edges, this.places, weightOf)]);
        if (!this.nodes.includes(this.near)) this.near = -1;
        this.redraw();
    }

    mark(node) {
        this.marked = node;
        this.redraw();
    }

    look(node) {
        if (node === this.near) return;
        this.near = node;
        this.redraw();
    }

    /** From places about the origin to the canvas. */
    scale() {
        const all = this.nodes.map((number) => this.places.get(number));
        const [left, right] = [Math.min(...all.map(({ x }) => x)), Math.max(...all.map(({ x }) => x))];
        const [top, bottom] = [Math.min(...all.map(({ y }) => y)), Math.max(...all.map(({ y }) => y))];
        const size = Math.min(3, (this.width - 2 * MARGIN) / (right - left || 1), (HEIGHT - 2 * MARGIN) / (bottom - top || 1));

        return (number) => {
            const { x, y } = this.places.get(number);

            return this.transform.apply([0.5 * this.width + (x - 0.5 * (left + right)) * size, 0.5 * HEIGHT + (y - 0.5 * (top + bottom)) * size]);
        };
    }

    paint() {
        const context = startDrawing(this.canvas, this.width, HEIGHT);

        if (!this.nodes.length) {
            context.font = `13px ${colour('--font')}`;
            context.fillStyle = colour('--muted');
            context.fillText('No edge passes the filter.', 12, 24);
            return;
        }
        const at = this.scale();
        const focus = this.near >= 0 ? this.near : this.nodes.includes(this.marked) ? this.marked : -1;
        const near = new Set(focus < 0 ? this.nodes : [focus, ...this.edges.filter((edge) => edge.from === focus || edge.to === focus)
            .flatMap((edge) => [edge.from, edge.to])]);
        const most = Math.max(1e-300, ...this.edges.map((edge) => this.relation.weightOf(edge, this.filter.period)));

        const drawn = this.edges.map((edge) => ({ edge, isFront: focus < 0 || edge.from === focus || edge.to === focus,
            part: Math.sqrt(this.relation.weightOf(edge, this.filter.period) / most), curve: this.curveOf(edge, at) }))
            .sort((a, b) => a.isFront - b.isFront || a.part - b.part);

        for (const edge of drawn) this.paintEdge(context, edge);
        for (const node of this.nodes) this.paintNode(context, node, at(node), near.has(node), node === focus);
        this.paintLabels(context, at, near, focus);
        for (const edge of drawn) this.paintHead(context, edge);
        context.globalAlpha = 1;
    }

    radius(node) {
        return 5 + 1.6 * Math.sqrt(this.degree.get(node) ?? 0);
    }

    /** A bow from disc to disc, so that two edges the other way round do not cover each other. */
    curveOf(edge, at) {
        const from = at(edge.from);
        const to = at(edge.to);
        const middle = [0.5 * (from[0] + to[0]) - 0.14 * (to[1] - from[1]), 0.5 * (from[1] + to[1]) + 0.14 * (to[0] - from[0])];
        const angle = Math.atan2(to[1] - middle[1], to[0] - middle[0]);
        const radius = this.radius(edge.to) + 1;

        return { from, middle, angle, tip: [to[0] - radius * Math.cos(angle), to[1] - radius * Math.sin(angle)] };
    }

    setInk(context, { edge, isFront, part }) {
        context.globalAlpha = isFront ? 0.35 + 0.6 * part : 0.08;
        context.strokeStyle = context.fillStyle = colour(edge.sign > 0 ? '--line' : edge.sign < 0 ? '--predicted' : '--muted');
        context.lineWidth = 0.7 + 3.3 * part;
    }

    paintEdge(context, drawn) {
        const { from, middle, tip } = drawn.curve;

        this.setInk(context, drawn);
        context.setLineDash(drawn.edge.isKept ? [] : [4, 3]);
        context.beginPath();
        context.moveTo(...from);
        context.quadraticCurveTo(...middle, ...tip);
        context.stroke();
        context.setLineDash([]);
    }

    paintHead(context, drawn) {
        const { tip: [x, y], angle } = drawn.curve;

        this.setInk(context, drawn);
        const size = 6 + 1.5 * context.lineWidth;

        context.beginPath();
        context.moveTo(x, y);
        for (const side of [-0.4, 0.4]) context.lineTo(x - size * Math.cos(angle + side), y - size * Math.sin(angle + side));
        context.fill();
    }

    paintNode(context, node, [x, y], isNear, isFocus) {
        context.globalAlpha = isNear ? 1 : 0.25;
        context.beginPath();
        context.arc(x, y, this.radius(node), 0, 2 * Math.PI);
        context.fillStyle = coreColour(this.relation.nodes[node].core, this.relation.cores.at(-1) ?? 1);
        context.fill();
        context.lineWidth = isFocus ? 3 : 1;
        context.strokeStyle = colour(isFocus || node === this.marked ? '--chosen' : '--panel');
        context.stroke();
        context.globalAlpha = 1;
    }

    paintLabels(context, at, near, focus) {
        context.textAlign = 'center';
        context.textBaseline = 'top';
        context.lineWidth = 3;
        context.strokeStyle = colour('--panel');
        const taken = [];

        for (const node of this.labelOrder(focus)) {
            if (!near.has(node) || (focus < 0 && this.nodes.length > MANY_LABELS && this.transform.k < 2)) continue;
            const [x, y] = at(node);
            const top = y + this.radius(node) + 2;
            const text = shown(shortName(this.relation.nodes[node].name), 28);

            context.font = `${node === focus ? '600 ' : ''}11px ${colour('--font')}`;
            const half = 0.5 * context.measureText(text).width + 2;

            if (taken.some((label) => Math.abs(label.x - x) < label.half + half && Math.abs(label.top - top) < LABEL_HEIGHT)) continue;
            taken.push({ x, top, half });
            context.strokeText(text, x, top);
            context.fillStyle = colour('--ink');
            context.fillText(text, x, top);
        }
    }

    /** Where labels would cover each other, those of the metric looked at and of those with most edges stay. */
    labelOrder(focus) {
        const rank = (node) => (node === focus ? Infinity : this.degree.get(node));

        return [...this.nodes].sort((a, b) => (rank(a) === rank(b) ? a - b : rank(b) - rank(a)));
    }

    nodeAt(event) {
        const [px, py] = this.pointer(event);
        const at = this.nodes.length ? this.scale() : null;
        let best = -1;
        let reach = REACH_PX ** 2;

        for (const node of this.nodes) {
            const [x, y] = at(node);
            const distance = (x - px) ** 2 + (y - py) ** 2;

            if (distance < reach) [best, reach] = [node, distance];
        }
        return best;
    }

    tipLines(node) {
        const { causes, effects } = neighboursOf(node, this.edges);
        const list = (edges, end) => edges.slice(0, MOST_IN_TIP).map((edge) => `${shown(shortName(this.relation.nodes[edge[end]].name), 40)} `
            + `${valueText(this.relation.weightOf(edge, this.filter.period))} (${signText(edge.sign)}, ${spanText(edge.lag * this.night.period_s)})`)
            .concat(edges.length > MOST_IN_TIP ? [`and ${edges.length - MOST_IN_TIP} more`] : []).join(', ');

        return [shown(this.relation.nodes[node].name), causes.length > 0 && `moved by ${list(causes, 'from')}`,
            effects.length > 0 && `moves ${list(effects, 'to')}`, `core ${this.relation.nodes[node].core}, ${countOf(causes.length + effects.length, 'edge')} in sight`];
    }

    hover(event) {
        const found = this.nodeAt(event);

        this.look(found);
        this.canvas.classList.toggle('on-mark', found >= 0);
        if (found >= 0) showTip(event, this.tipLines(found));
        else hideTip();
    }

    leave() {
        hideTip();
        this.look(-1);
    }

    choose(node) {
        this.mark(node === this.marked ? -1 : node);
        this.picked(this.marked);
    }

    /** Arrow keys walk over the metrics in sight, those with the strongest edges first. */
    key(event) {
        const order = [...new Set(this.edges.flatMap((edge) => [edge.to, edge.from]))];
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];

        if (event.ctrlKey || event.metaKey || !order.length) return;
        if (step) {
            const next = (order.indexOf(this.near) + step + order.length) % order.length;
            const box = this.canvas.getBoundingClientRect();

            this.look(order[this.near < 0 && step < 0 ? order.length - 1 : next]);
            const [x, y] = this.scale()(this.near);

            showTip({ clientX: box.left + x, clientY: box.top + y }, this.tipLines(this.near));
        } else if (event.key === 'Enter' && this.near >= 0) this.choose(this.near);
        else if (event.key === 'Escape') this.leave();
        else return;
        event.preventDefault();
    }
}

