import { describe, expect, it } from '@jest/globals';
import type { Finding, Seen } from '../../src/diagnosis/diagnosis.ts';
import { consoleRefuses, down, postgresRefuses, replica, vulnerable } from '../../src/playbooks/rules/doors.ts';
import { clientLimit, databaseLimit, logged } from '../../src/playbooks/rules/pooler.ts';
import { full, ownerIdle, type Postgres, slotsNearlyUsed } from '../../src/playbooks/rules/postgres.ts';
import { type Evidence, paused, queues } from '../../src/playbooks/rules/queues.ts';
import { blocked, deadlocks, idle, long, waitingAlike } from '../../src/playbooks/rules/sessions.ts';
import type { Root } from '../../src/probes/blocking.ts';
import type { Connections } from '../../src/probes/connections.ts';
import type { How } from '../../src/probes/door.ts';
import type { IdleSession } from '../../src/probes/idle-in-transaction.ts';
import type { LongQuery } from '../../src/probes/long-queries.ts';
import type { PoolerAnswer } from '../../src/probes/pooler-answer.ts';
import type { PoolerDatabase } from '../../src/probes/pooler-databases.ts';
import type { Complaint } from '../../src/probes/pooler-log.ts';
import type { Pool } from '../../src/probes/pooler-pools.ts';
import type { PostgresAnswer } from '../../src/probes/postgres-answer.ts';
import { connectionsType } from '../probes/places.ts';

const type = connectionsType();
const unseen = { ok: false, why: 'broken' } as const;
const seen = <Data>(data: Data): Seen<Data> => ({ ok: true, data });
const told = (findings: Finding[]): string[] => findings.map(({ rule, level }) => `${rule} ${level}`);
const refuses = (how: How): { answers: false; how: How; why: string } => ({ answers: false, how, why: 'so it said' });
const answers: PostgresAnswer = { answers: true, isReplica: false };
const room: Connections = { used: 10, usable: 97, idle: 5, inTransaction: 0, owners: [] };
const well: Postgres = { postgres: seen(answers), connections: seen(room) };

describe('the two doors', () => {
  const open: PoolerAnswer = { answers: true };
  it.each<[string, Seen<PoolerAnswer>, Seen<PostgresAnswer>, string[]]>([
    ['both open', seen(open), seen(answers), []],
    ['pooler down', seen(refuses('down')), seen(answers), ['pooler.down critical']],
    ['pooler silent', seen(refuses('late')), seen(answers), ['pooler.down critical']],
    ['pooler down, Postgres full and so alive', seen(refuses('down')), seen(refuses('full')), ['pooler.down critical']],
    ['pooler down, Postgres unseen', seen(refuses('down')), unseen, ['pooler.down critical']],
    ['Postgres down', seen(open), seen(refuses('down')), ['postgres.down critical']],
    [
      'Postgres down, the console not for us',
      seen(refuses('login')),
      seen(refuses('down')),
      ['postgres.down critical'],
    ],
    ['both down', seen(refuses('down')), seen(refuses('late')), ['database.unreachable critical']],
    ['only refused logins', seen(refuses('login')), seen(refuses('login')), []],
    ['Postgres starting', seen(open), seen(refuses('starting')), []],
    ['neither seen', unseen, unseen, []],
  ])('%s', (_name, pooler, postgres, rules) => {
    expect(told(down({ pooler, postgres }))).toEqual(rules);
  });

  it('never says of one that was not seen that it answers', () => {
    const [finding] = down({ pooler: seen(refuses('down')), postgres: unseen });

    expect(finding?.summary).toBe(
      'PgBouncer is not there: nobody listens there (so it said). Whether Postgres answers was not seen.',
    );
  });

  it.each<[How, string[]]>([
    ['starting', ['postgres.starting warning']],
    ['login', ['postgres.look-refused info']],
    ['own-limit', ['postgres.look-refused info']],
    ['full', []],
    ['down', []],
  ])('Postgres refuses by %s', (how, rules) => {
    expect(told(postgresRefuses(refuses(how)))).toEqual(rules);
  });

  it.each<[How, string[]]>([
    ['login', ['pooler.console-refused info']],
    ['full', ['pooler.clients-refused critical']],
    ['down', []],
  ])('PgBouncer refuses by %s', (how, rules) => {
    expect(told(consoleRefuses(refuses(how)))).toEqual(rules);
  });

  it.each([
    ['1.18.0', ['CVE-2026-6664']],
    ['1.23.9', ['CVE-2026-6664']],
    ['1.24.0', ['CVE-2026-6664', 'CVE-2026-6667']],
    ['1.25.1', ['CVE-2026-6664', 'CVE-2026-6667']],
    ['1.25.2', []],
    ['1.26.0', []],
    ['2.0.0', []],
  ])('version %s', (said, known) => {
    const [major = 0, minor = 0, patch = 0] = said.split('.').map(Number);
    const found = vulnerable({ answers: true, version: { major, minor, patch } });

    expect(found.flatMap(({ summary }) => summary.match(/CVE-\d+-\d+/g) ?? [])).toEqual(known);
    expect(found.every(({ level }) => level === 'info')).toBe(true);
  });

  it.each([
    ['one fault', 23, 'unless its distribution has mended it; 1.25.2 is without this fault.'],
    ['two', 24, 'unless its distribution has mended them; 1.25.2 is without either fault.'],
  ])('of %s says which version is without', (_name, minor, words) => {
    const [found] = vulnerable({ answers: true, version: { major: 1, minor, patch: 0 } });

    expect(found?.summary).toContain(words);
  });

  it('a replica is one, a primary is none, and whom we did not ask is neither', () => {
    expect(told(replica({ answers: true, isReplica: true }))).toEqual(['postgres.replica critical']);
    expect([...replica(answers), ...replica(refuses('down'))]).toEqual([]);
  });
});

describe('queues at PgBouncer', () => {
  const pool = (parts: Partial<Pool>): Pool => ({
    database: 'app',
    user: 'web',
    clients: 20,
    waiting: 0,
    active: 2,
    idle: 0,
    login: 0,
    longestWaitMs: 0,
    ...parts,
  });
  const database = (parts: Partial<PoolerDatabase> = {}): PoolerDatabase => ({
    name: 'app',
    poolSize: 2,
    connections: 2,
    isPaused: false,
    isDisabled: false,
    ...parts,
  });
  const evidence = (parts: Partial<Evidence> = {}): Evidence => ({
    ...well,
    databases: seen([database()]),
    clientLimits: seen({ clients: 100, waitMs: 120_000 }),
    ...parts,
  });
  const found = (parts: Partial<Pool>, beside: Partial<Evidence> = {}): string[] =>
    told(queues({ pools: [pool(parts)], missing: [] }, evidence(beside)));
  const queue = { waiting: 3, longestWaitMs: 6_000 };
  const free = { ...queue, active: 1, idle: 1 };

  it.each<[string, Partial<Pool>, string[]]>([
    ['a pool at work without a queue', {}, []],
    ['a dozen clients that do nothing', { clients: 12, active: 0, idle: 1 }, []],
    ['a wait as short as on any busy day', { waiting: 9, longestWaitMs: 999 }, []],
    ['a wait that nobody has any more', { waiting: 0, longestWaitMs: 9_000 }, []],
    ['an exhausted pool', { waiting: 1, longestWaitMs: 1_000 }, ['pooler.exhausted critical']],
    ['a queue though one is free', { ...free, longestWaitMs: 4_999 }, ['pooler.clients-waiting warning']],
    ['a long queue though one is free', { ...free, longestWaitMs: 5_000 }, ['pooler.clients-waiting critical']],
    ['a pool that may still grow', { ...queue, active: 1 }, ['pooler.clients-waiting critical']],
    ['no server at all', { ...queue, active: 0 }, ['pooler.login-failing critical']],
    [
      'no server for less than two seconds',
      { ...queue, active: 0, longestWaitMs: 1_999 },
      ['pooler.clients-waiting warning'],
    ],
  ])('%s', (_name, parts, rules) => {
    expect(found(parts)).toEqual(rules);
  });

  it.each<[string, Partial<Evidence>, string, string]>([
    [
      'Postgres full by count',
      { connections: seen({ used: 97, usable: 97 }) },
      'pooler.without-servers',
      'no connection left',
    ],
    ['Postgres full by refusal', { postgres: seen(refuses('full')) }, 'pooler.without-servers', 'no connection left'],
    ['Postgres down', { postgres: seen(refuses('down')) }, 'pooler.without-servers', 'Postgres does not answer'],
    ['Postgres starting', { postgres: seen(refuses('starting')) }, 'pooler.without-servers', 'starting'],
    ['Postgres unseen', { postgres: unseen, connections: unseen }, 'pooler.without-servers', 'was not seen'],
    ['Postgres answers, uncounted', { connections: unseen }, 'pooler.without-servers', 'has room for it was not seen'],
    [
      'Postgres refusing our own login, uncounted',
      { postgres: seen(refuses('login')), connections: unseen },
      'pooler.without-servers',
      'has room for it was not seen',
    ],
    ['Postgres well', {}, 'pooler.login-failing', 'although Postgres answers'],
    ['Postgres refusing our own login', { postgres: seen(refuses('login')) }, 'pooler.login-failing', 'although'],
  ])('without servers, %s', (_name, beside, rule, words) => {
    const findings = queues({ pools: [pool({ ...queue, active: 0 })], missing: [] }, evidence(beside));

    expect(findings).toMatchObject([{ rule, level: 'critical', summary: expect.stringContaining(words) }]);
  });

  it('a limit of four seconds makes one second critical', () => {
    const beside = { clientLimits: seen({ clients: 100, waitMs: 4_000 }) };

    expect(found({ ...free, longestWaitMs: 1_000 }, beside)).toEqual(['pooler.clients-waiting critical']);
  });

  it('without the pool sizes, all busy with a queue is exhausted, and one that logs in is not', () => {
    expect(found(queue, { databases: unseen })).toEqual(['pooler.exhausted critical']);
    expect(found({ ...queue, login: 1 }, { databases: unseen })).toEqual(['pooler.clients-waiting critical']);
  });

  it('a paused database is that, and no failing login', () => {
    const databases = [database({ isPaused: true })];

    expect(found({ ...queue, active: 0 }, { databases: seen(databases) })).toEqual([]);
    expect(told(paused([...databases, database(), database({ isDisabled: true })]))).toEqual([
      'pooler.paused critical',
      'pooler.paused critical',
    ]);
  });

  it('says the numbers', () => {
    const [finding] = queues({ pools: [pool(queue)], missing: [] }, evidence());

    expect(finding).toMatchObject({
      subject: 'pool app/web',
      summary: expect.stringMatching(/^2 of 2 server connections of the pool.*3 clients waiting, the first for 6 s/),
      observed: '3 clients waiting, the first for 6 s; 2 server connections at work, 0 free, 0 logging in',
    });
  });

  it.each([
    [79, []],
    [80, ['pooler.client-limit warning']],
    [94, ['pooler.client-limit warning']],
    [95, ['pooler.client-limit critical']],
  ])('%i of 100 clients', (clients, rules) => {
    const pools = seen({ pools: [pool({ clients: clients - 5 }), pool({ clients: 5 })], missing: [] });

    expect(told(clientLimit({ clients: 100 }, pools))).toEqual(rules);
    expect([...clientLimit({}, pools), ...clientLimit({ clients: 100 }, unseen)]).toEqual([]);
  });

  it.each([
    [8, []],
    [9, ['pooler.database-limit warning']],
  ])('%i of 10 server connections of a database', (connections, rules) => {
    expect(told(databaseLimit([database({ connections, limit: 10 }), database({ connections: 99 })]))).toEqual(rules);
  });
});

describe('the log of PgBouncer', () => {
  const log = (...kinds: Complaint[]) => ({
    complained: kinds.map((kind) => ({ kind, count: 3, line: 'the line' })),
    sinceMs: 900_000,
    gaps: [],
  });
  const already = (rule: string): Finding => ({ rule, level: 'critical', check: 'x', subject: 'x', summary: 'x' });

  it.each<[Complaint, string]>([
    ['login-failed', 'pooler.login-failing critical'],
    ['server-full', 'pooler.without-servers critical'],
    ['server-away', 'pooler.without-servers critical'],
    ['wait-timeout', 'pooler.waits-timed-out critical'],
    ['client-limit', 'pooler.clients-refused critical'],
    ['unknown-database', 'pooler.unknown-database warning'],
  ])('%s', (kind, rule) => {
    expect(told(logged(log(kind), []))).toEqual([rule]);
  });

  it('does not tell again what is seen to be so', () => {
    expect(logged(log('login-failed'), [already('pooler.login-failing')])).toEqual([]);
    expect(logged(log('server-full'), [already('postgres.full')])).toEqual([]);
    expect(logged(log('server-away'), [already('postgres.down')])).toEqual([]);
    expect(logged(log('login-failed'), [already('postgres.full')])).toHaveLength(1);
  });
});

describe('connections of Postgres', () => {
  const of = (used: number): Connections => ({ ...room, used, usable: 100 });
  it.each([
    [79, []],
    [80, ['postgres.slots-nearly-used warning']],
    [94, ['postgres.slots-nearly-used warning']],
    [95, ['postgres.slots-nearly-used critical']],
    [100, []],
  ])('%i of 100', (used, rules) => {
    expect(told(slotsNearlyUsed(of(used), type))).toEqual(rules);
  });

  it.each<[string, Partial<Postgres>, string[]]>([
    ['room', {}, []],
    ['one left', { connections: seen(of(99)) }, []],
    ['none left, by count', { connections: seen(of(100)) }, ['postgres.full critical']],
    ['beyond, because superusers still fit', { connections: seen(of(103)) }, ['postgres.full critical']],
    [
      'refused, and nothing counted',
      { postgres: seen(refuses('full')), connections: unseen },
      ['postgres.full critical'],
    ],
    ['refused for a limit of our own login', { postgres: seen(refuses('own-limit')), connections: unseen }, []],
    ['nothing seen', { postgres: unseen, connections: unseen }, []],
  ])('%s', (_name, parts, rules) => {
    expect(told(full({ ...well, ...parts }))).toEqual(rules);
  });

  it('says how many, in which state, and by whom', () => {
    const owner = {
      application: 'web',
      user: 'shop',
      address: '10.0.0.7',
      connections: 60,
      idle: 50,
      inTransaction: 9,
    };
    const [finding] = slotsNearlyUsed({ used: 94, usable: 97, idle: 61, inTransaction: 31, owners: [owner] }, type);

    expect(finding).toMatchObject({
      summary:
        'Postgres has few connections left: 94 of 97 usable ones are used, 61 idle and 31 idle in transaction; most by web (shop) (60).',
      observed: '96 %',
      evidence: ['web (shop) from 10.0.0.7: 60, 50 idle, 9 idle in transaction'],
    });
  });

  it.each([
    [50, []],
    [51, ['connections.leaked warning']],
  ])('an owner with %i of 100 idle', (idle, rules) => {
    const owner = { application: 'web', user: 'web', address: null, connections: 60, idle, inTransaction: 0 };

    expect(told(ownerIdle({ ...of(70), owners: [owner] }))).toEqual(rules);
  });
});

describe('sessions', () => {
  const who = { pid: 4711, application: 'web', user: 'shop', database: 'app', statement: 'select ?', all: 1 };
  const idleFor = (idleMs: number): IdleSession => ({ ...who, idleMs, hasWritten: true });
  const longFor = (runningMs: number): LongQuery => ({ ...who, runningMs, wait: null });
  const root = (parts: Partial<Root>): Root => ({
    pid: 4711,
    application: 'web',
    state: 'idle in transaction',
    heldMs: 60_000,
    statement: 'select ?',
    blocked: 1,
    depth: 1,
    longestWaitMs: 0,
    ...parts,
  });

  it.each([
    ['none', [], []],
    ['for a minute', [60_000], ['warning']],
    ['for less than five', [299_999], ['warning']],
    ['for five', [300_000, 60_000], ['critical']],
  ])('idle in transaction, and running: %s', (_name, times, levels) => {
    expect(idle(times.map(idleFor), type).map(({ level }) => level)).toEqual(levels);
    expect(long(times.map(longFor), type).map(({ level }) => level)).toEqual(levels);
  });

  it.each<[string, Partial<Root>, string[]]>([
    ['one for a moment', { longestWaitMs: 29_999 }, []],
    ['one for half a minute', { longestWaitMs: 30_000 }, ['locks.blocked warning']],
    ['one for a minute', { longestWaitMs: 60_000 }, ['locks.blocked critical']],
    ['four for a moment', { blocked: 4, longestWaitMs: 2_000 }, []],
    ['five for a second', { blocked: 5, longestWaitMs: 1_000 }, ['locks.blocked critical']],
    ['five for less', { blocked: 5, longestWaitMs: 999 }, []],
  ])('blocked: %s', (_name, parts, rules) => {
    expect(told(blocked([root(parts)], type))).toEqual(rules);
  });

  it.each<[string, [string, number][], string[]]>([
    [
      'most wait for the disk',
      [
        ['IO', 3],
        ['CPU', 2],
      ],
      ['sessions.wait-alike warning'],
    ],
    [
      'half of them',
      [
        ['IO', 3],
        ['CPU', 3],
      ],
      [],
    ],
    ['too few to tell', [['IO', 4]], []],
    ['for locks, which have their own finding', [['Lock', 9]], []],
    ['for their clients', [['Client', 9]], []],
  ])('alike: %s', (_name, counts, rules) => {
    const active = counts.map(([kind, sessions]) => ({ kind, sessions }));

    expect(told(waitingAlike({ active, deadlocks: 0 }))).toEqual(rules);
  });

  it('a total of deadlocks is for information only', () => {
    expect(told(deadlocks({ active: [], deadlocks: 7 }))).toEqual(['postgres.deadlocks info']);
    expect(deadlocks({ active: [], deadlocks: 0 })).toEqual([]);
  });
});
