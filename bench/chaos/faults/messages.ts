/** Messages that are missing, invalid, slow or too large. */

import { LIMITS } from '../../../src/limits.ts';
import { clear, errors, type Fault, reconnect, reconnectAll, TWICE } from '../fault.ts';

const reconnectVolumes: Fault['prepare'] = ({ manager }) => reconnect(manager, ['volumes']);

export const MESSAGES: readonly Fault[] = [
  {
    kind: 'first list fails',
    weight: 2,
    lasts: 0,
    async begin(pod) {
      pod.manager.faults.set('failFirstList', true, { times: 1 });
      await reconnectAll(pod);
    },
    symptom: errors('silent'),
  },
  {
    kind: 'handler dies silently',
    weight: 2,
    lasts: 20,
    prepare: reconnectAll,
    begin({ manager }) {
      manager.faults.set('silent', true, { times: TWICE });
    },
    end: clear,
    symptom: errors('silent'),
  },
  {
    kind: 'half a frame',
    weight: 2,
    lasts: 20,
    prepare: reconnectAll,
    begin({ manager }) {
      manager.faults.set('halfFrame', true, { times: TWICE });
    },
    end: clear,
    symptom: errors('silent'),
  },
  {
    kind: 'invalid objects',
    weight: 2,
    lasts: 20,
    begin({ manager }) {
      manager.faults.set('badObject', ['{"name":"pvc-bad","state":7}', 'nonsense'], { on: 'volumes' });
    },
    end: clear,
    symptom: /^longhorn_exporter_objects_skipped_total/,
  },
  {
    kind: 'garbage instead of lists',
    weight: 2,
    lasts: 20,
    begin({ manager }) {
      manager.faults.set('garbage', '<html>502 Bad Gateway</html>', { times: 5 });
    },
    end: clear,
    symptom: errors('bad_message'),
  },
  {
    kind: 'truncated lists',
    weight: 2,
    lasts: 20,
    begin({ manager }) {
      manager.faults.set('truncate', true, { times: 5 });
    },
    end: clear,
    symptom: errors('bad_message'),
  },
  {
    kind: 'slow lists',
    weight: 2,
    lasts: 40,
    begin({ manager }) {
      // A list of the volumes takes twelve seconds or more.
      manager.faults.set('slow', { chunkBytes: 20_000, everyMs: 100 }, { times: Number.POSITIVE_INFINITY });
      manager.faults.drop();
    },
    end({ manager }) {
      manager.faults.clear();
      // The duration of a first list is served until the next one.
      manager.faults.drop('volumes');
    },
    symptom: /^longhorn_exporter_stream_list_seconds\{stream="volumes"\}/,
    symptomIncrease: 5,
  },
  {
    kind: 'message of 96 MiB',
    weight: 1,
    // Takes some real seconds on a busy machine.
    lasts: 40,
    prepare: reconnectVolumes,
    begin({ manager }) {
      manager.faults.set('giant', LIMITS.message_bytes.most, { on: 'volumes', times: TWICE });
    },
    end: clear,
    symptom: /^longhorn_exporter_stream_received_bytes_total\{stream="volumes"\}/,
    symptomIncrease: LIMITS.message_bytes.most,
  },
  {
    kind: 'message over 96 MiB',
    weight: 0.5,
    lasts: 40,
    prepare: reconnectVolumes,
    begin({ manager }) {
      manager.faults.set('giant', LIMITS.message_bytes.most + 1, { on: 'volumes', times: TWICE });
    },
    end: clear,
    symptom: errors('too_large'),
  },
];
