/** Houses on the server of the run, with the bot from one bundle: a test waits for the bot, not for what stands around it. */
import { join } from 'node:path';
import { type Databases, preparePatient } from '../../src/sandbox/databases.ts';
import { type House, type HouseSettings, startHouse } from '../../src/sandbox/house.ts';
import { testDatabase } from './database.ts';

/** Whoever stops or freezes a server needs one of its own: `startHouse` with what `bundled` says. */
export async function openHouse(settings: Partial<HouseSettings> = {}): Promise<House> {
  const common = bundled(settings.env);
  return startHouse({ databases: await sharedDatabases(), ...common, ...settings, env: common.env });
}

export function bundled(env: Record<string, string> = {}) {
  const bundle = process.env['TEST_BOT_BUNDLE'];
  if (bundle === undefined) throw new Error('start these tests with npm test: it makes their bundle');
  return {
    now: Date.now,
    say: () => {},
    command: [join(bundle, 'main.mjs')],
    env: { COMPILE_CACHE: join(bundle, 'compiled'), ...env },
  };
}

/** Two fresh databases on the server of the run. */
export async function sharedDatabases(): Promise<Databases> {
  const [own, patient] = await Promise.all([testDatabase(), testDatabase('template0')]);
  await preparePatient(patient.pool);
  return {
    own: { url: own.url, pool: own.pool, server: 'The server of the test run.' },
    patient: { url: patient.url, pool: patient.pool },
    async stop() {
      await Promise.all([own.end(), patient.end()]);
    },
  };
}
