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

/**
 * One host's readings, a list with an entry per metric:
 * { kind, bucketSamples, low, high, values } or { ..., minimum, mean, maximum }.
 */
export function readingsOfHost(bytes, plan, metricCount) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const readings = [];
    let offset = 0;

    for (let metric = 0; metric < metricCount; metric++) {
        const kind = view.getUint8(offset++);

        if (kind === KIND_EMPTY) {
            readings.push({ kind });
            continue;
        }
        const bucketSamples = view.getUint32(offset, true);
        const low = view.getFloat32(offset + 4, true);
        const high = view.getFloat32(offset + 8, true);
        const count = bucketCount(plan.sample_count, bucketSamples);
        const reading = { kind, bucketSamples, low, high };

        offset += 12;
        if (kind === KIND_CONSTANT) {
            reading.values = [low, low];
        } else if (kind === KIND_SAMPLES) {
            reading.values = valuesAt(view, offset, count, low, high);
            offset += 2 * count;
        } else if (kind === KIND_BUCKETS) {
            reading.minimum = valuesAt(view, offset, count, low, high);
            reading.mean = valuesAt(view, offset + 2 * count, count, low, high);
            reading.maximum = valuesAt(view, offset + 4 * count, count, low, high);
            offset += 6 * count;
        } else {
            throw new Error(`timeline record of unknown kind ${kind}`);
        }
        readings.push(reading);
    }
    return readings;
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
