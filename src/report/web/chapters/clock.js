import { PLOT_LEFT, PLOT_RIGHT } from '../lib/plot.js';
import { SEVERITIES, drawEventMark, eventTip, jobTip, userColour } from '../lib/lanes.js';
import { Chart } from '../lib/chart.js';
import { clipTo, createBox, drawTitle, drawXTicks, drawYTicks, timeTickText, timeTicks } from '../lib/plotbox.js';
import { colour } from '../lib/colour.js';
import { countText, shown, timeText } from '../lib/text.js';
import { el, hideTip, showTip, startDrawing } from '../lib/dom.js';

const HEIGHT = 460;
const STRIP = 22;
const REACH_PX = 6;
const MANY_EVENTS = 4000;
/* Half sizes of the marks by severity: grave ones stay in sight where there are thousands. */
const FEW_SIZES = [3, 3.6, 3.6, 4];
const MANY_SIZES = [1.4, 1.7, 2.4, 3.4];

function hostTicks(count) {
    const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000].find((size) => count / size <= 10) ?? 10000;

    return Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
}

/** Host names differ at their end. */
function endOf(name) {
    return name.length > 12 ? `…${name.slice(-11)}` : name;
}

/** All hosts on one clock: jobs as blocks on their hosts, hardware events as marks. */
class Clock extends Chart {
    constructor(section, page) {
        super(section, page, 'All hosts over the night: jobs and hardware events');
        this.events = this.night.events;
        this.count = this.night.hosts.length;
        this.isCrowded = this.events?.host.length > MANY_EVENTS;
        this.hidden = new Set(this.isCrowded ? [0] : []);
        this.nowhere = this.events?.host.filter((host) => host < 0).length ?? 0;
        this.legend = el('div', { class: 'levels', role: 'group', 'aria-label': 'Severities' });
        this.canvas.addEventListener('pointermove', (event) => this.hover(event));
        this.canvas.addEventListener('click', (event) => this.choose(event));
        section.append(this.note(), this.canvas, this.legend);
        this.drawLegend();
        this.selection.watch(['host', 'from', 'to'], this.redraw);
        this.follow();
    }

    note() {
        const nowhere = this.nowhere ? `; the ${countText(this.nowhere)} that name no host stand in the strip on top` : '';
        const events = this.events ? `${countText(this.events.host.length)} of ${countText(this.night.event_count)} events `
            + `are in this page${nowhere}. ` : '';

        return el('p', { class: 'note' }, 'Hosts from top to bottom in their order; from left to right the span of the timeline. '
            + `Blocks are jobs, coloured by user; marks are hardware events. ${events}Click to choose a host.`);
    }

    recolour() {
        this.drawLegend();
        this.paintNow();
    }

    scales() {
        const { from, to } = this.selection.get();
        const strip = this.nowhere ? STRIP : 0;
        const box = createBox(this.width, HEIGHT, { left: PLOT_LEFT, right: PLOT_RIGHT, top: 8, bottom: 22 });
        const top = box.top + strip;

        return { box, strip, top, from, to, rowHeight: (box.bottom - top) / this.count,
            x: (time) => box.left + ((time - from) / (to - from)) * (box.right - box.left),
            y: (host) => (host < 0 ? box.top + 0.4 * strip : top + (host / this.count) * (box.bottom - top)) };
    }

    paint() {
        const context = startDrawing(this.canvas, this.width, HEIGHT);
        const s = this.scales();
        const began = performance.now();

        drawYTicks(context, s.box, hostTicks(this.count), (host) => s.y(host + 0.5),
            (host) => endOf(shown(this.night.hosts[host].name)));
        drawXTicks(context, s.box, timeTicks(s.from, s.to, this.width / 90), s.x, timeTickText);
        if (s.strip) drawTitle(context, 'no host', s.box.left - 6, s.y(-1) + 4, 'right');
        clipTo(context, { ...s.box, left: s.box.left - 2 }, () => {
            this.paintJobs(context, s);
            if (this.events) this.paintEvents(context, s);
            this.paintChosen(context, s);
        });
        this.canvas.dataset.paintMs = (performance.now() - began).toFixed(1);
    }

    paintJobs(context, s) {
        context.globalAlpha = 0.5;
        for (const job of this.night.jobs) {
            const end = job.end_unix_s > 0 ? job.end_unix_s : this.night.end_unix_s;

            if (job.start_unix_s < 0 || end < s.from || job.start_unix_s > s.to) continue;
            const left = Math.max(s.box.left, s.x(job.start_unix_s));
            const width = Math.max(0.5, Math.min(s.box.right, s.x(end)) - left - 0.5);

            context.fillStyle = userColour(job.user);
            for (let i = 0; i < job.runs.length; i += 2) {
                context.fillRect(left, s.y(job.runs[i]), width,
                    Math.max(0.6, job.runs[i + 1] * s.rowHeight - (s.rowHeight > 4 ? 1 : 0)));
            }
        }
        context.globalAlpha = 1;
    }

    /** The gravest last, so that they lie on top. */
    paintEvents(context, s) {
        const { host, severity, unix_s: times } = this.events;
        const sizes = this.isCrowded ? MANY_SIZES : FEW_SIZES;

        for (let kind = 0; kind < SEVERITIES.length; kind++) {
            if (this.hidden.has(kind)) continue;
            context.globalAlpha = this.isCrowded && kind < 2 ? 0.7 : 1;
            for (let i = 0; i < host.length; i++) {
                if (severity[i] !== kind || times[i] < s.from || times[i] > s.to) continue;
                drawEventMark(context, kind, s.x(times[i]), host[i] < 0 ? s.y(-1) : s.y(host[i] + 0.5), sizes[kind]);
            }
        }
        context.globalAlpha = 1;
    }

    paintChosen(context, s) {
        const { host } = this.selection.get();

        if (host < 0) return;
        context.strokeStyle = colour('--chosen');
        context.lineWidth = 1;
        context.strokeRect(s.box.left - 2, s.y(host) - 1, s.box.right - s.box.left + 4, Math.max(2, s.rowHeight + 2));
    }

    /** What lies under the pointer: { host, time, event }, each -1 where none; null outside. */
    at(event) {
        const [px, py] = this.pointer(event);
        const s = this.scales();

        if (px < s.box.left || px > s.box.right || py < s.box.top || py >= s.box.bottom) return null;
        const found = this.eventAt(s, px, py);
        const host = py < s.top ? -1 : Math.floor(((py - s.top) / (s.box.bottom - s.top)) * this.count);

        return { event: found, host: found >= 0 ? this.events.host[found] : host,
            time: s.from + ((px - s.box.left) / (s.box.right - s.box.left)) * (s.to - s.from) };
    }

    eventAt(s, px, py) {
        let best = -1;
        let bestReach = REACH_PX ** 2;

        for (let i = 0; i < (this.events?.host.length ?? 0); i++) {
            if (this.hidden.has(this.events.severity[i])) continue;
            const host = this.events.host[i];
            const reach = (s.x(this.events.unix_s[i]) - px) ** 2 + (s.y(host < 0 ? -1 : host + 0.5) - py) ** 2;

            if (reach < bestReach) [best, bestReach] = [i, reach];
        }
        return best;
    }

    hover(event) {
        const place = this.at(event);

        if (!place || (place.event < 0 && place.host < 0)) {
            hideTip();
            return;
        }
        if (place.event >= 0) {
            showTip(event, eventTip(this.events, place.event, this.night));
            return;
        }
        const job = this.night.jobsOfHost[place.host].find((candidate) => candidate.start_unix_s <= place.time
            && (candidate.end_unix_s < 0 || candidate.end_unix_s > place.time));

        showTip(event, [shown(this.night.hosts[place.host].name), ...(job ? jobTip(job) : ['no job']),
            `${timeText(Math.round(place.time))} UTC`]);
    }

    choose(event) {
        const place = this.at(event);

        if (place && place.host >= 0) this.selection.set({ host: place.host });
    }

    toggle(severity) {
        if (!this.hidden.delete(severity)) this.hidden.add(severity);
        this.recolour();
    }

    drawLegend() {
        if (!this.events) return;
        this.legend.replaceChildren(...SEVERITIES.map((name, severity) => {
            const mark = el('canvas', { 'aria-hidden': 'true' });
            const count = this.events.severity.filter((value) => value === severity).length;

            drawEventMark(startDrawing(mark, 14, 12), severity, 7, 6, 4);
            return el('button', { type: 'button', 'aria-pressed': String(!this.hidden.has(severity)),
                title: 'Show or hide this severity', onclick: () => this.toggle(severity) }, mark, `${name} ${countText(count)}`);
        }));
    }
}

export const clock = {
    id: 'clock',
    title: 'Jobs and hardware events on all hosts',
    class: 'wide',
    applies: (night) => night.hosts.length > 0 && (night.jobs.length > 0 || night.events?.host.length > 0),
    mount: (section, page) => new Clock(section, page),
};
