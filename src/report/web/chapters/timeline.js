import { KIND_BUCKETS, KIND_CONSTANT, KIND_EMPTY, timesOfReading } from '../lib/decode.js';
import { PLOT_LEFT, PLOT_RIGHT, createPlot } from '../lib/plot.js';
import { bandText, metricText, scoreText, shown, spanText, timeText, unitText } from '../lib/text.js';
import { createOverview } from '../lib/overview.js';
import { drawLanes, lanesHeight, lanesOf } from '../lib/lanes.js';
import { el, hideTip, onceAFrame, showTip, startDrawing, watchWidth } from '../lib/dom.js';

const PLOT_HEIGHT = 250;
const SHORTEST_SPAN_SAMPLES = 4;

function resolutionText(reading, plan) {
    if (!reading || reading.kind === KIND_EMPTY) return 'no samples of this reading are in this page';
    if (reading.kind === KIND_CONSTANT) return `constant over the night`;
    const bucket = spanText(reading.bucketSamples * plan.period_s);

    if (reading.kind === KIND_BUCKETS) return `minimum, mean and maximum of ${bucket} each`;
    return reading.bucketSamples === 1 ? `every sample (${bucket})` : `means of ${bucket}`;
}

function plotData(reading, plan) {
    if (!reading || reading.kind === KIND_EMPTY) return null;
    const isBucketed = reading.kind === KIND_BUCKETS;

    return { times: timesOfReading(reading, plan), isBucketed,
        series: isBucketed ? [reading.mean, reading.minimum, reading.maximum] : [reading.values] };
}

/** Which metric to draw: the chosen one, else the worst of this host. */
function metricInSight(night, { host, metric, band, score }) {
    if (metric >= 0 || host < 0) return Math.max(0, metric);
    return night.scores?.worst(host, -1, band, score)?.metric ?? 0;
}

function headline(night, { host, band }, metric) {
    const worst = night.scores?.worst(host, metric, band, 'band_power');

    return [el('bdi', { class: 'chosen' }, shown(night.hosts[host].name)), ' · ', el('bdi', {}, metricText(night.metrics[metric])),
        unitText(night.metrics[metric]) && ` [${unitText(night.metrics[metric])}]`,
        worst && el('span', { class: 'muted' }, ` · band power z ${scoreText(worst.band_power)}, mrDMD z `
            + `${scoreText(worst.mrdmd)} in ${bandText(night.scores.bands[worst.band])}${worst.isFlagged ? ', flagged' : ''}`)];
}

function createTimeline(section, { night, selection, redraws }) {
    const title = el('p', { class: 'headline' });
    const resolution = el('span', { class: 'muted' });
    const inSight = el('span', { class: 'muted span' });
    const holder = el('div', { class: 'plot', tabIndex: 0, role: 'group',
        'aria-label': 'Timeline; plus and minus zoom, arrow keys move, 0 shows the whole night' });
    const lanes = el('canvas', { class: 'lanes', role: 'img', 'aria-label': 'Jobs, events and labels of this host' });
    const range = onceRange();
    const overview = createOverview(night, range);
    let width = 0;
    let current = null;
    let data = null;
    let groups = [];
    let drawn = [];

    function onceRange() {
        return (from, to) => {
            const shortest = SHORTEST_SPAN_SAMPLES * night.period_s;
            const middle = 0.5 * (from + to);
            const half = Math.max(0.5 * (to - from), 0.5 * shortest);

            selection.set({ from: Math.max(night.start_unix_s, middle - half), to: Math.min(night.end_unix_s, middle + half) });
        };
    }

    /** Zoom by a factor about a place of the span in sight (0 left, 1 right), or move by a part of it. */
    function zoomBy(factor, place = 0.5) {
        const { from, to } = selection.get();
        const centre = from + place * (to - from);

        range(centre - place * (to - from) * factor, centre + (1 - place) * (to - from) * factor);
    }

    function moveBy(part) {
        const { from, to } = selection.get();
        const step = Math.max(night.start_unix_s - from, Math.min(night.end_unix_s - to, part * (to - from)));

        selection.set({ from: from + step, to: to + step });
    }

    function whole() {
        selection.set({ from: night.start_unix_s, to: night.end_unix_s });
    }

    const drawMarks = onceAFrame(() => {
        if (!width) return;
        const { from, to } = selection.get();
        const context = startDrawing(lanes, width, lanesHeight(groups));

        drawn = drawLanes(context, groups, { left: PLOT_LEFT, right: width - PLOT_RIGHT, from, to });
        inSight.textContent = `${timeText(Math.round(from))} to ${timeText(Math.round(to))} UTC, ${spanText(to - from)} in sight`;
    });

    const rebuild = onceAFrame(() => {
        const state = selection.get();

        if (!width || state.host < 0 || !night.metrics.length) return;
        const metric = metricInSight(night, state);
        const plan = night.timeline.plan;
        const reading = plan && night.timeline.reading(state.host, metric);

        title.replaceChildren(...headline(night, state, metric).filter(Boolean));
        resolution.textContent = resolutionText(reading, plan);
        current?.destroy();
        holder.replaceChildren();
        data = reading && plotData(reading, plan);
        current = null;
        if (data) {
            current = createPlot(holder, { ...data, unit: unitText(night.metrics[metric]) },
                { width, height: PLOT_HEIGHT }, range);
            current.show(state.from, state.to);
        } else {
            holder.append(el('p', { class: 'empty' }, 'No samples of this reading are in this page: the size budget holds '
                + 'the flagged readings, or the reading was never sampled.'));
        }
        groups = lanesOf(night, state.host);
        overview.draw(width, PLOT_LEFT, width - PLOT_RIGHT, data?.times, data?.series[0]);
        overview.move(state.from, state.to);
        drawMarks();
    });

    function markAt(event) {
        const box = lanes.getBoundingClientRect();
        const [x, y] = [event.clientX - box.left, event.clientY - box.top];

        return drawn.findLast((place) => x >= place.left && x <= place.right && y >= place.top && y <= place.bottom);
    }

    holder.addEventListener('keydown', (event) => {
        const action = { '+': () => zoomBy(0.5), '=': () => zoomBy(0.5), '-': () => zoomBy(2), 0: whole,
            ArrowLeft: () => moveBy(-0.25), ArrowRight: () => moveBy(0.25) }[event.key];

        if (!action) return;
        event.preventDefault();
        action();
    });
    holder.addEventListener('wheel', (event) => {
        if (!event.ctrlKey && !event.shiftKey) return;
        const box = holder.getBoundingClientRect();

        event.preventDefault();
        zoomBy(Math.exp(0.002 * (event.deltaY || event.deltaX)),
            Math.max(0, Math.min(1, (event.clientX - box.left - PLOT_LEFT) / (width - PLOT_LEFT - PLOT_RIGHT))));
    }, { passive: false });
    holder.addEventListener('dblclick', (event) => { event.stopImmediatePropagation(); whole(); }, true);
    lanes.addEventListener('pointermove', (event) => {
        const place = markAt(event);

        if (place) showTip(event, place.mark.tip);
        else hideTip();
    });
    lanes.addEventListener('pointerleave', hideTip);
    lanes.addEventListener('click', (event) => {
        const mark = markAt(event)?.mark;

        if (mark && mark.to > mark.from) range(Math.max(night.start_unix_s, mark.from), Math.min(night.end_unix_s, mark.to));
    });

    section.append(title, el('div', { class: 'below' }, el('span', {}, 'Resolution: ', resolution), inSight,
        el('span', { class: 'buttons' },
            el('button', { type: 'button', title: 'Earlier', onclick: () => moveBy(-0.5) }, '←'),
            el('button', { type: 'button', title: 'Later', onclick: () => moveBy(0.5) }, '→'),
            el('button', { type: 'button', title: 'Zoom in', onclick: () => zoomBy(0.5) }, '+'),
            el('button', { type: 'button', title: 'Zoom out', onclick: () => zoomBy(2) }, '−'),
            el('button', { type: 'button', onclick: whole }, 'whole night'))), holder, lanes, overview.element,
    el('p', { class: 'hint' }, 'Drag to zoom, double click for the whole night, Ctrl and wheel zooms at the pointer, '
        + 'click a job to see its span; drag in the strip below to choose a span.'));
    watchWidth(section, (now) => { width = now; rebuild(); });
    selection.watch(['host', 'metric', 'band', 'score'], rebuild);
    selection.watch(['from', 'to'], ({ from, to }) => {
        current?.show(from, to);
        overview.move(from, to);
        drawMarks();
    });
    redraws.push(rebuild);
}

export const timeline = {
    id: 'timeline',
    title: 'Timeline',
    class: 'wide',
    applies: (night) => night.hosts.length > 0 && night.end_unix_s > night.start_unix_s,
    mount: createTimeline,
};
