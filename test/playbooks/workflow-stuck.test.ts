import { once } from 'node:events';
import { createServer as createWebServer, type Server } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeTargetDatabase, type TargetDatabase } from '../../src/clients/postgres.ts';
import type { Report } from '../../src/diagnosis/diagnosis.ts';
import { playbooks } from '../../src/playbooks/index.ts';
import { workflowStuck } from '../../src/playbooks/workflow-stuck.ts';
import type { Scenario } from '../../src/sandbox/scenarios/scenario.ts';
import { workflowStuckScenarios } from '../../src/sandbox/scenarios/workflow-stuck.ts';
import { around, as, makePatient, type Patient, rows } from '../probes/patient.ts';
import { type Stage, startStage } from '../scenarios/stage.ts';

let patient: Patient;
let made: TargetDatabase[];

beforeEach(async () => {
  patient = await makePatient();
  made = [];
});
afterEach(async () => {
  for (const database of made) await database.end();
  await patient.end();
});

/** In a cluster where all is well, with a service that answers. */
async function look(url = patient.url, targets: Record<string, string> = {}, thresholds = {}): Promise<Report> {
  const database = makeTargetDatabase(url, () => {});
  made.push(database);
  return workflowStuck.run(
    await stage.look({ ...well, targets: { services: serviceUrl(), ...targets }, thresholds }, { database }),
  );
}

const well = scenarioWhereAllIsWell();
function scenarioWhereAllIsWell(): Scenario {
  const found = workflowStuckScenarios.find(({ name }) => name === 'all-well');
  if (!found) throw new Error('there is no scenario in which all is well');
  return found;
}

let stage: Stage;
let service: Server;
beforeAll(async () => {
  stage = await startStage([well]);
  service = createWebServer((_request, response) => response.end('well')).listen(0, '127.0.0.1');
  await once(service, 'listening');
});
afterAll(async () => {
  await stage.end();
  await once(service.close(), 'close');
});
function serviceUrl(): string {
  const address = service.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
}

const rulesOf = ({ findings }: Report): string[] => findings.map(({ rule, level }) => `${rule} ${level}`);
/** Of the two looks into the database. */
const inDatabase = ({ checks }: Report) => checks.slice(0, 2);
const verdictsOf = (report: Report): string[] => inDatabase(report).map(({ name, verdict }) => `${name}: ${verdict}`);
const whyOf = ({ checks }: Report, name: string): string => checks.find((check) => check.name === name)?.why ?? '';

it('is listed, under the id that the runbook gives its issue type', () => {
  expect(playbooks).toContain(workflowStuck);
  expect(around(undefined).issueType.id).toBe(workflowStuck.issueType);
});

describe('a database that can be seen', () => {
  it.each([
    ['nothing runs', [], 'healthy', []],
    ['all that run are younger than an hour', rows(50, { age: '59 minutes' }), 'healthy', []],
    ['one is stuck', rows(1, { age: '61 minutes' }), 'suspect', ['executions.stuck warning']],
    [
      'ten are stuck, of two workflows',
      [...rows(5, { age: '2 hours', workflow: 'a' }), ...rows(5, { age: '2 hours', workflow: 'b' })],
      'suspect',
      ['executions.stuck critical'],
    ],
    [
      'most are of one workflow',
      [...rows(6, { age: '2 hours', workflow: 'a' }), ...rows(1, { age: '2 hours', workflow: 'b' })],
      'suspect',
      ['executions.stuck warning', 'executions.one-workflow warning'],
    ],
  ])('when %s', async (_name, there, verdict, rules) => {
    await patient.run(...there);

    const report = await look();

    expect(report.verdict).toBe(verdict);
    expect(rulesOf(report)).toEqual(rules);
  });

  it('is told of with the paragraph, the steps and the statements that show the same', async () => {
    const report = await look();

    expect(report).toMatchObject({ issueType: 'workflow-stuck', paragraph: 'Workflow Execution Stuck' });
    expect(report.steps).toContain('Cancel stuck executions if necessary');
    expect(inDatabase(report).map(({ repeat }) => repeat)).toEqual([
      expect.stringContaining(`from "executions" where "status" = 'running'`),
      expect.stringContaining('pg_blocking_pids'),
    ]);
  });

  it('shows who holds the rows that others wait for', async () => {
    await patient.run({ age: '2 hours', id: 'a' });
    const holder = await patient.session('billing-worker');
    await holder.query('begin');
    await holder.query(`select from executions where id = 'a' for update`);
    const waiter = await patient.session('canceller');
    const waiting = waiter.query(`update executions set status = 'cancelled' where id = 'a'`);
    await patient.waiting('canceller', '1 s');

    const report = await look(patient.url, {}, { blockedCritical: 1_000 });
    await holder.query('rollback');
    await waiting;

    expect(rulesOf(report)).toEqual(['executions.locked critical', 'executions.stuck warning']);
    expect(report.findings[0]?.summary).toMatch(
      /^Session \d+ \(billing-worker, idle in transaction\) has held locks on executions for \d+ s; 1 session waiting/,
    );
  });

  it('is suspect when somebody keeps even us out of the table, and what we could not count is unknown', async () => {
    const migration = await patient.session('migration');
    await migration.query('begin');
    await migration.query('lock table executions');
    const page = await patient.session('page');
    const waiting = page.query('select from executions');
    await patient.waiting('page', '1 s');

    const report = await look();
    await migration.query('rollback');
    await waiting;

    expect(report.verdict).toBe('suspect');
    expect(verdictsOf(report)).toEqual(['executions: unknown', 'locks on executions: suspect']);
    expect(whyOf(report, 'executions')).toContain('the table is locked by somebody else');
    expect(report.findings[0]?.summary).toContain('migration');
  });

  it('tells when nothing finishes any more, where the runbook names the column', async () => {
    await patient.run({ age: '20 minutes' });

    const report = await look(patient.url, { finishedAt: 'finished_at' });

    expect(rulesOf(report)).toEqual(['executions.stalled warning']);
  });

  it('fits, whatever the workflows are called', async () => {
    await patient.run(...rows(6, { age: '2 hours', workflow: '<!channel>\ninvoice: 0' }), {
      age: '3 hours',
      workflow: `'"`.repeat(5_000),
      id: 'z'.repeat(10_000),
    });

    const report = await look();

    expect(JSON.stringify(report).length).toBeLessThan(9_000);
    expect(report.findings.flatMap(({ evidence = [] }) => evidence).join('')).not.toContain('\n');
    expect(report.findings[0]?.evidence?.[0]).toBe('<!channel> invoice: 0: 6');
  });
});

describe('what cannot be seen is unknown', () => {
  it('without a database that is configured, and without a cluster', async () => {
    const report = await workflowStuck.run(around(undefined));

    expect(report.verdict).toBe('unknown');
    expect(report.checks.every(({ verdict }) => verdict === 'unknown')).toBe(true);
    expect(whyOf(report, 'logs of the workflow engine')).toBe('no cluster to look at is configured (KUBECONFIG)');
    expect(whyOf(report, 'executions')).toBe('no database to look at is configured (TARGET_DATABASE_URL)');
  });

  it('without the table', async () => {
    const report = await look(patient.url, { table: 'runs' });

    expect(report.verdict).toBe('unknown');
    expect(whyOf(report, 'executions')).toBe('the table does not exist (relation "runs" does not exist)');
    expect(whyOf(report, 'locks on executions')).toContain('the table does not exist');
  });

  it('without a right on the table', async () => {
    const report = await look(await patient.login('monitor'));

    expect(report.verdict).toBe('unknown');
    expect(verdictsOf(report)).toEqual(['executions: unknown', 'locks on executions: healthy']);
    expect(whyOf(report, 'executions')).toBe('this login may not read it (permission denied for table executions)');
  });

  it('in the locks alone, without the right to see other sessions', async () => {
    await patient.run(...rows(3, { age: '2 hours' }));

    const report = await look(await patient.login('read'));

    expect(verdictsOf(report)).toEqual(['executions: suspect', 'locks on executions: unknown']);
    expect(whyOf(report, 'locks on executions')).toContain('cannot see other sessions');
  });

  it('and never healthy, without the right to see other sessions, though nothing is stuck', async () => {
    const report = await look(await patient.login('read'));

    expect(report.verdict).toBe('unknown');
  });

  it('with a wrong password, which stands nowhere', async () => {
    const report = await look(as(patient.url, new URL(patient.url).username, 'hush-hush-77'));

    expect(report.verdict).toBe('unknown');
    expect(whyOf(report, 'executions')).toContain('wrong password');
    expect(JSON.stringify(report)).not.toContain('hush-hush');
  });

  it('with a database that accepts and never answers, within the limit of the look', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;

    const report = await look(`postgres://u:hush-hush-77@127.0.0.1:${port}/app`);

    for (const socket of sockets) socket.destroy();
    await once(server.close(), 'close');
    expect(report.verdict).toBe('unknown');
    expect(inDatabase(report).map(({ why }) => why)).toEqual([
      expect.stringContaining('the database did not answer'),
      expect.stringContaining('the database did not answer'),
    ]);
    expect(report.tookMs).toBeLessThan(4_500);
    expect(JSON.stringify(report)).not.toContain('hush-hush');
  });

  it('with a connection that is refused', async () => {
    const report = await look('postgres://u:hush-hush-77@127.0.0.1:1/app');

    expect(report.verdict).toBe('unknown');
    expect(whyOf(report, 'executions')).toBe('the database did not answer (connect ECONNREFUSED 127.0.0.1:1)');
  });

  it('with a table name in the runbook that is none, and the commands of the runbook stand for ours', async () => {
    const report = await look(patient.url, { table: 'executions; drop table executions' });

    expect(report.verdict).toBe('unknown');
    expect(whyOf(report, 'executions')).toContain('the runbook names no usable table');
    expect(report.checks[0]?.repeat).toContain('kubectl logs');
    await patient.pool.query('select from executions');
  });
});
