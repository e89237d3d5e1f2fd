/**
 * Each thing that a probe asks, refused, cut off or left without an answer, one at a time: no check is green whose look was
 * broken, each says why, and no other check suffers with it.
 */
import { once } from 'node:events';
import { createServer as createWebServer, type Server } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makePoolerConsole } from '../../src/clients/pgbouncer.ts';
import { makeTargetDatabase } from '../../src/clients/postgres.ts';
import type { Check, Clients, Surroundings } from '../../src/diagnosis/diagnosis.ts';
import { forOneRun } from '../../src/diagnosis/shared.ts';
import type { ClusterFault } from '../../src/sandbox/cluster/effects.ts';
import type { Rule } from '../../src/sandbox/cluster/rights.ts';
import { type PoolerConsole, startPoolerConsole } from '../../src/sandbox/pooler/start.ts';
import { makePatient, type Patient } from '../probes/patient.ts';
import { type Stage, startStage } from '../scenarios/stage.ts';
import { type Cast, casts, figures, withoutFigures } from './casts.ts';

type Way = 'forbidden' | 'reset' | 'hang';
const faults: Partial<Record<Way, ClusterFault>> = { reset: { kind: 'reset' }, hang: { kind: 'hang' } };

let patient: Patient;
let console: PoolerConsole;
let service: Server;
let mute: { server: Server | ReturnType<typeof createServer>; sockets: Set<Socket>; url: string };
beforeAll(async () => {
  patient = await makePatient();
  console = await startPoolerConsole();
  service = createWebServer((_request, response) => response.end('well')).listen(0, '127.0.0.1');
  await once(service, 'listening');
  mute = await startMute();
}, 60_000);
afterAll(async () => {
  for (const socket of mute.sockets) socket.destroy();
  await Promise.all([once(service.close(), 'close'), once(mute.server.close(), 'close'), console.stop()]);
  await patient.end();
}, 60_000);

const portOf = (server: { address(): unknown }): string => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? String(Reflect.get(address, 'port')) : '';
};

/** Takes every connection and never says a word. */
async function startMute() {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket.on('error', () => {}))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, sockets, url: `postgres://watcher:looks-only@127.0.0.1:${portOf(server)}/shop` };
}

interface Urls {
  database?: string;
  pooler?: string;
}

interface Run {
  checks: Check[];
  calls: Map<string, string[]>;
}

/** The checks of a look, and with `alone` what each probe asks of the cluster when it looks by itself. */
async function look(
  cast: Cast,
  stage: Stage,
  { database = patient.url, pooler = console.url, alone = false }: Urls & { alone?: boolean } = {},
): Promise<Run> {
  const target = makeTargetDatabase(database, () => {});
  const places = { database: target, pooler: makePoolerConsole(pooler) };
  const around = await surroundingsOf(cast, stage, places);
  try {
    const calls = new Map<string, string[]>();
    for (const probe of alone ? cast.probes : []) {
      const before = stage.cluster.requests.length;
      await probe.look(forOneRun(around)).catch(() => {});
      calls.set(probe.name, [...new Set(stage.cluster.requests.slice(before).map(({ call }) => call))]);
    }
    return { checks: (await cast.playbook.run(around)).checks, calls };
  } finally {
    await Promise.all([places.database.end(), places.pooler.end()]);
  }
}

function surroundingsOf({ scenario }: Cast, stage: Stage, clients: Clients): Promise<Surroundings> {
  const targets = { services: `http://127.0.0.1:${portOf(service)}/`, ...scenario.targets };
  return stage.look({ ...scenario, targets }, clients);
}

const staged = async <Said>(
  cast: Cast,
  act: (stage: Stage) => Promise<Said>,
  rule?: (rule: Rule) => boolean,
): Promise<Said> => {
  const stage = await startStage([cast.scenario], rule);
  try {
    return await act(stage);
  } finally {
    await stage.end();
  }
};

const broken = (cast: Cast, call: string, way: Way): Promise<Check[]> =>
  staged(
    cast,
    async (stage) => {
      const effect = faults[way];
      if (effect) stage.cluster.faults.add({ method: call, effect });
      return (await look(cast, stage)).checks;
    },
    (rule) => way !== 'forbidden' || !namesOf(rule).includes(call),
  );

/** As the sandbox names calls. */
const namesOf = ({ verbs, resources, groups }: Rule): string[] =>
  verbs.flatMap((verb) =>
    resources.flatMap((resource) =>
      groups.map((group) => `${verb} ${resource}${group === '' || resource.includes('/') ? '' : `.${group}`}`),
    ),
  );

const isSeen = ({ why, gaps = [] }: Check): boolean => why === undefined && gaps.length === 0;
const unseen = (checks: Check[]): string[] =>
  checks
    .filter((check) => !isSeen(check))
    .map(({ name }) => name)
    .toSorted();
const green = (checks: Check[], names: Set<string>): string[] =>
  checks.filter(({ name, verdict }) => names.has(name) && verdict === 'healthy').map(({ name }) => name);

/** `list pods.metrics.k8s.io` as a grant is told: `list pods`. */
const grantOf = (call: string): string => call.replace(/\..*$/, '').replace(/^(get|create) pods\/exec$/, 'pods/exec');

describe.each(casts.map((cast) => [cast.playbook.issueType, cast] as const))('%s', (_name, cast) => {
  it('shows no check green whose look is broken, and breaks no other', async () => {
    const well = await staged(cast, (stage) => look(cast, stage, { alone: true }));
    expect(unseen(well.checks)).toEqual([]);
    expect(well.checks.map(({ name }) => name).toSorted()).toEqual(cast.probes.map(({ name }) => name).toSorted());
    const calls = [...new Set([...well.calls.values()].flat())];
    const needs = (name: string, call: string): boolean =>
      (well.calls.get(name) ?? []).includes(call) && !(call === figures && withoutFigures.has(name));
    const ways = calls.flatMap((call) => (['forbidden', 'reset'] as const).map((way) => ({ call, way })));

    const looks: { call: string; way: Way; checks: Check[] }[] = [];
    // one after another: each has a limit of its own, which a crowd of them would reach
    for (const { call, way } of [...ways, { call: 'list pods', way: 'hang' as const }])
      looks.push({ call, way, checks: await broken(cast, call, way) });

    const told = looks.map(({ call, way, checks }) => {
      const sharing = cast.probes.map(({ name }) => name).filter((name) => needs(name, call));
      const said = checks.filter(({ name }) => sharing.includes(name)).map((check) => JSON.stringify(check));
      return {
        call,
        way,
        sharing: sharing.toSorted(),
        unseen: unseen(checks),
        green: green(checks, new Set(sharing)),
        withoutGrant: way === 'forbidden' ? said.filter((text) => !text.includes(grantOf(call))) : [],
      };
    });
    const count = told.reduce((sum, one) => sum + one.sharing.length, 0);
    process.stdout.write(
      `${cast.playbook.issueType}: ${calls.length} calls broken in two ways and one left to hang, ${count} looks broken, ${told.flatMap((one) => one.green).length} of them green\n`,
    );
    expect(told).toEqual(told.map((one) => ({ ...one, unseen: one.sharing, green: [], withoutGrant: [] })));
    expect(count).toBeGreaterThan(0);
  }, 90_000);

  const nowhere = 'postgres://watcher:looks-only@127.0.0.1:1/shop';
  it.each([
    ['database', 'away', () => ({ database: nowhere })],
    ['database', 'mute', () => ({ database: mute.url })],
    ['pooler', 'away', () => ({ pooler: nowhere })],
    ['pooler', 'mute', () => ({ pooler: mute.url })],
  ] as const)(
    'shows no check green that asks a %s which is %s',
    async (place, _how, urls) => {
      const asking = place === 'database' ? cast.asksDatabase : cast.asksPooler;

      const { checks } = await staged(cast, (stage) => look(cast, stage, urls()));

      expect(unseen(checks)).toEqual(asking.toSorted());
      expect(green(checks, new Set(asking))).toEqual([]);
    },
    60_000,
  );
});
