// What happened around a reading, on the clock of its plot: jobs as bars, labels as bars, events as marks.

import { colour } from './colour.js';
import { metricText, scoreText, shown, spanText, timeText } from './text.js';

export const LANE_HEIGHT = 18;
const MOST_LANES = 6;
export const SEVERITIES = ['info', 'warning', 'error', 'fatal'];

/** Put spans into as few lanes as do not overlap: first free lane in order of start. */
export function packLanes(spans, mostLanes = MOST_LANES) {
    const ends = [];

    return [...spans].sort((a, b) => a.from - b.from).map((span) => {
        let lane = ends.findIndex((end) => end <= span.from);

        if (lane < 0) lane = ends.length < mostLanes ? ends.length : mostLanes - 1;
        ends[lane] = Math.max(ends[lane] ?? -Infinity, span.to);
        return { ...span, lane };
    });
}

/** A hue of its own for each user, the same on every night. */
export function userColour(user) {
    let hash = 7;

    for (const sign of user) hash = (hash * 31 + sign.codePointAt(0)) >>> 0;
    return colour(`--job-${hash % 6}`);
}

export function jobTip(job) {
    const parts = [`job ${shown(job.id, 30)}`, shown(job.user, 30) || 'user unknown', shown(job.queue, 30), shown(job.state, 30)];

    return [shown(job.name || job.application || `job ${job.id}`), parts.filter(Boolean).join(' · '),
    job.node_count > 0 ? `${job.node_count} nodes` : '',
    `${timeText(job.start_unix_s)} to ${job.end_unix_s > 0 ? timeText(job.end_unix_s) : 'not ended'} UTC`,
    job.end_unix_s > 0 ? `ran ${spanText(job.end_unix_s - job.start_unix_s)}` : ''];
}

export function eventTip(events, i, night) {
    return [`${SEVERITIES[events.severity[i]]}: ${shown(events.texts[events.category[i]])}`,
        shown(events.texts[events.message[i]], 300), shown(events.texts[events.location[i]]),
        events.host[i] >= 0 ? shown(night.hosts[events.host[i]].name) : 'no host named',
        `${timeText(events.unix_s[i])} UTC`];
}

/** When the host's readings were flagged: { from, to, metric, value }. */
export function flaggedSpans(night, host) {
    const { host: hosts, metric, start_unix_s: starts, end_unix_s: ends, value } = night.spans ?? { host: [] };

    return hosts.flatMap((where, i) => (where === host
        ? [{ from: starts[i], to: ends[i], metric: metric[i], value: value[i] }] : []));
}

function flaggedOf(night, host) {
    return packLanes(flaggedSpans(night, host).map(({ from, to, metric, value }) => {
        const name = metric < 0 ? 'all metrics' : metricText(night.metrics[metric]);

        return { from, to, text: name, fill: colour('--flagged'), tip: [`flagged: ${name}`, `score ${scoreText(value)}`,
            `${timeText(from)} to ${timeText(to)} UTC`] };
    }));
}

function jobsOf(night, host) {
    return packLanes(night.jobsOfHost[host].filter((job) => job.start_unix_s >= 0).map((job) => ({
        from: job.start_unix_s,
        to: job.end_unix_s > 0 ? job.end_unix_s : night.end_unix_s,
        text: `${shown(job.name || job.application || job.id, 40)} · ${shown(job.user, 20)}`,
        fill: userColour(job.user),
        tip: jobTip(job),
    })));
}

function eventsOf(night, host) {
    const { host: hosts, unix_s: times, severity } = night.events ?? { host: [] };

    return hosts.flatMap((where, i) => (where === host
        ? [{ from: times[i], to: times[i], lane: 0, severity: severity[i], tip: eventTip(night.events, i, night) }] : []));
}

/** Labels of the host itself, and those of jobs that ran on it. */
function labelsOf(night, host) {
    const { name: names, host: hosts, job, start_unix_s: starts, end_unix_s: ends } = night.labels ?? { name: [] };
    const jobs = new Set(night.jobsOfHost[host].map(({ number }) => number));

    return packLanes(names.flatMap((name, i) => {
        if (hosts[i] !== host && !(hosts[i] < 0 && jobs.has(job[i]))) return [];
        return [{ from: starts[i], to: ends[i], text: shown(name, 40), fill: colour('--label'),
            tip: [`label: ${shown(name)}`, `${timeText(starts[i])} to ${timeText(ends[i])} UTC`] }];
    }));
}

/** The lanes of one host: { title, marks: [{ from, to, lane, text, fill, tip, severity? }], laneCount }. */
export function lanesOf(night, host) {
    const groups = [
        { title: 'flagged', marks: flaggedOf(night, host) },
        { title: 'jobs', marks: jobsOf(night, host), isAlways: true },
        { title: 'events', marks: eventsOf(night, host), isAlways: true },
        { title: 'labels', marks: labelsOf(night, host) },
    ];

    return groups.filter(({ marks, isAlways }) => isAlways || marks.length)
        .map((group) => ({ ...group, laneCount: Math.max(1, ...group.marks.map((mark) => mark.lane + 1)) }));
}

export function lanesHeight(groups) {
    return groups.reduce((sum, group) => sum + group.laneCount * LANE_HEIGHT + 6, 0);
}

function drawBar(context, mark, left, right, y) {
    context.fillStyle = mark.fill;
    context.fillRect(left, y + 2, Math.max(1.5, right - left - 1), LANE_HEIGHT - 4);
    if (right - left < 40) return;
    context.save();
    context.beginPath();
    context.rect(left, y, right - left - 4, LANE_HEIGHT);
    context.clip();
    context.fillStyle = colour('--on-bar');
    context.textAlign = 'left';
    context.fillText(mark.text, left + 5, y + LANE_HEIGHT / 2);
    context.restore();
}

/** Severity is told by shape as well as colour: dot, triangle, square, cross. */
export function drawEventMark(context, severity, x, y, size) {
    context.fillStyle = context.strokeStyle = colour(`--severity-${severity}`);
    context.beginPath();
    if (severity === 0) context.arc(x, y, 0.6 * size, 0, 2 * Math.PI);
    else if (severity === 1) {
        context.moveTo(x, y - size);
        context.lineTo(x + size, y + size);
        context.lineTo(x - size, y + size);
    } else if (severity === 2) context.rect(x - 0.85 * size, y - 0.85 * size, 1.7 * size, 1.7 * size);
    else {
        context.lineWidth = 2.2;
        context.moveTo(x - size, y - size);
        context.lineTo(x + size, y + size);
        context.moveTo(x + size, y - size);
        context.lineTo(x - size, y + size);
        context.stroke();
        return;
    }
    context.fill();
}

/** Draw the groups below each other and return what was drawn where, for the tips. */
export function drawLanes(context, groups, { left, right, from, to }) {
    const at = (time) => left + ((time - from) / (to - from)) * (right - left);
    const drawn = [];
    let top = 0;

    context.textBaseline = 'middle';
    for (const group of groups) {
        context.font = `10.5px ${colour('--font')}`;
        context.textAlign = 'right';
        context.fillStyle = colour('--muted');
        context.fillText(group.title, left - 8, top + LANE_HEIGHT / 2);
        context.fillStyle = colour('--lane');
        context.fillRect(left, top, right - left, group.laneCount * LANE_HEIGHT);
        if (!group.marks.length) {
            context.textAlign = 'left';
            context.fillStyle = colour('--muted');
            context.fillText('none on this host', left + 6, top + LANE_HEIGHT / 2);
        }
        for (const mark of group.marks) {
            const x = Math.max(left, at(mark.from));
            const end = Math.min(right, at(mark.to));
            const y = top + mark.lane * LANE_HEIGHT;

            if (mark.to < from || mark.from > to) continue;
            if (mark.severity === undefined) drawBar(context, mark, x, end, y);
            else drawEventMark(context, mark.severity, x, y + LANE_HEIGHT / 2, 4);
            drawn.push({ left: x - 4, right: Math.max(end, x + 4), top: y, bottom: y + LANE_HEIGHT, mark });
        }
        top += group.laneCount * LANE_HEIGHT + 6;
    }
    return drawn;
}
