// How the predictor was trained: loss by epoch, with what two simple predictors come to.

import { Chart } from './chart.js';
import { clipTo, createBox, drawTitle, drawXTicks, drawYTicks } from './plotbox.js';
import { colour } from './colour.js';
import { startDrawing } from './dom.js';
import { valueText } from './text.js';

const HEIGHT = 190;

/** About `most` round values between two ends. */
export function roundTicks(low, high, most = 5) {
    const rough = (high - low) / most;
    const decade = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((factor) => factor * decade).find((size) => size >= rough);
    const ticks = [];

    if (!(high > low)) return [low];
    for (let i = Math.ceil(low / step); i * step <= high; i++) ticks.push(+(i * step).toPrecision(12));
    return ticks;
}

/** Lowest and highest of what is known, with a margin. */
export function lossSpan(values) {
    const known = values.filter(Number.isFinite);
    const [low, high] = [Math.min(...known), Math.max(...known)];
    const margin = high > low ? 0.08 * (high - low) : Math.max(1e-6, 0.1 * Math.abs(high));

    return known.length ? [low - margin, high + margin] : [0, 1];
}

export class Training extends Chart {
    constructor(section, page, forecast) {
        super(section, page, 'Training and validation loss by epoch');
        const { epochs, facts } = forecast;

        Object.assign(this, { epochs, best: facts.best_epoch });
        this.simple = [['ridge regression', facts.ridge_loss], ['last value', facts.last_value_loss]]
            .filter(([, loss]) => Number.isFinite(loss));
        this.span = lossSpan([...epochs.training, ...epochs.validation, ...this.simple.map(([, loss]) => loss)]);
    }

    paint() {
        const context = startDrawing(this.canvas, this.width, HEIGHT);
        const box = createBox(this.width, HEIGHT, { left: 62, top: 20, bottom: 32 });
        const count = this.epochs.training.length;
        const x = (epoch) => box.left + 12 + ((epoch + 0.5) / count) * (box.right - box.left - 24);
        const y = (loss) => box.bottom - ((loss - this.span[0]) / (this.span[1] - this.span[0])) * (box.bottom - box.top);
        const step = Math.max(1, Math.ceil(count / 12));

        drawYTicks(context, box, roundTicks(...this.span), y, valueText);
        drawXTicks(context, box, [...Array(count).keys()].filter((epoch) => epoch % step === 0), x, (epoch) => String(epoch + 1));
        clipTo(context, box, () => {
            this.paintSimple(context, box, y);
            this.paintLine(context, this.epochs.training, '--muted', x, y);
            this.paintLine(context, this.epochs.validation, '--line', x, y);
            this.paintBest(context, x, y);
        });
        drawTitle(context, 'mean squared error, scaled', box.left, box.top - 6);
        drawTitle(context, 'epoch', box.right, HEIGHT - 4, 'right');
    }

    paintSimple(context, box, y) {
        context.setLineDash([5, 4]);
        context.strokeStyle = colour('--rule');
        for (const [name, loss] of this.simple) {
            context.beginPath();
            context.moveTo(box.left, y(loss));
            context.lineTo(box.right, y(loss));
            context.stroke();
            drawTitle(context, name, box.right - 4, y(loss) - 3, 'right');
        }
        context.setLineDash([]);
    }

    paintLine(context, values, stroke, x, y) {
        context.beginPath();
        values.forEach((loss, epoch) => { if (loss !== null) context.lineTo(x(epoch), y(loss)); });
        context.strokeStyle = context.fillStyle = colour(stroke);
        context.lineWidth = 1.5;
        context.stroke();
        values.forEach((loss, epoch) => loss !== null && values.length < 60 && context.fillRect(x(epoch) - 1.5, y(loss) - 1.5, 3, 3));
    }

    paintBest(context, x, y) {
        const loss = this.epochs.validation[this.best];

        if (!Number.isFinite(loss)) return;
        context.beginPath();
        context.arc(x(this.best), y(loss), 5, 0, 2 * Math.PI);
        context.strokeStyle = colour('--chosen');
        context.lineWidth = 2;
        context.stroke();
    }
}
