// A snapshot as `snapshotCRList` of 1.12.1 writes it.
import type { Snapshot } from '../model.ts';
import { goJson } from './go.ts';

export type SnapshotContext = Readonly<{ base: string; volume: string; volumeSize: number; owner: string }>;

export const renderSnapshot = (snapshot: Snapshot, context: SnapshotContext): string => {
  const { name, creationTime, crCreationTime, error, markRemoved, size, userCreated } = snapshot;
  return goJson({
    actions: {},
    checksum: '',
    children: { 'volume-head': true },
    crCreationTime,
    createSnapshot: userCreated,
    creationTime,
    // Left out when empty, the only such key in the API.
    ...(error === '' ? {} : { error }),
    id: name,
    labels: {},
    links: { self: `${context.base}/v1/snapshotcrs/${name}` },
    markRemoved,
    name,
    ownerID: context.owner,
    parent: '',
    readyToUse: creationTime !== '' && !markRemoved,
    restoreSize: context.volumeSize,
    size,
    type: 'snapshotCR',
    userCreated,
    volume: context.volume,
  });
};
