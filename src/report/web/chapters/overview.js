import { countOf, countText, spanText } from '../lib/text.js';
import { el } from '../lib/dom.js';

function fact(name, value, hint) {
    return el('div', { title: hint }, el('dt', {}, name), el('dd', {}, value));
}

export const overview = {
    id: 'overview',
    title: 'What ran on what',
    class: 'wide strip',
    applies: () => true,
    mount(section, { night }) {
        const { quality } = night;
        const missing = quality.samples_expected > 0 ? quality.samples_missing / quality.samples_expected : NaN;

        section.append(el('dl', { class: 'facts' },
            fact('Hosts', countText(night.hosts.length)),
            fact('Metrics', countText(night.metrics.length)),
            fact('Samples', night.sample_count ? `${countText(night.sample_count)} × ${spanText(night.period_s)}` : 'none'),
            fact('Span', spanText(night.end_unix_s - night.start_unix_s)),
            fact('Jobs', countText(night.job_count)),
            fact('Hardware events', countText(night.event_count)),
            fact('Missing samples', Number.isFinite(missing) ? `${(100 * missing).toFixed(missing < 0.1 ? 2 : 1)} %` : '–',
                `${countText(quality.samples_missing)} of ${countText(quality.samples_expected)}`),
            fact('Readings left out', countText(quality.left_out_count)),
            night.scores && fact('Flagged readings', countText(night.flagged_readings),
                night.scores.hasModes ? `reading and band pairs where band power decides, false-discovery rate ${night.fdr}`
                    : 'readings beyond a threshold'),
            night.scores?.hasModes && fact('Baseline', night.baseline.kind),
            fact('Program', `Telltale ${night.version}`),
            fact('Ran on', countOf(night.ranks, 'rank'))),
        ...night.analyses_left_out.map(({ name, reason }) => el('p', { class: 'note' },
            el('strong', {}, `This night goes without ${name}: ${reason}.`))));
    },
};
