/**
 * The runbook's commands in the pods of pooler and database, where no connection of our own leads there: refused, cut off or
 * left without an answer, no check is green that rests on them, each says why, and no other check suffers with it.
 */
import { expect, it } from '@jest/globals';
import { makePoolerConsole } from '../../src/clients/pgbouncer.ts';
import { makeTargetDatabase } from '../../src/clients/postgres.ts';
import type { Check } from '../../src/diagnosis/diagnosis.ts';
import { databaseConnections } from '../../src/playbooks/database-connections.ts';
import { connections } from '../../src/probes/connections.ts';
import { poolerAnswer } from '../../src/probes/pooler-answer.ts';
import { poolerPools } from '../../src/probes/pooler-pools.ts';
import { postgresAnswer } from '../../src/probes/postgres-answer.ts';
import type { ClusterFault } from '../../src/sandbox/cluster/effects.ts';
import { databaseScenarios } from '../../src/sandbox/scenarios/database-connections.ts';
import type { Scenario } from '../../src/sandbox/scenarios/scenario.ts';
import { startStage } from '../scenarios/stage.ts';

const table = (row: Record<string, string | number>): string =>
  [Object.keys(row), Object.values(row)].map((cells) => `${cells.join('\t')}\n`).join('');
const pools = { database: 'shop', user: 'shop', cl_active: 3, cl_waiting: 0, sv_active: 1, sv_idle: 1, maxwait: 0 };
const execs = [
  { pod: 'pgbouncer-0', command: ['psql'], stdout: table(pools) },
  { pod: 'postgres-0', command: ['psql'], stdout: table({ used: 5, usable: 97, replica: 'f' }) },
];
const scenario: Scenario = { name: 'in-pods', issueType: 'database-connections', what: '', finds: [] };
const scene = databaseScenarios.find(({ name }) => name === 'neighbour-crashing')?.scene ?? {};

/** The checks that ask there. */
const inPods = new Set([poolerAnswer, poolerPools, postgresAnswer, connections].map(({ name }) => name));

type Way = 'well' | 'forbidden' | 'reset' | 'hang';
const faults: Partial<Record<Way, ClusterFault>> = { reset: { kind: 'reset' }, hang: { kind: 'hang' } };

const nowhere = 'postgres://watcher:looks-only@127.0.0.1:1/shop';

async function checksOf(way: Way, own: 'none' | 'away'): Promise<Check[]> {
  const stage = await startStage(
    [{ ...scenario, scene: { ...scene, execs } }],
    ({ resources }) => way !== 'forbidden' || !resources.includes('pods/exec'),
  );
  const places = { database: makeTargetDatabase(nowhere, () => {}), pooler: makePoolerConsole(nowhere) };
  const effect = faults[way];
  if (effect) stage.cluster.faults.add({ method: 'get pods/exec', effect });
  try {
    return (await databaseConnections.run(await stage.look(scenario, own === 'away' ? places : {}))).checks;
  } finally {
    await Promise.all([places.database.end(), places.pooler.end(), stage.end()]);
  }
}

const others = (checks: Check[]): unknown =>
  checks.filter(({ name }) => !inPods.has(name)).map(({ name, verdict, why, gaps }) => ({ name, verdict, why, gaps }));
const asked = (checks: Check[]): Check[] => checks.filter(({ name }) => inPods.has(name));

it.each(['none', 'away'] as const)(
  'shows no check green that asks in a pod where it cannot, our own connections being %s',
  async (own) => {
    const well = await checksOf('well', own);
    const broken = await Promise.all((['forbidden', 'reset', 'hang'] as const).map((way) => checksOf(way, own)));
    const [forbidden = []] = broken;

    for (const checks of broken) {
      expect(asked(checks).filter(({ verdict, why }) => verdict === 'healthy' || why === undefined)).toEqual([]);
      expect(asked(checks)).toHaveLength(inPods.size);
      expect(others(checks)).toEqual(others(well));
    }
    expect(asked(forbidden).filter(({ why = '' }) => !why.includes('`create` on `pods/exec`'))).toEqual([]);
    const unseen = asked(forbidden).filter(({ gaps }) => gaps === undefined);
    expect(unseen.map(({ grant }) => grant)).toEqual(unseen.map(() => 'get and create pods/exec in in-pods'));
  },
  90_000,
);
