/** Says in the log, and counts in the histograms, what the store saw happen. */

import type { Logger } from 'pino';
import type { Histograms } from './metrics/histograms.ts';
import type { State } from './state/state.ts';
import type { VolumeTransition } from './state/transition.ts';
import type { StoreListener } from './store.ts';

const WORDS: { readonly [T in VolumeTransition['type']]: string } = {
  volume_appeared: 'volume appeared',
  volume_gone: 'volume is gone',
  robustness_changed: 'robustness changed',
  engine_moved: 'engine moved',
  replica_failed: 'replica failed',
  rebuild_started: 'rebuild started',
  rebuild_ended: 'rebuild ended',
  backup_completed: 'backup completed',
  backup_failed: 'backup failed',
};

/** Whether a transition is bad news. */
function isTrouble(transition: VolumeTransition): boolean {
  switch (transition.type) {
    case 'robustness_changed':
      return transition.to !== 'healthy';
    case 'rebuild_ended':
      return transition.result !== 'succeeded';
    default:
      return transition.type === 'replica_failed' || transition.type === 'backup_failed';
  }
}

export function createJournal(log: Logger, histograms: Histograms): StoreListener {
  return {
    transition(transition, state) {
      observe(histograms, transition);
      const { type, volume, ...rest } = transition;
      const fields = { volume, namespace: namespaceOf(state, volume), ...rest };
      log[isTrouble(transition) ? 'warn' : 'info'](fields, WORDS[type]);
    },
    condition(stream, { condition, lastListAt }, detail) {
      if (condition === 'live') log.info({ stream }, 'stream is live');
      // The manager opens its port late, so until the first list this is the normal course.
      else if (condition === 'connect' && lastListAt === undefined)
        log.info({ stream, detail }, 'waiting for the manager');
      else if (condition === 'bad_message')
        log.warn({ stream, reason: condition }, 'the manager sent what is not a list of this stream');
      else log.warn({ stream, reason: condition, detail }, 'stream failed; retrying');
    },
    requests(kind, failing, detail) {
      if (failing) log.warn({ requests: kind, detail }, 'requests for single volumes fail');
      else log.info({ requests: kind }, 'requests for single volumes are answered again');
    },
    badObjects(stream, bad, complaint) {
      if (bad === 0) log.info({ stream }, 'all objects can be understood again');
      else log.warn({ stream, bad, complaint }, 'objects that cannot be understood are served as last known');
    },
    candidates({ owners, volumes }, owned) {
      log.info({ nodes: owners.candidates.length, owned, volumes: volumes.size }, 'the Ready nodes changed');
    },
  };
}

const namespaceOf = ({ volumes }: State, volume: string): string =>
  volumes.get(volume)?.facts.namespace ?? '';

/** Only transitions of owned volumes come here, so each is counted by one exporter of the cluster. */
function observe(histograms: Histograms, transition: VolumeTransition): void {
  if (!('seconds' in transition) || transition.seconds === undefined) return;
  if (transition.type === 'rebuild_ended') histograms.rebuild(transition.seconds);
  else histograms.backup(transition.target, transition.seconds);
}
