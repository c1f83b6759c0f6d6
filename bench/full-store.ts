/** A store with many volumes, each with every possible series. */

import {
  createCluster,
  failReplica,
  finishRebuild,
  setRebuildProgress,
  startBackup,
  startRebuild,
} from '../simulator/index.ts';
import { seededRandom } from '../simulator/random.ts';
import { createWire, listText } from '../simulator/wire.ts';
import { STREAMS } from '../src/longhorn/streams.ts';
import type { Exposition } from '../src/metrics/exposition.ts';
import type { Store } from '../src/store.ts';
import { createQuietStore } from './quiet-store.ts';

export function createFullStore(volumes: number): {
  store: Store;
  exposition: Exposition;
  change: () => void;
} {
  const cluster = createCluster({ volumes, nodes: 10, backups: volumes * 2 });
  const wire = createWire(cluster, 'http://10.42.0.1:9500');
  let monotonic = 1_000;
  const start = Date.now() - monotonic;
  const clock = { now: () => ({ monotonic, wall: start + monotonic }), after: () => () => {} };
  const { store, exposition } = createQuietStore(clock);
  const receiveLists = () => {
    monotonic += 5_000;
    for (const stream of STREAMS) {
      const bytes = Buffer.from(listText(wire.list(stream, '5s')));
      store.message(stream, bytes, monotonic);
    }
  };
  const rebuilding = new Map<string, string>();
  const rebuild = (name: string) => {
    const replica = cluster.volumes.get(name)?.replicas[0]?.name ?? '';
    failReplica(cluster, name, replica);
    afterNextLists.push(() => {
      startRebuild(cluster, name, { replica });
      setRebuildProgress(cluster, name, replica, 10);
      rebuilding.set(name, replica);
    });
  };
  const afterNextLists: (() => void)[] = [];
  const names = cluster.volumes.list().map(({ name }) => name);
  const step = (act: (name: string) => void) => {
    for (const name of names) act(name);
    receiveLists();
    for (const next of afterNextLists.splice(0)) next();
    receiveLists();
  };
  receiveLists();
  step(rebuild);
  step((name) => finishRebuild(cluster, name, rebuilding.get(name) ?? ''));
  step(rebuild);
  step((name) => startBackup(cluster, name));
  for (const name of names) {
    const body = Buffer.from(wire.snapshots(name, seededRandom(1)));
    store.response('sweep', name, { status: 200, body, requestedAt: monotonic, tookMs: 1 });
  }
  let changes = 0;
  return {
    store,
    exposition,
    change() {
      changes++;
      for (let i = changes % 100; i < names.length; i += 100) {
        const name = names[i] ?? '';
        setRebuildProgress(cluster, name, rebuilding.get(name) ?? '', 10 + (changes % 80));
      }
      receiveLists();
    },
  };
}
