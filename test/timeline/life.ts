/** Plays steps as the store does: folds, what changed between two states, and the timeline of both. */

import type { FactsByStream, StreamName } from '../../src/longhorn/streams.ts';
import { FOLDS } from '../../src/state/fold.ts';
import { EMPTY_STATE, type State } from '../../src/state/state.ts';
import { changes, type VolumeChange } from '../../src/timeline/changes.ts';
import { EMPTY_TIMELINE, record, type Timeline } from '../../src/timeline/timeline.ts';
import { at, contextAt, listOf, type Step } from '../support/facts.ts';

export interface Lived {
  readonly state: State;
  readonly timeline: Timeline;
  /** By step: what changed that no fold tells. */
  readonly changes: readonly (readonly VolumeChange[])[];
}

/** `afterEach` sees the state and the timeline after each message. */
export function live(
  steps: readonly Step[],
  afterEach: (state: State, timeline: Timeline) => void = () => {},
): Lived {
  let state = EMPTY_STATE;
  let timeline = EMPTY_TIMELINE;
  const changed: VolumeChange[][] = [];
  for (const step of steps) {
    const now = at(step.at);
    const ofStep: VolumeChange[] = [];
    const take = <S extends StreamName>(stream: S, facts: readonly FactsByStream[S][] | undefined) => {
      if (facts === undefined) return;
      const before = state;
      const folded = FOLDS[stream](state, listOf(facts), contextAt(now));
      state = folded.state;
      const found = [...changes(before, state)];
      ofStep.push(...found);
      timeline = record(timeline, [...folded.transitions, ...found], state.volumes.size, now.monotonic);
      afterEach(state, timeline);
    };
    take('volumes', step.volumes);
    take('backups', step.backups);
    take('nodes', step.nodes);
    take('backuptargets', step.backuptargets);
    changed.push(ofStep);
  }
  return { state, timeline, changes: changed };
}
