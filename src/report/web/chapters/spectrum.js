import { scaleLog } from 'd3-scale';
import { select } from 'd3-selection';
import { zoom, zoomIdentity } from 'd3-zoom';
import { bandText, countText, frequencyText, scoreText, spanText, timeText, valueText } from '../lib/text.js';
import { clipTo, createBox, drawTitle, drawXTicks, drawYTicks } from '../lib/plotbox.js';
import { colour, ramp } from '../lib/colour.js';
import { el, hideTip, onceAFrame, showTip, startDrawing, watchWidth } from '../lib/dom.js';

const HEIGHT = 440;
const DC_WIDTH = 72;
const REACH_PX = 9;

function levelColour(level, levels) {
    return ramp(['--level-0', '--level-1', '--level-2', '--level-3', '--level-4'].map(colour),
        levels > 1 ? level / (levels - 1) : 0);
}

function extentOf(values, isIn) {
    let low = Infinity;
    let high = -Infinity;

    values.forEach((value, i) => {
        if (!isIn(value, i)) return;
        low = Math.min(low, value);
        high = Math.max(high, value);
    });
    return low <= high ? [low, high] : [1, 10];
}

/** Is the mode without oscillation, to be drawn in the strip of DC? */
export function isDc(hz, bands) {
    const dc = bands.find((band) => !(band.low_hz > 0));

    return !(hz > 0) || Boolean(dc && hz < dc.high_hz);
}

function superscript(exponent) {
    return String(exponent).replace(/./g, (sign) => '\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079'[sign] ?? '\u207b');
}

function powerText(power) {
    const exponent = Math.log10(power);

    return Math.abs(exponent - Math.round(exponent)) < 1e-9 ? `10${superscript(Math.round(exponent))}` : '';
}

function decadeTicks([low, high]) {
    const first = Math.ceil(Math.log10(low));
    const count = Math.floor(Math.log10(high)) - first + 1;
    const step = Math.max(1, Math.ceil(count / 8));

    return Array.from({ length: Math.max(0, Math.ceil(count / step)) }, (_, i) => 10 ** (first + i * step));
}

const PERIODS_S = [0.1, 1, 10, 60, 600, 3600, 21600, 86400, 604800];

function createSpectrum(section, { night, selection, redraws }) {
    const { modes, windows, threshold_fraction: fraction } = night.spectrum;
    const bands = night.scores?.bands ?? night.spectrum.bands;
    const levels = windows.level.length ? Math.max(...windows.level) + 1 : 1;
    const kept = modes.is_kept.filter(Boolean).length;
    const hidden = new Set();
    const inDc = modes.frequency_hz.map((hz) => isDc(hz, bands));
    const [lowHz, highHz] = extentOf([...modes.frequency_hz.filter((hz, i) => !inDc[i] && hz > 0),
        ...bands.flatMap((band) => [band.low_hz, band.high_hz])], (hz) => hz > 0);
    const [lowPower, highPower] = extentOf(modes.power, (power) => power > 0);
    const canvas = el('canvas', { tabIndex: 0, role: 'img', 'aria-label':
        `Spectrum of ${modes.power.length} modes, frequency against power, ${kept} kept` });
    const legend = el('div', { class: 'levels', role: 'group', 'aria-label': 'Levels' });
    let width = 0;
    let transform = zoomIdentity;
    let near = -1;

    function scales() {
        const box = createBox(width, HEIGHT, { top: 30, bottom: 50 });
        const plot = { ...box, left: box.left + DC_WIDTH + 8 };
        const x = scaleLog().domain([lowHz / 1.1, highHz * 1.1]).range([plot.left, plot.right]);
        const y = scaleLog().domain([lowPower / 2, highPower * 2]).range([box.bottom, box.top]);

        return { box, plot, x: transform.rescaleX(x), y: transform.rescaleY(y) };
    }

    function placeOf(i, { box, x, y }) {
        const power = modes.power[i] > 0 ? modes.power[i] : lowPower;
        const level = windows.level[modes.window[i]];
        const px = inDc[i] ? box.left + 8 + (DC_WIDTH - 16) * (levels > 1 ? level / (levels - 1) : 0.5)
            : x(modes.frequency_hz[i]);

        return [px, y(power)];
    }

    function drawBands(context, s) {
        const chosen = selection.get().band;

        bands.forEach((band, number) => {
            const isDcBand = !(band.low_hz > 0);
            const left = isDcBand ? s.box.left : Math.max(s.plot.left, s.x(band.low_hz));
            const right = isDcBand ? s.box.left + DC_WIDTH : Math.min(s.plot.right, s.x(band.high_hz));

            if (right <= left) return;
            context.fillStyle = colour(number === chosen ? '--band-chosen' : number % 2 ? '--band-odd' : '--band-even');
            context.fillRect(left, s.box.top, right - left, s.box.bottom - s.box.top);
            context.save();
            context.beginPath();
            context.rect(left, s.box.top - 16, right - left, 16);
            context.clip();
            drawTitle(context, bandText(band), left + 3, s.box.top - 5);
            context.restore();
        });
    }

    function drawModes(context, s) {
        const radius = modes.power.length > 4000 ? 2.2 : 3.2;

        context.lineWidth = 1.2;
        for (let i = 0; i < modes.power.length; i++) {
            const level = windows.level[modes.window[i]];

            if (hidden.has(level)) continue;
            const [x, y] = placeOf(i, s);

            if (!inDc[i] && (x < s.plot.left || x > s.plot.right)) continue;
            context.beginPath();
            context.arc(x, y, i === near ? radius + 2.5 : radius, 0, 2 * Math.PI);
            context.globalAlpha = modes.is_kept[i] ? 0.85 : 0.55;
            context.fillStyle = context.strokeStyle = levelColour(level, levels);
            if (modes.is_kept[i]) context.fill();
            else context.stroke();
        }
        context.globalAlpha = 1;
    }

    const redraw = onceAFrame(() => {
        if (!width) return;
        const context = startDrawing(canvas, width, HEIGHT);
        const s = scales();

        drawBands(context, s);
        drawYTicks(context, s.box, decadeTicks(s.y.domain()), s.y, powerText);
        drawXTicks(context, s.plot, decadeTicks(s.x.domain()), s.x, frequencyText);
        PERIODS_S.filter((period) => s.x(1 / period) > s.plot.left + 20 && s.x(1 / period) < s.plot.right - 20)
            .forEach((period) => drawTitle(context, spanText(period), s.x(1 / period), s.box.bottom + 30, 'center'));
        drawTitle(context, 'by level', s.box.left + DC_WIDTH / 2, s.box.bottom + 16, 'center');
        drawTitle(context, 'power', s.box.left - 6, s.box.top - 5, 'right');
        drawTitle(context, 'frequency, and below it the period', s.plot.right, s.box.bottom + 46, 'right');
        clipTo(context, s.box, () => {
            if (fraction > 0) {
                context.fillStyle = colour('--muted');
                for (let x = s.box.left; x < s.box.right; x += 8) {
                    context.fillRect(x, s.y(fraction * highPower), 4, 1);
                }
            }
            drawModes(context, s);
        });
    });

    function nearest(event) {
        const bounds = canvas.getBoundingClientRect();
        const [px, py] = [event.clientX - bounds.left, event.clientY - bounds.top];
        const s = scales();
        let best = -1;
        let bestReach = REACH_PX ** 2;

        for (let i = 0; i < modes.power.length; i++) {
            if (hidden.has(windows.level[modes.window[i]])) continue;
            const [x, y] = placeOf(i, s);
            const reach = (x - px) ** 2 + (y - py) ** 2;

            if (reach < bestReach) [best, bestReach] = [i, reach];
        }
        return best;
    }

    function bandAt(event) {
        const px = event.clientX - canvas.getBoundingClientRect().left;
        const s = scales();
        const hz = px < s.plot.left ? 0 : s.x.invert(px);

        return bands.findIndex((band) => (hz === 0 ? !(band.low_hz > 0) : hz >= band.low_hz && hz < band.high_hz));
    }

    function windowSpan(i) {
        const window = modes.window[i];
        const from = night.start_unix_s + windows.first[window] * night.period_s;

        return [from, from + windows.count[window] * night.period_s];
    }

    function tipOf(i) {
        const [from, to] = windowSpan(i);
        const hz = modes.frequency_hz[i];

        return [hz > 0 ? `${frequencyText(hz)} · period ${spanText(1 / hz)}` : 'no oscillation',
            `power ${valueText(modes.power[i])} · ${modes.is_kept[i] ? 'kept' : 'not kept'}`,
            `growth ${scoreText(modes.growth[i] * 3600)} per hour`,
            `level ${windows.level[modes.window[i]]}, ${timeText(from)} to ${timeText(to, false)} UTC`];
    }

    canvas.addEventListener('pointermove', (event) => {
        const found = nearest(event);

        if (found !== near) {
            near = found;
            redraw();
        }
        if (near >= 0) showTip(event, tipOf(near));
        else hideTip();
    });
    canvas.addEventListener('pointerleave', () => { near = -1; hideTip(); redraw(); });
    canvas.addEventListener('click', (event) => {
        const found = nearest(event);

        if (found >= 0) {
            const [from, to] = windowSpan(found);

            selection.set({ from, to: Math.min(to, night.end_unix_s) });
        } else if (bandAt(event) >= 0 && night.scores) {
            selection.set({ band: selection.get().band === bandAt(event) ? -1 : bandAt(event) });
        }
    });

    function drawLegend() {
        legend.replaceChildren(el('span', {}, 'level'), ...Array.from({ length: levels }, (_, level) => {
            const swatch = el('i', { class: 'swatch' });

            swatch.style.background = levelColour(level, levels);
            return el('button', { type: 'button', 'aria-pressed': String(!hidden.has(level)), title: 'Show or hide this level',
                onclick: () => {
                    if (!hidden.delete(level)) hidden.add(level);
                    drawLegend();
                    redraw();
                } }, swatch, String(level));
        }), el('span', { class: 'muted' }, '● kept   ○ not kept   ┄ threshold'));
    }

    const zooming = zoom().scaleExtent([1, 60]).on('zoom', (event) => {
        transform = event.transform;
        redraw();
    }).filter((event) => !event.button && (event.type !== 'wheel' || event.ctrlKey || event.shiftKey || transform.k > 1));

    select(canvas).call(zooming).on('dblclick.zoom', () => select(canvas).call(zooming.transform, zoomIdentity));
    watchWidth(section, (now) => {
        width = now;
        zooming.translateExtent([[0, 0], [width, HEIGHT]]).extent([[0, 0], [width, HEIGHT]]);
        redraw();
    });
    selection.watch(['band'], redraw);
    redraws.push(() => { drawLegend(); redraw(); });
    drawLegend();
    section.append(el('p', { class: 'note' }, `${countText(modes.power.length)} modes of ${countText(windows.level.length)} `
        + `windows; ${countText(kept)} kept with power of at least ${fraction} of the largest. Click a mode for its window `
        + 'in the timeline, a band to choose it; Ctrl and wheel zooms.'), canvas, legend);
}

export const spectrum = {
    id: 'spectrum',
    title: 'mrDMD spectrum',
    class: 'right',
    applies: (night) => night.spectrum !== null && night.spectrum.modes.power.length > 0,
    mount: createSpectrum,
};
