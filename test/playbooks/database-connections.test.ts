/** Every scenario of connection errors, played with a real Postgres, and a real PgBouncer or the sandbox's console. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { makeTargetDatabase } from '../../src/clients/postgres.ts';
import type { Report, Surroundings } from '../../src/diagnosis/diagnosis.ts';
import { databaseConnections } from '../../src/playbooks/database-connections.ts';
import { playbooks } from '../../src/playbooks/index.ts';
import { startPoolerConsole } from '../../src/sandbox/pooler/start.ts';
import { role } from '../../src/sandbox/scenarios/applications.ts';
import { databaseScenarios } from '../../src/sandbox/scenarios/database-connections.ts';
import type { Scenario } from '../../src/sandbox/scenarios/scenario.ts';
import { startStandby } from '../flow/standby.ts';
import { clusterWith, consoleAt, looking } from '../probes/places.ts';
import { because, pooled, startPooler } from '../tools/pooler.ts';
import { type OwnServer, startOwnServer } from '../tools/server.ts';

let server: OwnServer;
beforeAll(async () => {
  server = await startOwnServer();
}, 30_000);
afterAll(async () => {
  await server.stop();
}, 30_000);

/** undone after each test, the last one first */
let undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.toReversed()) await step();
  undo = [];
});

const nowhere = 'postgres://watcher:looks-only@127.0.0.1:1/pgbouncer';

/** What is looked at once a scenario is played: the bot comes last, as after a restart in the worst moment. */
async function played(scenario: Scenario, how: 'real' | 'sandbox'): Promise<Surroundings> {
  const { thresholds = {}, instead = {} } = scenario;
  const pooler = how === 'real' ? await realPooler() : await sandboxPooler(scenario);
  const end = await scenario.database?.(server.pool, server.url, pooler.url);
  undo.push(() => end?.());
  await pooler.logged?.();
  const url = { away: nowhere, replica: undefined, none: server.watcher }[instead.database ?? 'none'];
  const database = makeTargetDatabase(url ?? (await replica()), () => {});
  undo.push(() => database.end());
  const console = consoleAt(instead.pooler === 'away' ? nowhere : pooler.console);
  undo.push(() => console.end());
  return looking({ database, pooler: console, cluster: clusterWith({ log: pooler.log }) }, { thresholds });
}

interface Pooler {
  url?: string;
  console: string;
  log: () => string[];
  logged?: () => Promise<void>;
}

async function realPooler(): Promise<Pooler> {
  const pooler = await startPooler(server.url, {
    settings: ['server_login_retry = 1'],
    users: { [role.name]: role.password },
  });
  undo.push(() => pooler.stop());
  return pooler;
}

async function sandboxPooler({ pooler, scene }: Scenario): Promise<Pooler> {
  const console = await startPoolerConsole(pooler);
  undo.push(() => console.stop());
  const logs = scene?.workloads?.[0]?.pods[0]?.containers?.['pgbouncer']?.logs ?? [];
  const lines = logs.map(([ago, line]) => `${new Date(Date.now() - ago * 60_000).toISOString()} ${line}`);
  return { console: console.url, log: () => lines };
}

async function replica(): Promise<string> {
  const standby = await startStandby(server.url);
  undo.push(() => standby.stop());
  const url = new URL(server.watcher);
  url.port = new URL(standby.url).port;
  return url.href;
}

const rulesOf = ({ findings }: Report): string[] =>
  findings.filter(({ level }) => level !== 'info').map(({ rule }) => rule);
const verdictsOf = ({ checks }: Report): Record<string, string> =>
  Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict]));

function expectFound(report: Report, { finds, says = [], not = [] }: Scenario): void {
  expect(rulesOf(report).toSorted()).toEqual(finds.toSorted());
  for (const words of says) expect(report.findings[0]?.summary).toContain(words);
  for (const rule of not) expect(report.findings.map(({ rule }) => rule)).not.toContain(rule);
  expect(report.checks.map(({ name }) => name)).toEqual(
    expect.arrayContaining(report.findings.map(({ check }) => check)),
  );
}

it('is listed, under the id that the runbook gives its issue type', () => {
  expect(playbooks).toContain(databaseConnections);
  expect(looking({}).issueType.id).toBe(databaseConnections.issueType);
});

describe('with a real PgBouncer', () => {
  for (const scenario of databaseScenarios)
    pooled(`${scenario.name}: ${scenario.what}${because}`, async () => {
      const surroundings = await played(scenario, 'real');

      const report = await databaseConnections.run(surroundings);

      expectFound(report, scenario);
      if (scenario.finds.length === 0)
        expect({ verdict: report.verdict, checks: verdictsOf(report) }).toMatchObject({ verdict: 'healthy' });
    });
});

describe('with the console of the sandbox', () => {
  it.each(databaseScenarios.filter(({ pooler, instead }) => pooler && !instead))('$name: $what', async (scenario) => {
    const surroundings = await played(scenario, 'sandbox');

    const report = await databaseConnections.run(surroundings);

    expectFound(report, scenario);
    expect(report.pending).toEqual([]);
  });
});

describe('what could not be seen', () => {
  /** The clients of healthy places, of which every call is written down, and one sort of them fails. */
  function breaking({ clients, ...around }: Surroundings, broken?: string) {
    const asked = new Set<string>();
    const call = <Answer>(name: string, answer: () => Promise<Answer>): Promise<Answer> => {
      asked.add(name);
      return name === broken ? Promise.reject(new Error('broken on purpose')) : answer();
    };
    const { database, pooler, cluster } = clients;
    if (!database || !pooler || !cluster) throw new Error('all of them are there');
    const surroundings: Surroundings = {
      ...around,
      clients: {
        database: { query: (text, values) => call(text, () => database.query(text, values)) },
        pooler: { show: (what) => call(`show ${what}`, () => pooler.show(what)) },
        cluster: { ...cluster, logs: (which) => call('logs', () => cluster.logs(which)) },
      },
    };
    return { surroundings, asked };
  }

  const calm: Scenario = { name: 'calm', issueType: 'database-connections', what: 'All is well.', finds: [] };

  it('is never healthy, whichever look fails', async () => {
    const places = await played(calm, 'sandbox');
    const { surroundings, asked } = breaking(places);
    expect((await databaseConnections.run(surroundings)).verdict).toBe('healthy');

    for (const broken of asked) {
      const report = await databaseConnections.run(breaking(places, broken).surroundings);

      const unknown = report.checks.filter(({ verdict }) => verdict === 'unknown');
      expect({ broken, verdict: report.verdict }).toEqual({ broken, verdict: 'unknown' });
      expect(unknown.map(({ why }) => why)).toEqual(unknown.map(() => expect.stringContaining('broken on purpose')));
      expect(unknown.length).toBeGreaterThan(0);
    }
    expect(asked.size).toBe(12);
  });

  it('is all of it without anything that is configured', async () => {
    const report = await databaseConnections.run(looking({}));

    expect(report.verdict).toBe('unknown');
    expect(report.checks.map(({ verdict }) => verdict)).toEqual(report.checks.map(() => 'unknown'));
    expect({ findings: report.findings, ruledOut: report.ruledOut }).toEqual({ findings: [], ruledOut: [] });
  });
});
