/** What many short plays share: two servers, the bot as one bundle, and a database to copy. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type Databases, startDatabases, stickExecutions } from '../databases.ts';
import { type House, type HouseSettings, startHouse } from '../house.ts';

export interface Grounds {
  /** a house of its own: fresh database, Slack, pager and bot, on the servers that stand */
  house(settings: Pick<HouseSettings, 'now' | 'kills'>): Promise<House>;
  stop(): Promise<void>;
}

const template = 'brought_to_this_release';

export async function startGrounds(bot: Pick<HouseSettings, 'command' | 'env'>): Promise<Grounds> {
  const folder = mkdtempSync(join(tmpdir(), 'responder-sweep-'));
  chmodSync(folder, 0o755);
  const servers = await startDatabases(folder, () => {});
  await stickExecutions(servers.patient.pool, 7);
  const common = { say: () => {}, ...bot };
  await makeTemplate(servers, (databases) => startHouse({ ...common, now: Date.now, databases }));
  return {
    house: async (settings) => startHouse({ ...common, ...settings, databases: await copy(servers) }),
    async stop() {
      await servers.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The bot's first start makes its tables; nobody has spoken to it yet. */
async function makeTemplate(servers: Databases, start: (databases: Databases) => Promise<House>): Promise<void> {
  await servers.own.pool.query(`create database ${template}`);
  const pool = new pg.Pool({ connectionString: named(servers, template), max: 1 });
  const house = await start({
    ...servers,
    own: { ...servers.own, url: named(servers, template), pool },
    stop: () => pool.end(),
  });
  await house.stop();
}

async function copy(servers: Databases): Promise<Databases> {
  const name = `play_${randomBytes(6).toString('hex')}`;
  await servers.own.pool.query(`create database ${name} template ${template}`);
  const pool = new pg.Pool({ connectionString: named(servers, name), max: 3 });
  // a connection that is ended with its database says so when nobody listens
  pool.on('error', () => {});
  return {
    own: { url: named(servers, name), pool, server: servers.own.server },
    patient: servers.patient,
    async stop() {
      await pool.end();
      await servers.own.pool.query(`drop database ${name} with (force)`);
    },
  };
}

function named({ own }: Databases, database: string): string {
  const url = new URL(own.url);
  url.pathname = `/${database}`;
  return url.href;
}
