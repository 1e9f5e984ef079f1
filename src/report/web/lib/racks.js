// Where each host stands on the map, in cells of size one. Pure: no canvas, no page.

const GAP = 0.6;
const LABEL_ROOM = 1.9;
const CELLS_PER_RACK_SIDE_RATIO = 3;
const FEW_HOSTS = 60;
const NAME_CELL_PX = 130;

/** A host of a small facility need not fill the page. */
export const LARGEST_CELL_PX = 34;

function groupBy(items, keyOf) {
    const groups = new Map();

    for (const item of items) {
        const key = keyOf(item);

        if (!groups.has(key)) groups.set(key, []);
        groups.get(key).push(item);
    }
    return groups;
}

function byPlace(a, b) {
    return a.chassis - b.chassis || a.slot - b.slot || a.number - b.number;
}

/** Racks of a row side by side, `perLine` to a line; cells of a rack in `columns` columns, chassis by chassis. */
function placeLines(rows, columns, perLine) {
    const cells = [];
    const racks = [];
    let top = 0;
    let width = 0;

    for (const [row, rackMap] of rows) {
        const list = [...rackMap];

        for (let first = 0; first < list.length; first += perLine) {
            let height = 0;

            list.slice(first, first + perLine).forEach(([rack, hosts], place) => {
                const left = place * (columns + GAP);
                let y = top + LABEL_ROOM;

                for (const chassis of groupBy(hosts, (host) => host.chassis).values()) {
                    chassis.forEach((host, i) => cells.push({ host: host.number, x: left + (i % columns),
                        y: y + Math.floor(i / columns) }));
                    y += Math.ceil(chassis.length / columns) + 0.25;
                }
                y -= 0.25;
                racks.push({ row, rack, x: left, y: top + LABEL_ROOM, width: columns, height: y - top - LABEL_ROOM });
                height = Math.max(height, y - top);
                width = Math.max(width, left + columns);
            });
            top += height + GAP;
        }
    }
    return { cells, racks, width, height: top - GAP };
}

function scaleOf(layout, width, height) {
    return Math.min(width / layout.width, height / layout.height);
}

function layoutRacks(hosts, width, height) {
    const rows = new Map([...groupBy([...hosts].sort((a, b) => a.row - b.row || a.rack - b.rack || byPlace(a, b)),
        (host) => host.row)].map(([row, list]) => [row, groupBy(list, (host) => host.rack)]));
    const rackSizes = [...rows.values()].flatMap((racks) => [...racks.values()].map((list) => list.length));
    const columns = Math.max(1, Math.round(Math.sqrt(Math.max(...rackSizes) / CELLS_PER_RACK_SIDE_RATIO)));
    const longest = Math.max(...[...rows.values()].map((racks) => racks.size));
    let best = null;

    for (let lines = 1; lines <= Math.min(longest, 40); lines++) {
        const layout = placeLines(rows, columns, Math.ceil(longest / lines));

        if (!best || scaleOf(layout, width, height) > scaleOf(best, width, height)) best = layout;
    }
    return best;
}

/** Hosts without a position: reading order in the grid of the largest square cells. */
function layoutGrid(hosts, width, height) {
    const count = hosts.length;
    let columns = 1;
    let best = 0;

    for (let tried = 1; tried <= count; tried++) {
        const size = Math.min(width / tried, height / Math.ceil(count / tried));

        if (size > best) [best, columns] = [size, tried];
    }
    return {
        cells: hosts.map((host, i) => ({ host: host.number, x: i % columns, y: Math.floor(i / columns) })),
        racks: [], width: columns, height: Math.ceil(count / columns), cellWidth: 1,
    };
}

/** A few hosts: wide cells with room for their names, over the whole width. */
function layoutNames(hosts, width) {
    const columns = Math.max(1, Math.min(hosts.length, Math.floor(width / NAME_CELL_PX)));
    const cellWidth = width / columns / LARGEST_CELL_PX;

    return {
        cells: hosts.map((host, i) => ({ host: host.number, x: (i % columns) * cellWidth, y: Math.floor(i / columns) })),
        racks: [], width: columns * cellWidth, height: Math.ceil(hosts.length / columns), cellWidth,
    };
}

/**
 * Place all hosts in a box of width by height pixels: by row, rack, chassis and slot where those are
 * known, the others in a compact grid below. Returns { cells, racks, width, height, cellWidth, unplaced }
 * in units of one cell's height.
 */
export function layoutHosts(hosts, width, height) {
    const placed = hosts.filter((host) => host.rack >= 0);
    const unplaced = hosts.filter((host) => host.rack < 0);

    if (!placed.length) {
        return { ...(hosts.length <= FEW_HOSTS ? layoutNames(hosts, width) : layoutGrid(hosts, width, height)),
            unplaced: hosts.length };
    }
    const layout = layoutRacks(placed, width, height);

    if (unplaced.length) {
        const columns = Math.max(1, Math.floor(layout.width));
        const top = layout.height + GAP + LABEL_ROOM;

        unplaced.forEach((host, i) => layout.cells.push({ host: host.number, x: i % columns,
            y: top + Math.floor(i / columns) }));
        layout.racks.push({ row: -1, rack: -1, x: 0, y: top, width: Math.min(columns, unplaced.length),
            height: Math.ceil(unplaced.length / columns) });
        layout.height = top + Math.ceil(unplaced.length / columns);
    }
    return { ...layout, cellWidth: 1, unplaced: unplaced.length };
}

/** The nearest cell from one in a direction (dx, dy), or null: for walking the map by arrow keys. */
export function neighbourCell(cells, from, dx, dy) {
    let best = null;
    let bestCost = Infinity;

    for (const cell of cells) {
        const along = (cell.x - from.x) * dx + (cell.y - from.y) * dy;
        const across = Math.abs((cell.x - from.x) * dy) + Math.abs((cell.y - from.y) * dx);

        if (along > 0.01 && along + 4 * across < bestCost) [best, bestCost] = [cell, along + 4 * across];
    }
    return best;
}
