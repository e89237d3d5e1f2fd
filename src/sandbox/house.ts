/** Everything on this machine: databases, a local Slack, a local pager, and the bot as a process of its own among them. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { type Bot, freePort, startBot } from './bot.ts';
import { type Databases, startDatabases } from './databases.ts';
import { type LocalPager, startPager } from './pager/start.ts';
import { type LocalSlack, startSlack } from './slack/start.ts';

export const people = [
  { id: 'U0ANA', name: 'ana', realName: 'Ana Ruiz', email: 'ana@example.com' },
  { id: 'U0BEN', name: 'ben', realName: 'Ben Okafor', email: 'ben@example.com' },
  { id: 'U0DANA', name: 'dana', realName: 'Dana Hill', email: 'dana@example.com' },
  { id: 'U0LEO', name: 'leo', realName: 'Leo Lindt', email: 'leo@example.com' },
  { id: 'U0GUEST', name: 'guest', realName: 'A Guest', email: 'guest@example.org', guest: true },
];
export const incidentsChannel = 'C0INCIDENTS';
const generalChannel = 'C0GENERAL';

export interface House {
  databases: Databases;
  slack: LocalSlack;
  pager: LocalPager;
  bot: Bot;
  /** one more process of the bot on the same database */
  another(): Promise<Bot>;
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
}

const secrets = {
  signingSecret: 'a-local-signing-secret',
  botToken: 'xoxb-local',
  alertKey: 'local-alert-key',
  readKey: 'local-read-key',
  webhook: 'a-local-webhook-secret',
  appToken: 'xapp-local',
};
const team = 'T0LOCAL';

export async function startHouse({ now, say, prepare, socket = false }: HouseSettings): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), 'responder-demo-'));
  chmodSync(folder, 0o755);
  const port = await freePort();
  const botUrl = `http://127.0.0.1:${port}`;
  say('Starting two Postgres servers, a local Slack, a local pager and the bot …');
  const [databases, slack, pager] = await Promise.all([
    startDatabases(folder, say),
    startSlack({
      ...secrets,
      teamId: team,
      manifest: parse(readFileSync('slack-app-manifest.yml', 'utf8')),
      seed,
      botUrl,
      now,
    }),
    startPager({ ...secrets, ...rota, webhook: { url: `${botUrl}/webhooks/opsgenie`, secret: secrets.webhook }, now }),
  ]);
  say(databases.own.server);
  const end = async (): Promise<void> => {
    await Promise.all([slack.stop(), pager.stop(), databases.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await prepare?.(databases);
    const env = environment({ folder, databases, slack, pager }, socket);
    const bot = await startBot({ port, env });
    const bots = [bot];
    return {
      databases,
      slack,
      pager,
      bot,
      async another() {
        const more = await startBot({ port: await freePort(), env });
        bots.push(more);
        return more;
      },
      async stop() {
        await Promise.all(bots.map((one) => one.stop()));
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

const seed = {
  users: people,
  channels: [
    { id: incidentsChannel, name: 'incidents', members: ['U0ANA', 'U0BEN', 'U0DANA', 'U0LEO', 'BOT'] },
    { id: generalChannel, name: 'general', members: ['U0ANA', 'U0BEN', 'U0DANA', 'U0LEO', 'U0GUEST'] },
  ],
};

const rota = {
  schedules: {
    cloudflow: [{ email: 'dana@example.com', name: 'Dana Hill' }],
    cloudflow_team_lead: [{ email: 'leo@example.com', name: 'Leo Lindt' }],
  },
  teams: ['cloudflow'],
  escalations: ['cloudflow_escalation'],
  users: ['dana@example.com', 'leo@example.com', 'ben@example.com'],
};

/** The shipped runbook with the people of this house in it. */
function writeRunbook(folder: string): string {
  const runbook = parse(readFileSync('runbook.yaml', 'utf8'));
  runbook.levels['second-level'].slack = ['U0BEN'];
  runbook.levels['team-lead'].slack = ['U0LEO'];
  runbook.fallback.slack = ['U0LEO'];
  const file = join(folder, 'runbook.yaml');
  writeFileSync(file, stringify(runbook));
  return file;
}

type Around = Omit<House, 'bot' | 'another' | 'stop'> & { folder: string };

const environment = ({ folder, databases, slack, pager }: Around, socket: boolean): Record<string, string> => ({
  ...(socket ? { SLACK_APP_TOKEN: secrets.appToken } : { SLACK_SIGNING_SECRET: secrets.signingSecret }),
  SLACK_BOT_TOKEN: secrets.botToken,
  SLACK_API_URL: slack.url,
  SLACK_TEAM_ID: team,
  INCIDENTS_CHANNEL: incidentsChannel,
  DATABASE_URL: databases.own.url,
  TARGET_DATABASE_URL: databases.patient.url,
  OPSGENIE_API_KEY: secrets.alertKey,
  OPSGENIE_READ_KEY: secrets.readKey,
  OPSGENIE_API_URL: pager.url,
  WEBHOOK_SECRET: secrets.webhook,
  RUNBOOK: writeRunbook(folder),
  LOG_LEVEL: 'warn',
});
