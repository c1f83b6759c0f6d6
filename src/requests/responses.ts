/** Reads the manager's responses about one volume: its snapshots, its recurring jobs, or the volume itself. */

import { LIMITS, refuse } from '../limits.ts';
import { readList } from '../list/list.ts';
import { isObject } from '../longhorn/read.ts';
import { type JobLabels, readJobLabels } from '../longhorn/recurring-job.ts';
import { readSnapshot, type SnapshotFacts } from '../longhorn/snapshot.ts';
import type { Kind } from '../longhorn/streams.ts';
import { readVolume, type VolumeFacts } from '../longhorn/volume.ts';
import type { ManagerResponse } from './client.ts';

const SNAPSHOTS: Kind<SnapshotFacts> = {
  resourceType: 'snapshotCR',
  limit: 'snapshots',
  read: readSnapshot,
};

/** By name. Throws if any snapshot is invalid, because half a list would look like deletions. */
export function readSnapshotResponse({ status, body }: ManagerResponse): Map<string, SnapshotFacts> {
  const list = status === 200 ? readList(SNAPSHOTS, body) : undefined;
  if (list === undefined) throw new Error(`snapshotCRList: status ${status}, not a list of snapshots`);
  for (const limit of list.limits) refuse(limit);
  if (list.bad > 0) throw new Error(`snapshotCRList: ${list.complaint}`);
  return new Map([...list.objects].map(([name, { facts }]) => [name, facts]));
}

/** Undefined if there is no such volume. Throws if the response is invalid. */
export function readJobLabelsResponse({ status, body }: ManagerResponse): JobLabels | undefined {
  if (status === 404) return undefined;
  if (body.length > LIMITS.object_bytes.most) refuse('object_bytes');
  if (status !== 200) throw new Error(`recurringJobList: status ${status}`);
  return readJobLabels(JSON.parse(body.toString()));
}

/** Undefined if there is no such volume. Throws if the response is invalid. */
export function readVolumeResponse(name: string, { status, body }: ManagerResponse): VolumeFacts | undefined {
  if (status === 404) return undefined;
  if (body.length > LIMITS.object_bytes.most) refuse('object_bytes');
  const volume: unknown = status === 200 ? JSON.parse(body.toString()) : undefined;
  if (!isObject(volume) || volume.type !== 'volume' || volume.name !== name) {
    throw new Error(`GET volume: status ${status}, not that volume`);
  }
  return readVolume(volume, name);
}
