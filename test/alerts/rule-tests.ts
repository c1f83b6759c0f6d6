/** What the tests of all troubles share: how they start, and their queries. */

import { moveVolume } from '../../simulator/index.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { type Query, type RuleTest, runRuleTests } from './rules.ts';
import { type Trouble, VOLUME } from './troubles.ts';

export function healthyFleet(): Fleet {
  const fleet = createFleet({ volumes: 4, nodes: 4, backups: 12 });
  moveVolume(fleet.cluster, VOLUME, 'node-1');
  return fleet;
}

/** Runs until the trouble has begun; returns the minute in which it did. */
export async function begin(
  trouble: Trouble,
  fleet = healthyFleet(),
): Promise<{ fleet: Fleet; since: number }> {
  await fleet.advance(trouble.lead ?? 10);
  await trouble.begin(fleet);
  return { fleet, since: fleet.minute };
}

/** For an alert that takes hours, one evaluation every five minutes is enough. */
export const every = ({ pending }: Trouble): number => (pending < 300 ? 1 : 5);

/** The number of firing alerts with the trouble's labels: it can affect other volumes too. */
export function firing({ alert, labels }: Trouble, at: number, count: number): Query {
  const allLabels = { alertname: alert, alertstate: 'firing', ...labels };
  const matchers = Object.entries(allLabels).map(([name, value]) => `${name}="${value}"`);
  return { at, query: `count(ALERTS{${matchers.join()}})`, expected: count === 0 ? {} : { '{}': count } };
}

/** promtool's result for each trouble, by the name of its alert; the first caller runs all of them at once. */
export function resultsOf(
  troubles: readonly Trouble[],
  ruleTestOf: (trouble: Trouble) => Promise<RuleTest>,
): () => Promise<ReadonlyMap<string, string>> {
  const runAll = async () => {
    const tests = new Map<string, RuleTest>();
    for (const trouble of troubles) tests.set(trouble.alert, await ruleTestOf(trouble));
    return runRuleTests(tests);
  };
  let results: ReturnType<typeof runAll> | undefined;
  return () => {
    results ??= runAll();
    return results;
  };
}
