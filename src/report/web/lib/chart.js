// What every canvas chart of the page shares: a canvas as wide as its section, painted once a frame.

import { el, hideTip, onceAFrame, watchWidth } from './dom.js';

export class Chart {
    /** @param label  what a screen reader says of the canvas */
    constructor(section, { night, selection, redraws }, label, properties = {}) {
        this.section = section;
        this.night = night;
        this.selection = selection;
        this.width = 0;
        this.canvas = el('canvas', { role: 'img', 'aria-label': label, ...properties });
        this.redraw = onceAFrame(() => this.width > 0 && this.paint());
        this.canvas.addEventListener('pointerleave', () => this.leave());
        redraws.push(() => this.recolour());
    }

    /** Begin to follow the width of the section; call when everything else is set up. */
    follow() {
        watchWidth(this.section, (width) => {
            this.width = width;
            this.resize();
            this.redraw();
        });
    }

    /** Paint at once: before printing there is no next frame. */
    paintNow() {
        if (this.width > 0) this.paint();
    }

    /** The pointer in the canvas's pixels. */
    pointer(event) {
        const box = this.canvas.getBoundingClientRect();

        return [event.clientX - box.left, event.clientY - box.top];
    }

    /* What a chart may do of its own. */
    resize() {}
    leave() { hideTip(); }
    recolour() { this.paintNow(); }
}
