/** The parts put together: clients, store, engine, Slack, pager; started in the order in which each needs the others. */
import { setTimeout as pause } from 'node:timers/promises';
import { makeClients, type TargetClients } from './clients/clients.ts';
import { whereIsCluster } from './clients/kubernetes/where.ts';
import type { Config } from './config.ts';
import { makeAlarms } from './engine/alarm.ts';
import { allOpen, incidentById, incidentOfChannel, incidentOfNumber } from './engine/ask.ts';
import { auditIncident } from './engine/audit.ts';
import { type Auditor, makeAuditor } from './engine/auditor.ts';
import { type DatabaseClock, databaseClock } from './engine/clock.ts';
import type { Engine } from './engine/engine.ts';
import { handle } from './engine/handle.ts';
import { stuck } from './engine/health.ts';
import { rememberedCommand } from './engine/inputs.ts';
import { look, withHistory } from './engine/look.ts';
import { type Outage, startOutage } from './engine/outage.ts';
import type { Chat, DirectChat, Pager, Webhook } from './engine/ports.ts';
import type { Policy } from './incident/policy.ts';
import { makeHeartbeat } from './integrations/heartbeat.ts';
import { makePager } from './integrations/pager/index.ts';
import { makeWebhook } from './integrations/webhook.ts';
import { startPostgres } from './local-postgres/start.ts';
import type { Logger } from './log.ts';
import { playbooks } from './playbooks/index.ts';
import { makeRoutes } from './routes.ts';
import type { Door } from './slack/door.ts';
import type { Route } from './slack/server.ts';
import { startSlack } from './slack/start.ts';
import { makePool } from './store/db.ts';
import { makeJournal } from './store/journal.ts';
import { type State, type Stoppable, scheduleAudits, work } from './work.ts';

export interface Composing {
  config: Config;
  policy: Policy;
  log: Logger;
}

/** Apart, so that neither a person who types or presses nor a page ever waits for a connection that a backlog holds. */
const connections = { door: 6, workers: 6, pages: 3 };

/** What was sent here before anybody could know of the stop still finds somebody who answers. */
const lastComersMs = 500;

/** Slack is answered first, even while the database is away; duties and deliveries start once it is there. */
export async function compose({ config, policy, log }: Composing): Promise<Stoppable> {
  const database = await ownDatabase(config, log);
  const pools = poolsOf(database.url, log);
  const targets = targetsOf(config, log);
  const state: State = { ready: false, stopping: false, saved: () => {}, loops: [] };
  const engine: Engine = { pool: pools.door, policy, playbooks, ...targets, log, saved: () => state.saved() };
  const workers: Engine = { ...engine, pool: pools.workers };
  const outside = { pager: makePager(config), webhook: webhookOf(config, policy) };
  const clock = databaseClock(pools.door);
  const chat = Promise.withResolvers<DirectChat>();
  const outage = startOutage({
    engine,
    outside: { policy, chat: chat.promise, ...outside, log },
    clock,
    journal: config.journalDir === undefined ? undefined : makeJournal(config.journalDir),
    mayMerge: () => state.ready,
  });
  state.loops.push(outage.loop);
  const problems: (() => string[])[] = [() => (state.ready ? [] : [unreached])];
  const routes = routesOf({ engine, config, pager: outside.pager, state, problems });
  const door = doorOf(engine, clock, outage);
  const slack = await startSlack({ config, door, policy, pager: outside.pager, log, routes });
  chat.resolve(slack.directChat);
  const auditor = auditorOf({ config, engine: workers, chat: slack.chat, webhook: outside.webhook, state });
  problems.push(
    () => [slack.tokenProblem(), slack.socketProblem()].filter((problem) => problem !== undefined),
    auditor.problems,
    outage.problems,
  );
  const audits = scheduleAudits(auditor, log);
  const forPages: Engine = { ...engine, pool: pools.pages };
  const world = { engine: workers, chat: slack.chat, ...outside };
  const { direct } = database;
  const outward = { world, lookout: slack.lookout, direct };
  const working = work({ engine: workers, forPages, ...outward, state, outage, audits });
  return {
    async stop() {
      state.stopping = true;
      await pause(lastComersMs);
      for (const cron of audits) await cron.destroy();
      await slack.stop();
      await (await working).stop();
      await outage.stop();
      await Promise.all([...Object.values(pools).map((pool) => pool.end()), targets.end()]);
      await database.stop();
    },
  };
}

const poolsOf = (url: string, log: Logger) => ({
  door: makePool(url, log, connections.door),
  workers: makePool(url, log, connections.workers),
  pages: makePool(url, log, connections.pages),
});

const unreached = 'The database was not reached yet: nothing is done so far.';

/** Clients of what is looked at, as far as it is configured. */
export function targetsOf(
  config: Pick<Config, 'targetDatabaseUrl' | 'pgbouncerUrl' | 'kubeconfig'>,
  log: Logger,
): TargetClients {
  const cluster = whereIsCluster(config.kubeconfig);
  if (!cluster) log.warn('no cluster is looked at: KUBECONFIG is not set, and this is no pod with a service account');
  return makeClients({ ...config, cluster }, (what, error) => log.warn({ err: error }, what));
}

interface RoutesOf {
  engine: Engine;
  config: Config;
  pager: Pager | undefined;
  state: State;
  problems: (() => string[])[];
}

const routesOf = ({ engine, config, pager, state, problems }: RoutesOf): Route[] =>
  makeRoutes({
    engine,
    pager,
    secret: config.webhookSecret,
    isReady: () => state.ready && !state.stopping,
    problems: () => problems.flatMap((some) => some()),
    deadly: () => [...stuck(state.loops).values()],
  });

interface AuditorOf {
  config: Config;
  engine: Engine;
  chat: Chat;
  webhook: Webhook | undefined;
  state: State;
}

function auditorOf({ config: { heartbeatUrl }, engine, chat, webhook, state }: AuditorOf): Auditor {
  const heartbeat = heartbeatUrl === undefined ? undefined : makeHeartbeat(heartbeatUrl);
  return makeAuditor({ engine, alarms: makeAlarms({ engine, chat, webhook }), loops: state.loops, heartbeat });
}

interface OwnDatabase {
  url: string;
  direct: string;
  stop(): Promise<void>;
}

export async function ownDatabase(
  { databaseUrl, databaseDirectUrl, dataDir }: Config,
  log: Logger,
): Promise<OwnDatabase> {
  if (databaseUrl !== undefined)
    return { url: databaseUrl, direct: databaseDirectUrl ?? databaseUrl, stop: async () => {} };
  const server = await startPostgres({ dataDir: dataDir ?? '', durable: true, log: (line) => log.warn(line) });
  log.info(`${server.server} It serves this machine alone.`);
  return { url: server.url, direct: server.url, stop: server.stop };
}

const webhookOf = ({ webhookSecret: secret }: Config, { fallback: { webhook: url } }: Policy) =>
  url === undefined || secret === undefined ? undefined : makeWebhook({ url, secret });

const doorOf = (engine: Engine, clock: DatabaseClock, outage: Outage): Door => ({
  handle: (input) => (input.command.kind === 'declare' ? outage.declare(input) : handle(engine, input)),
  incident: (id) => incidentById(engine, id),
  byNumber: (number) => incidentOfNumber(engine, number),
  byChannel: (channel) => incidentOfChannel(engine, channel),
  open: () => allOpen(engine),
  remembered: (key) => rememberedCommand(engine.pool, key),
  now: () => clock.read(),
  audit: (id) => auditIncident(engine, id),
  look: (issueType) => look(withHistory(engine), issueType),
});
