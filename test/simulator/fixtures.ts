// Reads the recorded frames of 1.12.1, and turns their objects back into the simulator's model.
import { readFileSync } from 'node:fs';
import type {
  Backup,
  BackupTarget,
  Node,
  Replica,
  Snapshot,
  Volume,
  Workload,
} from '../../simulator/model.ts';

export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

export const readFixture = (name: string): string =>
  readFileSync(new URL(`../fixtures/1.12.1/${name}`, import.meta.url), 'utf8');

export const lines = (name: string): readonly string[] => readFixture(name).trimEnd().split('\n');

/** The objects of a list. The recordings are trusted: a wrong type would show as a difference in what follows. */
export const elements = <T = JsonObject>(line: string): T[] => JSON.parse(line).data;

type Conditions = Record<string, { status: Volume['scheduled']; reason: string }>;
export type WireVolume = Omit<Volume, 'controllers' | 'replicas'> & {
  kubernetesStatus: {
    namespace: string;
    pvcName: string;
    lastPodRefAt: string;
    workloadsStatus: Workload[];
  };
  controllers: { name: string; hostId: string; running: boolean }[];
  replicas: (Replica & { hostId: string })[];
  conditions: Conditions;
};

export const toVolume = ({ kubernetesStatus, conditions, ...wire }: WireVolume): Volume => ({
  ...wire,
  namespace: kubernetesStatus.namespace,
  pvcName: kubernetesStatus.pvcName,
  workloads: kubernetesStatus.workloadsStatus,
  lastPodRefAt: kubernetesStatus.lastPodRefAt,
  controllers: wire.controllers.map(({ name, hostId, running }) => ({ name, node: hostId, running })),
  replicas: wire.replicas.map((replica) => ({
    ...replica,
    node: replica.hostId,
    wasHealthy: replica.mode === 'RW',
  })),
  scheduled: conditions.Scheduled?.status ?? '',
});

export type WireBackup = Backup & {
  volumeName: string;
  backupTargetName: string;
  backupMode: Backup['mode'];
};
export const toBackup = (wire: WireBackup): Backup => ({
  ...wire,
  volume: wire.volumeName,
  target: wire.backupTargetName,
  mode: wire.backupMode,
});

export type WireNode = { name: string; conditions: Conditions };
export const toNode = ({ name, conditions }: WireNode): Node => ({
  name,
  ready: conditions.Ready?.status === 'True',
  reason: conditions.Ready?.reason ?? '',
});

export type WireTarget = BackupTarget & { backupTargetURL: string };
export const toTarget = (wire: WireTarget): BackupTarget => ({ ...wire, url: wire.backupTargetURL });

export const toSnapshot = (wire: Snapshot): Snapshot => ({ ...wire, error: wire.error ?? '' });
