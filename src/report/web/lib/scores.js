// The z-scores of all hosts, kept as codes: integers that order like the scores.

import { codesOfBase64, indicesOfBase64, scoreOfCode } from './decode.js';
import { scoreText } from './text.js';

/* Above any code's size, so that flagged cells come first. */
const FLAGGED_FIRST = 65536;

/** Cells of shape [bands][hosts][metrics kept]; a metric of -1 or a band of -1 means all of them. */
export class Scores {
    constructor(block, hostCount, metricCount) {
        Object.assign(this, { bands: block.bands, metrics: block.metric, bits: block.bits, hostCount });
        this.perAsinh = block.per_asinh;
        this.none = -(2 ** (block.bits - 1));
        this.codes = { deciding: codesOfBase64(block.deciding, block.bits) };
        if (block.mrdmd) this.codes.mrdmd = codesOfBase64(block.mrdmd, block.bits);
        this.flags = new Uint8Array(this.bands.length * hostCount * this.metrics.length);
        this.slotOfMetric = new Int32Array(metricCount).fill(-1);
        this.metrics.forEach((metric, slot) => { this.slotOfMetric[metric] = slot; });
        for (const index of indicesOfBase64(block.flagged)) this.flags[index] = 1;
    }

    /** Without mrDMD there is one score: the gravest value of other analyses in units of its threshold. */
    get hasModes() {
        return 'mrdmd' in this.codes;
    }

    titleOf(score) {
        return score === 'mrdmd' ? 'mrDMD z' : this.hasModes ? 'Band power z' : 'Value over threshold';
    }

    /** What a cell scored, in words. */
    sizeText(cell) {
        return this.hasModes ? `band power z ${scoreText(cell.deciding)}, mrDMD z ${scoreText(cell.mrdmd)}`
            : `${scoreText(cell.deciding)} times the threshold`;
    }

    get precisionText() {
        return this.bits === 8 ? '6 % of a z' : '0.04 % of a z';
    }

    /** Visit the cells of a host under a choice of metric and band. */
    visit(host, metric, band, see) {
        const slots = this.metrics.length;
        const firstSlot = metric < 0 ? 0 : this.slotOfMetric[metric];
        const endSlot = metric < 0 ? slots : firstSlot + 1;
        const endBand = band < 0 ? this.bands.length : band + 1;

        if (firstSlot < 0) return;
        for (let b = Math.max(0, band); b < endBand; b++) {
            const row = (b * this.hostCount + host) * slots;

            for (let slot = firstSlot; slot < endSlot; slot++) see(row + slot);
        }
    }

    cell(index) {
        const slots = this.metrics.length;
        const z = (score) => scoreOfCode(this.codes[score][index], this.bits, this.perAsinh);

        return {
            metric: this.metrics[index % slots],
            host: Math.floor(index / slots) % this.hostCount,
            band: Math.floor(index / slots / this.hostCount),
            deciding: z('deciding'),
            mrdmd: this.hasModes ? z('mrdmd') : NaN,
            isFlagged: this.flags[index] === 1,
        };
    }

    /** Worst cell of a host: flagged before not flagged, then by size; null where there is no score. */
    worst(host, metric, band, score) {
        const codes = this.codes[score];
        let best = -1;
        let bestSize = -1;

        this.visit(host, metric, band, (index) => {
            if (codes[index] === this.none) return;
            const size = Math.abs(codes[index]) + (this.flags[index] ? FLAGGED_FIRST : 0);

            if (size > bestSize) [best, bestSize] = [index, size];
        });
        return best < 0 ? null : this.cell(best);
    }

    /** All cells of a host that have a score, worst first. */
    cells(host, metric, band, score) {
        const cells = [];

        this.visit(host, metric, band, (index) => cells.push(this.cell(index)));
        return cells.filter((cell) => Number.isFinite(cell.deciding) || Number.isFinite(cell.mrdmd))
            .sort((a, b) => b.isFlagged - a.isFlagged || (Math.abs(b[score]) || 0) - (Math.abs(a[score]) || 0));
    }

    flaggedCount(host, metric, band) {
        let count = 0;

        this.visit(host, metric, band, (index) => { count += this.flags[index]; });
        return count;
    }
}
