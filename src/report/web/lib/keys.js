// Single keys for those who walk through the night's findings by hand.

function isTyping(target) {
    return /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
}

export function createKeys({ night, selection }) {
    const ranked = night.ranking?.host ?? [];

    function step(by) {
        const now = ranked.indexOf(selection.get().host);
        const next = now < 0 ? 0 : Math.min(ranked.length - 1, Math.max(0, now + by));

        if (ranked.length) selection.set({ host: ranked[next], metric: -1, band: -1 });
    }

    const actions = {
        '/': () => {
            document.getElementById('find-host').focus();
            document.getElementById('find-host').select();
        },
        j: () => step(1),
        k: () => step(-1),
        m: () => document.getElementById('choose-metric').focus(),
        b: () => document.getElementById('choose-band')?.focus(),
        s: () => selection.set({ score: selection.get().score === 'mrdmd' || !night.scores?.hasModes ? 'deciding' : 'mrdmd' }),
    };

    document.addEventListener('keydown', (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || !actions[event.key]) return;
        event.preventDefault();
        actions[event.key]();
    });
}
