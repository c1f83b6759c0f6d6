/** What a fault is: how it begins and ends, what has to tell of it, and how long it may take to be right again. */

import { setTimeout } from 'node:timers/promises';
import type { Cluster, Manager, Random, Stream } from '../../simulator/index.ts';
import { STREAMS } from '../../src/longhorn/streams.ts';
import { SPEED } from './fast-time.ts';
import type { Pod } from './pod.ts';

export interface Fault {
  readonly kind: string;
  /** How often it comes, against the others. */
  readonly weight: number;
  /** Seconds of the exporter's world; 0: it is over at once, as a kill is. */
  readonly lasts: number;
  /** What has to be so before, and tells of nothing yet. */
  prepare?(pod: Pod, random: Random): Promise<void>;
  begin(pod: Pod, cluster: Cluster, random: Random): void | Promise<void>;
  end?(pod: Pod): void | Promise<void>;
  /** Not ended before all is right again: it has to be served in spite of it. */
  readonly stays?: boolean;
  /** Series that have to grow: by how much together, 1 unless given. */
  readonly told: RegExp;
  readonly toldBy?: number;
  /** By when longhorn_up has to be 0, in seconds from the beginning. */
  readonly downWithin?: number;
  /** longhorn_up has to stay 1: the streams go on. */
  readonly staysUp?: boolean;
  /** Series of which none may be left when it ends: the truth has been unknown for too long. */
  readonly withdraws?: RegExp;
  /** Longest time to be right again, in seconds, where it is not the usual one. */
  readonly bound?: number;
}

/** Long enough for STALE_AFTER, which is five minutes. */
export const STALE = 310;

/** One may be spent on the handler of a connection that was lost, which has not noticed yet. */
export const TWICE = 2;

export const errors = (reasons: string) =>
  new RegExp(`^longhorn_exporter_stream_errors_total\\{.*reason="(${reasons})"\\}`);

export const clear = ({ manager }: Pod): void => manager.faults.clear();

/** A handler notices at its next turn that its client has gone. */
const TURN_MS = 5_000 / SPEED + 100;

/** So that what comes next meets connections that live, after the longest backoff too, and that were not pinged yet. */
export async function reconnected(
  { faults, stats }: Manager,
  streams: readonly Stream[] = STREAMS,
): Promise<void> {
  const isNew = async (stream: Stream) => {
    const before = stats.connects[stream];
    faults.drop(stream);
    for (let tries = 0; stats.connects[stream] === before && tries < 200; tries++) await setTimeout(20);
  };
  await Promise.all(streams.map(isNew));
  await setTimeout(TURN_MS);
}

export const allReconnected = ({ manager }: Pod): Promise<void> => reconnected(manager);
