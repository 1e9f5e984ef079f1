// The chapters of the page, in reading order. A chapter is one row: `applies` says whether this night has
// what it shows, `mount` fills its section and watches the selection. An analysis adds its chapter here and
// its JSON block in src/report/blocks.c.

import { clock } from './clock.js';
import { forecast } from './forecast.js';
import { hosts } from './hosts.js';
import { jobs } from './jobs.js';
import { map } from './map.js';
import { overview } from './overview.js';
import { quality } from './quality.js';
import { readings } from './readings.js';
import { relation } from './relation.js';
import { spectrum } from './spectrum.js';
import { timeline } from './timeline.js';

export const chapters = [overview, hosts, map, timeline, readings, spectrum, forecast, relation, jobs, clock, quality];
