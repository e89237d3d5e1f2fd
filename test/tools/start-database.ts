/** One throw-away Postgres server for a whole run of jest, with a migrated template that every test file copies, and one bundle of the bot. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { startPostgres } from '../../src/local-postgres/start.ts';
import { migrate } from '../../src/store/migrate.ts';
import { makeRunFolder } from './folder.ts';
import { running } from './running-server.ts';

export const template = 'responder_template';

export default async function startDatabase(): Promise<void> {
  const folder = makeRunFolder();
  process.env['TMPDIR'] = folder;
  const server = await startPostgres({ dataDir: folder, durable: false, log: () => {} });
  running.server = server;
  running.folder = folder;
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(`create database ${template}`);
  await client.end();
  const url = new URL(server.url);
  url.pathname = `/${template}`;
  await migrate(url.href);
  process.env['TEST_POSTGRES_URL'] = server.url;
  // a program that many tests run is compiled once
  process.env['NODE_COMPILE_CACHE'] = join(folder, 'compiled');
  process.env['TEST_BOT_BUNDLE'] = await bundle(join(folder, 'bundle'));
}

async function bundle(into: string): Promise<string> {
  await promisify(execFile)(process.execPath, ['esbuild.config.js', 'src/main.ts', into]);
  return into;
}
