/** Runs a Postgres server of our own on this machine, on loopback only, and says which one it took. */
import { rmSync } from 'node:fs';
import pg from 'pg';
import { standIn } from './account.ts';
import { findBinaries } from './binaries.ts';
import { type Cluster, type LocalPostgresSettings, madeBy, openCluster, placeFor, urlOf, user } from './cluster.ts';
import { runnable } from './runnable.ts';
import { serve } from './server.ts';

export interface LocalPostgres {
  url: string;
  /** a sentence: which server, from where, with its data where */
  server: string;
  stop: () => Promise<void>;
}

/** Starts the server, or goes on with the one that already runs on this folder. */
export async function startPostgres(settings: LocalPostgresSettings): Promise<LocalPostgres> {
  const { durable, log } = settings;
  const place = placeFor(settings, standIn());
  const made = madeBy(place);
  const found = await findBinaries({ madeBy: made });
  const binaries = runnable(found, { account: place.account, place: place.path });
  const cluster = await openCluster({ binaries, place, durable });
  const running = await serve(cluster, { durable, log });
  await makeDatabase(cluster, running.port);
  const where = `Postgres ${binaries.version} from ${binaries.from} (${binaries.folder}), its data in ${place.path}.`;
  return {
    url: urlOf(cluster, running.port, user),
    server: running.wasRunning ? `${where} It was running already.` : where,
    async stop() {
      const ended = await running.stop();
      // the place may lie elsewhere, where nobody would look for what a test or a demo left
      if (ended && !durable && made === undefined) rmSync(place.path, { recursive: true, force: true });
    },
  };
}

/** The database of the server's own user; found by its name when it was made before. */
async function makeDatabase(cluster: Cluster, port: number): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(cluster, port, 'postgres') });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [user]);
    if (rowCount === 0) await client.query(`create database ${user}`).catch(unlessThere);
  } finally {
    await client.end();
  }
}

/** Another process that started at the same moment made it first: that is as good. */
function unlessThere(error: unknown): void {
  const code = error instanceof pg.DatabaseError ? error.code : undefined;
  if (code !== '42P04' && code !== '23505') throw error;
}
