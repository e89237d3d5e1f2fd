/** The runbook's two commands in the pods: a real psql, run here instead of there, before real servers. */
import { execFile } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Ran } from '../../src/diagnosis/cluster.ts';
import type { Surroundings } from '../../src/diagnosis/diagnosis.ts';
import { CannotSee } from '../../src/errors.ts';
import { databaseConnections } from '../../src/playbooks/database-connections.ts';
import { connections } from '../../src/probes/connections.ts';
import { poolerAnswer } from '../../src/probes/pooler-answer.ts';
import { poolerPools } from '../../src/probes/pooler-pools.ts';
import { postgresAnswer } from '../../src/probes/postgres-answer.ts';
import { because, type Pooler, pooled, startPooler, watcher } from '../tools/pooler.ts';
import { type OwnServer, startOwnServer } from '../tools/server.ts';
import { clusterWith, consoleAt, looking } from './places.ts';

let server: OwnServer;
let pooler: Pooler;
beforeAll(async () => {
  server = await startOwnServer();
  if (because === '') pooler = await startPooler(server.url);
}, 30_000);
afterAll(async () => {
  pooler?.stop();
  await server.stop();
}, 30_000);

let undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.toReversed()) await step();
  undo = [];
});

/** As in a pod: the socket leads to what runs there, and the login needs no word. */
const psql =
  (env: Record<string, string>, ran: string[][] = []) =>
  (_pod: string, [program = '', ...words]: readonly string[]): Promise<Ran> => {
    ran.push([program, ...words]);
    return new Promise((resolve) => {
      execFile(program, words, { env: { PATH: process.env['PATH'] ?? '', ...env } }, (error, stdout, stderr) =>
        resolve({ exitCode: error ? Number(error.code) : 0, stdout, stderr }),
      );
    });
  };

const poolerPod = (): Record<string, string> => ({ PGHOST: '127.0.0.1', PGPASSWORD: watcher.password });
const databasePod = (): Record<string, string> => {
  const { password, hostname } = new URL(server.url);
  return { PGHOST: hostname, PGPASSWORD: password };
};
const portOf = (url: string): string => new URL(url).port;

/** Both pods; `closed` names those whose port nobody listens at. */
function inPods(env: Record<string, string>, closed: string[] = [], ran: string[][] = []): Surroundings {
  const port = (place: string, url: string): string => (closed.includes(place) ? '1' : portOf(url));
  const targets = {
    poolerPort: port('pooler', pooler?.url ?? server.url),
    poolerUser: watcher.name,
    databasePort: port('database', server.url),
    databaseUser: new URL(server.url).username,
  };
  return looking({ cluster: clusterWith({ exec: psql(env, ran), log: () => [] }) }, { targets });
}

describe('without connections of our own', () => {
  pooled(`the pools are seen in the pod of the pooler, and that is said${because}`, async () => {
    const ran: string[][] = [];

    const seen = await poolerPools.look(inPods(poolerPod(), [], ran));

    expect(seen).toEqual({ pools: expect.any(Array), missing: [], pod: 'pgbouncer-0' });
    expect(seen.pools.map(({ database }) => database)).not.toContain('pgbouncer');
    expect(ran[0]?.slice(0, 4)).toEqual(['psql', '-w', '-X', '-q']);
    expect(ran[0]).toContain('SHOW POOLS');
  });

  it('the connections are counted in the pod of the database', async () => {
    const seen = await connections.look(inPods(databasePod()));

    expect(seen).toEqual({ used: expect.any(Number), usable: 30, pod: 'postgres-0' });
    expect(connections.gaps?.(seen)).toEqual(['whose connections they are is not asked in postgres-0']);
    expect(await postgresAnswer.look(inPods(databasePod()))).toEqual({ answers: true, isReplica: false });
  });

  pooled(`pooler down and database down are told apart${because}`, async () => {
    expect(await poolerAnswer.look(inPods(poolerPod(), ['pooler']))).toMatchObject({ answers: false, how: 'down' });
    expect(await poolerAnswer.look(inPods(poolerPod()))).toEqual({ answers: true });
    expect(await postgresAnswer.look(inPods(databasePod(), ['database']))).toMatchObject({
      answers: false,
      how: 'down',
    });
  });

  it('a login that the pod does not have is no outage', async () => {
    const answer = await postgresAnswer.look(inPods({ PGHOST: '127.0.0.1' }));

    expect(answer).toMatchObject({ answers: false, how: 'login' });
  });

  it('a pod without psql shows nothing, and no outage either', async () => {
    const without = { exitCode: 127, stdout: '', stderr: 'exec /usr/bin/psql: no such file or directory' };
    const blind = looking({ cluster: clusterWith({ exec: async () => without }) });

    await expect(postgresAnswer.look(blind)).rejects.toThrow('could not be asked');
    await expect(connections.look(blind)).rejects.toThrow('no such file or directory');
  });

  it.each([
    ['nothing at all', ''],
    ['a header alone', 'database\tcl_waiting\nreplica'],
    ['words that are no rows of it', 'welcome\nto this pod\n'],
  ])('%s, with exit code 0, is no answer of either, and nothing is called well', async (_name, stdout) => {
    const around = looking({ cluster: clusterWith({ exec: async () => ({ exitCode: 0, stdout, stderr: '' }) }) });

    const { verdict, ruledOut, checks } = await databaseConnections.run(around);

    expect({ verdict, ruledOut }).toEqual({ verdict: 'unknown', ruledOut: [] });
    expect(checks.map(({ verdict }) => verdict)).not.toContain('healthy');
    await expect(postgresAnswer.look(around)).rejects.toMatchObject({ code: 'unreadable' });
    await expect(poolerAnswer.look(around)).rejects.toMatchObject({ code: 'unreadable' });
  });

  it('a cluster that forbids it is no outage, and the grant is kept', async () => {
    const report = await databaseConnections.run(looking({ cluster: clusterWith({}) }));

    expect(report.findings).toEqual([]);
    expect(report.verdict).toBe('unknown');
    expect(report.checks.map(({ why }) => why)).toContain('this account may not do that');
  });

  it('one command is run once for all who ask', async () => {
    const ran: string[][] = [];

    await databaseConnections.run(inPods(databasePod(), [], ran));

    const statements = ran.map((words) => words[words.indexOf('-c') + 1]?.slice(0, 10) ?? '');
    expect(statements.toSorted((a, b) => a.localeCompare(b))).toEqual(['select cou', 'SHOW POOLS']);
  });

  it.each(['1 host=evil', `1'`, ''])(
    'a word of the runbook that says more than it should (%j) is refused',
    async (port) => {
      const ran: string[][] = [];
      const around = looking({ cluster: clusterWith({ exec: psql({}, ran) }) }, { targets: { databasePort: port } });

      await expect(connections.look(around)).rejects.toThrow('names no usable port');
      expect(ran).toEqual([]);
    },
  );
});

describe('with a console that is not reached', () => {
  pooled(`the pools are seen in the pod, and the way from here is what is missing${because}`, async () => {
    const nowhere = consoleAt('postgres://watcher:x@127.0.0.1:1/pgbouncer');
    undo.push(() => nowhere.end());
    const around = inPods(poolerPod());
    const { checks, findings } = await databaseConnections.run({
      ...around,
      clients: { ...around.clients, pooler: nowhere },
    });

    expect(findings.map(({ rule }) => rule)).not.toContain('pooler.down');
    const verdicts = Object.fromEntries(checks.map(({ name, verdict, why }) => [name, `${verdict} ${why ?? ''}`]));
    expect(verdicts['pgbouncer']).toBe('unknown not reached from here: connect ECONNREFUSED 127.0.0.1:1');
    expect(verdicts['pgbouncer pools']).toBe('healthy ');
  });

  it('and that no pod tells of either, both reasons are said', async () => {
    const nowhere = consoleAt('postgres://watcher:x@127.0.0.1:1/pgbouncer');
    undo.push(() => nowhere.end());

    const answer = await poolerAnswer.look(looking({ pooler: nowhere, cluster: clusterWith({}) }));

    expect(answer).toEqual({
      answers: false,
      how: 'down',
      why: 'connect ECONNREFUSED 127.0.0.1:1; nor in the pod: this account may not do that',
    });
  });
});

it('what a client says that is not configured is no answer of a door', async () => {
  await expect(postgresAnswer.look(looking({}))).rejects.toThrow(CannotSee);
  await expect(poolerAnswer.look(looking({}))).rejects.toThrow('no cluster to look at');
});
