// The night as the chapters see it: the JSON blocks of the page with the lists turned into objects where
// they are few, and left as columns where they are many.

import { bytesOfBase64, codesOfBase64, indicesOfBase64, readingOfHost, scoreOfCode } from './decode.js';

export function readBlock(name) {
    const element = document.getElementById(`telltale-${name}`);

    return element ? JSON.parse(element.textContent) : null;
}

/** The z-scores of all hosts: shape [bands][hosts][metrics kept], as codes that order like the scores. */
export function createScores(block, hostCount, metricCount) {
    const slotOfMetric = new Int32Array(metricCount).fill(-1);
    const { bands, bits } = block;
    const slots = block.metric.length;
    const codes = {
        band_power: codesOfBase64(block.band_power, bits),
        mrdmd: codesOfBase64(block.mrdmd, bits),
    };
    const none = -(2 ** (bits - 1));
    const flags = new Uint8Array(bands.length * hostCount * slots);

    block.metric.forEach((metric, slot) => { slotOfMetric[metric] = slot; });
    for (const index of indicesOfBase64(block.flagged)) flags[index] = 1;

    function at(band, host, slot) {
        return (band * hostCount + host) * slots + slot;
    }

    /** Visit the cells of a host under a choice of metric and band, -1 meaning all. */
    function visit(host, metric, band, see) {
        const firstSlot = metric < 0 ? 0 : slotOfMetric[metric];
        const endSlot = metric < 0 ? slots : firstSlot + 1;

        if (firstSlot < 0) return;
        for (let b = Math.max(0, band); b < (band < 0 ? bands.length : band + 1); b++) {
            for (let slot = firstSlot; slot < endSlot; slot++) see(at(b, host, slot), slot, b);
        }
    }

    function z(score, index) {
        return scoreOfCode(codes[score][index], bits, block.per_asinh);
    }

    return {
        bands,
        metrics: block.metric,
        precisionText: bits === 8 ? '6 % of a z' : '0.04 % of a z',
        /** Worst cell of a host: flagged before not flagged, then by size. Null where there is no score. */
        worst(host, metric, band, score) {
            const list = codes[score];
            let best = -1;
            let bestSize = -1;

            visit(host, metric, band, (index) => {
                if (list[index] === none) return;
                const size = Math.abs(list[index]) + (flags[index] ? 65536 : 0);

                if (size > bestSize) [best, bestSize] = [index, size];
            });
            return best < 0 ? null : this.cell(best);
        },
        cell(index) {
            const slot = index % slots;

            return {
                metric: block.metric[slot],
                host: Math.floor(index / slots) % hostCount,
                band: Math.floor(index / slots / hostCount),
                band_power: z('band_power', index),
                mrdmd: z('mrdmd', index),
                isFlagged: flags[index] === 1,
            };
        },
        /** All cells of a host, worst first. */
        cells(host, metric, band, score) {
            const cells = [];

            visit(host, metric, band, (index) => cells.push(this.cell(index)));
            return cells.sort((a, b) => b.isFlagged - a.isFlagged
                || (Math.abs(b[score]) || 0) - (Math.abs(a[score]) || 0));
        },
        flaggedCount(host, metric, band) {
            let count = 0;

            visit(host, metric, band, (index) => { count += flags[index]; });
            return count;
        },
    };
}

/** Timelines stay packed until one is looked at. */
function createTimeline() {
    let block = null;

    return {
        get plan() {
            block ??= readBlock('timeline') ?? { plan: null, hosts: [] };
            return block.plan;
        },
        reading(host, metric) {
            return this.plan && block.hosts[host]
                ? readingOfHost(bytesOfBase64(block.hosts[host]), block.plan, metric) : null;
        },
    };
}

/** Jobs as objects, with the hosts of a job as runs [first, count, ...]. */
function jobsOf(block, hostCount) {
    const jobs = (block?.id ?? []).map((id, number) => ({
        number,
        id,
        ...Object.fromEntries(['user', 'project', 'name', 'application', 'queue', 'state', 'submit_unix_s',
            'start_unix_s', 'end_unix_s', 'limit_s', 'node_count', 'exit_code', 'runs']
            .map((field) => [field, block[field][number]])),
    }));
    const jobsOfHost = Array.from({ length: hostCount }, () => []);

    for (const job of jobs) {
        for (let i = 0; i < job.runs.length; i += 2) {
            for (let host = job.runs[i]; host < job.runs[i] + job.runs[i + 1]; host++) {
                if (jobsOfHost[host]) jobsOfHost[host].push(job);
            }
        }
    }
    return { jobs, jobsOfHost };
}

export function createNight() {
    const night = readBlock('night');
    const facility = readBlock('facility');
    const scores = readBlock('scores');
    const hosts = facility.hosts.name.map((name, number) => ({
        number,
        name,
        row: facility.hosts.row[number],
        rack: facility.hosts.rack[number],
        chassis: facility.hosts.chassis[number],
        slot: facility.hosts.slot[number],
    }));
    const metrics = facility.metrics.name.map((name, number) => ({
        number,
        name,
        unit: facility.metrics.unit[number],
        source: facility.metrics.source[number],
        is_counter: facility.metrics.kind[number] === 1,
    }));
    const { jobs, jobsOfHost } = jobsOf(readBlock('jobs'), hosts.length);

    return {
        ...night,
        hosts,
        metrics,
        jobs,
        jobsOfHost,
        scores: scores && createScores(scores, hosts.length, metrics.length),
        ranking: scores?.ranking ?? null,
        spectrum: readBlock('spectrum'),
        events: readBlock('events'),
        labels: readBlock('labels'),
        timeline: createTimeline(),
    };
}
