// What would alarm at another threshold: a slider over the levels the page knows, and the counts as curves.

import { Chart } from './chart.js';
import { clipTo, createBox, drawTitle, drawXTicks, drawYTicks } from './plotbox.js';
import { colour } from './colour.js';
import { countOf, countText, scoreText, shown } from './text.js';
import { el, startDrawing } from './dom.js';

const HEIGHT = 190;
const MOST_NAMES = 12;
const COUNTS = [['events', '--line', []], ['host_days', '--predicted', [6, 3]], ['hosts', '--chosen', [2, 3]]];
const NAMES = { events: 'events', host_days: 'host-days', hosts: 'hosts' };
const TICKS = [0, 1, 3, 10, 30, 100, 300, 1000, 3000, 10000, 100000, 1000000];

export function thresholdText(value) {
    return Number.isFinite(value) ? value.toFixed(value < 10 ? 2 : 1) : 'none';
}

/** What a level means, in words. */
export function levelText(forecast, number) {
    const { hosts, events, host_days: hostDays, samples } = forecast.level(number);

    return `${countText(hosts)} of ${countOf(forecast.hostCount, 'host')}, ${countOf(events, 'event')}, `
        + `${countText(hostDays)} of ${countOf(forecast.hostDays, 'host-day')}, ${countOf(samples, 'sample')}`;
}

/** Counts against the threshold, both logarithmic; a line where the slider stands. */
class Counts extends Chart {
    constructor(section, page, forecast) {
        super(section, page, 'Events, host-days and hosts above each threshold');
        Object.assign(this, { forecast, number: forecast.levels.own });
        this.most = Math.max(1, ...forecast.levels.events, ...forecast.levels.host_days);
    }

    show(number) {
        this.number = number;
        this.redraw();
    }

    paint() {
        const context = startDrawing(this.canvas, this.width, HEIGHT);
        const box = createBox(this.width, HEIGHT, { left: 52, top: 20, bottom: 32 });
        const { threshold } = this.forecast.levels;
        const [low, high] = [Math.log(threshold[0]), Math.log(threshold.at(-1))];
        const x = (value) => box.left + ((Math.log(value) - low) / (high - low)) * (box.right - box.left);
        const y = (count) => box.bottom - (Math.log1p(count) / Math.log1p(this.most)) * (box.bottom - box.top);

        drawYTicks(context, box, TICKS.filter((tick) => tick <= this.most), y, countText);
        drawXTicks(context, box, threshold.filter((_, i) => i % 8 === 0), x, thresholdText);
        clipTo(context, box, () => COUNTS.forEach(([field, stroke, dash]) => {
            context.beginPath();
            threshold.forEach((value, i) => context.lineTo(x(value), y(this.forecast.levels[field][i])));
            context.setLineDash(dash);
            context.strokeStyle = colour(stroke);
            context.lineWidth = 1.5;
            context.stroke();
            context.setLineDash([]);
        }));
        context.fillStyle = colour('--muted');
        context.fillRect(x(threshold[this.forecast.levels.own]), box.top, 1, box.bottom - box.top);
        context.fillStyle = colour('--alert');
        context.fillRect(x(threshold[this.number]) - 1, box.top, 2, box.bottom - box.top);
        drawTitle(context, 'threshold', box.right, HEIGHT - 4, 'right');
    }
}

function legend() {
    return el('span', { class: 'levels' }, COUNTS.map(([field, stroke]) => {
        const swatch = el('i', { class: 'swatch' });

        swatch.style.background = `var(${stroke})`;
        return [swatch, `${NAMES[field]}  `];
    }).flat());
}

/** @param changed  called with the threshold when the reader moves the slider */
export function createWhatIf(target, page, forecast, changed) {
    const { own, threshold } = forecast.levels;
    const slider = el('input', { type: 'range', min: 0, max: threshold.length - 1, step: 1, value: own,
        class: 'wide', 'aria-label': 'Threshold to try' });
    const at = el('output', { class: 'chosen' });
    const words = el('p', { class: 'headline what-if', 'aria-live': 'polite' });
    const names = el('p', { class: 'levels' });
    const back = el('button', { type: 'button', onclick: () => show(own) }, "the model's");
    const counts = new Counts(target, page, forecast);

    function listHosts() {
        const above = forecast.hostsAbove(threshold[Number(slider.value)]);

        names.replaceChildren(...above.slice(0, MOST_NAMES).map((host) => el('button', { type: 'button',
            title: `highest score ${scoreText(forecast.peak[host])}`, onclick: () => page.selection.set({ host }) },
        el('bdi', {}, shown(page.night.hosts[host].name, 24)))),
        above.length > MOST_NAMES ? `and ${countText(above.length - MOST_NAMES)} more` : '');
    }

    function show(number) {
        slider.value = String(number);
        at.textContent = thresholdText(threshold[number]);
        words.textContent = levelText(forecast, number);
        slider.setAttribute('aria-valuetext', `${thresholdText(threshold[number])}: ${levelText(forecast, number)}`);
        listHosts();
        counts.show(number);
        changed(threshold[number]);
    }

    slider.addEventListener('input', () => show(Number(slider.value)));
    target.append(el('h3', {}, 'If the threshold were another'), el('div', { class: 'below' }, slider, at, back), words, names,
        counts.canvas, legend());
    counts.follow();
    show(own);
}
