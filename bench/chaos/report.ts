/** Collects the outcome of every fault and prints them as a table. */

import { volumesIn } from './content.ts';
import { COUNTED_EVENTS, keyOf } from './history.ts';
import type { Pod } from './pod.ts';
import { ALLOWANCE, type Outcome, RECOVERY_LIMIT } from './round.ts';

interface Row {
  times: number;
  /** Seconds of fast time. */
  longest: number;
  limit: number;
  down: number | undefined;
  downWithin: number | undefined;
}

/** How many kills a full run needs, and how often each fault must occur. */
const [MIN_KILLS, MIN_TIMES] = [1_000, 3];

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const rounded = (value: number | undefined): string => (value === undefined ? '' : value.toFixed(1));

export function createReport() {
  const rows = new Map<string, Row>();
  const inconsistencies = new Map<string, number>();
  const failures: string[] = [];
  const ended = new Set<unknown>();
  let faults = 0;
  let kills = 0;
  let exits = 0;
  let scenesLost = 0;

  const fail = (message: string) => {
    failures.push(message);
    say(`FAILED: ${message}`);
  };
  function row(kind: string, limit = RECOVERY_LIMIT, downWithin?: number): Row {
    const known = rows.get(kind) ?? { times: 0, longest: 0, limit, down: undefined, downWithin };
    rows.set(kind, known);
    return known;
  }

  return {
    count: () => faults,
    kill() {
      faults++;
      kills++;
    },
    /** A counter counted too much or decreased. Each kind of inconsistency is reported once. */
    inconsistency(message: string) {
      const pattern = message.replace(/[\d.]+ times|from [\d.]+ to [\d.]+/g, 'N times');
      inconsistencies.set(pattern, (inconsistencies.get(pattern) ?? 0) + 1);
      if (inconsistencies.get(pattern) === 1) fail(message);
    },
    sceneLost() {
      scenesLost++;
    },
    recoveries(kind: string, recovered: ReadonlyMap<Pod, number>, pods: number) {
      faults++;
      const at = row(kind);
      at.times++;
      for (const seconds of recovered.values()) at.longest = Math.max(at.longest, seconds);
      if (recovered.size < pods) fail(`${kind}: not recovered within ${RECOVERY_LIMIT} s`);
    },
    outcomes(outcomes: readonly Outcome[]) {
      for (const { fault, pod, recovered, down, hasSymptom, notWithdrawn } of outcomes) {
        const { kind, recoveryLimit, lasts, downWithin, staysUp } = fault;
        faults++;
        if (kind.startsWith('kill')) kills++;
        const at = row(kind, recoveryLimit, downWithin);
        at.times++;
        if (recovered === undefined) fail(`${kind}: ${pod.node} has not recovered within ${at.limit} s`);
        else at.longest = Math.max(at.longest, recovered);
        if (!hasSymptom) fail(`${kind}: no series of ${pod.node} shows it`);
        if (notWithdrawn !== undefined) fail(`${kind}: ${pod.node} still serves ${notWithdrawn}`);
        if (staysUp === true && down !== undefined) fail(`${kind}: longhorn_up of ${pod.node} is 0`);
        if (downWithin === undefined || lasts < downWithin) continue;
        if (down === undefined) fail(`${kind}: longhorn_up of ${pod.node} stays 1`);
        else at.down = Math.max(at.down ?? 0, down);
        if (down !== undefined && down > downWithin + ALLOWANCE)
          fail(`${kind}: longhorn_up of ${pod.node} stays 1 for ${down.toFixed(1)} s`);
      }
    },
    /** What a full run of these kinds has not tested enough yet. */
    missing(kinds: readonly string[]): string[] {
      const untested = kinds.filter((kind) => (rows.get(kind)?.times ?? 0) < MIN_TIMES);
      const missing = untested.map((kind) => `${kind}: ${rows.get(kind)?.times ?? 0} of ${MIN_TIMES} times`);
      return kills < MIN_KILLS ? [`${kills} of ${MIN_KILLS} kills`, ...missing] : missing;
    },
    fail,
    /** Reports exporters that ended by themselves. */
    exits(pods: readonly Pod[]) {
      for (const { node, exporter, alive } of pods) {
        const reason = exporter.ended();
        if (!alive || reason === undefined || ended.has(exporter)) continue;
        ended.add(exporter);
        exits++;
        fail(`the exporter of ${node} ended: ${reason}`);
      }
    },
    /** Returns the number of failures. */
    print(pods: readonly Pod[], minutes: number): number {
      say('\n| Fault | Times | Slowest recovery | Limit | Slowest longhorn_up 0 | Limit |');
      say('|---|---:|---:|---:|---:|---:|');
      for (const [kind, { times, longest, limit, down, downWithin }] of rows) {
        say(
          `| ${kind} | ${times} | ${rounded(longest)} | ${limit} | ${rounded(down)} | ${down === undefined ? '' : downWithin} |`,
        );
      }
      say(`\nEach limit may be exceeded by ${ALLOWANCE} s, in case the machine is busy.\n`);
      say('| Event | Happened | Counted | Missed while disconnected |');
      say('|---|---:|---:|---:|');
      for (const event of COUNTED_EVENTS) {
        let [happened, counted] = [0, 0];
        for (const { watch, exposition } of pods) {
          for (const volume of volumesIn(exposition)) {
            const key = keyOf(volume, event);
            happened += watch.actualCount(key);
            counted += watch.counted().get(key) ?? 0;
          }
        }
        say(`| ${event} | ${happened} | ${counted} | ${happened - counted} |`);
      }
      say(`\nFaults: ${faults}, including ${kills} kills. Duration: ${minutes.toFixed(1)} min.`);
      say(`False events and decreasing counters: ${inconsistencies.size}. Exits: ${exits}.`);
      say(`Scenes that failed because their volume was deleted: ${scenesLost}.`);
      say(`Peak memory: ${pods.map((pod) => `${pod.node} ${Math.round(pod.peak())} MB`).join(', ')}.`);
      return failures.length;
    },
  };
}
