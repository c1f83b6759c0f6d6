/** The short form of `npm run fuzz`: a few thousand messages, and tests of the model that results are compared with. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hasTool } from '../support/promtool.ts';
import { newCluster } from './cluster.ts';
import { diceOf } from './dice.ts';
import { readExposition } from './exposition.ts';
import { fuzz } from './fuzz.ts';
import { makeMessage } from './messages.ts';
import { isClearlyList, NOTHING_READ, readMessage } from './model.ts';
import { CLUSTERS } from './recordings.ts';
import { split } from './split.ts';

/** Always the same messages, so that CI fails only because of a change, not by chance. */
const SEED = 20_261_122;
const MESSAGES = 5_000;

test('mutated messages: nothing throws, and valid objects are served unchanged', async (t) => {
  const promtoolEvery = hasTool(t, 'promtool') ? 1_000 : undefined;
  const tally = await fuzz({ seed: SEED, from: 0, messages: MESSAGES, promtoolEvery });
  assert.equal(tally.get('messages'), MESSAGES);
  const minimum = {
    lists: 3_000,
    rejected: 300,
    'lists with bad objects': 1_000,
    'expositions checked': 200,
    recoveries: 3,
  };
  for (const [what, count] of Object.entries(minimum)) {
    assert.ok(tally.get(what) >= count, `${tally.get(what)} ${what}: the fuzz does not reach enough`);
  }
  for (const type of [
    'robustness_changed',
    'replica_failed',
    'rebuild_ended',
    'backup_completed',
    'backup_failed',
  ]) {
    assert.ok(tally.get(`event ${type}`) > 0, `no ${type}: the fuzz does not reach enough`);
  }
});

test('same seed: the same messages', () => {
  const make = (seed: number) => {
    const cluster = newCluster(diceOf(seed, 2 ** 31));
    return Array.from({ length: 50 }, (_, index) =>
      String(makeMessage(cluster, 'volumes', diceOf(seed, index)).bytes),
    );
  };
  assert.deepEqual(make(1), make(1));
  assert.notDeepEqual(make(1), make(2));
});

describe('model that the store is compared with', () => {
  const listOf = (elements: string): Buffer =>
    Buffer.from(`{"data":[${elements}],"resourceType":"volume","type":"collection"}\n`);
  const elementsOf = (bytes: Buffer) =>
    split(bytes)?.map(({ start, end }) => bytes.toString('utf8', start, end));

  test('any recorded list: the elements that JSON.parse finds', () => {
    for (const { head, elements, tail } of Object.values(CLUSTERS['1.12.1'])) {
      const bytes = Buffer.from(head + elements.join(',') + tail);
      const parsed: unknown[] = JSON.parse(String(bytes)).data;
      assert.deepEqual(
        elementsOf(bytes)?.map((element) => JSON.parse(element)),
        parsed,
      );
    }
    assert.deepEqual(elementsOf(listOf(' 1 , "]\\",[" ,[ {"a":[]} ]\n, +1[')), [
      '1',
      '"]\\",["',
      '[ {"a":[]} ]',
      '+1[',
    ]);
    assert.equal(elementsOf(listOf('{')), undefined);
    assert.equal(elementsOf(Buffer.from('{"data":[],"data":[]}')), undefined);
  });

  test('invalid object: keeps its last facts; object without a name: all keep theirs', () => {
    const first = readMessage('volumes', listOf('{"name":"a"},{"name":"b"}'), NOTHING_READ);
    assert.ok(first, 'a list');
    const next = (elements: string) => {
      const reading = readMessage('volumes', listOf(elements), first.objects);
      return [...(reading?.objects ?? [])].map(([name, { confirmed }]) => `${name} ${confirmed}`);
    };
    assert.deepEqual(next('{"name":"b"}'), ['b true']);
    assert.deepEqual(next('{"name":"b","state":1}'), ['b false']);
    assert.deepEqual(next('{"name":"b"},null'), ['b true', 'a false']);
    assert.equal(isClearlyList('volumes', listOf('{"name":"a"}')), true);
    assert.equal(isClearlyList('nodes', listOf('{"name":"a"}')), false);
  });

  test('invalid exposition: rejected', () => {
    const exposition = (labels: string) => Buffer.from(`longhorn_exporter_stream_up${labels}\n`);
    assert.equal(
      readExposition(exposition('{stream="\\"\\\\\\n"} 1')).lines[0]?.labels.get('stream'),
      '"\\\n',
    );
    for (const invalid of [
      ...[
        '{stream="a"b"} 1',
        '{stream="a\\r"} 1',
        '{stream="a"} NaN',
        '{stream="a"} +Inf',
        '{stream="a"}',
        '{} 1',
      ],
      ...[
        '{volume="a"} 1',
        '{stream="a",stream="a"} 1',
        '{stream="a"} 1\nlonghorn_exporter_stream_up{stream="a"} 2',
      ],
      ...[
        `{stream="${'a'.repeat(254)}"} 1`,
        '{stream="a"} 1\nlonghorn_unheard_of 1',
        '{stream="a"} 1\n# HELP x',
      ],
    ]) {
      assert.throws(() => readExposition(exposition(invalid), ''), `accepted: ${invalid.slice(0, 80)}`);
    }
    assert.throws(() => readExposition(Buffer.from([0xff, 0x0a])), /UTF-8/);
  });
});
