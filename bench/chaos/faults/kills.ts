/** Connections that are lost and can be reopened at once. */

import { pick } from '../../../simulator/random.ts';
import { STREAMS } from '../../../src/longhorn/streams.ts';
import { errors, type Fault } from '../fault.ts';

const LOST = errors('connect|closed');

export const KILL_OF_ALL: Fault = {
  kind: 'kill of all connections',
  weight: 6,
  lasts: 0,
  begin: ({ manager }) => manager.faults.drop(),
  symptom: LOST,
};

export const KILLS: readonly Fault[] = [
  KILL_OF_ALL,
  {
    kind: 'kill of one connection',
    weight: 2,
    lasts: 0,
    begin: ({ manager }, _, random) => manager.faults.drop(pick(STREAMS, random)),
    symptom: LOST,
  },
  {
    kind: 'kill of the manager, restarted at once',
    weight: 2,
    lasts: 0,
    async begin(pod) {
      await pod.stopManager();
      await pod.startManager();
    },
    symptom: LOST,
  },
];
