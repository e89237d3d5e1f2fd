/** PgBouncer's rows as its versions and others print them, and its log. */
import { describe, expect, it } from '@jest/globals';
import type { Console } from '../../src/diagnosis/diagnosis.ts';
import { CannotSee } from '../../src/errors.ts';
import { databaseConnections } from '../../src/playbooks/database-connections.ts';
import { poolerAnswer } from '../../src/probes/pooler-answer.ts';
import { poolerDatabases } from '../../src/probes/pooler-databases.ts';
import { poolerLimits } from '../../src/probes/pooler-limits.ts';
import { poolerLog } from '../../src/probes/pooler-log.ts';
import { poolerPools } from '../../src/probes/pooler-pools.ts';
import { clusterWith, looking } from './places.ts';

const says = (rows: Record<string, unknown>[]): Console => ({ show: async () => rows });
const around = (...rows: Record<string, unknown>[]) => looking({ pooler: says(rows) });

const row = {
  database: 'app',
  user: 'web',
  cl_active: 20,
  cl_waiting: 37,
  sv_active: 18,
  sv_idle: 1,
  sv_used: 1,
  sv_tested: 0,
  sv_login: 0,
  maxwait: 12,
  maxwait_us: 400_000,
  pool_mode: 'transaction',
};
const pool = {
  database: 'app',
  user: 'web',
  clients: 57,
  waiting: 37,
  active: 18,
  idle: 2,
  login: 0,
  longestWaitMs: 12_400,
};

describe('pools', () => {
  it.each<[string, Record<string, unknown>]>([
    ['of 1.18', row],
    ['of 1.25, with columns that are new', { ...row, load_balance_hosts: null, cl_cancel_new: 3 }],
    ['as text', Object.fromEntries(Object.entries(row).map(([name, value]) => [name, `${value}`]))],
    ['in another order', Object.fromEntries(Object.entries(row).toReversed())],
  ])('%s', async (_name, given) => {
    const seen = await poolerPools.look(around(given, { ...row, database: 'pgbouncer' }));

    expect(seen).toEqual({ pools: [pool], missing: [] });
  });

  it('with a column that is missing are no sign of health', async () => {
    const { maxwait: _gone, ...rest } = row;
    const surroundings = around(rest);

    const seen = await poolerPools.look(surroundings);
    const { checks, findings, ruledOut } = await databaseConnections.run(surroundings);

    expect(seen.pools).toMatchObject([{ waiting: 37 }]);
    expect(seen.missing).toEqual(['maxwait']);
    expect(checks.find(({ name }) => name === poolerPools.name)).toMatchObject({
      verdict: 'unknown',
      why: 'this pooler shows no maxwait',
    });
    expect(findings.map(({ rule }) => rule)).not.toContain('pooler.clients-waiting');
    expect(ruledOut.join(' ')).not.toContain('No client waits');
  });

  it('of something else are not seen', async () => {
    const odd = { ...row, cl_waiting: 'many' };

    await expect(poolerPools.look(around(odd))).rejects.toThrow('no console of PgBouncer that we can read');
  });
});

it('databases: the size of pools, the limit where there is one, and a pause', async () => {
  const rows = [
    {
      name: 'app',
      pool_size: 20,
      reserve_pool_size: 0,
      max_connections: 0,
      current_connections: 7,
      paused: 0,
      disabled: 0,
    },
    { name: 'old', pool_size: '5', max_connections: '9', current_connections: '9', paused: 'yes', disabled: '0' },
    { name: 'pgbouncer', pool_size: 2 },
    { name: 'bare' },
  ];

  const seen = await poolerDatabases.look(around(...rows));

  expect(poolerDatabases.gaps?.(seen.slice(0, 2))).toEqual([]);
  expect(poolerDatabases.gaps?.(seen)).toEqual(['this pooler shows no current_connections, paused, disabled']);
  expect(seen).toEqual([
    { name: 'app', poolSize: 20, connections: 7, isPaused: false, isDisabled: false },
    { name: 'old', poolSize: 5, limit: 9, connections: 9, isPaused: true, isDisabled: false },
    { name: 'bare' },
  ]);
});

it('limits: numbers of its settings, and a gap where it does not say', async () => {
  const rows = [
    { key: 'max_client_conn', value: '100', default: '100', changeable: 'yes' },
    { key: 'query_wait_timeout', value: 120 },
  ];

  expect(await poolerLimits.look(around(...rows))).toEqual({ clients: 100, waitMs: 120_000 });
  expect(poolerLimits.gaps?.(await poolerLimits.look(around()))).toHaveLength(1);
});

it.each([
  ['PgBouncer 1.18.0', { major: 1, minor: 18, patch: 0 }],
  ['PgBouncer 1.26', { major: 1, minor: 26, patch: 0 }],
  ['PgDog v0.1', undefined],
])('version: %s', async (version, known) => {
  const answer = await poolerAnswer.look(around({ version }));

  expect(answer).toEqual({ answers: true, ...(known ? { version: known } : {}) });
});

describe('its log', () => {
  type Lines = [minutes: number, line: string][];
  const look = (...lines: Lines) => lookAt({ lines });
  const lookAt = ({ lines, before }: { lines: Lines; before?: Lines | CannotSee }) => {
    const surroundings = looking({});
    const written = (said: Lines) =>
      said.map(([ago, line]) => `${new Date(surroundings.now - ago * 60_000).toISOString()} ${line}`);
    const log = () => written(lines);
    const previous = (): string[] => {
      if (before instanceof CannotSee) throw before;
      return written(before ?? []);
    };
    const cluster = clusterWith(before ? { log, previous } : { log });
    return poolerLog.look({ ...surroundings, clients: { cluster } });
  };
  const sentAway = 'LOG C-0x1: app/web@10.0.0.7:1 closing because: query_wait_timeout (age=120s)';

  it('counts what is said, each client once, the newest line of it', async () => {
    const { complained } = await look(
      [9, 'LOG C-0x1: app/web@10.0.0.7:1 closing because: query_wait_timeout (age=120s)'],
      [9, 'WARNING C-0x1: app/web@10.0.0.7:1 pooler error: query_wait_timeout'],
      [8, 'LOG C-0x2: app/web@10.0.0.7:2 closing because: query_wait_timeout (age=120s)'],
      [8, 'WARNING server login failed: FATAL remaining connection slots are reserved for superusers'],
      [7, 'ERROR S: login failed: FATAL: the database system is starting up'],
      [6, 'LOG S-0x1: app/web@10.0.0.9:5432 closing because: connect failed (age=0s)'],
      [5, 'ERROR S: login failed: FATAL: password authentication failed for user "web"'],
      [5, 'LOG S-0x1: app/web@10.0.0.9:5432 closing because: login failed (age=0s)'],
      [4, 'WARNING server login failed: FATAL database "nodb" does not exist'],
      [
        3,
        'LOG C-0x3: (nodb)/(nouser)@10.0.0.7:3 closing because: no more connections allowed (max_client_conn) (age=0s)',
      ],
    );

    expect(complained.map(({ kind, count }) => [kind, count])).toEqual([
      ['wait-timeout', 2],
      ['server-full', 1],
      ['server-away', 2],
      ['login-failed', 1],
      ['unknown-database', 1],
      ['client-limit', 1],
    ]);
    expect(complained[0]?.line).toContain('C-0x2');
  });

  it.each<[string, number, string]>([
    ['what is older than a quarter of an hour', 16, 'LOG closing because: query_wait_timeout (age=120s)'],
    ['clients that simply leave', 1, 'LOG C-0x1: app/web@10.0.0.7:1 closing because: client close request (age=3s)'],
    ['a login that works', 1, 'LOG C-0x1: app/web@10.0.0.7:1 login attempt: db=app user=web tls=no'],
    ['its figures', 1, 'LOG stats: 0 xacts/s, 0 queries/s, wait 0 us'],
  ])('leaves alone %s', async (_name, ago, line) => {
    expect((await look([ago, line])).complained).toEqual([]);
  });

  it('that was longer than what was read is said to be', async () => {
    const { gaps } = await look(...Array.from({ length: 501 }, (): Lines[number] => [1, 'LOG stats: 0 xacts/s']));

    expect(gaps).toEqual(['the log of 15 min is longer than the 500 lines that were read']);
  });

  it.each<[string, Lines, Lines | undefined, number]>([
    ['before a restart a minute ago', [[1, 'LOG process up']], [[5, sentAway]], 1],
    [
      'before a restart of an hour ago',
      [[60, 'LOG process up']],
      [
        [61, sentAway],
        [5, sentAway],
      ],
      0,
    ],
    ['long before a restart a minute ago', [[1, 'LOG process up']], [[16, sentAway]], 0],
    ['and it was never restarted', [[1, 'LOG process up']], undefined, 0],
  ])('is read of the run before where this one is young: said %s', async (_name, lines, before, said) => {
    const { complained, gaps } = await lookAt({ lines, ...(before ? { before } : {}) });

    expect(complained.map(({ count }) => count)).toEqual(said === 0 ? [] : [said]);
    expect(gaps).toEqual([]);
  });

  it.each<[string, Lines, CannotSee | undefined, string]>([
    ['holds nothing', [], undefined, 'its log holds nothing'],
    [
      'is young, and the run before could not be read',
      [[1, 'LOG process up']],
      new CannotSee('unreachable', 'the cluster gave no answer'),
      'what a run before this one said was not seen: the cluster gave no answer',
    ],
  ])('is not called quiet where it %s', async (_name, lines, before, why) => {
    const seen = await lookAt({ lines, ...(before ? { before } : {}) });

    expect(poolerLog.gaps?.(seen)).toEqual([why]);
  });
});
