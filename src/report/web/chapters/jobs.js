import { countText, shown, spanText, timeText } from '../lib/text.js';
import { createTable } from '../lib/table.js';
import { el } from '../lib/dom.js';

/** How the flagged hosts of the night meet a job's hosts: counts, and the worst of them. */
export function flaggedHostsOf(job, flaggedOf) {
    let hosts = 0;
    let flagged = 0;
    let worst = -1;

    for (let i = 0; i < job.runs.length; i += 2) {
        for (let host = job.runs[i]; host < job.runs[i] + job.runs[i + 1]; host++) {
            hosts++;
            if (!flaggedOf[host]) continue;
            flagged++;
            if (worst < 0 || flaggedOf[host] > flaggedOf[worst]) worst = host;
        }
    }
    return { hosts, flagged, worst };
}

function rowsOf(night) {
    const flaggedOf = night.hosts.map(({ number }) => night.scores?.flaggedCount(number, -1, -1) ?? 0);

    return night.jobs.map((job) => ({ job, ...flaggedHostsOf(job, flaggedOf) }))
        .sort((a, b) => b.flagged - a.flagged || b.flagged / (b.hosts || 1) - a.flagged / (a.hosts || 1));
}

function choose(row, night, selection) {
    const first = row.worst >= 0 ? row.worst : row.job.runs[0];
    const start = Math.max(night.start_unix_s, row.job.start_unix_s);
    const end = row.job.end_unix_s > 0 ? Math.min(night.end_unix_s, row.job.end_unix_s) : night.end_unix_s;
    const margin = 0.05 * (end - start);

    if (first !== undefined) selection.set({ host: first, metric: -1, band: -1 });
    if (end > start) {
        selection.set({ from: Math.max(night.start_unix_s, start - margin), to: Math.min(night.end_unix_s, end + margin) });
    }
}

function text(field, longest) {
    return (row) => shown(row.job[field], longest);
}

export const jobs = {
    id: 'jobs',
    title: (night) => (night.scores ? 'Jobs with anomalies' : 'Jobs'),
    class: 'wide',
    applies: (night) => night.jobs.length > 0,
    mount(section, { night, selection }) {
        const rows = rowsOf(night);
        const flagged = rows.filter((row) => row.flagged > 0);
        const all = el('input', { type: 'checkbox', checked: !flagged.length, onchange: () => show() });
        const table = createTable({
            caption: 'Jobs and their flagged hosts',
            empty: 'No job of this night ran on a flagged host.',
            picked: (row) => choose(row, night, selection),
            columns: [
                { title: 'Job', value: (row) => row.job.id, render: text('id', 24) },
                { title: 'User', value: (row) => row.job.user, render: text('user', 24), class: 'name' },
                { title: 'Name', value: (row) => row.job.name || row.job.application, class: 'name',
                    render: (row) => el('bdi', { title: shown(row.job.name) }, shown(row.job.name || row.job.application, 60)) },
                { title: 'Queue', value: (row) => row.job.queue, render: text('queue', 24) },
                { title: 'State', value: (row) => row.job.state, render: text('state', 24) },
                { title: 'Start', value: (row) => row.job.start_unix_s, render: (row) => timeText(row.job.start_unix_s) },
                { title: 'Ran', value: (row) => row.job.end_unix_s - row.job.start_unix_s, isNumber: true,
                    render: (row) => (row.job.end_unix_s > 0 ? spanText(row.job.end_unix_s - row.job.start_unix_s) : 'not ended') },
                { title: 'Nodes', value: (row) => row.job.node_count, isNumber: true,
                    render: (row) => (row.job.node_count < 0 ? '–' : countText(row.job.node_count)) },
                { title: 'Flagged hosts', value: (row) => row.flagged, isNumber: true,
                    render: (row) => (row.hosts ? `${countText(row.flagged)} of ${countText(row.hosts)}` : '–') },
                { title: 'Worst host', value: (row) => (row.worst < 0 ? '' : night.hosts[row.worst].name), class: 'name',
                    render: (row) => el('bdi', {}, row.worst < 0 ? '–' : shown(night.hosts[row.worst].name, 60)) },
            ],
        });

        function show() {
            table.show(all.checked ? rows : flagged);
        }

        section.append(el('p', { class: 'note' },
            (night.scores ? 'Jobs that ran on a flagged host this night. That a host was flagged does not say that the '
                + 'job was the cause. ' : '')
            + `${countText(night.jobs.length)} of ${countText(night.job_count)} jobs of the input ran this night and are in this page. `,
            night.scores && el('label', { class: 'inline' }, all, ' show jobs without flagged hosts too') || ''), table.element);
        show();
    },
};
