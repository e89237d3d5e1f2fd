import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { migrate } from '../../src/store/migrate.ts';
import { type TestDatabase, testDatabase } from '../tools/database.ts';

let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await testDatabase('template0');
  folder = mkdtempSync(join(tmpdir(), 'responder-migrations-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await database.end();
});

const write = (id: string, sql: string): void => writeFileSync(join(folder, id), sql);
const tables = async (): Promise<string[]> => {
  const { rows } = await database.pool.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'migrations' order by 1`,
  );
  return rows.map(({ name }) => name);
};

it('brings an empty database to this release, once', async () => {
  const first = await migrate(database.url);
  const second = await migrate(database.url);

  expect(first).toContain('0001-incidents.sql');
  expect(second).toEqual([]);
  expect(await tables()).toEqual([
    'alarms',
    'budgets',
    'duties',
    'incidents',
    'inputs',
    'outbox',
    'reports',
    'samples',
    'samplings',
    'strangers',
    'timeline',
  ]);
});

it('applies each file once when four replicas start together', async () => {
  for (const n of [1, 2, 3, 4, 5]) write(`000${n}-t.sql`, `create table t${n} ()`);

  const applied = await Promise.all([1, 2, 3, 4].map(() => migrate(database.url, folder)));

  expect(applied.flat().toSorted()).toEqual([1, 2, 3, 4, 5].map((n) => `000${n}-t.sql`));
});

it('applies what is new, in the order of its numbers', async () => {
  write('0001-a.sql', 'create table a (n int)');
  await migrate(database.url, folder);
  write('0010-c.sql', 'alter table b add column n int');
  write('0002-b.sql', 'create table b ()');

  expect(await migrate(database.url, folder)).toEqual(['0002-b.sql', '0010-c.sql']);
});

it('refuses a file that was edited after it had been applied, and applies no other', async () => {
  write('0001-a.sql', 'create table a (n int)');
  await migrate(database.url, folder);
  write('0001-a.sql', 'create table a (n bigint)');
  write('0002-b.sql', 'create table b ()');

  await expect(migrate(database.url, folder)).rejects.toThrow(
    'Migration 0001-a.sql was edited after it had been applied. Nothing was changed.',
  );

  expect(await tables()).toEqual(['a']);
});

it('leaves nothing of a file that fails half-way, and keeps those before it', async () => {
  write('0001-a.sql', 'create table a (n int)');
  write('0002-b.sql', 'create table b (); select 1 / 0');

  await expect(migrate(database.url, folder)).rejects.toThrow('division by zero');
  expect(await tables()).toEqual(['a']);

  write('0002-b.sql', 'create table b ()');
  expect(await migrate(database.url, folder)).toEqual(['0002-b.sql']);
});

it('leaves nothing of a file that could not be written down as applied', async () => {
  write('0001-a.sql', `insert into migrations (id, sha256) values ('0001-a.sql', ''); create table a ()`);

  await expect(migrate(database.url, folder)).rejects.toThrow('migrations_pkey');
  expect(await tables()).toEqual([]);
});

it('works beside a newer release, whose files it does not have', async () => {
  write('0001-a.sql', 'create table a (n int)');
  write('0002-b.sql', 'create table b ()');
  await migrate(database.url, folder);
  rmSync(join(folder, '0002-b.sql'));

  expect(await migrate(database.url, folder)).toEqual([]);
});

it('finds its files in the folder it is given, as the bundle has them beside itself', async () => {
  cpSync('src/store/migrations', folder, { recursive: true });

  expect(await migrate(database.url, folder)).toContain('0001-incidents.sql');
});
