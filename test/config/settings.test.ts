import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readSettings, settingsMarkdown } from '../../src/config/settings.ts';

type Environment = Record<string, string | undefined>;

const NAMES = [
  'LONGHORN_URL',
  'LISTEN_ADDRESS',
  'NODE_NAME',
  'EXPORT',
  'MIN_PERIOD',
  'SILENCE_LIMIT',
  'STALE_AFTER',
  'SNAPSHOT_SWEEP_INTERVAL',
  'MANAGER_BUDGET',
  'SCHEDULE_TIME_ZONE',
  'DEPRECATED_METRICS',
  'LOG_LEVEL',
] as const;

/** Each setting as one comparable value. */
function read(environment: Environment) {
  const { settings, problems } = readSettings(environment);
  const { longhornUrl, listenAddress, nodeName, scope, logLevel } = settings;
  const { host = '', port } = listenAddress;
  return {
    values: {
      LONGHORN_URL: longhornUrl.href,
      LISTEN_ADDRESS: `${host}:${port}`,
      NODE_NAME: nodeName,
      EXPORT: scope,
      MIN_PERIOD: settings.minPeriod,
      SILENCE_LIMIT: settings.silenceLimit,
      STALE_AFTER: settings.staleAfter,
      SNAPSHOT_SWEEP_INTERVAL: settings.sweepInterval,
      MANAGER_BUDGET: settings.managerBudget,
      SCHEDULE_TIME_ZONE: settings.timeZone,
      DEPRECATED_METRICS: settings.deprecatedMetrics,
      LOG_LEVEL: logLevel,
    },
    problems,
  };
}

const DEFAULTS = {
  LONGHORN_URL: 'http://127.0.0.1:9500/',
  LISTEN_ADDRESS: ':9265',
  NODE_NAME: '',
  EXPORT: 'all',
  MIN_PERIOD: 5_000,
  SILENCE_LIMIT: 60_000,
  STALE_AFTER: 300_000,
  SNAPSHOT_SWEEP_INTERVAL: 300_000,
  MANAGER_BUDGET: 0.05,
  SCHEDULE_TIME_ZONE: 'UTC',
  DEPRECATED_METRICS: true,
  LOG_LEVEL: 'info',
};

describe('defaults', () => {
  for (const [why, environment] of [
    ['nothing is set', {}],
    ['everything is empty', Object.fromEntries([...NAMES, 'POD_IP'].map((name) => [name, '']))],
    ['everything is blank', Object.fromEntries(NAMES.map((name) => [name, ' \t ']))],
    ['only unknown names are set', { longhorn_url: 'http://x', LISTEN: ':1', export: 'owned' }],
  ] as const) {
    test(`${why}: every default, no problems`, () => {
      assert.deepEqual(read(environment), { values: DEFAULTS, problems: [] });
    });
  }

  for (const [podIp, url] of [
    ['10.42.0.7', 'http://10.42.0.7:9500/'],
    ['fd00:10:244::7', 'http://[fd00:10:244::7]:9500/'],
    ['::1', 'http://[::1]:9500/'],
    ['not an address', 'http://127.0.0.1:9500/'],
    ['1:2', 'http://127.0.0.1:9500/'],
    ['fe80::1%eth0', 'http://127.0.0.1:9500/'],
    ['10.42.0.7/#', 'http://127.0.0.1:9500/'],
  ] as const) {
    test(`POD_IP is ${podIp}: reads from ${url}`, () => {
      assert.equal(read({ POD_IP: podIp }).values.LONGHORN_URL, url);
    });
  }

  test('LONGHORN_URL set: POD_IP ignored', () => {
    const environment = { POD_IP: '10.42.0.7', LONGHORN_URL: 'http://manager:9500' };
    assert.equal(read(environment).values.LONGHORN_URL, 'http://manager:9500/');
  });

  test('invalid LONGHORN_URL: POD_IP used', () => {
    const { values, problems } = read({ POD_IP: '10.42.0.7', LONGHORN_URL: 'manager' });
    assert.equal(values.LONGHORN_URL, 'http://10.42.0.7:9500/');
    assert.equal(problems.length, 1);
  });

  test('NODE_NAME set: EXPORT is owned', () => {
    assert.equal(read({ NODE_NAME: 'node-1' }).values.EXPORT, 'owned');
  });
});

describe('valid value', () => {
  for (const [name, text, value] of [
    ['LONGHORN_URL', 'http://longhorn-backend:9500', 'http://longhorn-backend:9500/'],
    ['LONGHORN_URL', 'https://longhorn.example.com/api/', 'https://longhorn.example.com/api/'],
    ['LONGHORN_URL', 'http://[fd00::7]:9500', 'http://[fd00::7]:9500/'],
    ['LONGHORN_URL', 'HTTP://Manager:9500', 'http://manager:9500/'],
    ['LONGHORN_URL', 'http://longhorn/ui/?tab=1#/dashboard', 'http://longhorn/ui/'],
    ['LISTEN_ADDRESS', '127.0.0.1:19265', '127.0.0.1:19265'],
    ['LISTEN_ADDRESS', '[::1]:9265', '::1:9265'],
    ['NODE_NAME', 'ip-10-0-0-1.ec2.internal', 'ip-10-0-0-1.ec2.internal'],
    ['EXPORT', 'all', 'all'],
    ['MIN_PERIOD', '100ms', 100],
    ['MIN_PERIOD', '15s', 15_000],
    ['MIN_PERIOD', '1s500ms', 1_500],
    ['SILENCE_LIMIT', '100ms', 100],
    ['SILENCE_LIMIT', '1d', 86_400_000],
    ['STALE_AFTER', '1h30m', 5_400_000],
    ['SCHEDULE_TIME_ZONE', 'Europe/Berlin', 'Europe/Berlin'],
    ['SCHEDULE_TIME_ZONE', 'europe/berlin', 'Europe/Berlin'],
    ['DEPRECATED_METRICS', 'false', false],
    ['DEPRECATED_METRICS', 'true', true],
    ['LOG_LEVEL', 'debug', 'debug'],
    ['LOG_LEVEL', 'silent', 'silent'],
    ['LOG_LEVEL', ' warn\n', 'warn'],
  ] as const) {
    test(`${name}=${JSON.stringify(text)}: accepted, and nothing else changes`, () => {
      const { values, problems } = read({ [name]: text });
      const expected: Record<string, string | number | boolean> = { ...DEFAULTS, [name]: value };
      if (name === 'NODE_NAME') expected.EXPORT = 'owned';
      assert.deepEqual({ values, problems }, { values: expected, problems: [] });
    });
  }

  for (const scope of ['owned', 'all'] as const) {
    test(`EXPORT=${scope}, NODE_NAME set: accepted`, () => {
      const { values, problems } = read({ NODE_NAME: 'node-1', EXPORT: scope });
      assert.deepEqual([values.EXPORT, problems], [scope, []]);
    });
  }

  for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal']) {
    test(`LOG_LEVEL=${level}: accepted`, () => {
      assert.equal(read({ LOG_LEVEL: level }).values.LOG_LEVEL, level);
    });
  }
});

describe('invalid value', () => {
  const notADuration = 'is not a duration such as 5s or 1m30s';
  for (const [name, text, problem] of [
    ['LONGHORN_URL', 'manager', 'is not an http or https URL'],
    ['LONGHORN_URL', '10.0.0.1:9500', 'is not an http or https URL'],
    ['LONGHORN_URL', 'manager:9500', 'is not an http or https URL'],
    ['LONGHORN_URL', 'ws://10.0.0.1:9500', 'is not an http or https URL'],
    ['LONGHORN_URL', 'file:///etc/passwd', 'is not an http or https URL'],
    ['LONGHORN_URL', 'http://', 'is not an http or https URL'],
    ['LONGHORN_URL', 'http://host:99999', 'is not an http or https URL'],
    ['LONGHORN_URL', 'http://fd00::7:9500', 'is not an http or https URL'],
    ['LISTEN_ADDRESS', '9265', 'is not an address such as :9265'],
    ['LISTEN_ADDRESS', ':99999', 'is not an address such as :9265'],
    ['EXPORT', 'none', 'is not one of owned, all'],
    ['EXPORT', 'OWNED', 'is not one of owned, all'],
    ['EXPORT', 'owned', 'is owned, which needs NODE_NAME'],
    ['MIN_PERIOD', '5', notADuration],
    ['MIN_PERIOD', '1.5s', notADuration],
    ['MIN_PERIOD', '-5s', notADuration],
    ['MIN_PERIOD', '0', 'is not between 100ms and 15s'],
    ['MIN_PERIOD', '99ms', 'is not between 100ms and 15s'],
    ['MIN_PERIOD', '15s1ms', 'is not between 100ms and 15s'],
    ['MIN_PERIOD', '999999999y', 'is not between 100ms and 15s'],
    ['SILENCE_LIMIT', 'never', notADuration],
    ['SILENCE_LIMIT', '0s', 'is not between 100ms and 1d'],
    ['SILENCE_LIMIT', '2d', 'is not between 100ms and 1d'],
    ['STALE_AFTER', '5 m', notADuration],
    ['STALE_AFTER', '1d1ms', 'is not between 100ms and 1d'],
    ['DEPRECATED_METRICS', 'no', 'is not one of true, false'],
    ['DEPRECATED_METRICS', '1', 'is not one of true, false'],
    ['LOG_LEVEL', 'verbose', 'is not one of trace, debug, info, warn, error, fatal, silent'],
    ['LOG_LEVEL', 'INFO', 'is not one of trace, debug, info, warn, error, fatal, silent'],
    ['LOG_LEVEL', '30', 'is not one of trace, debug, info, warn, error, fatal, silent'],
    ['LOG_LEVEL', '__proto__', 'is not one of trace, debug, info, warn, error, fatal, silent'],
  ] as const) {
    test(`${name}=${JSON.stringify(text)}: the default, and one problem: ${problem}`, () => {
      assert.deepEqual(read({ [name]: text }), {
        values: DEFAULTS,
        problems: [`${name} ${problem}; using the default`],
      });
    });
  }

  test('every setting invalid: every default and one problem each, in order', () => {
    const bad = Object.fromEntries(NAMES.filter((name) => name !== 'NODE_NAME').map((name) => [name, '?']));
    const { values, problems } = read(bad);
    assert.deepEqual(values, DEFAULTS);
    assert.deepEqual(
      problems.map((problem) => problem.split(' ', 1)[0]),
      Object.keys(bad),
    );
  });

  test('EXPORT invalid, NODE_NAME set: owned', () => {
    const { values, problems } = read({ NODE_NAME: 'node-1', EXPORT: 'mine' });
    assert.deepEqual([values.EXPORT, problems.length], ['owned', 1]);
  });

  test('secret in a value: not repeated in the problem', () => {
    const secret = 's3cret';
    const environment = Object.fromEntries(NAMES.map((name) => [name, `ftp://admin:${secret}@host`]));
    assert.doesNotMatch(read(environment).problems.join('\n'), /s3cret|admin/);
  });

  test('any environment: usable settings, without throwing', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary-ascii' }),
      fc.constantFrom('0', '1d', 'owned', 'http://x', ':1'),
    );
    const environments = fc.dictionary(fc.constantFrom(...NAMES, 'POD_IP'), text);
    fc.assert(
      fc.property(environments, (environment) => {
        const { values, problems } = read(environment);
        assert.match(values.LONGHORN_URL, /^https?:/);
        assert.ok(values.MIN_PERIOD >= 100 && values.MIN_PERIOD <= 15_000, `${values.MIN_PERIOD}`);
        assert.equal(new Set(problems).size, problems.length);
      }),
      { numRuns: 500 },
    );
  });
});

test('EXPORT=owned, NODE_NAME blank: all, and one problem', () => {
  const { values, problems } = read({ NODE_NAME: ' ', EXPORT: 'owned' });
  assert.equal(values.EXPORT, 'all');
  assert.deepEqual(problems, ['EXPORT is owned, which needs NODE_NAME; using the default']);
});

describe('settingsMarkdown', () => {
  test('one row per setting, in order', () => {
    const [head, separator, ...rows] = settingsMarkdown().split('\n');
    const columns = (row = '') => row.split('|').length;
    assert.equal(columns(head), columns(separator));
    assert.deepEqual(
      rows.map((row) => /^\| `(\w+)` \|/.exec(row)?.[1]),
      [...NAMES],
    );
    for (const row of rows) assert.equal(columns(row), columns(head), row);
  });

  test('documented defaults: equal to the actual ones', () => {
    const rows = settingsMarkdown().split('\n').slice(2);
    const shown = rows.map((row) => [...row.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code));
    for (const [name = '', ...codes] of shown) {
      if (name === 'LONGHORN_URL' || name === 'NODE_NAME' || name === 'EXPORT') continue;
      const { values, problems } = read({ [name]: codes[0] });
      assert.deepEqual({ values, problems }, { values: DEFAULTS, problems: [] });
    }
  });
});
