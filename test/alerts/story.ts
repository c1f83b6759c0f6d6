/** The beginning that all trials of alerts have in common, and what they ask. */

import { moveVolume } from '../../simulator/index.ts';
import { createFleet, type Fleet } from './fleet.ts';
import type { Query } from './rules.ts';
import { type Trouble, VOLUME } from './troubles.ts';

/** A cluster that is well. */
export function wellFleet(): Fleet {
  const fleet = createFleet({ volumes: 4, nodes: 4, backups: 12 });
  moveVolume(fleet.cluster, VOLUME, 'node-1');
  return fleet;
}

/** Until the trouble has begun; gives the minute in which it did. */
export async function begin(trouble: Trouble, fleet = wellFleet()): Promise<{ fleet: Fleet; since: number }> {
  await fleet.stay(trouble.lead ?? 10);
  await trouble.begin(fleet);
  return { fleet, since: fleet.minute };
}

/** Where an alert takes hours, seeing to it every five minutes is enough. */
export const every = ({ pending }: Trouble): number => (pending < 300 ? 1 : 5);

/** How many there are of the trouble's own alert: other volumes may be in trouble through it, too. */
export function firing({ alert, labels }: Trouble, at: number, count: number): Query {
  const own = { alertname: alert, alertstate: 'firing', ...labels };
  const matchers = Object.entries(own).map(([name, value]) => `${name}="${value}"`);
  return { at, query: `count(ALERTS{${matchers.join()}})`, gives: count === 0 ? {} : { '{}': count } };
}
