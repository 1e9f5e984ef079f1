import { countText, metricText, shown, spanText } from '../lib/text.js';
import { el } from '../lib/dom.js';
import { createTable } from '../lib/table.js';

function rowsTable(quality) {
    const table = createTable({
        caption: 'Input rows repaired or refused, by reason',
        empty: 'None is known to this page.',
        columns: [
            { title: 'Reason', value: (row) => row.reason, render: (row) => shown(row.reason) },
            { title: 'Rows', value: (row) => row.count, isNumber: true, render: (row) => countText(row.count) },
            { title: 'First seen', value: (row) => row.where, class: 'name', render: (row) => el('bdi', {}, shown(row.where)) },
        ],
    });

    table.show(quality.reasons);
    return table.element;
}

function leftOutTable(quality, { hosts, metrics }) {
    const table = createTable({
        caption: 'Readings left out of the analysis',
        empty: quality.left_out_count ? 'Only their number was recorded.' : 'No reading was left out.',
        columns: [
            { title: 'Host', value: (row) => hosts[row.host]?.name ?? 'all', class: 'name',
                render: (row) => el('bdi', {}, row.host < 0 ? 'all' : shown(hosts[row.host]?.name ?? row.host, 60)) },
            { title: 'Metric', value: (row) => metrics[row.metric]?.name ?? 'all', class: 'name',
                render: (row) => el('bdi', {}, row.metric < 0 ? 'all' : metricText(metrics[row.metric])) },
            { title: 'Reason', value: (row) => row.reason, render: (row) => shown(row.reason) },
        ],
    });

    table.show(quality.left_out);
    return table.element;
}

function offsetText(seconds) {
    return `${spanText(Math.abs(seconds))} ${seconds > 0 ? 'ahead' : 'behind'}`;
}

function clockTable(clocks) {
    const table = createTable({
        caption: 'Hosts whose clock seems wrong, by when their load changes',
        empty: clocks.judged ? `None of ${countText(clocks.judged)} that could be judged.`
            : 'No host has jobs or changes enough to judge its clock.',
        columns: [
            { title: 'Host', value: (row) => row.host, class: 'name', render: (row) => el('bdi', {}, shown(row.host, 60)) },
            { title: 'Clock', value: (row) => row.offset_s, isNumber: true, render: (row) => offsetText(row.offset_s) },
            { title: 'Drift a day', value: (row) => row.drift_s_per_day, isNumber: true,
                render: (row) => (row.drift_s_per_day ? offsetText(row.drift_s_per_day) : '\u2013') },
            { title: 'Evidence', value: (row) => row.matched / row.edges,
                render: (row) => `${countText(row.matched)} of ${countText(row.edges)} `
                    + (row.against === 'jobs' ? 'starts and ends of jobs' : 'moments at which many hosts change') },
        ],
    });

    table.show(clocks.wrong);
    return table.element;
}

function stampTable(clocks) {
    const table = createTable({
        caption: 'Hosts whose stamps stepped back, or were still to come, at the import',
        empty: 'None.',
        columns: [
            { title: 'Host', value: (row) => row.host, class: 'name', render: (row) => el('bdi', {}, shown(row.host, 60)) },
            { title: 'Back', value: (row) => row.stamps_backward, isNumber: true, render: (row) => countText(row.stamps_backward) },
            { title: 'To come', value: (row) => row.stamps_future, isNumber: true, render: (row) => countText(row.stamps_future) },
        ],
    });

    table.show(clocks.stamps);
    return table.element;
}

function stageTable(stages) {
    const table = createTable({
        caption: 'Stage timings over ranks; stages within others are counted in both',
        empty: 'No stage was timed.',
        columns: [
            { title: 'Stage', value: (row) => row.name, render: (row) => shown(row.name) },
            ...['min_s', 'mean_s', 'max_s'].map((field) => ({ title: field.replace('_s', ''), isNumber: true,
                value: (row) => row[field], render: (row) => spanText(row[field]) })),
        ],
    });

    table.show(stages);
    return table.element;
}

function sentence(night) {
    const { quality, baseline } = night;
    const rows = quality.rows_kept + quality.rows_repaired + quality.rows_refused;
    const parts = [rows ? `${countText(quality.rows_kept)} input rows kept, ${countText(quality.rows_repaired)} repaired, `
        + `${countText(quality.rows_refused)} refused.` : 'What the import kept and refused stands in its own table.',
    `${countText(quality.samples_missing)} of ${countText(quality.samples_expected)} samples are missing`
        + (quality.longest_gap_s > 0 ? `; the longest gap lasts ${spanText(quality.longest_gap_s)}.` : '.'),
    `${countText(quality.left_out_count)} readings were left out.`];

    for (const [lag_s, what] of [[quality.clocks.starts_lag_s, 'starts'], [quality.clocks.ends_lag_s, 'ends']]) {
        if (Math.abs(lag_s ?? 0) > 2 * night.period_s) {
            parts.push(`Most hosts change ${spanText(Math.abs(lag_s))} ${lag_s > 0 ? 'after' : 'before'} the job log's ${what}.`);
        }
    }
    if (baseline.considered > 0) {
        parts.push(`Baseline of kind ${baseline.kind}: ${countText(baseline.qualified)} of `
            + `${countText(baseline.considered)} readings qualified.`);
    }
    return parts.join(' ');
}

function bucketText(samples, night) {
    if (samples === 0) return 'not in this page';
    return samples === 1 ? `every sample (${spanText(night.period_s)})`
        : `minimum, mean and maximum of ${spanText(samples * night.period_s)} each`;
}

/** What of the night this page holds, and how exactly. */
function pageSentence(night) {
    const plan = night.timeline.plan;
    const parts = [`This page may take ${countText(Math.round(night.budget_bytes / 2 ** 20))} MiB.`];

    if (plan) {
        parts.push(`Timelines: flagged readings ${bucketText(plan.flagged_bucket_samples, night)}, others on flagged hosts `
            + `${bucketText(plan.beside_bucket_samples, night)}, all others `
            + `${bucketText(plan.other_bucket_samples, night)}; each value to 1/65,534 of its reading's range.`);
    }
    if (night.scores) {
        parts.push(`Scores: ${countText(night.scores.metrics.length)} of ${countText(night.metrics.length)} metrics, `
            + `to ${night.scores.precisionText}.`);
    }
    parts.push('The full numbers are in the scores file and in the facility file.');
    return parts.join(' ');
}

export const quality = {
    id: 'quality',
    title: 'Data quality, settings and timings',
    class: 'wide',
    applies: () => true,
    mount(section, { night }) {
        section.append(
            el('p', { class: 'note' }, sentence(night)),
            el('p', { class: 'note' }, pageSentence(night)),
            el('div', { class: 'columns' }, rowsTable(night.quality), clockTable(night.quality.clocks),
                stampTable(night.quality.clocks), leftOutTable(night.quality, night),
                stageTable(night.stages)),
            night.settings && el('details', {}, el('summary', {}, 'Settings used'), el('pre', {}, night.settings)));
    },
};
