/** A fault: how it begins and ends, its symptom in the metrics, and how long the exporter may take to recover. */

import { setTimeout } from 'node:timers/promises';
import type { Cluster, Manager, Random, Stream } from '../../simulator/index.ts';
import { STREAMS } from '../../src/longhorn/streams.ts';
import { SPEED } from './fast-time.ts';
import type { Pod } from './pod.ts';

export interface Fault {
  readonly kind: string;
  /** How often it occurs, relative to the others. */
  readonly weight: number;
  /** Seconds of fast time; 0: it is over at once, like a kill. */
  readonly lasts: number;
  /** Preparation that does not count as the fault itself. */
  prepare?(pod: Pod, random: Random): Promise<void>;
  begin(pod: Pod, cluster: Cluster, random: Random): void | Promise<void>;
  end?(pod: Pod): void | Promise<void>;
  /** The fault ends only when the exporter serves the reference state, which it must do despite the fault. */
  readonly endsAfterRecovery?: boolean;
  /** Series whose sum must grow because of the fault, by at least `symptomIncrease` (default 1). */
  readonly symptom: RegExp;
  readonly symptomIncrease?: number;
  /** longhorn_up must be 0 within this many seconds from the beginning. */
  readonly downWithin?: number;
  /** longhorn_up must stay 1, because the streams continue. */
  readonly staysUp?: boolean;
  /** Series that must be withdrawn when the fault ends, because their data is stale. */
  readonly withdraws?: RegExp;
  /** Maximum time to recover, in seconds, if not the default. */
  readonly recoveryLimit?: number;
}

/** Longer than STALE_AFTER, which is five minutes. */
export const STALE = 310;

/** The number of messages to affect: a lost connection may use up one before its handler notices the loss. */
export const TWICE = 2;

export const errors = (reasons: string) =>
  new RegExp(`^longhorn_exporter_stream_errors_total\\{.*reason="(${reasons})"\\}`);

export const clear = ({ manager }: Pod): void => manager.faults.clear();

/** A handler notices at its next period that its client is gone. */
const NOTICE_MS = 5_000 / SPEED + 100;

/** Drops the connections, and waits up to the longest backoff for new ones, which were not pinged yet. */
export async function reconnect(
  { faults, stats }: Manager,
  streams: readonly Stream[] = STREAMS,
): Promise<void> {
  const reconnectStream = async (stream: Stream) => {
    const before = stats.connects[stream];
    faults.drop(stream);
    for (let tries = 0; stats.connects[stream] === before && tries < 200; tries++) await setTimeout(20);
  };
  await Promise.all(streams.map(reconnectStream));
  await setTimeout(NOTICE_MS);
}

export const reconnectAll = ({ manager }: Pod): Promise<void> => reconnect(manager);
