/** Collects the outcome of every fault and prints them as a table. */

import { volumesIn } from './content.ts';
import { COUNTED_EVENTS, keyOf } from './history.ts';
import type { Pod } from './pod.ts';
import { BOUND, MACHINE, type Outcome } from './round.ts';

interface Row {
  times: number;
  /** Seconds of fast time. */
  longest: number;
  bound: number;
  down: number | undefined;
  downWithin: number | undefined;
}

/** The minimum that a full run must have tested. */
const [MIN_KILLS, MIN_TIMES] = [1_000, 3];

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const rounded = (value: number | undefined): string => (value === undefined ? '' : value.toFixed(1));

export function createReport() {
  const rows = new Map<string, Row>();
  const inconsistencies = new Map<string, number>();
  const broken: string[] = [];
  const ended = new Set<unknown>();
  let faults = 0;
  let kills = 0;
  let exits = 0;
  let scenariosLost = 0;

  const fail = (what: string) => {
    broken.push(what);
    say(`FAILED: ${what}`);
  };
  function row(kind: string, bound = BOUND, downWithin?: number): Row {
    const known = rows.get(kind) ?? { times: 0, longest: 0, bound, down: undefined, downWithin };
    rows.set(kind, known);
    return known;
  }

  return {
    count: () => faults,
    kill() {
      faults++;
      kills++;
    },
    /** A counter that counted too much or decreased. Each is reported once. */
    inconsistency(message: string) {
      const form = message.replace(/[\d.]+ times|from [\d.]+ to [\d.]+/g, 'N times');
      inconsistencies.set(form, (inconsistencies.get(form) ?? 0) + 1);
      if (inconsistencies.get(form) === 1) fail(message);
    },
    scenarioLost() {
      scenariosLost++;
    },
    times(kind: string, right: ReadonlyMap<Pod, number>, pods: number) {
      faults++;
      const at = row(kind);
      at.times++;
      for (const seconds of right.values()) at.longest = Math.max(at.longest, seconds);
      if (right.size < pods) fail(`${kind}: not recovered within ${BOUND} s`);
    },
    outcomes(outcomes: readonly Outcome[]) {
      for (const { fault, pod, right, down, shown, left } of outcomes) {
        const { kind, bound, lasts, downWithin, staysUp } = fault;
        faults++;
        if (kind.startsWith('kill')) kills++;
        const at = row(kind, bound, downWithin);
        at.times++;
        if (right === undefined) fail(`${kind}: ${pod.node} has not recovered within ${at.bound} s`);
        else at.longest = Math.max(at.longest, right);
        if (!shown) fail(`${kind}: no series of ${pod.node} shows it`);
        if (left !== undefined) fail(`${kind}: ${pod.node} still serves ${left}`);
        if (staysUp === true && down !== undefined) fail(`${kind}: longhorn_up of ${pod.node} is 0`);
        if (downWithin === undefined || lasts < downWithin) continue;
        if (down === undefined) fail(`${kind}: longhorn_up of ${pod.node} stays 1`);
        else at.down = Math.max(at.down ?? 0, down);
        if (down !== undefined && down > downWithin + MACHINE)
          fail(`${kind}: longhorn_up of ${pod.node} stays 1 for ${down.toFixed(1)} s`);
      }
    },
    /** What a full run of these kinds has not tested enough yet. */
    missing(kinds: readonly string[]): string[] {
      const few = kinds.filter((kind) => (rows.get(kind)?.times ?? 0) < MIN_TIMES);
      const lacking = few.map((kind) => `${kind}: ${rows.get(kind)?.times ?? 0} of ${MIN_TIMES} times`);
      return kills < MIN_KILLS ? [`${kills} of ${MIN_KILLS} kills`, ...lacking] : lacking;
    },
    fail,
    /** Reports exporters that ended by themselves. */
    exits(pods: readonly Pod[]) {
      for (const { node, exporter, alive } of pods) {
        const why = exporter.ended();
        if (!alive || why === undefined || ended.has(exporter)) continue;
        ended.add(exporter);
        exits++;
        fail(`the exporter of ${node} ended: ${why}`);
      }
    },
    /** Returns the number of failures. */
    print(pods: readonly Pod[], minutes: number): number {
      say('\n| Fault | Times | Slowest recovery | Limit | Slowest longhorn_up 0 | Limit |');
      say('|---|---:|---:|---:|---:|---:|');
      for (const [kind, { times, longest, bound, down, downWithin }] of rows) {
        say(
          `| ${kind} | ${times} | ${rounded(longest)} | ${bound} | ${rounded(down)} | ${down === undefined ? '' : downWithin} |`,
        );
      }
      say(`\n${MACHINE} s more are allowed for a busy machine.\n`);
      say('| Event | Happened | Counted | Missed while disconnected |');
      say('|---|---:|---:|---:|');
      for (const what of COUNTED_EVENTS) {
        let [happened, counted] = [0, 0];
        for (const { watch, exposition } of pods) {
          for (const volume of volumesIn(exposition)) {
            const key = keyOf(volume, what);
            happened += watch.actualCount(key);
            counted += watch.counted().get(key) ?? 0;
          }
        }
        say(`| ${what} | ${happened} | ${counted} | ${happened - counted} |`);
      }
      say(`\nFaults: ${faults}, including ${kills} kills. Duration: ${minutes.toFixed(1)} min.`);
      say(`False events and decreasing counters: ${inconsistencies.size}. Exits: ${exits}.`);
      say(`Scenarios whose volume was deleted: ${scenariosLost}.`);
      say(`Peak memory: ${pods.map((pod) => `${pod.node} ${Math.round(pod.peak())} MB`).join(', ')}.`);
      return broken.length;
    },
  };
}
