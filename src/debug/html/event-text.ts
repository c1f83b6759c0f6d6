/** An event of a volume in words, and whether it is good news. */

import type { VolumeEvent } from '../../events.ts';
import { plural } from './format.ts';

export type Tone = 'good' | 'bad' | 'warn' | 'idle';

const TONE_OF_ROBUSTNESS: ReadonlyMap<string, Tone> = new Map([
  ['healthy', 'good'],
  ['degraded', 'warn'],
  ['faulted', 'bad'],
  ['unknown', 'bad'],
]);

export const toneOfRobustness = (robustness: string): Tone => TONE_OF_ROBUSTNESS.get(robustness) ?? 'idle';

/** A place that may be none. */
const node = (name: string): string => (name === '' ? 'no node' : name);

export function eventText(event: VolumeEvent): { readonly tone: Tone; readonly words: string } {
  switch (event.type) {
    case 'volume_appeared':
      return { tone: 'idle', words: 'volume appeared' };
    case 'volume_gone':
      return { tone: 'idle', words: 'volume gone' };
    case 'robustness_changed':
      return { tone: toneOfRobustness(event.to), words: `${event.to}, was ${event.from}` };
    case 'state_changed':
      return { tone: 'idle', words: `${event.to}, was ${event.from}` };
    case 'engine_moved':
      return { tone: 'idle', words: `engine on ${node(event.to)}, was on ${node(event.from)}` };
    case 'owner_changed':
      return { tone: 'idle', words: `served by ${event.to}, was by ${event.from}` };
    case 'replica_failed':
      return { tone: 'bad', words: `replica ${event.replica} failed` };
    case 'rebuild_started':
      return { tone: 'warn', words: `rebuild of ${event.replica} began` };
    case 'rebuild_ended': {
      const tone = ({ succeeded: 'good', failed: 'bad', interrupted: 'idle' } as const)[event.result];
      return { tone, words: `rebuild of ${event.replica} ${ended(event.result)}` };
    }
    case 'operation_started':
      return { tone: 'idle', words: `${event.operation} started` };
    case 'operation_ended':
      return { tone: 'idle', words: `${event.operation} ended` };
    case 'operation_failed':
      return { tone: 'bad', words: `${event.operation} failed: ${event.error}` };
    case 'share_down':
      return { tone: 'bad', words: 'share is down' };
    case 'share_up':
      return { tone: 'good', words: 'share is up' };
    case 'backup_started':
      return { tone: 'idle', words: `backup ${event.backup} to ${event.target} began` };
    case 'backup_completed':
      return { tone: 'good', words: `backup ${event.backup} to ${event.target} completed` };
    case 'backup_gone':
      return { tone: 'idle', words: `backup ${event.backup} to ${event.target} was deleted while it ran` };
    case 'backup_failed':
      return {
        tone: 'bad',
        words: `backup ${event.backup} to ${event.target} failed (${event.reason})${event.error === '' ? '' : `: ${event.error}`}`,
      };
    case 'snapshots_created':
      return { tone: 'idle', words: `${plural(event.count, `${event.kind} snapshot`)} created` };
    case 'snapshots_deleted':
      return { tone: 'idle', words: `${plural(event.count, `${event.kind} snapshot`)} deleted` };
  }
}

const ended = (result: 'succeeded' | 'failed' | 'interrupted'): string =>
  result === 'interrupted' ? 'was interrupted' : result;
