/** A table of Longhorn's operations: whether each is in progress, how far it is, and whether it failed. */

import type { Time } from '../clock.ts';
import type { VolumeEvent } from '../events.ts';
import type { VolumeFacts } from '../longhorn/volume.ts';
import { foldProgress } from './progress.ts';
import type { Operation } from './state.ts';

interface OperationRow {
  readonly name: string;
  readonly isInProgress: (facts: VolumeFacts) => boolean;
  /** Whether it reached its goal. One that stops without success and resumes soon is still the same operation. */
  readonly succeeded: (facts: VolumeFacts) => boolean;
  /** 0 to 1, if Longhorn reports it. */
  readonly progress?: (facts: VolumeFacts) => number | undefined;
  /** Longhorn's error text; empty if it has not failed. */
  readonly error?: (facts: VolumeFacts) => string;
}

const inState = (state: string) => (facts: VolumeFacts) => facts.state === state;

/** Whether an engine is smaller than its volume. */
const isSmaller = ({ size, controllers = [] }: VolumeFacts): boolean =>
  size !== undefined &&
  controllers.some((controller) => controller.size !== undefined && controller.size < size);

const isExpanding = (facts: VolumeFacts): boolean =>
  (facts.controllers ?? []).some(({ expanding }) => expanding) ||
  (facts.state === 'attached' && isSmaller(facts));

export const OPERATIONS: readonly OperationRow[] = [
  { name: 'create', isInProgress: inState('creating'), succeeded: (facts) => facts.state !== 'creating' },
  {
    name: 'attach',
    isInProgress: inState('attaching'),
    // An engine that stops before it was ever polled is part of an attach loop.
    succeeded: ({ state, robustness, controllers = [] }) =>
      state === 'attached' && robustness !== 'unknown' && controllers.some(({ running }) => running),
  },
  { name: 'detach', isInProgress: inState('detaching'), succeeded: inState('detached') },
  { name: 'delete', isInProgress: inState('deleting'), succeeded: () => false },
  {
    name: 'migrate',
    isInProgress: ({ controllers = [] }) => controllers.length > 1,
    succeeded: ({ controllers = [] }) => controllers.length === 1,
  },
  {
    name: 'expand',
    isInProgress: isExpanding,
    succeeded: (facts) => !isSmaller(facts),
    error: (facts) =>
      isSmaller(facts) ? ((facts.controllers ?? []).find((c) => c.expansionError)?.expansionError ?? '') : '',
  },
  {
    name: 'restore',
    isInProgress: ({ restoring, standby }) => restoring === true && !standby,
    succeeded: ({ restoring }) => restoring === false,
    progress: ({ restore }) => restore.progress,
    error: ({ restore, restoring, standby }) => (restoring === true && !standby ? restore.error : ''),
  },
  {
    name: 'clone',
    isInProgress: ({ clone }) => clone !== '' && clone !== 'completed',
    succeeded: ({ clone }) => clone === 'completed',
    error: ({ clone }) => (clone === 'failed' ? 'the clone failed' : ''),
  },
  {
    name: 'purge',
    isInProgress: ({ purge }) => purge.running,
    succeeded: ({ purge }) => !purge.running && purge.error === '',
    progress: ({ purge }) => purge.progress,
    error: ({ purge }) => purge.error,
  },
];

/** The timeline already shows these as changes of the volume's state. */
const STATES: ReadonlySet<string> = new Set(['create', 'attach', 'detach', 'delete']);

export const NO_OPERATIONS: ReadonlyMap<string, Operation> = new Map();

/** An operation that resumes within this time is the same one: an attach loop takes some minutes per iteration. */
const RESUME_MS = 10 * 60_000;

/** `before`: the previous facts; undefined at first sight. */
export function foldOperations(
  last: ReadonlyMap<string, Operation>,
  facts: VolumeFacts,
  before: VolumeFacts | undefined,
  now: Time,
): { operations: ReadonlyMap<string, Operation>; events: VolumeEvent[] } {
  const operations = new Map<string, Operation>();
  const events: VolumeEvent[] = [];
  for (const { name, isInProgress, succeeded, progress, error } of OPERATIONS) {
    const going = isInProgress(facts);
    const known = last.get(name);
    const next = foldOperation(known, going, succeeded(facts), progress?.(facts), now.monotonic);
    if (next !== undefined) operations.set(name, next);
    const wasGoing = known !== undefined && known.pausedAt === undefined;
    if (before === undefined) continue;
    if (going !== wasGoing && !STATES.has(name))
      events.push({ type: going ? 'operation_started' : 'operation_ended', operation: name });
    const problem = error?.(facts) ?? '';
    if (problem !== '' && error?.(before) === '')
      events.push({ type: 'operation_failed', operation: name, error: problem });
  }
  return { operations: operations.size === 0 ? NO_OPERATIONS : operations, events };
}

function foldOperation(
  known: Operation | undefined,
  going: boolean,
  succeeded: boolean,
  progress: number | undefined,
  now: number,
): Operation | undefined {
  const same = known?.pausedAt === undefined || now - known.pausedAt <= RESUME_MS ? known : undefined;
  if (going)
    return {
      startedAt: same?.startedAt ?? now,
      pausedAt: undefined,
      progressed: foldProgress(same?.progressed, progress, now),
    };
  if (same === undefined || succeeded) return undefined;
  return { ...same, pausedAt: same.pausedAt ?? now };
}

/** Whether the share of an RWX volume is running (`shareState`); undefined for a volume that should have none now. */
export const shareUp = ({ accessMode, state, migratable, shareState }: VolumeFacts): boolean | undefined =>
  accessMode === 'rwx' && state === 'attached' && !migratable ? shareState === 'running' : undefined;
