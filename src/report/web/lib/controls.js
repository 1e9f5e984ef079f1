// The bar that stays in sight: which host, metric, band and score the chapters show.

import { bandRangeText, bandText, metricText, shown } from './text.js';
import { el } from './dom.js';

/** The hosts that a typed text may mean: exact name first, then beginnings, then parts. */
export function matchingHosts(hosts, text, limit = 12) {
    const wanted = text.trim().toLowerCase();
    const matches = [];

    if (!wanted) return matches;
    for (const rank of [(name) => name === wanted, (name) => name.startsWith(wanted) && name !== wanted,
        (name) => name.includes(wanted) && !name.startsWith(wanted)]) {
        for (const host of hosts) {
            if (matches.length === limit) return matches;
            if (rank(shown(host.name).toLowerCase())) matches.push(host);
        }
    }
    return matches;
}

function createHostFinder({ night, selection }) {
    const list = el('ul', { role: 'listbox', id: 'found-hosts', hidden: true });
    const input = el('input', { id: 'find-host', type: 'text', autocomplete: 'off', spellcheck: false,
        role: 'combobox', 'aria-expanded': 'false', 'aria-controls': 'found-hosts', 'aria-label': 'Host' });
    let active = 0;
    let found = [];

    function showName() {
        const host = night.hosts[selection.get().host];

        input.value = host ? shown(host.name) : '';
    }

    function close() {
        list.hidden = true;
        input.setAttribute('aria-expanded', 'false');
    }

    function choose(host) {
        close();
        if (host) selection.set({ host: host.number });
        showName();
    }

    function fill() {
        found = matchingHosts(night.hosts, input.value);
        active = Math.min(active, Math.max(0, found.length - 1));
        list.replaceChildren(...found.map((host, i) => el('li', { role: 'option',
            'aria-selected': String(i === active), onpointerdown: (event) => {
                event.preventDefault();
                choose(host);
            } }, shown(host.name))));
        if (!found.length && input.value.trim()) list.append(el('li', { class: 'muted' }, 'no such host'));
        list.hidden = !input.value.trim();
        input.setAttribute('aria-expanded', String(!list.hidden));
    }

    input.addEventListener('input', () => { active = 0; fill(); });
    input.addEventListener('focus', () => input.select());
    input.addEventListener('blur', () => { close(); showName(); });
    input.addEventListener('keydown', (event) => {
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];

        if (step && found.length) {
            active = (active + step + found.length) % found.length;
            fill();
            event.preventDefault();
        } else if (event.key === 'Enter') {
            if (list.hidden) fill();
            choose(found[active]);
            input.select();
        } else if (event.key === 'Escape') {
            close();
            showName();
            input.blur();
        }
    });
    selection.watch(['host'], showName);
    showName();
    return el('label', { class: 'finder' }, el('span', {}, 'Host'), input, list);
}

function createChoice({ id, label, field, options, selection }) {
    const select = el('select', { id, onchange: () => selection.set({ [field]: options[select.selectedIndex].value }) });
    const groups = new Map();

    for (const { text, hint, group } of options) {
        if (group && !groups.has(group)) {
            groups.set(group, el('optgroup', { label: group }));
            select.append(groups.get(group));
        }
        (group ? groups.get(group) : select).append(el('option', { title: hint }, text));
    }
    const show = () => { select.selectedIndex = options.findIndex(({ value }) => value === selection.get()[field]); };

    selection.watch([field], show);
    show();
    return el('label', {}, el('span', {}, label), select);
}

function metricOptions(metrics) {
    const sources = [...new Set(metrics.map((metric) => metric.source))];
    const grouped = sources.length > 1
        ? sources.flatMap((source) => metrics.filter((metric) => metric.source === source)) : metrics;

    return [{ value: -1, text: 'any (the worst)' }, ...grouped.map((metric) => ({
        value: metric.number, text: shown(metric.name, 60), hint: metricText(metric),
        group: sources.length > 1 ? shown(metric.source, 30) || 'other' : null,
    }))];
}

export function createControls(page) {
    const { night, selection } = page;
    const parts = [createHostFinder(page), createChoice({ id: 'choose-metric', label: 'Metric', field: 'metric',
        options: metricOptions(night.metrics), selection })];

    if (night.scores?.hasModes) {
        parts.push(createChoice({ id: 'choose-band', label: 'Band', field: 'band', selection, options: [
            { value: -1, text: 'any (the worst)' }, ...night.scores.bands.map((band, value) => ({
                value, text: bandText(band), hint: bandRangeText(band) }))] }),
        createChoice({ id: 'choose-score', label: 'Score', field: 'score', selection, options: [
            { value: 'deciding', text: 'band power z (decides)' }, { value: 'mrdmd', text: 'mrDMD z' }] }));
    }
    return el('form', { onsubmit: (event) => event.preventDefault() }, parts);
}
