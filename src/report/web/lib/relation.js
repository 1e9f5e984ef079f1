// The relation graph: which metric's past moves which. Filters, neighbours and periods. Pure.

export const ALL_TIME = -1;

export class Relation {
    constructor(block) {
        const { nodes, edges, periods } = block;

        Object.assign(this, { windows: block.windows, pairCount: block.pair_count, periods });
        this.nodes = nodes.name.map((name, number) => ({ number, name, metric: nodes.metric[number],
            isUsed: nodes.is_used[number] === 1, core: nodes.core[number] }));
        this.edges = edges.from.map((from, number) => ({ number, from, to: edges.to[number], isKept: edges.is_kept[number] === 1,
            ...Object.fromEntries(['influence', 'low', 'high', 'rise', 'slope', 'stable', 'correlation', 'lag', 'sign']
                .map((field) => [field, edges[field][number]])) }));
        this.keptCount = this.edges.filter((edge) => edge.isKept).length;
        /** All weights, largest first: what the filter walks over. */
        this.weights = this.edges.map((edge) => edge.influence).sort((a, b) => b - a);
        this.cores = [...new Set(this.nodes.map((node) => node.core))].filter((core) => core > 0).sort((a, b) => a - b);
    }

    /** The influence of an edge in a period, or over all time. */
    weightOf(edge, period = ALL_TIME) {
        return period === ALL_TIME ? edge.influence : (this.periods.influence[period][edge.number] ?? 0);
    }

    /**
     * Edges that pass, strongest first. @param filter  { least, isKeptOnly, core, period }: weights from `least` on, both
     * ends in the k-core of `core`
     */
    visible({ least = 0, isKeptOnly = false, core = 0, period = ALL_TIME }) {
        return this.edges.filter((edge) => this.weightOf(edge, period) >= least && (!isKeptOnly || edge.isKept)
            && this.nodes[edge.from].core >= core && this.nodes[edge.to].core >= core)
            .sort((a, b) => this.weightOf(b, period) - this.weightOf(a, period));
    }

    nodesOf(edges) {
        return [...new Set(edges.flatMap((edge) => [edge.from, edge.to]))].sort((a, b) => a - b);
    }

    /** What changes from one period to another among edges of at least a weight: { gone, come }. */
    changes(before, now, filter) {
        const then = new Set(this.visible({ ...filter, period: before }).map((edge) => edge.number));
        const next = new Set(this.visible({ ...filter, period: now }).map((edge) => edge.number));

        return { gone: [...then].filter((number) => !next.has(number)), come: [...next].filter((number) => !then.has(number)) };
    }

    /** How alike two periods are: { jaccard, overlap, tau }, each beside what two halves of one period come to. */
    likeness(a, b) {
        return Object.fromEntries(['jaccard', 'overlap', 'tau'].map((measure) => {
            const table = this.periods[measure];

            return [measure, { between: table[a][b], within: 0.5 * (table[a][a] + table[b][b]) }];
        }));
    }
}

/** Edges into and out of a node, strongest first as they come. */
export function neighboursOf(node, edges) {
    return { causes: edges.filter((edge) => edge.to === node), effects: edges.filter((edge) => edge.from === node) };
}

/** The metric without its source, which stands behind the last "::". */
export function shortName(name) {
    const place = name.lastIndexOf('::');

    return place > 0 ? name.slice(0, place) : name;
}
