import { countOf, countText, metricText, scoreText, shown, spanText, timeText, unitText, valueText } from '../lib/text.js';
import { createPredictionPlot, createScorePlot } from '../lib/forecastplot.js';
import { createTable } from '../lib/table.js';
import { createWhatIf, thresholdText } from '../lib/whatif.js';
import { curveOf } from '../lib/forecast.js';
import { el, onceAFrame, watchWidth } from '../lib/dom.js';
import { SpanControl } from '../lib/span.js';
import { Training } from '../lib/training.js';

/** "3 % below", "12 times", of mean squared errors. */
export function gainText(mse, other) {
    if (!Number.isFinite(mse) || !(other > 0)) return '';
    const gain = Math.round(100 * (1 - mse / other));

    if (mse > 2 * other) return `${valueText(mse / other)} times`;

    return gain >= 0 ? `${gain} % below` : `${-gain} % above`;
}

export function contributorsText(top, metrics) {
    return top.map(({ metric, share }) => `${shown(metrics[metric].name, 40)} ${Math.round(100 * share)} %`).join(', ');
}

function introduction({ facts, hostCount }) {
    const gain = gainText(facts.mse, facts.mse_last_value);

    return el('p', { class: 'note' }, `Each sample is predicted from the ${countText(facts.window)} before it (${shown(facts.predictor)}, `
        + `${countOf(facts.horizon, 'sample')} ahead). A host's score is the root mean square over its metrics of the errors, each in its own `
        + `usual deviations; above ${Number.isFinite(facts.threshold) ? thresholdText(facts.threshold) : 'no threshold'} it alarms. `
        + `${countText(facts.judged_samples)} samples of ${countOf(hostCount, 'host')} were judged; mean squared error ${valueText(facts.mse)}`
        + `${gain && `, ${gain} that of repeating the last value`}.`);
}

/** Prediction, truth, band and score of the chosen reading, over the span that all charts share. */
class Prediction {
    constructor(target, page, forecast) {
        Object.assign(this, { night: page.night, selection: page.selection, forecast, width: 0, plots: [], truths: new Map(),
            threshold: forecast.levels.threshold[forecast.levels.own] });
        this.span = new SpanControl(this.night, this.selection);
        this.title = el('p', { class: 'headline' });
        this.missing = el('p', { class: 'empty', hidden: true });
        this.holder = el('div', { class: 'plot', tabIndex: 0, role: 'group',
            'aria-label': 'Prediction and score; plus and minus zoom, arrow keys move, 0 shows the whole night' });
        this.rebuild = onceAFrame(() => this.width > 0 && this.build());
        target.append(this.title, this.keptChoice(), this.missing, this.holder);
        this.listen(target, page);
    }

    listen(target, page) {
        this.holder.addEventListener('keydown', (event) => this.span.key(event));
        this.holder.addEventListener('dblclick', (event) => {
            event.stopImmediatePropagation();
            this.span.whole();
        }, true);
        watchWidth(target, (width) => {
            this.width = width;
            this.rebuild();
        });
        page.redraws.push(() => this.width > 0 && this.build());
        this.selection.watch(['host', 'metric'], this.rebuild);
        this.selection.watch(['from', 'to'], ({ from, to }) => this.plots.forEach((plot) => plot.show(from, to)));
    }

    /** Hosts and metrics that a prediction is there of. */
    keptChoice() {
        const { kept, metrics } = this.forecast;
        const host = el('select', { 'aria-label': 'Host with a prediction', onchange: () => {
            if (host.value !== '') this.selection.set({ host: Number(host.value) });
        } }, el('option', { value: '' }, 'another host'), kept.map((number) => el('option', { value: String(number) },
            `${shown(this.night.hosts[number].name, 40)} (${scoreText(this.forecast.peak[number] ?? NaN)})`)));
        const metric = el('select', { 'aria-label': 'Metric with a prediction',
            onchange: () => this.selection.set({ metric: Number(metric.value) }) },
        metrics.map((number) => el('option', { value: String(number) }, metricText(this.night.metrics[number]))));

        this.choice = { host, metric };
        return el('div', { class: 'below' }, el('label', {}, el('span', {}, 'Host'), host), el('label', {}, el('span', {}, 'Metric'), metric),
            el('span', { class: 'muted' }, `Predictions of the ${countOf(kept.length, 'host')} of highest score are in this page, `
                + 'scores of all.'));
    }

    /** The measured reading, once unpacked. */
    truth(host, metric) {
        const key = `${host}/${metric}`;
        const { plan } = this.night.timeline;

        if (!this.truths.has(key)) {
            this.truths.clear();
            this.truths.set(key, plan ? curveOf(this.night.timeline.reading(host, metric), plan) : null);
        }
        return this.truths.get(key);
    }

    use(threshold) {
        this.threshold = threshold;
        this.rebuild();
    }

    build() {
        const { host, metric: chosen } = this.selection.get();
        const metric = this.forecast.metricInSight(host, chosen);
        const predicted = metric < 0 ? null : this.forecast.prediction(host, metric, this.threshold);

        this.plots.forEach((plot) => plot.destroy());
        this.plots = [];
        this.holder.replaceChildren();
        this.choice.host.value = this.forecast.placeOfHost.has(host) ? String(host) : '';
        this.choice.metric.value = String(metric);
        this.title.replaceChildren(...this.headline(host, metric));
        this.missing.hidden = Boolean(predicted);
        this.missing.textContent = predicted ? '' : this.whyMissing(host, metric);
        if (predicted) this.showPrediction(host, metric, predicted);
        this.showScore(host);
    }

    headline(host, metric) {
        const peak = this.forecast.peak[host];
        const unit = metric < 0 ? '' : unitText(this.night.metrics[metric]);

        return [el('bdi', { class: 'chosen' }, shown(this.night.hosts[host].name)), metric < 0 ? '' : ' · ',
            metric < 0 ? '' : el('bdi', {}, metricText(this.night.metrics[metric])), unit && ` [${unit}]`,
            el('span', { class: 'muted' }, ` · highest score ${scoreText(peak ?? NaN)} · band: errors of up to `
                + `${thresholdText(this.threshold)} usual deviations; all metrics together make the score`)];
    }

    whyMissing(host, metric) {
        if (!this.forecast.placeOfHost.has(host)) {
            return 'The prediction of this host is not kept: choose one of the hosts above, or score with more --kept-hosts.';
        }
        return this.forecast.slotOfMetric[metric] < 0 ? 'The model does not judge this metric: it never changed in training, or the model has not seen it.'
            : 'No sample of this metric could be predicted, or the page has no room for it.';
    }

    room() {
        return { width: this.width };
    }

    add(plot) {
        const { from, to } = this.selection.get();

        plot.show(from, to);
        this.plots.push(plot);
    }

    showPrediction(host, metric, predicted) {
        this.add(createPredictionPlot(this.holder, { truth: this.truth(host, metric), predicted, unit: unitText(this.night.metrics[metric]) },
            this.room(), (from, to) => this.span.range(from, to)));
    }

    showScore(host) {
        const score = this.forecast.score(host);

        if (!score) return;
        this.add(createScorePlot(this.holder, { score, threshold: () => this.threshold }, this.room(),
            (from, to) => this.span.range(from, to)));
    }
}

function chooseEvent(event, { night, selection }) {
    const margin = Math.max(10 * night.period_s, event.to - event.from);

    selection.set({ host: event.host, metric: event.top[0]?.metric ?? -1, from: Math.max(night.start_unix_s, event.from - margin),
        to: Math.min(night.end_unix_s, event.to + margin) });
}

function createEvents(page, forecast) {
    const { night, selection } = page;
    const table = createTable({
        caption: 'Events: samples of a host above the threshold',
        key: (event) => event.number,
        empty: 'No sample of this night lies above the threshold.',
        picked: (event) => {
            table.mark(event.number);
            chooseEvent(event, { night, selection });
        },
        columns: [
            { title: 'Host', value: (event) => night.hosts[event.host].name, class: 'name',
                render: (event) => el('bdi', {}, shown(night.hosts[event.host].name, 40)) },
            { title: 'From', value: (event) => event.from, render: (event) => timeText(event.from, false) },
            { title: 'Lasted', value: (event) => event.to - event.from, isNumber: true, render: (event) => spanText(event.to - event.from) },
            { title: 'Peak', value: (event) => event.peak, isNumber: true, render: (event) => scoreText(event.peak) },
            { title: 'Made of', value: (event) => contributorsText(event.top, night.metrics), class: 'made-of',
                hint: 'Metrics with the largest shares of the squared score at the peak',
                render: (event) => el('bdi', {}, contributorsText(event.top, night.metrics)) },
        ],
    });

    table.show(forecast.events);
    return el('div', { class: 'events' }, el('h3', {}, 'Events, and what they are made of'), table.element, forecast.eventTotal > forecast.events.length
        && el('p', { class: 'hint' }, `The gravest ${countText(forecast.events.length)} of ${countText(forecast.eventTotal)} events.`));
}

function trainingText({ facts, epochs }) {
    const parts = [`${countOf(epochs.training.length, 'epoch')} (${shown(facts.training_end)}), best ${facts.best_epoch + 1}`,
        `validation ${valueText(facts.validation_loss)}`];

    if (Number.isFinite(facts.ridge_loss)) parts.push(`ridge regression ${valueText(facts.ridge_loss)}`);
    if (Number.isFinite(facts.last_value_loss)) parts.push(`last value ${valueText(facts.last_value_loss)}`);
    return `${parts.join('; ')}. Blue: validation, grey: training; the ring is the epoch that was kept.`;
}

export const forecast = {
    id: 'forecast',
    title: 'Forecast',
    class: 'wide',
    applies: (night) => night.forecast !== null && night.hosts.length > 0,
    mount(section, page) {
        const found = page.night.forecast;
        const top = el('div');
        const what = el('div');
        const training = el('div');

        section.append(introduction(found), top);
        const prediction = new Prediction(top, page, found);

        section.append(el('div', { class: 'columns' }, what, found.epochs.training.length > 0 && training), createEvents(page, found));
        createWhatIf(what, page, found, (threshold) => prediction.use(threshold));
        if (!found.epochs.training.length) return;
        const curves = new Training(training, page, found);

        training.append(el('h3', {}, 'Training'), curves.canvas, el('p', { class: 'hint' }, trainingText(found)));
        curves.follow();
    },
};
