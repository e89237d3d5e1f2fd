/** Everything on this machine: databases, a local Slack, a local pager, and the bot as a process of its own among them. */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { freePort } from '../local-postgres/free-port.ts';
import { type Bot, startBot } from './bot.ts';
import { type Databases, startDatabases } from './databases.ts';
import type { Kills } from './kills.ts';
import { type Line, startLine } from './line.ts';
import { type LocalPager, startPager } from './pager/start.ts';
import { type LocalSlack, startSlack } from './slack/start.ts';
import { type Systems, startSystems } from './systems.ts';
import { type Around, type ChangeRunbook, crowd, environment, rota, secrets, seed, team } from './town.ts';

export { people } from './town.ts';

export interface House {
  databases: Databases;
  slack: LocalSlack;
  pager: LocalPager;
  bot: Bot;
  /** where they were asked for */
  systems?: Systems | undefined;
  /** between every process of the bot and its own database */
  line: Line;
  /** where the processes of the bot keep their journal */
  journalDir: string;
  /** what a process of the bot is told; PORT is its own */
  env: Record<string, string>;
  /** the process anew and at the same address, once `bot` is gone; `bot` is the new one from then on */
  restart(): Promise<Bot>;
  /** one more process of the bot on the same database */
  another(env?: Record<string, string>, started?: '/readyz' | '/healthz'): Promise<Bot>;
  stop(): Promise<void>;
}

export interface HouseSettings {
  /** what time it is, for what Slack and the pager show */
  now: () => number;
  say: (line: string) => void;
  /** Slack is reached by Socket Mode instead of reaching the bot */
  socket?: boolean;
  /** before the bot starts: the database is there, still empty of incidents */
  prepare?: (databases: Databases) => Promise<void>;
  /** changes the runbook before the bot reads it */
  runbook?: ChangeRunbook;
  /** settings of the bot that differ from the house's own */
  env?: Record<string, string>;
  /** a cluster, a pooler and a partner to look at as well, all of them well */
  systems?: boolean;
  /** what starts a process of the bot; absent: its sources */
  command?: string[];
  /** so many more people in Slack */
  crowd?: number;
  /** servers that stand already, for many houses at once; without them the house has its own */
  databases?: Databases;
  /** everything the bot asks of the house is a place to die at */
  kills?: Kills;
}

export async function startHouse(settings: HouseSettings): Promise<House> {
  const { say, prepare, command, socket = false } = settings;
  const port = await freePort();
  say(
    `Starting ${settings.systems ? 'a cluster, PgBouncer, ' : ''}two Postgres servers, a local Slack, a local pager and the bot …`,
  );
  const around = await startAround(settings, `http://127.0.0.1:${port}`);
  say(around.databases.own.server);
  try {
    await prepare?.(around.databases);
    const env = { ...environment(around, { socket, runbook: settings.runbook }), ...settings.env };
    const start = async (at: number, { changes = {}, started }: Starting = {}): Promise<Bot> => {
      const how = { ...(command ? { command } : {}), ...(started ? { started } : {}) };
      const bot = await startBot({ port: at, env: { ...env, ...changes }, ...how });
      bots.push(bot);
      return bot;
    };
    const bots: Bot[] = [];
    const house: House = {
      ...around,
      env,
      bot: await start(port),
      another: async (changes, started) => start(await freePort(), { changes, started }),
      async restart() {
        house.bot = await start(port);
        return house.bot;
      },
      async stop() {
        await Promise.all(bots.map((one) => one.stop()));
        await end(around);
      },
    };
    return house;
  } catch (error) {
    await end(around);
    throw error;
  }
}

interface Starting {
  changes?: Record<string, string> | undefined;
  started?: '/readyz' | '/healthz' | undefined;
}

async function startAround(settings: HouseSettings, botUrl: string): Promise<Around> {
  const { now, say, kills, crowd: more = 0, databases: given } = settings;
  const folder = mkdtempSync(join(tmpdir(), 'responder-demo-'));
  chmodSync(folder, 0o755);
  const manifest = parse(readFileSync('slack-app-manifest.yml', 'utf8'));
  const webhook = { url: `${botUrl}/webhooks/opsgenie`, secret: secrets.webhook };
  const [databases, slack, pager] = await Promise.all([
    given ?? startDatabases(folder, say),
    startSlack({
      ...secrets,
      teamId: team,
      manifest,
      seed: seed(crowd(more)),
      botUrl,
      now,
      kills,
    }),
    startPager({ ...secrets, ...rota, webhook, now, kills }),
  ]);
  const [line, systems] = await Promise.all([
    startLine(databases.own.url, kills),
    settings.systems ? startSystems(folder, databases) : undefined,
  ]);
  return { folder, databases, slack, pager, line, systems, journalDir: join(folder, 'journal') };
}

async function end({ folder, databases, slack, pager, line, systems }: Around): Promise<void> {
  await systems?.stop();
  await Promise.all([slack.stop(), pager.stop(), line.stop()]);
  await databases.stop();
  rmSync(folder, { recursive: true, force: true });
}
