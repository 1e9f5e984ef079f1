// Zooming and moving the span of time in sight, which all charts over time share.

const SHORTEST_SPAN_SAMPLES = 4;

export class SpanControl {
    constructor(night, selection) {
        Object.assign(this, { night, selection });
    }

    /** Show a span, kept inside the night and not below a few samples. */
    range(from, to) {
        const { start_unix_s: start, end_unix_s: end, period_s: period } = this.night;
        const [first, last] = [Math.max(start, from), Math.min(end, to)];
        const half = 0.5 * Math.max(last - first, SHORTEST_SPAN_SAMPLES * period);
        const middle = 0.5 * (first + last);

        this.selection.set({ from: Math.max(start, middle - half), to: Math.min(end, middle + half) });
    }

    /** Zoom by a factor about a place of the span in sight, 0 left to 1 right. */
    zoomBy(factor, place = 0.5) {
        const { from, to } = this.selection.get();
        const centre = from + place * (to - from);

        this.range(centre - place * (to - from) * factor, centre + (1 - place) * (to - from) * factor);
    }

    moveBy(part) {
        const { from, to } = this.selection.get();
        const step = Math.max(this.night.start_unix_s - from, Math.min(this.night.end_unix_s - to, part * (to - from)));

        this.selection.set({ from: from + step, to: to + step });
    }

    whole() {
        this.selection.set({ from: this.night.start_unix_s, to: this.night.end_unix_s });
    }

    key(event) {
        const action = { '+': () => this.zoomBy(0.5), '=': () => this.zoomBy(0.5), '-': () => this.zoomBy(2),
            0: () => this.whole(), ArrowLeft: () => this.moveBy(-0.25), ArrowRight: () => this.moveBy(0.25) }[event.key];

        if (!action || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        action();
    }
}
