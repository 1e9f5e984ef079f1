import { PLOT_LEFT, PLOT_RIGHT } from '../lib/plot.js';
import { SEVERITIES, drawEventMark, jobTip, userColour } from '../lib/lanes.js';
import { clipTo, createBox, drawXTicks, drawYTicks, timeTickText, timeTicks } from '../lib/plotbox.js';
import { colour } from '../lib/colour.js';
import { countText, shown, timeText } from '../lib/text.js';
import { el, hideTip, onceAFrame, showTip, startDrawing, watchWidth } from '../lib/dom.js';

const HEIGHT = 440;
const REACH_PX = 6;
const MANY_EVENTS = 4000;

function hostTicks(count) {
    const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000].find((size) => count / size <= 10) ?? 10000;

    return Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
}

/** All hosts on one clock: jobs as blocks on their hosts, hardware events as marks. */
function createClock(section, { night, selection, redraws }) {
    const canvas = el('canvas', { role: 'img', 'aria-label': 'All hosts over the night: jobs and hardware events' });
    const events = night.events;
    const hiddenSeverities = new Set(events?.host.length > MANY_EVENTS ? [0] : []);
    const count = night.hosts.length;
    let width = 0;

    function scales() {
        const { from, to } = selection.get();
        const box = createBox(width, HEIGHT, { left: PLOT_LEFT, right: PLOT_RIGHT, top: 8, bottom: 22 });

        return { box, from, to, rowHeight: (box.bottom - box.top) / count,
            x: (time) => box.left + ((time - from) / (to - from)) * (box.right - box.left),
            y: (host) => box.top + (host / count) * (box.bottom - box.top) };
    }

    function drawJobs(context, s) {
        context.globalAlpha = 0.5;
        for (const job of night.jobs) {
            const end = job.end_unix_s > 0 ? job.end_unix_s : night.end_unix_s;

            if (job.start_unix_s < 0 || end < s.from || job.start_unix_s > s.to) continue;
            const left = Math.max(s.box.left, s.x(job.start_unix_s));
            const right = Math.min(s.box.right, s.x(end));

            context.fillStyle = userColour(job.user);
            for (let i = 0; i < job.runs.length; i += 2) {
                context.fillRect(left, s.y(job.runs[i]), Math.max(0.5, right - left - 0.5),
                    Math.max(0.6, job.runs[i + 1] * s.rowHeight - (s.rowHeight > 4 ? 1 : 0)));
            }
        }
        context.globalAlpha = 1;
    }

    function drawEvents(context, s) {
        const size = events.host.length > MANY_EVENTS ? 2.6 : 3.6;

        for (let severity = 0; severity < SEVERITIES.length; severity++) {
            if (hiddenSeverities.has(severity)) continue;
            for (let i = 0; i < events.host.length; i++) {
                if (events.severity[i] !== severity || events.host[i] < 0) continue;
                if (events.unix_s[i] < s.from || events.unix_s[i] > s.to) continue;
                drawEventMark(context, severity, s.x(events.unix_s[i]), s.y(events.host[i] + 0.5), size);
            }
        }
    }

    const redraw = onceAFrame(() => {
        if (!width) return;
        const context = startDrawing(canvas, width, HEIGHT);
        const s = scales();
        const began = performance.now();

        drawYTicks(context, s.box, hostTicks(count), (host) => s.y(host + 0.5), (host) => shown(night.hosts[host].name, 12));
        drawXTicks(context, s.box, timeTicks(s.from, s.to, width / 90), s.x, timeTickText);
        clipTo(context, s.box, () => {
            drawJobs(context, s);
            if (events) drawEvents(context, s);
            const chosen = selection.get().host;

            if (chosen >= 0) {
                context.strokeStyle = colour('--chosen');
                context.lineWidth = 1;
                context.strokeRect(s.box.left - 2, s.y(chosen) - 1, s.box.right - s.box.left + 4, Math.max(2, s.rowHeight + 2));
            }
        });
        canvas.dataset.paintMs = (performance.now() - began).toFixed(1);
    });

    function at(event) {
        const box = canvas.getBoundingClientRect();
        const s = scales();
        const [px, py] = [event.clientX - box.left, event.clientY - box.top];

        if (px < s.box.left || px > s.box.right || py < s.box.top || py >= s.box.bottom) return null;
        return { s, px, py, host: Math.floor(((py - s.box.top) / (s.box.bottom - s.box.top)) * count),
            time: s.from + ((px - s.box.left) / (s.box.right - s.box.left)) * (s.to - s.from) };
    }

    function eventAt({ s, px, py }) {
        let best = -1;
        let bestReach = REACH_PX ** 2;

        for (let i = 0; i < (events?.host.length ?? 0); i++) {
            if (events.host[i] < 0 || hiddenSeverities.has(events.severity[i])) continue;
            const reach = (s.x(events.unix_s[i]) - px) ** 2 + (s.y(events.host[i] + 0.5) - py) ** 2;

            if (reach < bestReach) [best, bestReach] = [i, reach];
        }
        return best;
    }

    canvas.addEventListener('pointermove', (event) => {
        const place = at(event);

        if (!place) {
            hideTip();
            return;
        }
        const found = eventAt(place);
        const job = night.jobsOfHost[place.host].find((candidate) => candidate.start_unix_s <= place.time
            && (candidate.end_unix_s < 0 || candidate.end_unix_s > place.time));

        if (found >= 0) {
            showTip(event, [shown(night.hosts[events.host[found]].name),
                `${SEVERITIES[events.severity[found]]}: ${shown(events.texts[events.category[found]])}`,
                shown(events.texts[events.message[found]], 300), `${timeText(events.unix_s[found])} UTC`]);
        } else {
            showTip(event, [shown(night.hosts[place.host].name), ...(job ? jobTip(job) : ['no job']),
                `${timeText(place.time)} UTC`]);
        }
    });
    canvas.addEventListener('pointerleave', hideTip);
    canvas.addEventListener('click', (event) => {
        const place = at(event);

        if (place) {
            const found = eventAt(place);

            selection.set({ host: found >= 0 ? events.host[found] : place.host });
        }
    });

    const legend = el('div', { class: 'levels', role: 'group', 'aria-label': 'Severities' });

    function drawLegend() {
        legend.replaceChildren(...SEVERITIES.map((name, severity) => {
            const mark = el('canvas', { 'aria-hidden': 'true' });

            drawEventMark(startDrawing(mark, 14, 12), severity, 7, 6, 4);
            return el('button', { type: 'button', 'aria-pressed': String(!hiddenSeverities.has(severity)), onclick: () => {
                if (!hiddenSeverities.delete(severity)) hiddenSeverities.add(severity);
                drawLegend();
                redraw();
            } }, mark, `${name} ${countText(events.severity.filter((value) => value === severity).length)}`);
        }));
    }

    section.append(el('p', { class: 'note' }, 'Hosts from top to bottom in their order, the span of the timeline from left to right. '
        + `Blocks are jobs, coloured by user; marks are hardware events. ${events ? `${countText(events.host.length)} of `
            + `${countText(night.event_count)} events are in this page; `
            + `${countText(events.host.filter((host) => host < 0).length)} name no host. ` : ''}Click to choose a host.`), canvas, legend);
    if (events) drawLegend();
    watchWidth(section, (now) => { width = now; redraw(); });
    selection.watch(['host', 'from', 'to'], redraw);
    redraws.push(() => { if (events) drawLegend(); redraw(); });
}

export const clock = {
    id: 'clock',
    title: 'Jobs and hardware events on all hosts',
    class: 'wide',
    applies: (night) => night.hosts.length > 0 && (night.jobs.length > 0 || night.events?.host.length > 0),
    mount: createClock,
};
