/** Renders a cluster as one manager sends it; objects are rendered again only if they changed. */

import type { Cluster } from './cluster.ts';
import { goJson } from './go.ts';
import type { Backup, BackupTarget, Node, RecurringJob, Stream, Volume } from './model.ts';
import { type Random, shuffled } from './random.ts';
import {
  renderBackup,
  renderBackupTarget,
  renderJobLabel,
  renderNode,
  renderRecurringJob,
  renderSnapshot,
} from './wire/objects.ts';
import { renderVolume } from './wire/volume.ts';

/** A list before it is joined into one text: unchanged elements stay the same strings, which makes comparing cheap. */
export type List = Readonly<{ head: string; elements: readonly string[]; tail: string }>;

export const listText = ({ head, elements, tail }: List): string => `${head}${elements.join(',')}${tail}`;

export const sameList = (a: List, b: List): boolean =>
  a.elements.length === b.elements.length &&
  a.elements.every((element, index) => element === b.elements[index]);

export interface Wire {
  /** `period`: as sent by the client. */
  list(stream: Stream, period: string): List;
  volume(name: string): string | undefined;
  /** In random order; empty for an unknown volume. */
  snapshots(volume: string, random: Random): string;
  /** The jobs and groups in a volume's labels. */
  jobs(volume: string): string | undefined;
  error(status: number, code: string, message: string, path: string): string;
}

const RESOURCE_TYPES: Record<Stream, string> = {
  volumes: 'volume',
  backups: 'backup',
  nodes: 'node',
  backuptargets: 'backupTarget',
  recurringjobs: 'recurringJob',
};

const collection = (head: string, elements: readonly string[], self: string, resourceType: string): List => ({
  head: `{${head}"data":[`,
  elements,
  tail: `],"links":${goJson({ self })},"resourceType":"${resourceType}","type":"collection"}\n`,
});

/** Renders each object once. Changed objects are new objects; old ones are garbage-collected with their text. */
function cached<T extends object>(render: (object: T) => string): (object: T) => string {
  const texts = new WeakMap<T, string>();
  return (object) => {
    const known = texts.get(object);
    if (known !== undefined) return known;
    const text = render(object);
    texts.set(object, text);
    return text;
  };
}

/** `base`: the manager's address at the start of all links, `http://10.42.1.7:9500`. */
export function createWire(cluster: Cluster, base: string): Wire {
  const volumeText = cached((volume: Volume) => renderVolume(volume, cluster.backupsOf(volume.name), base));
  const backupText = cached((backup: Backup) => renderBackup(backup, base));
  const nodeText = cached((node: Node) => renderNode(node, base));
  const targetText = cached((target: BackupTarget) => renderBackupTarget(target, base));
  const jobText = cached((job: RecurringJob) => renderRecurringJob(job, base));
  const elements: Record<Stream, () => string[]> = {
    volumes: () => cluster.volumes.list().map(volumeText),
    backups: () => cluster.backups.list().map(backupText),
    nodes: () => cluster.nodes.list().map(nodeText),
    backuptargets: () => cluster.backuptargets.list().map(targetText),
    recurringjobs: () => cluster.recurringjobs.list().map(jobText),
  };

  return {
    list: (stream, period) =>
      collection(
        stream === 'volumes' ? `"createTypes":${goJson({ volume: `${base}/v1/volumes` })},` : '',
        elements[stream](),
        `${base}/v1/ws/${period}/${stream}`,
        RESOURCE_TYPES[stream],
      ),
    volume(name) {
      const volume = cluster.volumes.get(name);
      return volume === undefined ? undefined : `${volumeText(volume)}\n`;
    },
    snapshots(name, random) {
      const volume = cluster.volumes.get(name);
      const owner = volume?.controllers[0]?.node || (cluster.nodes.list()[0]?.name ?? '');
      const context = { base, volume: name, volumeSize: Number(volume?.size ?? 0), owner };
      const snapshots = volume === undefined ? [] : shuffled(cluster.snapshotsOf(name), random);
      const texts = snapshots.map((snapshot) => renderSnapshot(snapshot, context));
      return listText(collection('', texts, `${base}/v1/volumes/${name}`, 'snapshotCR'));
    },
    jobs(name) {
      const volume = cluster.volumes.get(name);
      if (volume === undefined) return undefined;
      const texts = volume.jobs.map((label) => renderJobLabel(label, base));
      return listText(collection('', texts, `${base}/v1/volumes/${name}`, 'volumeRecurringJob'));
    },
    error: (status, code, message, path) =>
      `${goJson({ actions: {}, code, detail: '', links: { self: `${base}${path}` }, message, status, type: 'error' })}\n`,
  };
}
