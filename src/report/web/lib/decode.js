// The packed numbers of the page: z-scores and timelines. What is written here is the other half of
// src/report/pack.c.

export const KIND_EMPTY = 0;
export const KIND_CONSTANT = 1;
export const KIND_SAMPLES = 2;
export const KIND_BUCKETS = 3;

const MISSING = 65535;
const TOP_CODE = 65534;

export function bytesOfBase64(text) {
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);

    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
}

/** Scores as codes: the integer nearest to asinh(z) * perAsinh, the lowest integer where there is none. */
export function codesOfBase64(text, bits) {
    const bytes = bytesOfBase64(text);

    if (bits === 8) return new Int8Array(bytes.buffer);
    const view = new DataView(bytes.buffer);
    const codes = new Int16Array(bytes.length >> 1);

    for (let i = 0; i < codes.length; i++) codes[i] = view.getInt16(2 * i, true);
    return codes;
}

export function scoreOfCode(code, bits, perAsinh) {
    return code === -(2 ** (bits - 1)) ? NaN : Math.sinh(code / perAsinh);
}

export function indicesOfBase64(text) {
    const bytes = bytesOfBase64(text);
    const view = new DataView(bytes.buffer);
    const indices = new Uint32Array(bytes.length >> 2);

    for (let i = 0; i < indices.length; i++) indices[i] = view.getUint32(4 * i, true);
    return indices;
}

function valuesAt(view, offset, count, low, high) {
    const values = new Array(count);
    const step = (high - low) / TOP_CODE;

    for (let i = 0; i < count; i++) {
        const code = view.getUint16(offset + 2 * i, true);

        values[i] = code === MISSING ? null : low + code * step;
    }
    return values;
}

function bucketCount(sampleCount, bucketSamples) {
    return bucketSamples > 0 ? Math.ceil(sampleCount / bucketSamples) : 0;
}

const HEADER_BYTES = 12;
const PARTS = { [KIND_CONSTANT]: 0, [KIND_SAMPLES]: 1, [KIND_BUCKETS]: 3 };

/** Offset just after the record that begins at `offset`. */
function afterRecord(view, offset, plan) {
    const kind = view.getUint8(offset);

    if (kind === KIND_EMPTY) return offset + 1;
    if (PARTS[kind] === undefined) throw new Error(`timeline record of unknown kind ${kind}`);
    return offset + 1 + HEADER_BYTES + 2 * PARTS[kind] * bucketCount(plan.sample_count, view.getUint32(offset + 1, true));
}

/**
 * One reading of a host's record: { kind, bucketSamples, low, high } and `values`, or `minimum`, `mean` and
 * `maximum`; missing values are null.
 */
export function readingOfHost(bytes, plan, metric) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let offset = 0;

    for (let skipped = 0; skipped < metric; skipped++) offset = afterRecord(view, offset, plan);
    const kind = view.getUint8(offset);

    if (kind === KIND_EMPTY) return { kind };
    afterRecord(view, offset, plan);
    const bucketSamples = view.getUint32(offset + 1, true);
    const low = view.getFloat32(offset + 5, true);
    const high = view.getFloat32(offset + 9, true);
    const count = bucketCount(plan.sample_count, bucketSamples);
    const part = (number) => valuesAt(view, offset + 1 + HEADER_BYTES + 2 * number * count, count, low, high);
    const reading = { kind, bucketSamples, low, high };

    if (kind === KIND_CONSTANT) return { ...reading, values: [low, low] };
    if (kind === KIND_SAMPLES) return { ...reading, values: part(0) };
    return { ...reading, minimum: part(0), mean: part(1), maximum: part(2) };
}

/** The times of a reading's values, UTC seconds: the sample itself, or the middle of its bucket. */
export function timesOfReading(reading, plan) {
    if (reading.kind === KIND_CONSTANT) {
        return [plan.start_unix_s, plan.start_unix_s + (plan.sample_count - 1) * plan.period_s];
    }
    const count = bucketCount(plan.sample_count, reading.bucketSamples);
    const times = new Array(count);

    for (let i = 0; i < count; i++) {
        const first = i * reading.bucketSamples;
        const last = Math.min(first + reading.bucketSamples, plan.sample_count) - 1;

        times[i] = plan.start_unix_s + 0.5 * (first + last) * plan.period_s;
    }
    return times;
}
