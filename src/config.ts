/** The settings, from the environment: each named, described, checked; every fault said at once. */
import { z } from 'zod';
import { BadConfiguration } from './errors.ts';

interface Setting {
  schema: z.ZodType<string | number | undefined>;
  description: string;
  /** what is lost without it; `required` stops the start */
  without: string;
  secret?: boolean;
}

const loopback = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])([:/]|$)/;
const webUrl = z
  .url('must be a URL')
  .refine(
    (url) => url.startsWith('https://') || loopback.test(url),
    'must be https (http is taken for this machine only)',
  );
const postgresUrl = z
  .url('must be a URL')
  .refine((url) => /^postgres(ql)?:\/\//.test(url), 'must start with postgres://');
const starting = (prefix: string) => z.string().startsWith(prefix, `must start with ${prefix}`);
const text = z.string().min(1, 'must not be empty');

/** In the order of README's table. */
export const settings = {
  SLACK_BOT_TOKEN: {
    schema: starting('xoxb-'),
    description: "The app's bot token (xoxb-…).",
    without: 'required',
    secret: true,
  },
  SLACK_SIGNING_SECRET: {
    schema: text.optional(),
    description: 'Proves that a request comes from Slack.',
    without: 'required, unless SLACK_APP_TOKEN is set',
    secret: true,
  },
  SLACK_APP_TOKEN: {
    schema: starting('xapp-').optional(),
    description: 'App-level token; set, the bot connects by Socket Mode.',
    without: 'Slack must reach the bot over HTTPS',
    secret: true,
  },
  SLACK_API_URL: {
    schema: webUrl.default('https://slack.com/api/'),
    description: "Slack's Web API.",
    without: "Slack's own",
  },
  SLACK_TEAM_ID: {
    schema: starting('T').optional(),
    description: 'The one workspace that may use the bot.',
    without: "the bot token's workspace is taken, once Slack has answered",
  },
  INCIDENTS_CHANNEL: {
    schema: z
      .string()
      .regex(/^[CG][A-Z0-9]+$/, 'must be a channel id like C0123456789')
      .optional(),
    description: 'Channel in which incidents are announced (its id).',
    without: 'announcements go to the declarer by direct message',
  },
  PORT: {
    schema: z.coerce.number('must be a number').int().min(0).max(65_535).default(3000),
    description: 'Port for Slack, webhooks and health.',
    without: '3000',
  },
  DATABASE_URL: {
    schema: postgresUrl.optional(),
    description: "The bot's own Postgres (15 to 18); may be PgBouncer.",
    without: 'DATA_DIR is required',
    secret: true,
  },
  DATABASE_DIRECT_URL: {
    schema: postgresUrl.optional(),
    description: 'The same database without a pooler: migrations and notifications.',
    without: 'DATABASE_URL serves for both',
    secret: true,
  },
  DATA_DIR: {
    schema: text.optional(),
    description: 'Folder of a Postgres that the bot runs itself, on this machine only.',
    without: 'DATABASE_URL is required',
  },
  JOURNAL_DIR: {
    schema: text.optional(),
    description: 'Folder for a journal of declarations. Checked, but nothing is written there yet.',
    without: 'nothing: declarations are refused while the database is away, with or without it',
  },
  RUNBOOK: { schema: text.default('runbook.yaml'), description: 'The policy file.', without: 'runbook.yaml' },
  OPSGENIE_API_KEY: {
    schema: text.optional(),
    description: 'Integration key that creates alerts.',
    without: 'nobody is paged: every page takes the second route',
    secret: true,
  },
  OPSGENIE_READ_KEY: {
    schema: text.optional(),
    description: 'API key that reads schedules.',
    without: 'OPSGENIE_API_KEY is tried',
    secret: true,
  },
  OPSGENIE_API_URL: {
    schema: webUrl.default('https://api.opsgenie.com'),
    description: "Opsgenie's API (EU accounts: https://api.eu.opsgenie.com).",
    without: "Opsgenie's own",
  },
  WEBHOOK_SECRET: {
    schema: z.string().min(16, 'must have 16 characters or more').optional(),
    description: 'Shared secret of webhooks, in and out.',
    without: 'acknowledgements at the pager are polled for; the fallback webhook is off',
    secret: true,
  },
  TARGET_DATABASE_URL: {
    schema: postgresUrl.optional(),
    description: 'The database that is diagnosed; a login with pg_monitor, by direct connection.',
    without: 'its checks say "unknown: not configured"',
    secret: true,
  },
  LOG_LEVEL: {
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    description: 'How much is logged.',
    without: 'info',
  },
} satisfies Record<string, Setting>;

type Name = keyof typeof settings;
const names = Object.keys(settings);

const camel = (name: string): string =>
  name.toLowerCase().replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());

const Shape = z.object({
  slackBotToken: settings.SLACK_BOT_TOKEN.schema,
  slackSigningSecret: settings.SLACK_SIGNING_SECRET.schema,
  slackAppToken: settings.SLACK_APP_TOKEN.schema,
  slackApiUrl: settings.SLACK_API_URL.schema,
  slackTeamId: settings.SLACK_TEAM_ID.schema,
  incidentsChannel: settings.INCIDENTS_CHANNEL.schema,
  port: settings.PORT.schema,
  databaseUrl: settings.DATABASE_URL.schema,
  databaseDirectUrl: settings.DATABASE_DIRECT_URL.schema,
  dataDir: settings.DATA_DIR.schema,
  journalDir: settings.JOURNAL_DIR.schema,
  runbook: settings.RUNBOOK.schema,
  opsgenieApiKey: settings.OPSGENIE_API_KEY.schema,
  opsgenieReadKey: settings.OPSGENIE_READ_KEY.schema,
  opsgenieApiUrl: settings.OPSGENIE_API_URL.schema,
  webhookSecret: settings.WEBHOOK_SECRET.schema,
  targetDatabaseUrl: settings.TARGET_DATABASE_URL.schema,
  logLevel: settings.LOG_LEVEL.schema,
});
export type Config = Readonly<z.infer<typeof Shape>>;

export type Environment = Readonly<Record<string, string | undefined>>;

/** Throws `BadConfiguration` with every fault. `readFile` serves the `NAME_FILE` form of each setting. */
export function readConfig(environment: Environment, readFile: (path: string) => string): Config {
  const faults: string[] = [];
  const values = names.map((name) => [camel(name), valueOf(name, { environment, readFile, faults })] as const);
  const result = Shape.safeParse(Object.fromEntries(values));
  if (!result.success)
    faults.push(...result.error.issues.map(({ path, message }) => `${nameOf(String(path[0]))} ${message}.`));
  faults.push(...together(Object.fromEntries(values)));
  if (faults.length > 0 || !result.success) throw new BadConfiguration([...new Set(faults)]);
  return Object.freeze(result.data);
}

const nameOf = (key: string): string => names.find((name) => camel(name) === key) ?? key;

interface Reading {
  environment: Environment;
  readFile: (path: string) => string;
  faults: string[];
}

/** An empty variable counts as not set: that is what most deployment tools make of a missing value. */
function valueOf(name: string, { environment, readFile, faults }: Reading): string | undefined {
  const direct = environment[name] || undefined;
  const file = environment[`${name}_FILE`] || undefined;
  if (file === undefined) return direct;
  if (direct !== undefined) faults.push(`${name} and ${name}_FILE are both set: keep one.`);
  try {
    return readFile(file).trim();
  } catch {
    faults.push(`${name}_FILE names ${file}, which cannot be read.`);
    return undefined;
  }
}

function together(values: Record<string, string | undefined>): string[] {
  const { slackSigningSecret, slackAppToken, databaseUrl, dataDir } = values;
  const faults: string[] = [];
  if (!slackSigningSecret && !slackAppToken)
    faults.push('SLACK_SIGNING_SECRET is required unless SLACK_APP_TOKEN is set.');
  if (databaseUrl && dataDir)
    faults.push('DATABASE_URL and DATA_DIR are both set: keep the one that holds your incidents.');
  if (!databaseUrl && !dataDir)
    faults.push(
      'Neither DATABASE_URL nor DATA_DIR is set: Responder does not guess where its incidents are kept, because two ' +
        'processes that guess run two stores. Set DATABASE_URL to a Postgres of your own, or DATA_DIR to a folder for one on this machine.',
    );
  return faults;
}

/** What is lost by what is not set, for the log at start. */
export function losses(config: Config): string[] {
  const watched: Name[] = ['INCIDENTS_CHANNEL', 'OPSGENIE_API_KEY', 'WEBHOOK_SECRET', 'TARGET_DATABASE_URL'];
  const unset = watched.filter((name) =>
    Object.entries(config).every(([key, value]) => key !== camel(name) || value === undefined),
  );
  return unset.map((name) => `${name} is not set: ${settings[name].without}.`);
}

/** README's table. */
export function settingsTable(): string {
  const rows = Object.entries<Setting>(settings).map(
    ([name, { description, without }]) => `| \`${name}\` | ${description} | ${without} |`,
  );
  return ['| Variable | What it is | Without it |', '|---|---|---|', ...rows].join('\n');
}
