import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../../src/longhorn/read.ts';
import { readVolume, type VolumeFacts } from '../../src/longhorn/volume.ts';

const read = (volume: JsonObject) => readVolume(volume, 'pvc-1');

/** Attachment tickets of these types; `/true` or `/false`: whether without a frontend. */
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

describe('A volume', () => {
  const scheduled = (status: unknown) => ({ conditions: { Scheduled: { status } } });

  const table: [behaviour: string, volume: JsonObject, field: keyof VolumeFacts, value: unknown][] = [
    [
      'has the time it was created',
      { created: '2026-10-23 06:00:00 +0000 UTC' },
      'created',
      Date.UTC(2026, 9, 23, 6),
    ],
    ['may have no time of creation', { created: '' }, 'created', undefined],
    [
      'has its claim’s namespace',
      { kubernetesStatus: { namespace: 'shop' }, namespace: 'x' },
      'namespace',
      'shop',
    ],
    ['may have no claim', { kubernetesStatus: null }, 'namespace', ''],
    ['has a namespace of any characters', { kubernetesStatus: { namespace: '"\n\\' } }, 'namespace', '"\n\\'],
    ['has its claim’s name', { kubernetesStatus: { pvcName: 'data-0' } }, 'pvc', 'data-0'],
    ['is scheduled when the condition is True', scheduled('True'), 'scheduled', true],
    ['is not scheduled when it is False', scheduled('False'), 'scheduled', false],
    ['is scheduled when it is Unknown', scheduled('Unknown'), 'scheduled', true],
    ['may lack the condition', { conditions: {} }, 'scheduled', undefined],
    ['is restoring when a restore is required', { restoreRequired: true }, 'restoring', true],
    ['is not restoring when none is', { restoreRequired: false }, 'restoring', false],
    ['may not say whether it is restoring', {}, 'restoring', undefined],
    ['a text as restoreRequired is unknown', { restoreRequired: 'true' }, 'restoring', undefined],
    ['is a standby when it says so', { standby: true }, 'standby', true],
    ['is not a standby with a text', { standby: 'true' }, 'standby', false],
    ['is not a standby without the field', {}, 'standby', false],
    ['may have no engine', { controllers: null }, 'controllers', []],
    ['may lack the field of engines', {}, 'controllers', undefined],
    [
      'is remembered to have had a claim',
      { kubernetesStatus: { pvcName: 'a', lastPVCRefAt: 'x' } },
      'pvc',
      '',
    ],
    ['is wanted by a pod', tickets('csi-attacher'), 'hasWorkloadTicket', true],
    [
      'is not wanted by Longhorn alone',
      tickets('backup-controller', 'volume-rebuilding-controller'),
      'hasWorkloadTicket',
      false,
    ],
    [
      'is wanted by a pod beside Longhorn',
      tickets('backup-controller', 'csi-attacher'),
      'hasWorkloadTicket',
      true,
    ],
    [
      'is not wanted by a job, which attaches without a frontend',
      tickets('longhorn-api/true'),
      'hasWorkloadTicket',
      false,
    ],
    ['is wanted when attached manually', tickets('longhorn-api/false'), 'hasWorkloadTicket', true],
    ['does not say who wants it', {}, 'hasWorkloadTicket', undefined],
    ['has no limit of bytes at 0', { snapshotMaxSize: '0' }, 'snapshotLimitBytes', undefined],
    ['has a limit of bytes', { snapshotMaxSize: '10' }, 'snapshotLimitBytes', 10],
    ['has a desired number of replicas', { numberOfReplicas: 3 }, 'replicasDesired', 3],
    ['a text as the number of replicas is unknown', { numberOfReplicas: '3' }, 'replicasDesired', undefined],
    ['may have no replicas', { replicas: [] }, 'replicas', []],
    ['may have none, as null', { replicas: null }, 'replicas', []],
    ['that is sharded may lack them', { dataLayout: { type: 'sharded' } }, 'replicas', undefined],
    ['may lack a state', {}, 'state', undefined],
    ['may have an empty robustness', { robustness: '' }, 'robustness', ''],
    ['has the name it was found under', { name: 'other' }, 'name', 'pvc-1'],
  ];
  for (const [behaviour, volume, field, value] of table) {
    test(behaviour, () => assert.deepEqual(read(volume)[field], value));
  }

  const odd: [field: string, value: unknown][] = [
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
  for (const [field, value] of odd) {
    test(`is invalid when ${field} is ${JSON.stringify(value)}`, () => {
      assert.throws(() => read({ [field]: value }), TypeError);
    });
  }

  describe('Error texts: shortened, without the secret', () => {
    const error = `cifs://admin:hunter2@nas/share ${'x'.repeat(1_000)}`;
    const texts: [of: string, text: string | undefined][] = [
      ['a restore', read({ restoreStatus: [{ error }] }).restore.error],
      ['a purge', read({ purgeStatus: [{ error }] }).purge.error],
      [
        'an expansion',
        read({ controllers: [{ lastExpansionError: error }] }).controllers?.[0]?.expansionError,
      ],
    ];
    for (const [of, text = ''] of texts) {
      test(of, () => {
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
