import { chapters } from './chapters/index.js';
import { bandRangeText, bandText, countOf, countText, metricText, shown, timeText } from './lib/text.js';
import { watchColours } from './lib/colour.js';
import { el } from './lib/dom.js';
import { createKeys } from './lib/keys.js';
import { createNight } from './lib/night.js';
import { createSelection, hashOfSelection, selectionOfHash } from './lib/selection.js';
import { createControls } from './lib/controls.js';

function verdict(night) {
    if (!night.ranking) return 'No scores in this report.';
    const flagged = night.flagged_hosts;
    const count = night.hosts.length;

    if (!flagged) return count === 1 ? 'The host behaved like itself.' : `All ${countText(count)} hosts behaved like themselves.`;
    return `${countOf(flagged, 'host')} of ${countText(count)} behaved unlike ${flagged === 1 ? 'itself' : 'themselves'}.`;
}

function masthead(night, mounted) {
    document.getElementById('masthead').append(
        el('div', { class: 'title' },
            el('h1', {}, el('bdi', {}, shown(night.facility) || 'Facility'), ' ',
                el('span', { class: 'muted' }, `${timeText(night.start_unix_s)} to ${timeText(night.end_unix_s)} UTC`)),
            el('p', { class: night.flagged_hosts ? 'verdict flagged' : 'verdict' }, verdict(night))),
        el('nav', { 'aria-label': 'Chapters' },
            mounted.map(({ id, title }) => el('a', { href: `#${id}`, onclick: (event) => {
                event.preventDefault();
                document.getElementById(id).scrollIntoView();
                document.getElementById(id).focus({ preventScroll: true });
            } }, title))));
}

function footer(night) {
    document.getElementById('footer').append(
        `Telltale ${night.version} · page written ${timeText(night.created_unix_s)} UTC · all times UTC · `,
        'keys: ', ...[['/', 'find a host'], ['j k', 'next, previous host in the ranking'], ['m b', 'metric, band'],
            ['s', 'other score']].flatMap(([key, meaning]) => [el('kbd', {}, key), ` ${meaning}  `]));
}

function firstSelection(night) {
    const top = night.ranking?.host.length ? 0 : -1;
    const selection = {
        host: top < 0 ? (night.hosts.length ? 0 : -1) : night.ranking.host[0],
        metric: -1,
        band: -1,
        score: 'deciding',
        from: night.start_unix_s,
        to: night.end_unix_s,
    };

    return { ...selection, ...selectionOfHash(location.hash, {
        hosts: night.hosts.length, metrics: night.metrics.length, bands: night.scores?.bands.length ?? 0,
        hasModes: night.scores?.hasModes }) };
}

/** A chapter that cannot be shown says so and leaves the others alone. */
function mountChapter(chapter, main, page) {
    const section = el('section', { id: chapter.id, tabIndex: -1, class: chapter.class ?? '' }, el('h2', {}, chapter.title));

    main.append(section);
    try {
        chapter.mount(section, page);
    } catch (error) {
        section.append(el('p', { class: 'broken' }, `This chapter cannot be shown (${error.message}).`));
        console.error(error);
    }
}

function start() {
    const night = createNight();
    const selection = createSelection(firstSelection(night));
    const page = { night, selection, redraws: [], metricText, bandText, bandRangeText };
    const main = document.getElementById('chapters');
    const mounted = chapters.filter((chapter) => chapter.applies(night)).map((chapter) => ({ ...chapter,
        title: typeof chapter.title === 'function' ? chapter.title(night) : chapter.title }));

    masthead(night, mounted);
    document.getElementById('selection').hidden = !night.hosts.length;
    document.getElementById('selection').append(createControls(page));
    for (const chapter of mounted) {
        mountChapter(chapter, main, page);
    }
    footer(night);
    createKeys(page);
    selection.watch(['host', 'metric', 'band', 'score'], (state) => {
        try {
            history.replaceState(null, '', hashOfSelection(state));
        } catch { /* some browsers forbid it for files: the address is a convenience */ }
    });
    watchColours(() => page.redraws.forEach((redraw) => redraw()));
}

try {
    start();
    document.documentElement.dataset.state = 'ready';
} catch (error) {
    document.documentElement.dataset.state = 'broken';
    document.getElementById('chapters').append(el('p', { class: 'broken' },
        `This page's data cannot be read (${error.message}). The file may be cut short; write it again with `
        + 'telltale report.'));
    throw error;
}
