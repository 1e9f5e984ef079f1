import { KIND_BUCKETS, KIND_CONSTANT, KIND_EMPTY, timesOfReading } from '../lib/decode.js';
import { PLOT_LEFT, PLOT_RIGHT, createPlot } from '../lib/plot.js';
import { bandText, countOf, metricText, shown, spanText, timeText, unitText } from '../lib/text.js';
import { Overview } from '../lib/overview.js';
import { Chart } from '../lib/chart.js';
import { SpanControl } from '../lib/span.js';
import { drawLanes, flaggedSpans, lanesHeight, lanesOf } from '../lib/lanes.js';
import { el, hideTip, onceAFrame, showTip, startDrawing } from '../lib/dom.js';
import { quartilesOf } from '../lib/peers.js';

const PLOT_HEIGHT = 260;
const FEWEST_PEERS = 4;

function resolutionText(reading, plan) {
    if (!reading || reading.kind === KIND_EMPTY) return 'no samples in this page';
    if (reading.kind === KIND_CONSTANT) return 'constant over the night';
    const bucket = spanText(reading.bucketSamples * plan.period_s);

    return reading.kind === KIND_BUCKETS ? `minimum, mean and maximum of ${bucket} each` : `every sample (${bucket})`;
}

function plotData(reading, plan) {
    const isBucketed = reading.kind === KIND_BUCKETS;

    return { times: timesOfReading(reading, plan), isBucketed,
        series: isBucketed ? [reading.mean, reading.minimum, reading.maximum] : [reading.values] };
}

/** Which metric to draw: the chosen one, else the worst of this host. */
function metricInSight(night, { host, metric, band, score }) {
    if (metric >= 0) return metric;
    return night.scores?.worst(host, -1, band, score)?.metric ?? 0;
}

function headline(night, { host, band }, metric) {
    const worst = night.scores?.worst(host, metric, band, 'deciding');
    const unit = unitText(night.metrics[metric]);

    return [el('bdi', { class: 'chosen' }, shown(night.hosts[host].name)), ' · ', el('bdi', {}, metricText(night.metrics[metric])),
        unit && ` [${unit}]`,
        worst && el('span', { class: 'muted' }, ` · ${night.scores.sizeText(worst)}`
            + (night.scores.hasModes ? ` in ${bandText(night.scores.bands[worst.band])}` : '') + (worst.isFlagged ? ', flagged' : ''))];
}

/** The lanes below the plot are the chart's canvas; the plot itself is uPlot's. */
class Timeline extends Chart {
    constructor(section, page) {
        super(section, page, 'Jobs, events and labels of this host', { class: 'lanes' });
        Object.assign(this, { plot: null, groups: [], drawn: [], quartiles: new Map() });
        this.span = new SpanControl(this.night, this.selection);
        this.title = el('p', { class: 'headline' });
        this.resolution = el('span', { class: 'muted' });
        this.inSight = el('span', { class: 'muted span' });
        this.holder = el('div', { class: 'plot', tabIndex: 0, role: 'group',
            'aria-label': 'Timeline; plus and minus zoom, arrow keys move, 0 shows the whole night' });
        this.peersBox = el('input', { type: 'checkbox', checked: true, onchange: () => this.rebuild() });
        this.overview = new Overview(this.night, (from, to) => this.span.range(from, to));
        this.rebuild = onceAFrame(() => this.width > 0 && this.build());
        this.listen();
        section.append(this.title, this.bar(), this.holder, this.canvas, this.overview.element,
            el('p', { class: 'hint' }, 'Drag to zoom, double click for the whole night, Ctrl and wheel zooms at the pointer, '
                + 'click a job to see its span; drag in the strip below to choose a span.'));
        this.follow();
    }

    bar() {
        const button = (text, title, onclick) => el('button', { type: 'button', title, onclick }, text);
        const peers = this.night.hosts.length >= FEWEST_PEERS && el('label', { class: 'inline',
            title: 'Grey: from the first to the third quartile of all hosts; dashed: their median' }, this.peersBox,
        ` middle half of all ${countOf(this.night.hosts.length, 'host')}`);

        return el('div', { class: 'below' }, el('span', {}, 'Resolution: ', this.resolution), this.inSight, peers,
            el('span', { class: 'buttons' }, button('←', 'Earlier', () => this.span.moveBy(-0.5)),
                button('→', 'Later', () => this.span.moveBy(0.5)), button('+', 'Zoom in', () => this.span.zoomBy(0.5)),
                button('−', 'Zoom out', () => this.span.zoomBy(2)), button('whole night', 'All samples', () => this.span.whole())));
    }

    listen() {
        this.holder.addEventListener('keydown', (event) => this.span.key(event));
        this.holder.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
        this.holder.addEventListener('dblclick', (event) => {
            event.stopImmediatePropagation();
            this.span.whole();
        }, true);
        this.canvas.addEventListener('pointermove', (event) => {
            const place = this.markAt(event);

            if (place) showTip(event, place.mark.tip);
            else hideTip();
        });
        this.canvas.addEventListener('click', (event) => {
            const mark = this.markAt(event)?.mark;

            if (mark && mark.to > mark.from) this.span.range(mark.from, mark.to);
        });
        this.selection.watch(['host', 'metric', 'band', 'score'], this.rebuild);
        this.selection.watch(['from', 'to'], ({ from, to }) => {
            this.plot?.show(from, to);
            this.overview.move(from, to);
            this.redraw();
        });
    }

    resize() {
        this.rebuild();
    }

    recolour() {
        if (this.width > 0) this.build();
        this.paintNow();
    }

    wheel(event) {
        if (!event.ctrlKey && !event.shiftKey) return;
        const box = this.holder.getBoundingClientRect();
        const place = (event.clientX - box.left - PLOT_LEFT) / (this.width - PLOT_LEFT - PLOT_RIGHT);

        event.preventDefault();
        this.span.zoomBy(Math.exp(0.002 * (event.deltaY || event.deltaX)), Math.max(0, Math.min(1, place)));
    }

    /** Quartiles of all hosts in a metric; made once, when first looked at. */
    peersOf(metric) {
        if (!this.peersBox.checked || this.night.hosts.length < FEWEST_PEERS) return null;
        if (!this.quartiles.has(metric)) {
            const readings = this.night.hosts.map((host) => this.night.timeline.reading(host.number, metric));

            this.quartiles.set(metric, quartilesOf(readings, this.night.timeline.plan));
        }
        const quartiles = this.quartiles.get(metric);

        return quartiles.hosts >= Math.max(FEWEST_PEERS, 0.5 * this.night.hosts.length) ? quartiles : null;
    }

    build() {
        const state = this.selection.get();
        const metric = metricInSight(this.night, state);
        const plan = this.night.timeline.plan;
        const reading = plan && this.night.timeline.reading(state.host, metric);
        const data = reading && reading.kind !== KIND_EMPTY ? plotData(reading, plan) : null;

        this.title.replaceChildren(...headline(this.night, state, metric).filter(Boolean));
        this.resolution.textContent = resolutionText(reading, plan);
        this.plot?.destroy();
        this.plot = null;
        this.holder.replaceChildren();
        if (data) this.showPlot(data, metric, state);
        else this.showNothing();
        this.groups = lanesOf(this.night, state.host);
        this.overview.draw(this.width, PLOT_LEFT, this.width - PLOT_RIGHT, data?.times, data?.series[0]);
        this.overview.move(state.from, state.to);
        this.redraw();
    }

    showPlot(data, metric, { from, to }) {
        this.plot = createPlot(this.holder, { ...data, unit: unitText(this.night.metrics[metric]), peers: this.peersOf(metric),
            spans: this.spansOf(metric) },
            { width: this.width, height: PLOT_HEIGHT }, (first, last) => this.span.range(first, last));
        this.plot.show(from, to);
    }

    /** When this reading, or the whole host, was flagged. */
    spansOf(metric) {
        return flaggedSpans(this.night, this.selection.get().host)
            .filter((span) => span.metric === metric || span.metric < 0);
    }

    showNothing() {
        this.holder.append(el('p', { class: 'empty' }, 'No samples of this reading are in this page: either it was never '
            + 'sampled, or only flagged readings fit within the size that the page may have.'));
    }

    paint() {
        const { from, to } = this.selection.get();
        const context = startDrawing(this.canvas, this.width, lanesHeight(this.groups));

        this.drawn = drawLanes(context, this.groups, { left: PLOT_LEFT, right: this.width - PLOT_RIGHT, from, to });
        this.inSight.textContent = `${timeText(Math.round(from))} to ${timeText(Math.round(to))} UTC, `
            + `${spanText(to - from)} in sight`;
    }

    markAt(event) {
        const [x, y] = this.pointer(event);

        return this.drawn.filter((place) => x >= place.left && x <= place.right && y >= place.top && y <= place.bottom).at(-1);
    }
}

export const timeline = {
    id: 'timeline',
    title: 'Timeline',
    class: 'wide',
    applies: (night) => night.hosts.length > 0 && night.metrics.length > 0 && night.end_unix_s > night.start_unix_s,
    mount: (section, page) => new Timeline(section, page),
};
