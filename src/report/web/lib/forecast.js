// What the forecast block holds: predictions and scores packed until looked at, events, thresholds. Pure.

import { KIND_BUCKETS, KIND_CONSTANT, KIND_EMPTY, bytesOfBase64, readingOfHost, timesOfReading } from './decode.js';

function unpack(packed, place, metric) {
    const record = packed.records[place];

    return record ? readingOfHost(bytesOfBase64(record), packed.plan, metric) : { kind: KIND_EMPTY };
}

/** { times, middle, low, high } of a reading: of buckets mean, minimum and maximum, else three times the value. */
export function curveOf(reading, plan) {
    if (!reading || reading.kind === KIND_EMPTY) return null;
    const isBucketed = reading.kind === KIND_BUCKETS;
    const middle = isBucketed ? reading.mean : reading.values;

    return { times: timesOfReading(reading, plan), isBucketed, isConstant: reading.kind === KIND_CONSTANT,
        middle, low: isBucketed ? reading.minimum : middle, high: isBucketed ? reading.maximum : middle };
}

function shift(values, by) {
    return values.map((value) => (value === null ? null : value + by));
}

export class Forecast {
    constructor(block, hostCount, metricCount) {
        const { metrics, events } = block;

        Object.assign(this, { facts: block, peak: block.peak, levels: block.levels, epochs: block.epochs,
            hostCount, hostDays: block.host_days, kept: block.kept, eventTotal: events.total });
        this.placeOfHost = new Map(block.kept.map((host, place) => [host, place]));
        this.slotOfMetric = new Int32Array(metricCount).fill(-1);
        metrics.metric.forEach((metric, slot) => { if (metric >= 0 && metrics.is_used[slot]) this.slotOfMetric[metric] = slot; });
        this.events = events.host.map((host, number) => ({ number, host, from: events.start_unix_s[number],
            to: events.end_unix_s[number], peak: events.peak[number],
            top: events.metric[number].map((metric, i) => ({ metric, share: events.share[number][i] })) }));
    }

    /** Metrics of the night that the model judges. */
    get metrics() {
        return [...this.slotOfMetric.keys()].filter((metric) => this.slotOfMetric[metric] >= 0);
    }

    /** The prediction of a reading with the band that its error leaves at a threshold; null where not kept. */
    prediction(host, metric, threshold) {
        const place = this.placeOfHost.get(host);
        const slot = this.slotOfMetric[metric] ?? -1;

        if (place === undefined || slot < 0) return null;
        const { predictions, metrics } = this.facts;
        const curve = curveOf(unpack(predictions, place, slot), predictions.plan);
        const centre = metrics.error_centre[slot];
        const width = threshold * metrics.error_spread[slot];

        return curve && { ...curve, low: shift(curve.low, centre - width), high: shift(curve.high, centre + width) };
    }

    /** The score of a host over time; null where it was not judged. */
    score(host) {
        return curveOf(unpack(this.facts.scores, host, 0), this.facts.scores.plan);
    }

    /** Hosts whose highest score is above a threshold, highest first. */
    hostsAbove(threshold) {
        return [...this.peak.keys()].filter((host) => this.peak[host] !== null && this.peak[host] > threshold)
            .sort((a, b) => this.peak[b] - this.peak[a] || a - b);
    }

    /** Which metric to show of a host: the chosen one, else what its gravest event is mostly made of. */
    metricInSight(host, metric) {
        if (metric >= 0) return metric;
        return this.events.find((event) => event.host === host && event.top.length)?.top[0].metric ?? this.metrics[0] ?? -1;
    }

    /** What lies above a level: { threshold, hosts, events, host_days, samples }. */
    level(number) {
        return Object.fromEntries(['threshold', 'hosts', 'events', 'host_days', 'samples']
            .map((field) => [field, this.levels[field][number]]));
    }
}
