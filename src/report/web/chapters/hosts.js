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
        deciding: ranking.deciding[i] ?? NaN,
        mrdmd: ranking.z[i] ?? NaN,
        flagged: ranking.flagged[i],
    }));
}

export function scoreCell(z, isFlagged) {
    return el('span', { class: isFlagged ? 'score flagged' : 'score' }, scoreText(z));
}

/** The columns of what decides and of what is shown beside it, for rows that have `deciding` and `mrdmd`. */
export function scoreColumns(scores, isFlagged) {
    const deciding = { title: scores.titleOf('deciding'), value: (row) => Math.abs(row.deciding), isNumber: true,
        hint: scores.hasModes ? 'decides, with Benjamini-Hochberg over all readings' : 'above 1 it is flagged',
        render: (row) => scoreCell(row.deciding, isFlagged(row)) };

    return scores.hasModes ? [deciding, { title: 'mrDMD z', value: (row) => Math.abs(row.mrdmd), isNumber: true,
        hint: 'the published score, shown beside; it does not decide',
        render: (row) => scoreCell(row.mrdmd, false) }] : [deciding];
}

function howDecided(night) {
    if (!night.scores.hasModes)
        return 'The gravest value of each reading by any analysis, in units of that analysis\u2019 threshold: above 1 it is flagged '
            + '(marked with a dot; others follow for comparison). Where an analysis judges a host as a whole, all its metrics have that value.';
    return `Band power z decides: a reading is flagged where its p-value passes Benjamini-Hochberg at a false-discovery `
        + `rate of ${night.fdr} (marked with a dot; others follow for comparison). `
        + `The mrDMD z is reported beside it. Both compare with the ${night.baseline.kind} baseline.`;
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
                ...(night.scores.hasModes
                    ? [{ title: 'Band', value: (row) => row.bandNumber, render: (row) => bandText(row.band) }] : []),
                ...scoreColumns(night.scores, (row) => row.flagged > 0),
                { title: 'Flagged', value: (row) => row.flagged, isNumber: true,
                    hint: 'readings and bands of this host that were flagged' },
            ],
        });

        table.show(rowsOf(night));
        table.mark(selection.get().host);
        selection.watch(['host'], ({ host }) => table.mark(host));
        section.append(el('p', { class: 'note' }, howDecided(night)), table.element);
    },
};
