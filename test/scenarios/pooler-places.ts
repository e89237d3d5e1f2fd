/** Where a scenario of connection errors takes place: a real Postgres, and a real PgBouncer or the sandbox's console. */
import { makePoolerConsole } from '../../src/clients/pgbouncer.ts';
import { makeTargetDatabase } from '../../src/clients/postgres.ts';
import type { Clients } from '../../src/diagnosis/diagnosis.ts';
import type { Scene } from '../../src/sandbox/cluster/scene.ts';
import { startPoolerConsole } from '../../src/sandbox/pooler/start.ts';
import { role } from '../../src/sandbox/scenarios/applications.ts';
import type { Scenario } from '../../src/sandbox/scenarios/scenario.ts';
import { startStandby } from '../flow/standby.ts';
import { startPooler } from '../tools/pooler.ts';
import type { OwnServer } from '../tools/server.ts';

export interface Places {
  clients: Clients;
  /** with the log of the real pooler where one stands there */
  scene: Scene;
  end(): Promise<void>;
}

const nowhere = 'postgres://watcher:looks-only@127.0.0.1:1/pgbouncer';

/** What is looked at once a scenario is played: the bot comes last, as after a restart in the worst moment. */
export async function placesOf(scenario: Scenario, server: OwnServer, how: 'real' | 'sandbox'): Promise<Places> {
  const undo: (() => unknown)[] = [];
  const { instead = {}, scene = {} } = scenario;
  const pooler = how === 'real' ? await realPooler(server, undo) : await sandboxPooler(scenario, undo);
  const end = await scenario.database?.(server.pool, server.url, pooler.url);
  undo.push(() => end?.());
  await pooler.logged?.();
  const url = { away: nowhere, replica: undefined, none: server.watcher }[instead.database ?? 'none'];
  const database = makeTargetDatabase(url ?? (await replica(server, undo)), () => {});
  undo.push(() => database.end());
  const console = makePoolerConsole(instead.pooler === 'away' ? nowhere : pooler.console);
  undo.push(() => console.end());
  return {
    clients: { database, pooler: console },
    scene: pooler.log && instead.pooler !== 'away' ? withLog(scene, pooler.log()) : scene,
    async end() {
      for (const step of undo.toReversed()) await step();
    },
  };
}

interface Pooler {
  url?: string;
  console: string;
  log?: () => string[];
  logged?: () => Promise<void>;
}

async function realPooler(server: OwnServer, undo: (() => unknown)[]): Promise<Pooler> {
  const pooler = await startPooler(server.url, {
    settings: ['server_login_retry = 1'],
    users: { [role.name]: role.password },
  });
  undo.push(() => pooler.stop());
  return pooler;
}

async function sandboxPooler({ pooler }: Scenario, undo: (() => unknown)[]): Promise<Pooler> {
  const console = await startPoolerConsole(pooler);
  undo.push(() => console.stop());
  return { console: console.url };
}

async function replica(server: OwnServer, undo: (() => unknown)[]): Promise<string> {
  const standby = await startStandby(server.url);
  undo.push(() => standby.stop());
  const url = new URL(server.watcher);
  url.port = new URL(standby.url).port;
  return url.href;
}

const ofPooler = 'pgbouncer';

/** Each line has the time of its writing before it. */
const withLog = (scene: Scene, log: string[]): Scene => ({
  ...scene,
  workloads: (scene.workloads ?? []).map((workload) => {
    const lines = log.map((line): [number, string] => [0, line.slice(line.indexOf(' ') + 1)]);
    const pods = workload.pods.map((pod) => ({ ...pod, containers: { [ofPooler]: { logs: lines } } }));
    return workload.name === ofPooler ? { ...workload, pods } : workload;
  }),
});
