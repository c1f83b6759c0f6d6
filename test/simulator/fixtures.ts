/** Reads the recorded messages of 1.12.1, and converts their objects to the simulator's model. */

import { readFileSync } from 'node:fs';
import type {
  Backup,
  BackupTarget,
  Controller,
  Node,
  RecurringJob,
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

/** The objects of a list. Their type is not checked: a wrong one would make the comparisons fail. */
export const elements = <T = JsonObject>(line: string): T[] => JSON.parse(line).data;

type Conditions = Record<string, { status: Volume['scheduled']; reason: string; message: string }>;
export type WireVolume = Omit<Volume, 'controllers' | 'replicas' | 'jobs'> & {
  kubernetesStatus: {
    namespace: string;
    pvcName: string;
    lastPVCRefAt: string;
    lastPodRefAt: string;
    workloadsStatus: Workload[];
  };
  controllers: (Controller & { hostId: string })[];
  replicas: (Replica & { hostId: string })[];
  conditions: Conditions;
};

export const toVolume = ({ kubernetesStatus, conditions, ...wire }: WireVolume): Volume => ({
  ...wire,
  namespace: kubernetesStatus.namespace,
  pvcName: kubernetesStatus.pvcName,
  workloads: kubernetesStatus.workloadsStatus,
  lastPVCRefAt: kubernetesStatus.lastPVCRefAt,
  lastPodRefAt: kubernetesStatus.lastPodRefAt,
  controllers: wire.controllers.map((controller) => ({ ...controller, node: controller.hostId })),
  replicas: wire.replicas.map((replica) => ({
    ...replica,
    node: replica.hostId,
    wasHealthy: replica.mode === 'RW',
  })),
  scheduled: conditions.Scheduled?.status ?? '',
  scheduledReason: conditions.Scheduled?.reason ?? '',
  tooManySnapshots: conditions.TooManySnapshots?.message ?? '',
  jobs: [],
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

export type WireNode = { name: string; zone: string; region: string; conditions: Conditions };
export const toNode = ({ name, zone, region, conditions }: WireNode): Node => ({
  name,
  zone,
  region,
  ready: conditions.Ready?.status === 'True',
  reason: conditions.Ready?.reason ?? '',
});

export type WireTarget = BackupTarget & { backupTargetURL: string };
export const toTarget = (wire: WireTarget): BackupTarget => ({ ...wire, url: wire.backupTargetURL });

/** A recorded job without groups has no key `groups`. */
export const toJob = (wire: RecurringJob): RecurringJob => ({ ...wire, groups: wire.groups ?? [] });

export const toSnapshot = (wire: Snapshot): Snapshot => ({ ...wire, error: wire.error ?? '' });
