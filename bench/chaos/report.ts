/** Gathers what became of each fault, and prints it as a table. */

import { volumesOn } from './content.ts';
import { HAPPENINGS, keyOf } from './history.ts';
import type { Pod } from './pod.ts';
import { BOUND, MACHINE, type Outcome } from './round.ts';

interface Row {
  times: number;
  /** Seconds of the exporter's world. */
  longest: number;
  bound: number;
  down: number | undefined;
  downWithin: number | undefined;
}

/** What a whole run has to have tried. */
const [LEAST_KILLS, LEAST_TIMES] = [1_000, 3];

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const rounded = (value: number | undefined): string => (value === undefined ? '' : value.toFixed(1));

export function createReport() {
  const rows = new Map<string, Row>();
  const lies = new Map<string, number>();
  const broken: string[] = [];
  const ended = new Set<unknown>();
  let faults = 0;
  let kills = 0;
  let exits = 0;
  let scenesLost = 0;

  const fail = (what: string) => {
    broken.push(what);
    say(`BROKEN: ${what}`);
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
    /** A lie of an exporter: a counter that counted what did not happen, or ran backwards. The same one is told once. */
    wrong(lie: string) {
      const form = lie.replace(/[\d.]+ times|from [\d.]+ to [\d.]+/g, 'N times');
      lies.set(form, (lies.get(form) ?? 0) + 1);
      if (lies.get(form) === 1) fail(lie);
    },
    sceneLost() {
      scenesLost++;
    },
    times(kind: string, right: ReadonlyMap<Pod, number>, pods: number) {
      faults++;
      const at = row(kind);
      at.times++;
      for (const seconds of right.values()) at.longest = Math.max(at.longest, seconds);
      if (right.size < pods) fail(`${kind}: not right within ${BOUND} s`);
    },
    outcomes(outcomes: readonly Outcome[]) {
      for (const { fault, pod, right, down, told, left } of outcomes) {
        const { kind, bound, lasts, downWithin, staysUp } = fault;
        faults++;
        if (kind.startsWith('kill')) kills++;
        const at = row(kind, bound, downWithin);
        at.times++;
        if (right === undefined) fail(`${kind}: ${pod.node} is not right within ${at.bound} s`);
        else at.longest = Math.max(at.longest, right);
        if (!told) fail(`${kind}: nothing of ${pod.node} tells of it`);
        if (left !== undefined) fail(`${kind}: ${pod.node} still serves ${left}`);
        if (staysUp === true && down !== undefined) fail(`${kind}: longhorn_up of ${pod.node} is 0`);
        if (downWithin === undefined || lasts < downWithin) continue;
        if (down === undefined) fail(`${kind}: longhorn_up of ${pod.node} stays 1`);
        else at.down = Math.max(at.down ?? 0, down);
        if (down !== undefined && down > downWithin + MACHINE)
          fail(`${kind}: longhorn_up of ${pod.node} is 1 for ${down.toFixed(1)} s`);
      }
    },
    /** What a whole run of these kinds lacks still. */
    lacks(kinds: readonly string[]): string[] {
      const few = kinds.filter((kind) => (rows.get(kind)?.times ?? 0) < LEAST_TIMES);
      const lacking = few.map((kind) => `${kind}: ${rows.get(kind)?.times ?? 0} of ${LEAST_TIMES} times`);
      return kills < LEAST_KILLS ? [`${kills} of ${LEAST_KILLS} upstream kills`, ...lacking] : lacking;
    },
    fail,
    /** Those that ended without us. */
    exits(pods: readonly Pod[]) {
      for (const { node, exporter, alive } of pods) {
        const why = exporter.ended();
        if (!alive || why === undefined || ended.has(exporter)) continue;
        ended.add(exporter);
        exits++;
        fail(`the exporter of ${node} ended: ${why}`);
      }
    },
    /** Returns how many bounds are broken. */
    print(pods: readonly Pod[], minutes: number): number {
      say('\n| Fault | Times | Right again after at most | Bound | longhorn_up 0 after at most | Bound |');
      say('|---|---:|---:|---:|---:|---:|');
      for (const [kind, { times, longest, bound, down, downWithin }] of rows) {
        say(
          `| ${kind} | ${times} | ${rounded(longest)} | ${bound} | ${rounded(down)} | ${down === undefined ? '' : downWithin} |`,
        );
      }
      say(`\nOn a busy machine ${MACHINE} s more are allowed.\n`);
      say('| What happened | Happened | Counted | Missed while blind |');
      say('|---|---:|---:|---:|');
      for (const what of HAPPENINGS) {
        let [happened, counted] = [0, 0];
        for (const { watch, page } of pods) {
          for (const volume of volumesOn(page)) {
            const key = keyOf(volume, what);
            happened += watch.happenedToServed(key);
            counted += watch.counted().get(key) ?? 0;
          }
        }
        say(`| ${what} | ${happened} | ${counted} | ${happened - counted} |`);
      }
      say(`\nFaults: ${faults}, of them upstream kills: ${kills}. Duration: ${minutes.toFixed(1)} min.`);
      say(`False events and counters that ran backwards: ${lies.size}. Exits: ${exits}.`);
      say(`Scenes of the cluster's life that lost their volume: ${scenesLost}.`);
      say(`Peak memory: ${pods.map((pod) => `${pod.node} ${Math.round(pod.peak())} MB`).join(', ')}.`);
      return broken.length;
    },
  };
}
