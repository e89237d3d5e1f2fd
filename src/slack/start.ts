/** The room put together: clients, who we are, the listeners, and the port through which the engine posts. */
import type { Chat, DirectChat, Lookout, Pager } from '../engine/ports.ts';
import type { Policy } from '../incident/policy.ts';
import type { Logger } from '../log.ts';
import { startApp } from './app.ts';
import { makeCalls } from './calls.ts';
import { makeClients } from './clients.ts';
import { makeDirectChat } from './direct.ts';
import type { Door } from './door.ts';
import { learnIdentity, type Memory, type Whoami } from './identity.ts';
import { makeListening } from './listener.ts';
import { makeLookout } from './lookout.ts';
import { makePeople } from './people.ts';
import { type ChatSettings, type Chatting, makeChat } from './post.ts';
import { register } from './register.ts';
import { makeReply } from './reply.ts';
import { makeRights } from './rights.ts';
import type { Route } from './server.ts';

export interface SlackSettings {
  slackBotToken: string;
  slackSigningSecret?: string | undefined;
  /** given: Socket Mode */
  slackAppToken?: string | undefined;
  /** absent: Slack's own */
  slackApiUrl?: string | undefined;
  /** absent: the workspace of the bot token, as soon as it is known */
  slackTeamId?: string | undefined;
  incidentsChannel?: string | undefined;
  port: number;
}

export interface Starting {
  config: SlackSettings;
  door: Door;
  policy: Policy;
  pager: Pager | undefined;
  log: Logger;
  routes: Route[];
  /** keeps who we are for a start while Slack is down */
  memory?: Memory;
}

export interface Slack {
  chat: Chat;
  /** for what is declared while the database is away */
  directChat: DirectChat;
  lookout: Lookout;
  port: number;
  /** what is wrong with the bot token, in words; nothing while it is good */
  tokenProblem(): string | undefined;
  /** why no input reaches this process, in words; nothing while it does */
  socketProblem(): string | undefined;
  /** takes nothing new, then waits for what is under way, five seconds at most */
  stop(): Promise<void>;
}

const drainMs = 5_000;

const settingsOf = ({ incidentsChannel, slackApiUrl: apiUrl }: SlackSettings, whoami: Whoami): ChatSettings => ({
  incidentsChannel,
  apiUrl,
  me: () => whoami.current()?.botUserId,
});

export async function startSlack(starting: Starting): Promise<Slack> {
  const { config, door, policy, pager, log, routes } = starting;
  const address = { botToken: config.slackBotToken, apiUrl: config.slackApiUrl };
  const calls = makeCalls(log);
  const clients = makeClients(address, log, calls);
  const { interactive: client, urgent, bulk } = clients;
  const whoami = await learnIdentity(client, starting.memory, log);
  const directory = makePeople({ client, pager, policy, log });
  const desk = { door, policy, directory, client, log, rights: makeRights(client, policy, log) };
  const listening = makeListening({ log, team: () => config.slackTeamId ?? whoami.current()?.teamId });
  const reply = makeReply({ client, log, apiUrl: config.slackApiUrl });
  const settings = {
    ...address,
    port: config.port,
    signingSecret: config.slackSigningSecret,
    appToken: config.slackAppToken,
  };
  const app = await startApp({
    settings,
    whoami,
    routes,
    log,
    register: (app) => register(app, { desk, listening, reply }),
  });
  const chatting: Chatting = {
    client: bulk,
    urgentClient: urgent,
    policy,
    people: directory,
    settings: settingsOf(config, whoami),
    log,
  };
  return {
    chat: makeChat(chatting),
    directChat: makeDirectChat(chatting),
    lookout: makeLookout(chatting),
    port: app.port,
    tokenProblem: () => calls.tokenProblem(),
    socketProblem: () => app.socketProblem(),
    async stop() {
      whoami.stop();
      const until = performance.now() + drainMs;
      await app.stop(() => listening.drain(until - performance.now()));
    },
  };
}
