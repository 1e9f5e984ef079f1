import { ALL_TIME, shortName } from '../lib/relation.js';
import { countOf, countText, shown, spanText, valueText } from '../lib/text.js';
import { GraphView, signText } from '../lib/graphview.js';
import { createTable } from '../lib/table.js';
import { el } from '../lib/dom.js';

const FEWEST_AT_FIRST = 12;

function percentText(part) {
    return Number.isFinite(part) ? `${Math.round(100 * part)} %` : '–';
}

export function likenessText({ jaccard, overlap, tau }) {
    const part = (name, { between, within }) => `${name} ${valueText(between)} (${valueText(within)})`;

    return [part('Jaccard', jaccard), part('rank-biased overlap', overlap), part('Kendall’s tau', tau)].join(', ');
}

/** Filter by weight and core, only what is kept, a period: all change one filter. */
class Controls {
    constructor(relation, changed) {
        const change = () => changed(this.filter());

        Object.assign(this, { relation });
        this.count = el('input', { type: 'range', min: 1, max: Math.max(1, relation.edges.length), class: 'wide',
            value: Math.max(Math.min(FEWEST_AT_FIRST, relation.edges.length), relation.keptCount), 'aria-label': 'Smallest weight shown', oninput: change });
        this.least = el('output', { class: 'chosen' });
        this.kept = el('input', { type: 'checkbox', checked: relation.keptCount > 0, onchange: change });
        this.core = el('select', { onchange: change }, el('option', { value: '0' }, 'all metrics'),
            relation.cores.map((core) => el('option', { value: String(core) }, `core ${core}${core > 1 ? ' and more' : ''}`)));
        this.period = el('select', { onchange: change }, el('option', { value: String(ALL_TIME) }, 'all time'),
            relation.periods.name.map((name, number) => el('option', { value: String(number) }, shown(name, 40))));
        this.element = el('div', {}, el('div', { class: 'below' }, el('label', { class: 'inline' }, this.kept, ` only the ${countOf(relation.keptCount, 'edge')} kept`),
            el('label', {}, el('span', {}, 'Core'), this.core), relation.periods.name.length > 0 && this.periodChoice(change)),
        el('div', { class: 'below' }, el('span', { class: 'muted' }, 'Weights from'), this.least, this.count, el('span', { class: 'muted' }, 'more edges')));
    }

    periodChoice(change) {
        const step = (by) => () => {
            const count = this.period.options.length;

            this.period.selectedIndex = (this.period.selectedIndex + by + count) % count;
            change();
        };
        const button = (text, title, by) => el('button', { type: 'button', title, onclick: step(by) }, text);

        return el('span', {}, el('label', {}, el('span', {}, 'Period'), this.period), ' ', button('←', 'Period before', -1), ' ',
            button('→', 'Period after', 1));
    }

    filter() {
        const least = this.relation.weights[Number(this.count.value) - 1] ?? 0;

        this.least.textContent = valueText(least);
        this.count.setAttribute('aria-valuetext', valueText(least));
        return { least, isKeptOnly: this.kept.checked, core: Number(this.core.value), period: Number(this.period.value) };
    }
}

/** What is in sight, and how this period differs from the one before it. */
function inSightText(relation, filter, edges) {
    const nodes = relation.nodesOf(edges).length;
    const unused = relation.nodes.filter((node) => !node.isUsed).length;
    const parts = [`${countOf(edges.length, 'edge')} between ${countOf(nodes, 'metric')} of ${countText(relation.nodes.length)}`
        + `${unused > 0 ? ` (${countText(unused)} never changed)` : ''}.`];

    if (filter.period > 0) {
        const { gone, come } = relation.changes(filter.period - 1, filter.period, filter);

        parts.push(` Since the period before ${countOf(come.length, 'edge')} came and ${countText(gone.length)} went; likeness of both, in brackets of `
            + `two halves of one: ${likenessText(relation.likeness(filter.period - 1, filter.period))}.`);
    }
    return parts.join('');
}

function createEdges(page, relation, picked) {
    const name = (number) => shown(shortName(relation.nodes[number].name), 40);
    const number = (title, field, hint, render = (edge) => valueText(edge[field])) => ({ title, hint, isNumber: true,
        value: (edge) => edge[field], render });

    return createTable({
        caption: 'Edges in sight, strongest first',
        key: (edge) => edge.number,
        empty: 'No edge passes the filter.',
        picked,
        columns: [
            { title: 'The past of', value: (edge) => relation.nodes[edge.from].name, class: 'name', render: (edge) => el('bdi', {}, name(edge.from)) },
            { title: 'moves', value: (edge) => relation.nodes[edge.to].name, class: 'name', render: (edge) => el('bdi', {}, name(edge.to)) },
            { ...number('Influence', 'influence', 'Mean squared change of the prediction, and its interval over blocks'),
                render: (edge) => `${valueText(edge.influence)} (${valueText(edge.low)} to ${valueText(edge.high)})` },
            number('Error rises', 'rise', 'How much worse the prediction gets when this past is taken from another time', (edge) => percentText(edge.rise)),
            { title: 'Lag', isNumber: true, value: (edge) => edge.lag, render: (edge) => `${spanText(edge.lag * page.night.period_s)} ${signText(edge.sign)}`,
                hint: 'Where the derivative is largest, and its sign there' },
            number('Stable', 'stable', 'Share of the blocks of hosts and time in which the edge is strong', (edge) => percentText(edge.stable)),
            number('Correlation', 'correlation', 'At the same moment, for comparison'),
            { title: 'Kept', value: (edge) => (edge.isKept ? 'yes' : ''), hint: 'In the backbone, of help, stable' },
        ],
    });
}

export const relation = {
    id: 'relation',
    title: 'Relation graph',
    class: 'wide',
    applies: (night) => night.relation !== null && night.relation.nodes.length > 0,
    mount(section, page) {
        const found = page.night.relation;
        const chooseMetric = (node) => {
            if (node >= 0 && found.nodes[node].metric >= 0) page.selection.set({ metric: found.nodes[node].metric });
        };
        const words = el('p', { class: 'headline in-sight', 'aria-live': 'polite' });
        const table = createEdges(page, found, (edge) => {
            table.mark(edge.number);
            view.mark(edge.to);
            chooseMetric(edge.to);
        });
        const view = new GraphView(section, page, found, chooseMetric);
        const show = (filter) => {
            view.show(filter);
            table.show(view.edges);
            words.textContent = inSightText(found, filter, view.edges);
        };
        const controls = new Controls(found, show);

        section.append(el('p', { class: 'note' }, `Whose past the forecast uses to predict whom, from ${countText(found.windows)} windows: an arrow is there where the `
            + 'prediction gets worse with that past taken from another time. It is what the model learned, not a law of the machine. Width: influence. '
            + 'Blue: moves the same way, orange: the other way, grey: changes; dashed: not kept. Colour of a metric: its core.'),
        controls.element, words, view.canvas, el('p', { class: 'hint' }, 'Hover, or arrow keys, for the neighbours of a metric; click or Enter chooses it; drag moves, '
            + 'Ctrl and wheel zooms, double click shows all.', found.periods.total > found.periods.name.length
            && ` The first ${countText(found.periods.name.length)} of ${countText(found.periods.total)} periods are in this page.`), table.element);
        show(controls.filter());
        view.follow();
        page.selection.watch(['metric'], ({ metric }) => view.mark(found.nodes.findIndex((node) => node.metric === metric && metric >= 0)));
    },
};
