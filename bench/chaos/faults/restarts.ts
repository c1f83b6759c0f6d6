/** A manager that is down for a while and has changed content when it returns. */

import { changeContent } from '../content.ts';
import { errors, type Fault } from '../fault.ts';

export const RESTARTS: readonly Fault[] = [
  {
    kind: 'manager restarts with other content',
    weight: 4,
    lasts: 20,
    async begin(pod, cluster, random) {
      await pod.stopManager();
      changeContent(cluster, random);
    },
    end: (pod) => pod.startManager(),
    symptom: errors('connect'),
    downWithin: 15,
  },
];
