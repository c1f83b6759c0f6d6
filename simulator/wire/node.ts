// A node, with its one disk, as 1.12.1 writes it.
import type { Node } from '../model.ts';
import { condition, conditions, diskName, diskUuid, goJson } from './go.ts';

const renderDisk = (node: string) => ({
  allowScheduling: true,
  conditions: conditions(condition('Ready', 'True'), condition('Schedulable', 'True')),
  diskDriver: '',
  diskType: 'filesystem',
  diskUUID: diskUuid(node),
  evictionRequested: false,
  healthDataLastCollectedAt: '0001-01-01 00:00:00 +0000 UTC',
  path: '/var/lib/longhorn/',
  scheduledBackingImage: {},
  scheduledReplica: {},
  storageAvailable: 800_000_000_000,
  storageMaximum: 1_000_000_000_000,
  storageReserved: 32_212_254_720,
  storageScheduled: 300_000_000_000,
  tags: [],
});

export const renderNode = ({ name, ready, reason }: Node, base: string): string => {
  const self = `${base}/v1/nodes/${name}`;
  return goJson({
    actions: { diskUpdate: `${self}?action=diskUpdate` },
    address: '',
    allowScheduling: true,
    autoEvicting: false,
    conditions: conditions(
      condition('KernelModulesLoaded', 'True'),
      condition('MountPropagation', 'True'),
      condition('MultipathD', 'True'),
      condition('NFSClientInstalled', 'True'),
      condition('Ready', ready ? 'True' : 'False', reason),
      condition('RequiredPackages', 'True'),
      condition('Schedulable', 'True'),
    ),
    disks: { [diskName(name)]: renderDisk(name) },
    evictionRequested: false,
    id: name,
    instanceManagerCPURequest: 0,
    links: { self },
    name,
    region: '',
    tags: [],
    type: 'node',
    zone: '',
  });
};
