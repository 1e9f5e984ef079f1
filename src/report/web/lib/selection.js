// What the reader looks at: one small object that every chapter reads and may change. It stands in the
// address too, so that a view can be sent to a colleague who has the same file.

/** @param initial  { host, metric, band, score, from, to }; -1 is any, times in UTC seconds */
export function createSelection(initial) {
    const state = { ...initial };
    const listeners = [];

    return {
        get: () => state,
        set(changes) {
            const changed = Object.keys(changes).filter((field) => state[field] !== changes[field]);

            if (!changed.length) return;
            Object.assign(state, changes);
            for (const listener of listeners) listener(state, new Set(changed));
        },
        /** Call back after a change of any of the fields, with the state and the set of changed fields. */
        watch(fields, listener) {
            listeners.push((now, changed) => {
                if (fields.some((field) => changed.has(field))) listener(now, changed);
            });
        },
    };
}

function wholeNumber(text, lowest, count) {
    const value = /^-?\d+$/.test(text ?? '') ? Number(text) : NaN;

    return value >= lowest && value < count ? value : undefined;
}

/** The part of a selection that the address names, what does not fit this night left out. */
export function selectionOfHash(hash, counts) {
    const fields = new URLSearchParams(hash.replace(/^#/, ''));
    const wanted = {
        host: wholeNumber(fields.get('host'), 0, counts.hosts),
        metric: wholeNumber(fields.get('metric'), -1, counts.metrics),
        band: wholeNumber(fields.get('band'), -1, counts.bands),
        score: ['deciding', counts.hasModes && 'mrdmd'].includes(fields.get('score')) ? fields.get('score') : undefined,
    };

    return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
}

export function hashOfSelection({ host, metric, band, score }) {
    return `#${new URLSearchParams({ host, metric, band, score })}`;
}
