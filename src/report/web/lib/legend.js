import { colour, ramp, scorePlace, scoreTicks } from './colour.js';
import { el, startDrawing } from './dom.js';
import { countText } from './text.js';

export function scoreStops() {
    return ['--z-low', '--z-low-mid', '--z-zero', '--z-high-mid', '--z-high'].map(colour);
}

/** The bar of the diverging scale with its unit: z is in standard deviations of the baseline, other scores in thresholds. */
export function createScoreLegend(isZ) {
    const width = 270;
    const height = 30;
    const canvas = el('canvas', { role: 'img' });

    return {
        element: el('span', { class: 'legend' }, el('span', {}, 'quieter'), canvas, el('span', {}, isZ ? 'louder than baseline (z)' : 'louder (1: the threshold)')),
        draw(limit) {
            const context = startDrawing(canvas, width, height);
            const stops = scoreStops();
            const margin = 16;
            const at = (z) => margin + 0.5 * (scorePlace(z, limit) + 1) * (width - 2 * margin);

            for (let x = margin; x < width - margin; x++) {
                context.fillStyle = ramp(stops, (x - margin) / (width - 2 * margin));
                context.fillRect(x, 2, 1.5, 10);
            }
            context.font = `10px ${colour('--font')}`;
            context.textAlign = 'center';
            let right = -Infinity;

            for (const tick of scoreTicks(limit)) {
                const text = countText(tick).replace('-', '\u2212');
                const half = 0.5 * context.measureText(text).width;

                context.fillStyle = colour('--muted');
                context.fillRect(at(tick) - 0.5, 12, 1, 3);
                if (at(tick) - half < right + 4) continue;
                context.fillText(text, at(tick), 25);
                right = at(tick) + half;
            }
            canvas.setAttribute('aria-label', `colour scale from ${-limit} (blue) over 0 to ${limit} (orange)`);
        },
    };
}
