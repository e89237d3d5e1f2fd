/** Other sessions as a login sees them that may, and as one sees them that may not. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeTargetDatabase, type TargetDatabase } from '../../src/clients/postgres.ts';
import { databaseConnections } from '../../src/playbooks/database-connections.ts';
import { connections } from '../../src/probes/connections.ts';
import { databaseScenarios } from '../../src/sandbox/scenarios/database-connections.ts';
import { type OwnServer, startOwnServer } from '../tools/server.ts';
import { looking } from './places.ts';

let server: OwnServer;
let watcher: TargetDatabase;
let blind: TargetDatabase;
beforeAll(async () => {
  server = await startOwnServer();
  await server.pool.query(`create role blind login password 'sees-little'`);
  const url = new URL(server.url);
  url.username = 'blind';
  url.password = 'sees-little';
  watcher = makeTargetDatabase(server.watcher, () => {});
  blind = makeTargetDatabase(url.href, () => {});
}, 30_000);
afterAll(async () => {
  await watcher.end();
  await blind.end();
  await server.stop();
}, 30_000);

const scenario = (name: string) => {
  const found = databaseScenarios.find((one) => one.name === name);
  if (!found?.database) throw new Error(`no scenario ${name}`);
  return { ...found, begin: found.database };
};

describe('with pg_monitor alone', () => {
  it.each(['long-query', 'idle-in-transaction'])('%s is shown without the values in it', async (name) => {
    const { begin, thresholds = {} } = scenario(name);
    const end = await begin(server.pool, server.url);

    const report = await databaseConnections.run(looking({ database: watcher }, { thresholds }));
    await end();

    const told = JSON.stringify(report);
    expect(told).toContain(name === 'long-query' ? 'select pg_sleep(?), ?' : 'update orders set note = ? where id = ?');
    expect(told).not.toMatch(/4111|example\.com/);
  });

  it('our own looks are in no list', async () => {
    const report = await databaseConnections.run(looking({ database: watcher }, { thresholds: { longQuery: 0 } }));

    expect(JSON.stringify(report.findings)).not.toContain('responder-diagnosis');
  });
});

describe('without the right to see other sessions', () => {
  it('nothing about them is healthy, and the grant is named', async () => {
    const { begin, thresholds = {} } = scenario('long-query');
    const end = await begin(server.pool, server.url);

    const report = await databaseConnections.run(looking({ database: blind }, { thresholds }));
    await end();

    const verdicts = Object.fromEntries(report.checks.map(({ name, verdict }) => [name, verdict]));
    expect(verdicts).toMatchObject({
      postgres: 'healthy',
      'postgres connections': 'unknown',
      'long queries': 'unknown',
      'idle in transaction': 'unknown',
      locks: 'unknown',
      waits: 'unknown',
    });
    expect(report.checks.find(({ name }) => name === 'locks')?.why).toContain('grant this login pg_monitor');
    expect(report.ruledOut.join(' ')).not.toMatch(/statement|idle in transaction|lock/);
  });

  it('connections are counted all the same, and whose they are is said to be unseen', async () => {
    const seen = await connections.look(looking({ database: blind }));

    expect(seen).toEqual({ used: expect.any(Number), usable: 30 });
    expect(seen.used).toBeGreaterThan(1);
    expect(connections.gaps?.(seen)).toEqual([expect.stringContaining('whose connections they are')]);
  });
});
