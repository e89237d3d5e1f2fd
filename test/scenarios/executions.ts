/** Where a scenario of executions takes place: a database with a table of them. */
import { makeTargetDatabase } from '../../src/clients/postgres.ts';
import type { Scenario } from '../../src/sandbox/scenarios/scenario.ts';
import { makePatient } from '../probes/patient.ts';
import type { Places } from './pooler-places.ts';

export async function executionsOf({ database: play, scene = {} }: Scenario): Promise<Places> {
  const patient = await makePatient();
  const database = makeTargetDatabase(patient.url, () => {});
  const over = await play?.(patient.pool, patient.url);
  return {
    clients: { database },
    scene,
    async end() {
      await over?.();
      await database.end();
      await patient.end();
    },
  };
}
