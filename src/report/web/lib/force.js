// Where the metrics of a graph stand: springs along edges, repulsion between all. The same graph gives the same picture.

import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from 'd3-force';

const STEPS = 260;
const STEPS_AGAIN = 90;
const STEPS_MANY = 110;
const MANY_NODES = 150;

/**
 * @param places  of a layout before, Map of node to { x, y }: nodes stay near where they were
 * @return  Map of node to { x, y } about the origin
 */
export function layOut(nodes, edges, places, weightOf) {
    const bodies = nodes.map((number) => ({ number, ...places.get(number) }));
    const most = Math.max(1e-300, ...edges.map(weightOf));
    const isNew = nodes.some((number) => !places.has(number));
    const simulation = forceSimulation(bodies).stop()
        .force('link', forceLink(edges.map((edge) => ({ source: edge.from, target: edge.to, part: weightOf(edge) / most })))
            .id((body) => body.number).distance(70).strength((link) => 0.15 + 0.5 * Math.sqrt(link.part)))
        .force('charge', forceManyBody().strength(-260).distanceMax(500))
        .force('x', forceX().strength(0.03)).force('y', forceY().strength(0.12))
        .force('collide', forceCollide(20));

    if (!isNew) simulation.alpha(0.3);
    simulation.tick(!isNew ? STEPS_AGAIN : nodes.length > MANY_NODES ? STEPS_MANY : STEPS);
    return new Map(bodies.map(({ number, x, y }) => [number, { x, y }]));
}
