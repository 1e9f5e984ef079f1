// Logarithmic axes of the spectrum. Pure.

/** Smallest and largest of the positive values; one decade where there is none. */
export function extentOf(values) {
    let low = Infinity;
    let high = -Infinity;

    for (const value of values) {
        if (!(value > 0)) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
    }
    return low <= high ? [low, high] : [1, 10];
}

/** Does the mode belong to the strip of DC: no oscillation, or slower than the DC band reaches? */
export function isDc(hz, bands) {
    const dc = bands.find((band) => !(band.low_hz > 0));

    return !(hz > 0) || Boolean(dc && hz < dc.high_hz);
}

export function powerOfTen(value) {
    const exponent = String(Math.round(Math.log10(value)));

    return `10${exponent.replace(/./g, (sign) => '\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079'[sign] ?? '\u207b')}`;
}

/** Powers of ten in a span, at most about eight. */
export function decadeTicks([low, high]) {
    const first = Math.ceil(Math.log10(low));
    const count = Math.floor(Math.log10(high)) - first + 1;
    const step = Math.max(1, Math.ceil(count / 8));

    return Array.from({ length: Math.max(0, Math.ceil(count / step)) }, (_, i) => 10 ** (first + i * step));
}
