import { scaleLog } from 'd3-scale';
import { select } from 'd3-selection';
import { zoom, zoomIdentity } from 'd3-zoom';
import { bandText, countText, frequencyText, scoreText, shown, spanText, timeText, valueText } from '../lib/text.js';
import { Chart } from '../lib/chart.js';
import { clipTo, createBox, drawTitle, drawXTicks, drawYTicks } from '../lib/plotbox.js';
import { colour, ramp } from '../lib/colour.js';
import { decadeTicks, extentOf, isDc, powerOfTen } from '../lib/spectrum.js';
import { el, hideTip, showTip, startDrawing } from '../lib/dom.js';

const HEIGHT = 440;
const DC_WIDTH = 72;
const REACH_PX = 9;
const MANY_MODES = 4000;
const PERIODS_S = [0.1, 1, 10, 60, 600, 3600, 21600, 86400, 604800];

function levelColour(level, levels) {
    return ramp(['--level-0', '--level-1', '--level-2', '--level-3', '--level-4'].map(colour),
        levels > 1 ? level / (levels - 1) : 0);
}

/** Modes of all windows: frequency against power, both logarithmic; what does not oscillate in a strip beside. */
class Spectrum extends Chart {
    constructor(section, page) {
        super(section, page, 'Spectrum of the modes, frequency against power', { tabIndex: 0 });
        const { modes, windows, threshold_fraction: fraction } = this.night.spectrum;

        Object.assign(this, { modes, windows, fraction, near: -1, hidden: new Set(), transform: zoomIdentity });
        this.bands = this.night.scores?.bands ?? [];
        this.levels = Math.max(0, ...windows.level) + 1;
        this.level = modes.window.map((window) => windows.level[window]);
        this.inDc = modes.frequency_hz.map((hz) => isDc(hz, this.bands));
        this.hzSpan = extentOf([...modes.frequency_hz.filter((_, i) => !this.inDc[i]),
            ...this.bands.flatMap((band) => [band.low_hz, band.high_hz])]);
        this.groups = this.night.spectrum.groups;
        this.legend = el('div', { class: 'levels', role: 'group', 'aria-label': 'Levels' });
        this.noteLine = el('span');
        this.groupChoice = this.createGroupChoice();
        this.use(this.groupOfChoice());
        this.listen();
        section.append(el('p', { class: 'note' }, this.groupChoice, this.noteLine), this.canvas, this.legend);
        this.follow();
    }

    listen() {
        this.canvas.addEventListener('pointermove', (event) => this.hover(event));
        this.canvas.addEventListener('click', (event) => this.choose(event));
        this.zooming = zoom().scaleExtent([1, 60]).on('zoom', (event) => {
            this.transform = event.transform;
            this.redraw();
        }).filter((event) => !event.button
            && (event.type !== 'wheel' || event.ctrlKey || event.shiftKey || this.transform.k > 1));
        select(this.canvas).call(this.zooming)
            .on('dblclick.zoom', () => select(this.canvas).call(this.zooming.transform, zoomIdentity));
        this.selection.watch(['band'], this.redraw);
        this.selection.watch(['metric'], () => this.use(this.groupOfChoice()));
    }

    /** Metrics of one unit are decomposed together; their power is in that unit squared. */
    createGroupChoice() {
        if (this.groups.length < 2) return '';
        const select = el('select', { 'aria-label': 'Unit', onchange: () => this.use(select.selectedIndex) },
            this.groups.map((name) => el('option', {}, shown(name, 30) || 'no unit')));

        return el('label', { class: 'group' }, el('span', {}, 'Metrics in'), select);
    }

    /** The group of the chosen metric, else the one in sight. */
    groupOfChoice() {
        const { metric } = this.selection.get();
        const found = metric < 0 ? -1 : this.groups.indexOf(this.night.metrics[metric].unit);

        return found < 0 ? (this.group ?? 0) : found;
    }

    use(group) {
        const { level, group: groupOf } = this.windows;
        const isMine = (window) => !groupOf || !this.groups.length || groupOf[window] === group;

        this.group = group;
        this.near = -1;
        if (this.groupChoice) this.groupChoice.querySelector('select').selectedIndex = group;
        this.shown = [...this.modes.power.keys()].filter((i) => isMine(this.modes.window[i]));
        this.roots = level.filter((value, window) => value === 0 && isMine(window)).length;
        this.powerSpan = extentOf(this.shown.map((i) => this.modes.power[i]));
        this.drawLegend();
        this.noteLine.textContent = this.noteText(level.filter((_, window) => isMine(window)).length);
        this.redraw();
    }

    noteText(windowCount) {
        const kept = this.shown.filter((i) => this.modes.is_kept[i]).length;

        return `${countText(this.shown.length)} modes of ${countText(windowCount)} windows; ${countText(kept)} kept, `
            + `with power of at least ${this.fraction} of the largest${this.roots > 1 ? ' of its tree' : ''}. `
            + 'Click a mode for its window in the timeline, a band to choose it; Ctrl and wheel zooms.';
    }

    resize() {
        this.zooming.translateExtent([[0, 0], [this.width, HEIGHT]]).extent([[0, 0], [this.width, HEIGHT]]);
    }

    recolour() {
        this.drawLegend();
        this.paintNow();
    }

    scales() {
        const box = createBox(this.width, HEIGHT, { top: 30, bottom: 50 });
        const plot = { ...box, left: box.left + DC_WIDTH + 8 };
        const x = scaleLog().domain([this.hzSpan[0] / 1.1, this.hzSpan[1] * 1.1]).range([plot.left, plot.right]);
        const y = scaleLog().domain([this.powerSpan[0] / 2, this.powerSpan[1] * 2]).range([box.bottom, box.top]);

        return { box, plot, x: this.transform.rescaleX(x), y: this.transform.rescaleY(y) };
    }

    placeOf(i, { box, x, y }) {
        const power = this.modes.power[i] > 0 ? this.modes.power[i] : this.powerSpan[0];
        const part = this.levels > 1 ? this.level[i] / (this.levels - 1) : 0.5;

        return [this.inDc[i] ? box.left + 8 + (DC_WIDTH - 16) * part : x(this.modes.frequency_hz[i]), y(power)];
    }

    paint() {
        const context = startDrawing(this.canvas, this.width, HEIGHT);
        const s = this.scales();

        this.bands.forEach((band, number) => this.paintBand(context, s, band, number));
        this.paintAxes(context, s);
        clipTo(context, s.box, () => {
            this.paintThreshold(context, s);
            this.paintModes(context, s);
        });
    }

    paintBand(context, s, band, number) {
        const isDcBand = !(band.low_hz > 0);
        const left = isDcBand ? s.box.left : Math.max(s.plot.left, s.x(band.low_hz));
        const right = isDcBand ? s.box.left + DC_WIDTH : Math.min(s.plot.right, s.x(band.high_hz));

        if (right <= left) return;
        context.fillStyle = colour(number === this.selection.get().band ? '--band-chosen'
            : number % 2 ? '--band-odd' : '--band-even');
        context.fillRect(left, s.box.top, right - left, s.box.bottom - s.box.top);
        context.save();
        context.beginPath();
        context.rect(left, s.box.top - 16, right - left - 4, 16);
        context.clip();
        drawTitle(context, bandText(band), left + 3, s.box.top - 5);
        context.restore();
    }

    paintAxes(context, s) {
        drawYTicks(context, s.box, decadeTicks(s.y.domain()), s.y, powerOfTen);
        drawXTicks(context, s.plot, decadeTicks(s.x.domain()), s.x, frequencyText);
        PERIODS_S.filter((period) => s.x(1 / period) > s.plot.left + 20 && s.x(1 / period) < s.plot.right - 20)
            .forEach((period) => drawTitle(context, spanText(period), s.x(1 / period), s.box.bottom + 30, 'center'));
        drawTitle(context, 'by level', s.box.left + DC_WIDTH / 2, s.box.bottom + 16, 'center');
        drawTitle(context, 'power', s.box.left - 6, s.box.top - 5, 'right');
        drawTitle(context, 'frequency, and below it the period', s.plot.right, s.box.bottom + 46, 'right');
    }

    paintThreshold(context, s) {
        /* With several trees each has a threshold of its own. */
        if (!(this.fraction > 0) || this.roots > 1) return;
        context.fillStyle = colour('--muted');
        for (let x = s.box.left; x < s.box.right; x += 8) {
            context.fillRect(x, s.y(this.fraction * this.powerSpan[1]), 4, 1);
        }
    }

    paintModes(context, s) {
        const radius = this.shown.length > MANY_MODES ? 2.2 : 3;
        const colours = Array.from({ length: this.levels }, (_, level) => levelColour(level, this.levels));

        context.lineWidth = 1;
        for (const isKept of [0, 1]) {
            context.globalAlpha = isKept ? 0.9 : 0.35;
            for (const i of this.shown) {
                if (this.modes.is_kept[i] !== isKept || this.hidden.has(this.level[i])) continue;
                const [x, y] = this.placeOf(i, s);

                if (!this.inDc[i] && (x < s.plot.left || x > s.plot.right)) continue;
                context.beginPath();
                context.arc(x, y, i === this.near ? radius + 2.5 : radius, 0, 2 * Math.PI);
                context.fillStyle = context.strokeStyle = colours[this.level[i]];
                if (isKept) context.fill();
                else context.stroke();
            }
        }
        context.globalAlpha = 1;
    }

    modeAt(event) {
        const [px, py] = this.pointer(event);
        const s = this.scales();
        let best = -1;
        let bestReach = REACH_PX ** 2;

        for (const i of this.shown) {
            if (this.hidden.has(this.level[i])) continue;
            const [x, y] = this.placeOf(i, s);
            const reach = (x - px) ** 2 + (y - py) ** 2;

            if (reach < bestReach) [best, bestReach] = [i, reach];
        }
        return best;
    }

    bandAt(event) {
        const [px] = this.pointer(event);
        const s = this.scales();
        const hz = px < s.plot.left ? 0 : s.x.invert(px);

        return this.bands.findIndex((band) => (hz === 0 ? !(band.low_hz > 0) : hz >= band.low_hz && hz < band.high_hz));
    }

    windowSpan(i) {
        const window = this.modes.window[i];
        const from = this.night.start_unix_s + this.windows.first[window] * this.night.period_s;

        return [from, from + this.windows.count[window] * this.night.period_s];
    }

    tipOf(i) {
        const [from, to] = this.windowSpan(i);
        const hz = this.modes.frequency_hz[i];

        return [hz > 0 ? `${frequencyText(hz)} · period ${spanText(1 / hz)}` : 'no oscillation',
            `power ${valueText(this.modes.power[i])} · ${this.modes.is_kept[i] ? 'kept' : 'not kept'}`,
            `growth ${scoreText(this.modes.growth[i] * 3600)} per hour`,
            `level ${this.level[i]}, ${timeText(from)} to ${timeText(to, false)} UTC`];
    }

    hover(event) {
        const found = this.modeAt(event);

        if (found !== this.near) {
            this.near = found;
            this.redraw();
        }
        if (found >= 0) showTip(event, this.tipOf(found));
        else hideTip();
    }

    leave() {
        this.near = -1;
        hideTip();
        this.redraw();
    }

    choose(event) {
        const mode = this.modeAt(event);
        const band = this.bandAt(event);

        if (mode >= 0) {
            const [from, to] = this.windowSpan(mode);

            this.selection.set({ from, to: Math.min(to, this.night.end_unix_s) });
        } else if (band >= 0) {
            this.selection.set({ band: this.selection.get().band === band ? -1 : band });
        }
    }

    toggle(level) {
        if (!this.hidden.delete(level)) this.hidden.add(level);
        this.recolour();
    }

    drawLegend() {
        this.legend.replaceChildren(el('span', {}, 'level'), ...Array.from({ length: this.levels }, (_, level) => {
            const swatch = el('i', { class: 'swatch' });

            swatch.style.background = levelColour(level, this.levels);
            return el('button', { type: 'button', 'aria-pressed': String(!this.hidden.has(level)),
                title: 'Show or hide this level', onclick: () => this.toggle(level) }, swatch, String(level));
        }), el('span', { class: 'muted' }, `● kept   ○ not kept${this.roots > 1 ? '' : '   ┄ threshold'}`));
    }
}

export const spectrum = {
    id: 'spectrum',
    title: 'mrDMD spectrum',
    class: 'right',
    applies: (night) => night.spectrum !== null && night.spectrum.modes.power.length > 0,
    mount: (section, page) => new Spectrum(section, page),
};
