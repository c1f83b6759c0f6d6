/** Processes steps as the store does: runs the folds, and records the events that they emit in a timeline. */

import type { NamedEvent } from '../../src/events.ts';
import type { FactsByStream, StreamName } from '../../src/longhorn/streams.ts';
import { FOLDS } from '../../src/state/fold.ts';
import { EMPTY_STATE, type State } from '../../src/state/state.ts';
import { EMPTY_TIMELINE, recordEvents, type Timeline } from '../../src/timeline.ts';
import { at, contextAt, listOf, type Step } from '../support/facts.ts';

export interface Outcome {
  readonly state: State;
  readonly timeline: Timeline;
  /** By step: the events emitted. */
  readonly events: readonly (readonly NamedEvent[])[];
}

/** `afterEach` sees the state and the timeline after each message. */
export function live(
  steps: readonly Step[],
  afterEach: (state: State, timeline: Timeline) => void = () => {},
): Outcome {
  let state = EMPTY_STATE;
  let timeline = EMPTY_TIMELINE;
  const events: NamedEvent[][] = [];
  for (const step of steps) {
    const now = at(step.at);
    const stepEvents: NamedEvent[] = [];
    const fold = <S extends StreamName>(stream: S, facts: readonly FactsByStream[S][] | undefined) => {
      if (facts === undefined) return;
      const folded = FOLDS[stream](state, listOf(facts), contextAt(now));
      state = folded.state;
      stepEvents.push(...folded.events);
      timeline = recordEvents(timeline, folded.events, state.volumes.size, now.monotonic);
      afterEach(state, timeline);
    };
    fold('volumes', step.volumes);
    fold('backups', step.backups);
    fold('nodes', step.nodes);
    fold('backuptargets', step.backuptargets);
    events.push(stepEvents);
  }
  return { state, timeline, events };
}
