/** The parts put together: clients, store, engine, Slack, pager; started in the order in which each needs the others. */
import { setTimeout as pause } from 'node:timers/promises';
import { type ScheduledTask, schedule } from 'node-cron';
import { makeTargetDatabase } from './clients/postgres.ts';
import type { Config } from './config.ts';
import { allOpen, incidentById, incidentOfChannel, incidentOfNumber } from './engine/ask.ts';
import { startDelivery } from './engine/deliver.ts';
import type { Engine } from './engine/engine.ts';
import { handle } from './engine/handle.ts';
import { rememberedCommand } from './engine/inputs.ts';
import type { Loop } from './engine/loop.ts';
import type { Pager } from './engine/ports.ts';
import { startTimers } from './engine/timers.ts';
import { watchPages } from './engine/watch.ts';
import type { Policy } from './incident/policy.ts';
import { makePager } from './integrations/pager/index.ts';
import { makeWebhook } from './integrations/webhook.ts';
import { startPostgres } from './local-postgres/start.ts';
import type { Logger } from './log.ts';
import { playbooks } from './playbooks/index.ts';
import { makeRoutes } from './routes.ts';
import type { Door } from './slack/door.ts';
import { startSlack } from './slack/start.ts';
import { makePool } from './store/db.ts';
import { appNow } from './store/incidents.ts';
import { listen } from './store/listen.ts';
import { migrate } from './store/migrate.ts';

export interface Composing {
  config: Config;
  policy: Policy;
  log: Logger;
}

/** Apart, so that neither a person who types or presses nor a page ever waits for a connection that a backlog holds. */
const connections = { door: 6, workers: 6, pages: 3 };

export interface Running {
  stop(): Promise<void>;
}

/** Slack is answered first, with "not done" while the database is away; duties and deliveries start once it is there. */
export async function compose({ config, policy, log }: Composing): Promise<Running> {
  const database = await ownDatabase(config, log);
  const poolOf = (most: number) => makePool(database.url, log, most);
  const pools = {
    door: poolOf(connections.door),
    workers: poolOf(connections.workers),
    pages: poolOf(connections.pages),
  };
  const target =
    config.targetDatabaseUrl === undefined
      ? undefined
      : makeTargetDatabase(config.targetDatabaseUrl, (error) =>
          log.warn({ err: error }, 'a connection to the diagnosed database was lost, or it cannot be reached'),
        );
  const engine: Engine = { pool: pools.door, policy, playbooks, clients: target ? { database: target } : {}, log };
  const pager = makePager(config);
  const state = { ready: false, stopping: false };
  const routes = makeRoutes({
    engine,
    pager,
    secret: config.webhookSecret,
    isReady: () => state.ready && !state.stopping,
  });
  const slack = await startSlack({ config, door: doorOf(engine), policy, pager, log, routes });
  const webhook = webhookOf(config, policy);
  const workers = { ...engine, pool: pools.workers };
  const world = { engine: workers, chat: slack.chat, pager, webhook };
  const forPages = { ...engine, pool: pools.pages };
  const working = work({ engine: workers, forPages, world, direct: database.direct, state });
  return {
    async stop() {
      state.stopping = true;
      await slack.stop();
      await (await working).stop();
      await Promise.all([...Object.values(pools).map((pool) => pool.end()), target?.end()]);
      await database.stop();
    },
  };
}

interface OwnDatabase {
  url: string;
  direct: string;
  stop(): Promise<void>;
}

async function ownDatabase({ databaseUrl, databaseDirectUrl, dataDir }: Config, log: Logger): Promise<OwnDatabase> {
  if (databaseUrl !== undefined)
    return { url: databaseUrl, direct: databaseDirectUrl ?? databaseUrl, stop: async () => {} };
  const server = await startPostgres({ dataDir: dataDir ?? '', durable: true, log: (line) => log.warn(line) });
  log.info(`${server.server} It serves this machine alone.`);
  return { url: server.url, direct: server.url, stop: server.stop };
}

const webhookOf = ({ webhookSecret: secret }: Config, { fallback: { webhook: url } }: Policy) =>
  url === undefined || secret === undefined ? undefined : makeWebhook({ url, secret });

const doorOf = (engine: Engine): Door => ({
  handle: (input) => handle(engine, input),
  incident: (id) => incidentById(engine, id),
  byNumber: (number) => incidentOfNumber(engine, number),
  byChannel: (channel) => incidentOfChannel(engine, channel),
  open: () => allOpen(engine),
  remembered: (key) => rememberedCommand(engine.pool, key),
  now: () => appNow(engine.pool),
});

interface Working {
  engine: Engine;
  forPages: Engine;
  world: Parameters<typeof startDelivery>[1];
  direct: string;
  state: { ready: boolean; stopping: boolean };
}

const retryMs = 2_000;

/** Waits for the database as long as it takes, then brings it to this release and starts everything that runs by itself. */
async function work({ engine, forPages, world, direct, state }: Working): Promise<Running> {
  while (!state.stopping && !(await migrated(direct, engine.log))) await pause(retryMs);
  if (state.stopping) return { stop: async () => {} };
  const timers = startTimers(engine);
  const delivery = startDelivery(engine, world, forPages);
  const listening = listen(direct, { duties: timers.poke, outbox: delivery.poke }, engine.log);
  const crons = sweeps({ engine, pager: world.pager, loops: [timers, delivery] });
  await warnOfSharedServer(engine);
  state.ready = true;
  engine.log.info('ready');
  return {
    async stop() {
      for (const cron of crons) await cron.destroy();
      await listening.stop();
      await timers.stop();
      await delivery.stop();
    },
  };
}

async function migrated(direct: string, log: Logger): Promise<boolean> {
  try {
    const applied = await migrate(direct);
    if (applied.length > 0) log.info({ applied }, 'the database was brought to this release');
    return true;
  } catch (error) {
    log.error({ err: error }, 'the database is not there yet: commands are refused with a sentence until it is');
    return false;
  }
}

/** When the diagnosed server fails, the bot must not fail with it. */
async function warnOfSharedServer({ pool, clients, log }: Engine): Promise<void> {
  const identify = 'select system_identifier::text as id from pg_control_system()';
  try {
    const [own, target] = await Promise.all([pool.query<{ id: string }>(identify), clients.database?.query(identify)]);
    if (target && target.rows[0]?.['id'] === own.rows[0]?.id)
      log.error('the bot keeps its own state on the very server that it diagnoses: give it a server of its own');
  } catch (error) {
    log.info({ err: error }, 'whether the bot shares a server with what it diagnoses could not be seen');
  }
}

interface Sweeping {
  engine: Engine;
  pager: Pager | undefined;
  loops: Loop[];
}

const every = (expression: string, name: string, task: () => Promise<void> | void): ScheduledTask =>
  schedule(expression, task, { name, timezone: 'Etc/UTC', noOverlap: true });

/** What must not depend on a notification having come. UTC always: a zone with daylight saving skips an hour a year. */
function sweeps({ engine, pager, loops }: Sweeping): ScheduledTask[] {
  const watch = async (): Promise<void> => {
    if (pager) await watchPages(engine, pager);
  };
  return [
    every('*/5 * * * * *', 'sweep', () => loops.forEach((loop) => loop.poke())),
    every('*/20 * * * * *', 'watch pages', watch),
  ];
}
