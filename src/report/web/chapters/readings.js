import { bandText, countOf, metricText, shown } from '../lib/text.js';
import { createTable } from '../lib/table.js';
import { el, onceAFrame } from '../lib/dom.js';
import { scoreColumns } from './hosts.js';

function place(host) {
    const parts = ['row', 'rack', 'chassis', 'slot'].filter((part) => host[part] >= 0)
        .map((part) => `${part} ${host[part]}`);

    return parts.length ? parts.join(', ') : 'position not known';
}

/** Every score of the chosen host: which metrics and bands stand out, and by how much. */
export const readings = {
    id: 'readings',
    title: 'Readings of the chosen host',
    class: 'left',
    applies: (night) => night.scores !== null && night.hosts.length > 0,
    mount(section, { night, selection }) {
        const note = el('p', { class: 'note' });
        const table = createTable({
            caption: 'Readings of the chosen host, worst first',
            key: (cell) => `${cell.metric}/${cell.band}`,
            empty: 'No score for this choice of host, metric and band.',
            picked: (cell) => selection.set({ metric: cell.metric, band: cell.band }),
            columns: [
                { title: 'Metric', value: (cell) => night.metrics[cell.metric].name, class: 'name',
                    render: (cell) => el('bdi', { title: metricText(night.metrics[cell.metric]) },
                        shown(night.metrics[cell.metric].name, 60)) },
                ...(night.scores.hasModes ? [{ title: 'Band', value: (cell) => cell.band,
                    render: (cell) => bandText(night.scores.bands[cell.band]) }] : []),
                ...scoreColumns(night.scores, (cell) => cell.isFlagged),
            ],
        });

        const show = onceAFrame(() => {
            const { host, metric, band, score } = selection.get();

            if (host < 0) return;
            const cells = night.scores.cells(host, -1, -1, score);

            note.replaceChildren(el('bdi', { class: 'chosen' }, shown(night.hosts[host].name)),
                `: ${place(night.hosts[host])}; ${night.scores.flaggedCount(host, -1, -1)} flagged of `
                + `${countOf(cells.length, 'score')}, one for each metric${night.scores.hasModes ? ' and band' : ''}.`);
            table.show(cells);
            table.mark(`${metric}/${band}`);
        });

        section.append(note, table.element);
        selection.watch(['host', 'metric', 'band', 'score'], show);
        show();
    },
};
