import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../../src/longhorn/read.ts';
import { readVolume, type VolumeFacts } from '../../src/longhorn/volume.ts';

const read = (volume: JsonObject) => readVolume(volume, 'pvc-1');

/** Attachment tickets of these types; a suffix `/true` or `/false` sets disableFrontend. */
const tickets = (...types: string[]) => ({
  volumeAttachment: {
    attachments: Object.fromEntries(
      types.map((type) => {
        const [attachmentType, disableFrontend = 'false'] = type.split('/');
        return [type, { attachmentType, parameters: { disableFrontend } }];
      }),
    ),
  },
});

describe('readVolume', () => {
  const scheduled = (status: unknown) => ({ conditions: { Scheduled: { status } } });

  const table: [behaviour: string, volume: JsonObject, field: keyof VolumeFacts, value: unknown][] = [
    ['created: kept', { created: '2026-10-23 06:00:00 +0000 UTC' }, 'created', Date.UTC(2026, 9, 23, 6)],
    ['empty created: unknown', { created: '' }, 'created', undefined],
    [
      'namespace of the claim: kept, another namespace ignored',
      { kubernetesStatus: { namespace: 'shop' }, namespace: 'x' },
      'namespace',
      'shop',
    ],
    ['no claim: empty namespace', { kubernetesStatus: null }, 'namespace', ''],
    [
      'namespace with special characters: kept',
      { kubernetesStatus: { namespace: '"\n\\' } },
      'namespace',
      '"\n\\',
    ],
    ['name of the claim: kept', { kubernetesStatus: { pvcName: 'data-0' } }, 'pvc', 'data-0'],
    ['Scheduled is True: scheduled', scheduled('True'), 'scheduled', true],
    ['Scheduled is False: not scheduled', scheduled('False'), 'scheduled', false],
    ['Scheduled is Unknown: scheduled', scheduled('Unknown'), 'scheduled', true],
    ['no condition Scheduled: unknown', { conditions: {} }, 'scheduled', undefined],
    ['restoreRequired true: restoring', { restoreRequired: true }, 'restoring', true],
    ['restoreRequired false: not restoring', { restoreRequired: false }, 'restoring', false],
    ['no restoreRequired: unknown', {}, 'restoring', undefined],
    ['restoreRequired as a string: unknown', { restoreRequired: 'true' }, 'restoring', undefined],
    ['standby true: standby', { standby: true }, 'standby', true],
    ['standby as a string: not a standby', { standby: 'true' }, 'standby', false],
    ['no standby: not a standby', {}, 'standby', false],
    ['controllers null: no engines', { controllers: null }, 'controllers', []],
    ['no controllers: unknown', {}, 'controllers', undefined],
    [
      'lastPVCRefAt: the claim no longer exists, so its name is empty',
      { kubernetesStatus: { pvcName: 'a', lastPVCRefAt: 'x' } },
      'pvc',
      '',
    ],
    ['ticket of the CSI attacher: for a workload', tickets('csi-attacher'), 'hasWorkloadTicket', true],
    [
      'only tickets of Longhorn: not for a workload',
      tickets('backup-controller', 'volume-rebuilding-controller'),
      'hasWorkloadTicket',
      false,
    ],
    [
      'tickets of Longhorn and the CSI attacher: for a workload',
      tickets('backup-controller', 'csi-attacher'),
      'hasWorkloadTicket',
      true,
    ],
    [
      'ticket of the API without a frontend, as of a job: not for a workload',
      tickets('longhorn-api/true'),
      'hasWorkloadTicket',
      false,
    ],
    [
      'ticket of the API with a frontend, attached manually: for a workload',
      tickets('longhorn-api/false'),
      'hasWorkloadTicket',
      true,
    ],
    ['no volumeAttachment: unknown whether for a workload', {}, 'hasWorkloadTicket', undefined],
    ['snapshotMaxSize 0: no limit', { snapshotMaxSize: '0' }, 'snapshotLimitBytes', undefined],
    ['snapshotMaxSize: the limit in bytes', { snapshotMaxSize: '10' }, 'snapshotLimitBytes', 10],
    ['numberOfReplicas: kept', { numberOfReplicas: 3 }, 'replicasDesired', 3],
    ['numberOfReplicas as a string: unknown', { numberOfReplicas: '3' }, 'replicasDesired', undefined],
    ['empty replicas: none', { replicas: [] }, 'replicas', []],
    ['replicas null: none', { replicas: null }, 'replicas', []],
    ['sharded volume without replicas: unknown', { dataLayout: { type: 'sharded' } }, 'replicas', undefined],
    ['no state: unknown', {}, 'state', undefined],
    ['empty robustness: kept', { robustness: '' }, 'robustness', ''],
    ['another name in the object: the given name is used', { name: 'other' }, 'name', 'pvc-1'],
  ];
  for (const [behaviour, volume, field, value] of table) {
    test(behaviour, () => assert.deepEqual(read(volume)[field], value));
  }

  const invalid: [field: string, value: unknown][] = [
    ['state', 7],
    ['state', {}],
    ['robustness', false],
    ['robustness', ['healthy']],
    ['controllers', 'node-1'],
    ['controllers', [null]],
    ['replicas', 3],
    ['replicas', { r1: {} }],
    ['replicas', ['r1']],
  ];
  for (const [field, value] of invalid) {
    test(`${field} ${JSON.stringify(value)}: TypeError`, () => {
      assert.throws(() => read({ [field]: value }), TypeError);
    });
  }

  describe('error texts', () => {
    const error = `cifs://admin:hunter2@nas/share ${'x'.repeat(1_000)}`;
    const texts: [source: string, text: string | undefined][] = [
      ['a restore', read({ restoreStatus: [{ error }] }).restore.error],
      ['a purge', read({ purgeStatus: [{ error }] }).purge.error],
      [
        'an expansion',
        read({ controllers: [{ lastExpansionError: error }] }).controllers?.[0]?.expansionError,
      ],
    ];
    for (const [source, text = ''] of texts) {
      test(`error of ${source}: shortened, without the secret`, () => {
        assert.match(text, /^cifs:\/\/\*\*\*@nas\/share x+…$/);
        assert.equal(text.length, 300);
      });
    }
  });

  const FIELDS = [
    'accessMode',
    'backupTargetName',
    'conditions',
    'controllers',
    'created',
    'dataEngine',
    'kubernetesStatus',
    'numberOfReplicas',
    'rebuildStatus',
    'replicas',
    'restoreRequired',
    'robustness',
    'standby',
    'state',
  ];

  test('any fields: well-formed facts or a TypeError', () => {
    const anything = fc.dictionary(fc.constantFrom(...FIELDS), fc.jsonValue());
    fc.assert(
      fc.property(anything, (volume) => {
        let facts: VolumeFacts;
        try {
          facts = read(volume);
        } catch (error) {
          assert.ok(error instanceof TypeError);
          return;
        }
        for (const field of [
          'namespace',
          'pvc',
          'workload',
          'accessMode',
          'dataEngine',
          'backupTarget',
        ] as const) {
          assert.ok(facts[field].isWellFormed());
        }
        assert.ok((facts.controllers ?? []).every(({ node }) => node.isWellFormed()));
        assert.ok(facts.replicas === undefined || Array.isArray(facts.replicas));
        assert.ok(['undefined', 'number'].includes(typeof facts.created));
      }),
    );
  });
});
