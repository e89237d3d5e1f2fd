/** Every setting there is: one list that is the schema, the README's table and what is said at start. */
import { z } from 'zod';

interface About {
  name: string;
  description: string;
  secret?: true;
  /** where the schema alone cannot say that it is required */
  required?: string;
  /** what the bot cannot do without it; said at every start */
  lost?: string;
  /** what happens without it where nothing is lost */
  otherwise?: string;
}

const about = z.registry<About>();

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

function isSafeWebUrl(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback.test(url.hostname));
}

const text = z.string();
const slashesAtTheEnd = /\/+$/;
const webUrl = text
  .refine(isSafeWebUrl, 'must be an https:// URL; http:// is taken for this machine only (localhost, 127.0.0.1)')
  .transform((url) => url.replace(slashesAtTheEnd, ''));
const postgresUrl = text.refine(
  (url) => /^postgres(ql)?:\/\//.test(url) && URL.canParse(url),
  'must be a URL like postgres://user:password@host:5432/database; percent-encode special characters of the password',
);
const consoleUrl = postgresUrl.refine(
  (url) => /^(\/(pgbouncer)?)?$/.test(URL.parse(url)?.pathname ?? ''),
  'must name the database pgbouncer, which is the admin console: postgres://user:password@host:6432/pgbouncer',
);
const starting = (prefix: string) => text.startsWith(prefix, `must be a token that starts with ${prefix}`);
const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** In the order of the README's table. */
export const Settings = z.object({
  slackBotToken: starting('xoxb-').register(about, {
    name: 'SLACK_BOT_TOKEN',
    description: 'Bot token of the Slack app: *OAuth & Permissions*, starts with `xoxb-`.',
    secret: true,
  }),
  slackSigningSecret: text.optional().register(about, {
    name: 'SLACK_SIGNING_SECRET',
    description: 'Proves that a request comes from Slack: *Basic Information*.',
    required: 'unless `SLACK_APP_TOKEN` is set',
    secret: true,
  }),
  slackAppToken: starting('xapp-').optional().register(about, {
    name: 'SLACK_APP_TOKEN',
    description: 'App-level token, starts with `xapp-`. With it the bot connects to Slack by Socket Mode.',
    otherwise: 'Slack calls the bot over HTTPS, so it needs a public address',
    secret: true,
  }),
  slackApiUrl: webUrl
    .transform((url) => `${url}/`)
    .default('https://slack.com/api/')
    .register(about, { name: 'SLACK_API_URL', description: "Slack's Web API." }),
  slackTeamId: text
    .regex(/^[TE][A-Z0-9]{2,}$/, 'must be a workspace id like T0123456789')
    .optional()
    .register(about, {
      name: 'SLACK_TEAM_ID',
      description: 'The one workspace whose requests are answered, like `T0123456789`.',
      otherwise: 'the workspace of the bot token; until Slack has said which that is, every signed request is answered',
    }),
  incidentsChannel: text
    .regex(/^[CG][A-Z0-9]{2,}$/, 'must be the id of a channel, like C0123456789, not its name')
    .optional()
    .register(about, {
      name: 'INCIDENTS_CHANNEL',
      description: 'Id of the channel where every incident is announced; invite the bot to it.',
      lost: 'no channel learns of an incident; it is announced to the person who declares it, by direct message',
    }),
  port: text
    .regex(/^\d{1,5}$/, 'must be a port number from 0 to 65535')
    .transform(Number)
    .refine((port) => port <= 65_535, 'must be a port number from 0 to 65535')
    .default(3000)
    .register(about, { name: 'PORT', description: 'Where the bot listens: Slack, webhooks, health.' }),
  databaseUrl: postgresUrl.optional().register(about, {
    name: 'DATABASE_URL',
    description: "The bot's own Postgres, 15 to 18. A transaction pooler may stand before it.",
    required: 'unless `DATA_DIR` is set; never both',
    secret: true,
  }),
  databaseDirectUrl: postgresUrl.optional().register(about, {
    name: 'DATABASE_DIRECT_URL',
    description: 'The same database past the pooler, for migrations and notifications.',
    otherwise: '`DATABASE_URL`; if that is a pooler, one process finds up to 5 s later what another left to be done',
    secret: true,
  }),
  dataDir: text.optional().register(about, {
    name: 'DATA_DIR',
    description: 'Folder of a Postgres that the bot runs itself on this machine. For one process only.',
    required: 'unless `DATABASE_URL` is set; never both',
  }),
  journalDir: text.optional().register(about, {
    name: 'JOURNAL_DIR',
    description:
      'Folder on a local disk for the journal: what is declared while the database is away is written down there, and ' +
      'becomes an incident when it is back. Processes on one machine may share it.',
    lost: 'what is declared while the database is away is paged and announced, but not recorded',
  }),
  runbook: text
    .default('runbook.yaml')
    .register(about, { name: 'RUNBOOK', description: 'The policy: severities, clocks, people, issue types.' }),
  opsgenieApiKey: text.optional().register(about, {
    name: 'OPSGENIE_API_KEY',
    description: 'Key of an Opsgenie API integration that may create and update alerts.',
    lost: "nobody is paged; every page goes to the runbook's fallback people in Slack instead",
    secret: true,
  }),
  opsgenieReadKey: text.optional().register(about, {
    name: 'OPSGENIE_READ_KEY',
    description: 'Opsgenie key that may read schedules.',
    otherwise: '`OPSGENIE_API_KEY`',
    secret: true,
  }),
  opsgenieApiUrl: webUrl
    .default('https://api.opsgenie.com')
    .register(about, { name: 'OPSGENIE_API_URL', description: 'In the EU: `https://api.eu.opsgenie.com`.' }),
  webhookSecret: text
    .min(16, 'must have 16 characters or more: take for example the output of `openssl rand -hex 32`')
    .optional()
    .register(about, {
      name: 'WEBHOOK_SECRET',
      description: 'Shared secret of webhooks, 16 characters or more: it proves what comes in and signs what goes out.',
      lost: "acknowledgements at the pager are asked for instead of pushed, and the runbook's fallback webhook is off",
      secret: true,
    }),
  targetDatabaseUrl: postgresUrl.optional().register(about, {
    name: 'TARGET_DATABASE_URL',
    description: 'The database that is diagnosed, not through a pooler; a read-only login with `pg_monitor` is enough.',
    lost: 'what would be looked up in it is shown as unknown',
    secret: true,
  }),
  pgbouncerUrl: consoleUrl.optional().register(about, {
    name: 'PGBOUNCER_URL',
    description:
      'The admin console of the PgBouncer that is diagnosed, as `postgres://user:password@host:6432/pgbouncer`; a login ' +
      'named in its `stats_users` is enough.',
    lost: 'the pools are not seen: what would be looked up there is shown as unknown',
    secret: true,
  }),
  kubeconfig: text.optional().register(about, {
    name: 'KUBECONFIG',
    description:
      'Path of a kubeconfig for the cluster that is diagnosed, several as kubectl takes them; read-only rights are enough.',
    otherwise:
      "the service account of the bot's own pod; where there is none, the cluster is not seen, and what would be looked " +
      'up there is shown as unknown',
  }),
  heartbeatUrl: webUrl.optional().register(about, {
    name: 'HEARTBEAT_URL',
    description:
      'Called every minute in which nothing that is owed was found undone: for a watcher that tells when it stays away.',
    otherwise: 'nobody outside learns when every process of the bot is gone',
    secret: true,
  }),
  logLevel: z
    .enum(logLevels, `must be one of ${logLevels.join(', ')}`)
    .default('info')
    .register(about, { name: 'LOG_LEVEL', description: `One of ${logLevels.join(', ')}.` }),
});

/** The same as a list, each with what the schema says of it: `required: ''` without condition, and its default. */
export const settings = Object.entries(Settings.shape).map(([key, schema]) => {
  const known = about.get(schema);
  if (!known) throw new Error(`the setting ${key} is not described`);
  const unset = schema.safeParse(undefined);
  return {
    key,
    ...known,
    required: unset.success ? known.required : '',
    fallback: unset.success ? unset.data : undefined,
  };
});
export type Setting = (typeof settings)[number];

/** The README's table; a test fails when it is stale. */
export function settingsTable(): string {
  const rows = settings.map((setting) => {
    const { name, description, secret } = setting;
    return `| \`${name}\` | ${description}${secret ? ' Secret.' : ''} | ${needed(setting)} | ${without(setting)} |`;
  });
  return ['| Variable | What it is | Required | Without it |', '|---|---|---|---|', ...rows].join('\n');
}

const needed = ({ required }: Setting): string => {
  if (required === undefined) return 'no';
  return required === '' ? '**yes**' : `**yes**, ${required}`;
};

function without({ required, fallback, lost, otherwise }: Setting): string {
  if (required !== undefined) return 'the bot does not start';
  return fallback === undefined ? (lost ?? otherwise ?? '') : `\`${fallback}\``;
}
