// What people read: names made harmless for one line, numbers with units, times in UTC.

const LONGEST_NAME = 120;

/**
 * A name as it may stand on a line or in a tip. Whoever wrote the logs chose it: control characters and
 * those that turn the direction of writing become visible marks, and what is longer than a line is cut.
 */
export function shown(name, longest = LONGEST_NAME) {
    const line = String(name ?? '')
        .replace(/\r\n|[\n\r\u2028\u2029]/g, '\u23ce')
        // eslint-disable-next-line no-control-regex
        .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]/g, '\ufffd');

    return line.length > longest ? `${line.slice(0, longest - 1)}\u2026` : line;
}

export function countText(count) {
    return Number(count).toLocaleString('en-US');
}

/** "1 host", "3 hosts". */
export function countOf(count, noun, plural = `${noun}s`) {
    return `${countText(count)} ${count === 1 ? noun : plural}`;
}

export function scoreText(z) {
    if (!Number.isFinite(z)) return '\u2013';
    const size = Math.abs(z);
    const digits = size < 9.95 ? size.toFixed(1) : countText(Math.round(size));

    return `${z < 0 && digits !== '0.0' ? '\u2212' : ''}${digits}`;
}

/** Four significant digits, powers of ten only where they are shorter. */
export function valueText(value) {
    if (!Number.isFinite(value)) return '\u2013';
    const size = Math.abs(value);
    if (size >= 1e15 || (size > 0 && size < 1e-4)) return value.toExponential(2).replace('-', '\u2212');
    const digits = size >= 1000 || size === 0 ? 0 : Math.min(6, 3 - Math.floor(Math.log10(size)));

    return value.toLocaleString('en-US', { maximumFractionDigits: digits }).replace('-', '\u2212');
}

/** Short form for an axis: 12 k, 3.4 M. */
export function tickText(value) {
    const size = Math.abs(value);
    const [factor, prefix] = size >= 1e15 ? [1e15, 'P'] : size >= 1e12 ? [1e12, 'T'] : size >= 1e9 ? [1e9, 'G']
        : size >= 1e6 ? [1e6, 'M'] : size >= 1e4 ? [1e3, 'k'] : [1, ''];

    if (size > 0 && size < 1e-4) return value.toExponential(0).replace('-', '\u2212');
    return `${+(value / factor).toPrecision(5)}${prefix && ` ${prefix}`}`.replace('-', '\u2212');
}

const SPANS = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's'], [1e-3, 'ms']];

/** A length of time in its natural unit: "30 s", "26 min", "1.5 h". */
export function spanText(seconds, digits = 3) {
    if (!Number.isFinite(seconds)) return '\u2013';
    const [unit_s, unit] = SPANS.find(([size]) => seconds >= size) ?? SPANS.at(-1);

    return `${+(seconds / unit_s).toPrecision(seconds / unit_s >= 10 ? 2 : digits)} ${unit}`;
}

/** A frequency with the period that an operator thinks in. */
export function frequencyText(hz) {
    if (!(hz > 0)) return '0 Hz';
    const [factor, unit] = hz >= 1 ? [1, 'Hz'] : hz >= 1e-3 ? [1e-3, 'mHz'] : [1e-6, 'µHz'];

    return `${+(hz / factor).toPrecision(3)} ${unit}`;
}

/** A band as the page names it: by the periods it holds. A band that starts at zero is DC. */
export function bandText(band) {
    if (!band) return 'any band';
    if (!(band.low_hz > 0)) return 'DC';
    return `${spanText(1 / band.high_hz, 2)} \u2013 ${spanText(1 / band.low_hz, 2)}`;
}

export function bandRangeText(band) {
    return band.low_hz > 0 ? `${frequencyText(band.low_hz)} to ${frequencyText(band.high_hz)}`
        : `below ${frequencyText(band.high_hz)}: mean and slow drift`;
}

function two(number) {
    return String(number).padStart(2, '0');
}

/** "2026-11-20 23:14:30", UTC; the seconds only where they are not zero. */
export function timeText(unix_s, withDate = true) {
    if (!Number.isFinite(unix_s) || unix_s < 0) return 'unknown';
    const date = new Date(unix_s * 1000);
    const clock = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
    const seconds = date.getUTCSeconds() ? `:${two(date.getUTCSeconds())}` : '';
    const day = `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;

    return withDate ? `${day} ${clock}${seconds}` : `${clock}${seconds}`;
}

export function metricText(metric) {
    if (!metric) return 'any metric';
    return metric.source ? `${shown(metric.name, 60)} \u00b7 ${shown(metric.source, 24)}` : shown(metric.name, 60);
}

/** A counter is drawn as its rate. */
export function unitText(metric) {
    const unit = shown(metric.unit, 16);

    if (metric.is_counter) return `${unit || '1'}/s`;
    return unit;
}
