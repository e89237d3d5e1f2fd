/** Who lives in the sandbox, what they may, and what a process of the bot is told by its environment. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Databases } from './databases.ts';
import type { Line } from './line.ts';
import type { LocalPager } from './pager/start.ts';
import type { LocalSlack } from './slack/start.ts';
import type { User } from './slack/workspace.ts';
import type { Systems } from './systems.ts';

export const people = [
  { id: 'U0ANA', name: 'ana', realName: 'Ana Ruiz', email: 'ana@example.com' },
  { id: 'U0BEN', name: 'ben', realName: 'Ben Okafor', email: 'ben@example.com' },
  { id: 'U0DANA', name: 'dana', realName: 'Dana Hill', email: 'dana@example.com' },
  { id: 'U0LEO', name: 'leo', realName: 'Leo Lindt', email: 'leo@example.com' },
  { id: 'U0GUEST', name: 'guest', realName: 'A Guest', email: 'guest@example.org', guest: true },
];
export const incidentsChannel = 'C0INCIDENTS';
const generalChannel = 'C0GENERAL';

export const secrets = {
  signingSecret: 'a-local-signing-secret',
  botToken: 'xoxb-local',
  alertKey: 'local-alert-key',
  readKey: 'local-read-key',
  webhook: 'a-local-webhook-secret',
  appToken: 'xapp-local',
};
export const team = 'T0LOCAL';

/** More people, full members all of them, for when many press at once. */
export const crowd = (count: number): User[] =>
  Array.from({ length: count }, (_, n) => ({
    id: `U0CROWD${n + 1}`,
    name: `person-${n + 1}`,
    realName: `Person ${n + 1}`,
    email: `person-${n + 1}@example.com`,
  }));

export const seed = (more: User[] = []) => {
  const ids = more.map(({ id }) => id);
  return {
    users: [...people, ...more],
    channels: [
      { id: incidentsChannel, name: 'incidents', members: ['U0ANA', 'U0BEN', 'U0DANA', 'U0LEO', 'BOT', ...ids] },
      { id: generalChannel, name: 'general', members: ['U0ANA', 'U0BEN', 'U0DANA', 'U0LEO', 'U0GUEST', ...ids] },
    ],
  };
};

export const rota = {
  schedules: {
    cloudflow: [{ email: 'dana@example.com', name: 'Dana Hill' }],
    cloudflow_team_lead: [{ email: 'leo@example.com', name: 'Leo Lindt' }],
  },
  teams: ['cloudflow'],
  escalations: ['cloudflow_escalation'],
  users: ['dana@example.com', 'leo@example.com', 'ben@example.com'],
};

/** What a house wants different in its runbook. */
export type ChangeRunbook = (runbook: Record<string, unknown>) => void;

/** The shipped runbook with the people of this house in it. */
function writeRunbook(folder: string, changes: (ChangeRunbook | undefined)[]): string {
  const runbook = parse(readFileSync('runbook.yaml', 'utf8'));
  runbook.levels['second-level'].slack = ['U0BEN'];
  runbook.levels['team-lead'].slack = ['U0LEO'];
  runbook.fallback.slack = ['U0LEO'];
  for (const change of changes) change?.(runbook);
  const file = join(folder, 'runbook.yaml');
  writeFileSync(file, stringify(runbook));
  return file;
}

/** Everything that stands around the bot. */
export interface Around {
  folder: string;
  databases: Databases;
  slack: LocalSlack;
  pager: LocalPager;
  line: Line;
  systems: Systems | undefined;
  journalDir: string;
}

export const environment = (
  { folder, databases, slack, pager, line, systems, journalDir }: Around,
  { socket, runbook = () => {} }: { socket: boolean; runbook?: ChangeRunbook | undefined },
): Record<string, string> => ({
  ...(socket ? { SLACK_APP_TOKEN: secrets.appToken } : { SLACK_SIGNING_SECRET: secrets.signingSecret }),
  SLACK_BOT_TOKEN: secrets.botToken,
  SLACK_API_URL: slack.url,
  SLACK_TEAM_ID: team,
  INCIDENTS_CHANNEL: incidentsChannel,
  DATABASE_URL: line.url,
  JOURNAL_DIR: journalDir,
  TARGET_DATABASE_URL: databases.patient.url,
  OPSGENIE_API_KEY: secrets.alertKey,
  OPSGENIE_READ_KEY: secrets.readKey,
  OPSGENIE_API_URL: pager.url,
  WEBHOOK_SECRET: secrets.webhook,
  ...systems?.env,
  RUNBOOK: writeRunbook(folder, [systems?.runbook, runbook]),
  LOG_LEVEL: 'warn',
});
