import { bandText, metricText, scoreText, shown } from '../lib/text.js';
import { createTable } from '../lib/table.js';
import { el } from '../lib/dom.js';

/** Rows of the ranking block, which the C side has put in order. */
function rowsOf({ ranking, hosts, metrics, scores }) {
    return ranking.host.map((host, i) => ({
        place: i + 1,
        host,
        name: shown(hosts[host].name),
        metric: metrics[ranking.metric[i]],
        bandNumber: ranking.band[i],
        band: scores.bands[ranking.band[i]],
        band_power: ranking.band_power_z[i] ?? NaN,
        mrdmd: ranking.z[i] ?? NaN,
        flagged: ranking.flagged[i],
    }));
}

export function scoreCell(z, isFlagged) {
    return el('span', { class: isFlagged ? 'score flagged' : 'score' }, scoreText(z));
}

export const hosts = {
    id: 'hosts',
    title: 'Hosts unlike themselves',
    class: 'left',
    applies: (night) => night.ranking !== null && night.scores !== null,
    mount(section, { night, selection }) {
        const table = createTable({
            caption: 'Hosts by their worst reading',
            key: (row) => row.host,
            empty: 'No host has a score.',
            picked: (row) => selection.set({ host: row.host, metric: -1, band: -1 }),
            columns: [
                { title: 'Host', value: (row) => row.name, class: 'name',
                    render: (row) => el('bdi', { title: row.name }, row.name) },
                { title: 'Metric', value: (row) => row.metric.name, class: 'name',
                    render: (row) => el('bdi', { title: metricText(row.metric) }, shown(row.metric.name, 60)) },
                { title: 'Band', value: (row) => row.bandNumber, render: (row) => bandText(row.band) },
                { title: 'Band power z', value: (row) => Math.abs(row.band_power), isNumber: true,
                    hint: 'decides, with Benjamini-Hochberg over all readings',
                    render: (row) => scoreCell(row.band_power, row.flagged > 0) },
                { title: 'mrDMD z', value: (row) => Math.abs(row.mrdmd), isNumber: true,
                    hint: 'the published score, shown beside; it does not decide',
                    render: (row) => scoreCell(row.mrdmd, false) },
                { title: 'Flagged', value: (row) => row.flagged, isNumber: true,
                    hint: 'readings and bands of this host that were flagged' },
            ],
        });

        table.show(rowsOf(night));
        table.mark(selection.get().host);
        selection.watch(['host'], ({ host }) => table.mark(host));
        section.append(el('p', { class: 'note' },
            `Band power z decides: a reading is flagged where its p-value passes Benjamini-Hochberg at a false-discovery `
            + `rate of ${night.fdr} (marked with a dot; others follow for comparison). `
            + `The mrDMD z is reported beside it. Both compare with the ${night.baseline.kind} baseline.`),
        table.element);
    },
};
