// The night as the chapters see it: the JSON blocks of the page with the lists turned into objects where
// they are few, and left as columns where they are many.

import { Forecast } from './forecast.js';
import { Relation } from './relation.js';
import { Scores } from './scores.js';
import { bytesOfBase64, readingOfHost } from './decode.js';

export function readBlock(name) {
    const element = document.getElementById(`telltale-${name}`);

    return element ? JSON.parse(element.textContent) : null;
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

/** Jobs as objects: their number in the facility, their hosts as runs [first, count, ...]. */
function jobsOf(block, hostCount) {
    const jobs = (block?.id ?? []).map((id, i) => ({
        id,
        ...Object.fromEntries(['user', 'project', 'name', 'application', 'queue', 'state', 'submit_unix_s',
            'start_unix_s', 'end_unix_s', 'limit_s', 'node_count', 'exit_code', 'runs', 'number']
            .map((field) => [field, block[field][i]])),
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
    const forecast = readBlock('forecast');
    const relation = readBlock('relation');
    const { jobs, jobsOfHost } = jobsOf(readBlock('jobs'), hosts.length);

    return {
        ...night,
        hosts,
        metrics,
        jobs,
        jobsOfHost,
        scores: scores && new Scores(scores, hosts.length, metrics.length),
        ranking: scores?.ranking ?? null,
        spans: scores?.spans ?? null,
        spectrum: readBlock('spectrum'),
        forecast: forecast && new Forecast(forecast, hosts.length, metrics.length),
        relation: relation && new Relation(relation),
        events: readBlock('events'),
        labels: readBlock('labels'),
        timeline: createTimeline(),
    };
}
