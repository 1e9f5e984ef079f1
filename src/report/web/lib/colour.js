// Colours from the style sheet, so that light, dark and print are decided in one place.

let cached = null;

/** Value of a custom property such as --ink. */
export function colour(name) {
    cached ??= new Map();
    if (!cached.has(name)) {
        cached.set(name, getComputedStyle(document.documentElement).getPropertyValue(name).trim());
    }
    return cached.get(name);
}

/** Redraw when the colours change: another scheme, or paper. */
export function watchColours(redraw) {
    const changed = () => {
        cached = null;
        redraw();
    };

    window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
    window.addEventListener('beforeprint', () => {
        document.documentElement.classList.add('on-paper');
        changed();
    });
    window.addEventListener('afterprint', () => {
        document.documentElement.classList.remove('on-paper');
        changed();
    });
}

export function channels(hex) {
    const value = parseInt(hex.slice(1), 16);

    return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Piecewise linear ramp through colours "#rrggbb"; t in 0 to 1. */
export function ramp(stops, t) {
    const place = Math.min(1, Math.max(0, t)) * (stops.length - 1);
    const first = Math.min(stops.length - 2, Math.floor(place));
    const from = channels(stops[first]);
    const to = channels(stops[first + 1]);

    return `rgb(${from.map((c, i) => Math.round(c + (to[i] - c) * (place - first))).join(',')})`;
}

/** Black or white, whichever reads better on a colour "#rrggbb", as a canvas gives it. */
export function inkOn(background) {
    const [red, green, blue] = channels(background);

    return 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? '#101418' : '#ffffff';
}

/* Up to about this size a score is everyday noise and stays pale; beyond it colours grow with its logarithm. */
const EVERYDAY_Z = 3;

/** Place of a score on the diverging scale: -1 to 1. */
export function scorePlace(z, limit) {
    return Math.max(-1, Math.min(1, Math.asinh(z / EVERYDAY_Z) / Math.asinh(limit / EVERYDAY_Z)));
}

/** Colours for a list of scores' places, from a table: thousands of marks a frame. */
export function scoreColours(stops, size = 129) {
    const table = Array.from({ length: size }, (_, i) => ramp(stops, i / (size - 1)));

    return (z, limit) => table[Math.round(0.5 * (scorePlace(z, limit) + 1) * (size - 1))];
}

/** Marks for a legend from -limit to limit: 0, 1, 3, 10, 30, ... */
export function scoreTicks(limit) {
    const ticks = [0];

    for (let decade = 1; decade <= limit; decade *= 10) {
        for (const tick of [decade, 3 * decade]) if (tick <= limit) ticks.push(tick, -tick);
    }
    return ticks.sort((a, b) => a - b);
}

/** The next of 3, 10, 30, ... at or above a size: limits that do not change with every click. */
export function roundLimit(size) {
    const wanted = Math.max(size, 3);
    const decade = 10 ** Math.floor(Math.log10(wanted));

    return [1, 3, 10].map((factor) => factor * decade).find((limit) => limit >= wanted);
}
