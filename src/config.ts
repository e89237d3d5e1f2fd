/** The settings, read once from the environment: every fault said at once, and what is lost by what is not set. */
import type { z } from 'zod';
import { BadConfiguration } from './errors.ts';
import { type Setting, Settings, settings } from './settings.ts';

/** `warnings`: sentences for the log at start, on what is lost by what is not set and on names that look misspelt. */
export type Config = Readonly<z.infer<typeof Settings> & { warnings: readonly string[] }>;

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Throws `BadConfiguration` with every fault at once, and with names that look misspelt, which may be the reason. A fault
 * never quotes a value: it may be a secret, or one that was pasted into the wrong variable.
 */
export function readConfig(env: Environment, readFile: (path: string) => string): Config {
  const { parsed, given, faults } = readBy(Settings, env, readFile);
  const all = [...faults, ...together(given)];
  if (!parsed.success || all.length > 0) throw new BadConfiguration([...all, ...misspelt(env)]);
  return Object.freeze({ ...parsed.data, warnings: Object.freeze([...lostBy(given), ...misspelt(env)]) });
}

/** For a look from a terminal, which needs neither Slack nor a database of the bot's own. */
const LookSettings = Settings.partial({ slackBotToken: true });

/** Throws as `readConfig` does, but asks for nothing that a look can do without. */
export function readLookConfig(
  env: Environment,
  readFile: (path: string) => string,
): Readonly<z.infer<typeof LookSettings>> {
  const { parsed, faults } = readBy(LookSettings, env, readFile);
  if (!parsed.success || faults.length > 0) throw new BadConfiguration([...faults, ...misspelt(env)]);
  return parsed.data;
}

function readBy<Schema extends z.ZodType>(schema: Schema, env: Environment, readFile: (path: string) => string) {
  const read = settings.map((setting) => ({ ...setting, ...valueOf(setting, env, readFile) }));
  const given = new Set(read.filter(({ value, fault }) => value ?? fault).map(({ key }) => key));
  const parsed = schema.safeParse(Object.fromEntries(read.map(({ key, value }) => [key, value])));
  const issues = new Map(parsed.error?.issues.map(({ path, message }) => [String(path[0]), message]));
  return { parsed, given, faults: read.flatMap((setting) => setting.fault ?? faultOf(setting, issues) ?? []) };
}

/** An empty variable counts as not set: that is what most deployment tools make of a missing value. */
function valueOf(
  { name }: Setting,
  env: Environment,
  readFile: (path: string) => string,
): { value?: string; fault?: string } {
  const value = env[name]?.trim();
  const path = env[`${name}_FILE`]?.trim();
  if (!path) return value ? { value } : {};
  if (value) return { fault: `${name} and ${name}_FILE are both set: keep one of them.` };
  try {
    const content = readFile(path).trim();
    return content
      ? { value: content }
      : { fault: `${name}_FILE names an empty file: put the value of ${name} into it.` };
  } catch (error) {
    return { fault: `${name}_FILE must name a file that this process can read; it cannot${because(error)}.` };
  }
}

const because = (error: unknown): string =>
  error instanceof Error && 'code' in error && /^E[A-Z]+$/.test(String(error.code)) ? ` (${String(error.code)})` : '';

const plain = (markdown: string): string => markdown.replaceAll(/[`*]/g, '');

type Read = Setting & { value?: string };

function faultOf({ key, name, description, value }: Read, issues: Map<string, string>): string | undefined {
  const issue = issues.get(key);
  if (issue === undefined) return undefined;
  if (value !== undefined) return `${name} ${issue}.`;
  return `${name} is not set, but the bot cannot start without it. ${plain(description)}`;
}

/** What no setting can tell alone. */
function together(given: Set<string>): string[] {
  const faults: string[] = [];
  if (!given.has('slackSigningSecret') && !given.has('slackAppToken'))
    faults.push(
      'Neither SLACK_SIGNING_SECRET nor SLACK_APP_TOKEN is set: set the signing secret if Slack calls the bot over ' +
        'HTTPS, or the app-level token for Socket Mode.',
    );
  if (!given.has('databaseUrl') && !given.has('dataDir'))
    faults.push(
      'Neither DATABASE_URL nor DATA_DIR is set. Set DATABASE_URL to a Postgres of your own, or DATA_DIR to a folder for ' +
        'one on this machine. The bot does not choose by itself: a missing secret must never make two replicas run two stores.',
    );
  if (given.has('databaseUrl') && given.has('dataDir'))
    faults.push('DATABASE_URL and DATA_DIR are both set: keep the one that holds your incidents.');
  if (given.has('databaseDirectUrl') && !given.has('databaseUrl'))
    faults.push('DATABASE_DIRECT_URL is set without DATABASE_URL: set both to the same database, or neither.');
  return faults;
}

function lostBy(given: Set<string>): string[] {
  return settings.flatMap(({ key, name, lost }) => (lost && !given.has(key) ? `${name} is not set: ${lost}.` : []));
}

/** Only Slack and Opsgenie have a prefix to themselves; others, like DATABASE_PORT, a cluster sets of its own accord. */
const prefixes = /^(SLACK|OPSGENIE)_/;
const names = settings.flatMap(({ name }) => [name, `${name}_FILE`]);

function misspelt(env: Environment): string[] {
  return Object.keys(env)
    .filter((name) => env[name] && !names.includes(name))
    .flatMap((name) => {
      const meant = names.find((known) => areNear(name.toUpperCase(), known, known.length < 6 ? 1 : 2));
      if (meant) return `${name} is set, but there is no such setting: ${meant} is probably meant.`;
      return prefixes.test(name) ? `${name} is set, but there is no such setting: it has no effect.` : [];
    });
}

/** At most so many letters added, left out or changed. */
function areNear(a: string, b: string, edits: number): boolean {
  if (a === b) return true;
  if (edits === 0 || Math.abs(a.length - b.length) > edits) return false;
  const first = Array.from(a).findIndex((letter, n) => letter !== b[n]);
  const from = first === -1 ? a.length : first;
  const [x, y] = [a.slice(from), b.slice(from)];
  return [[x.slice(1), y] as const, [x, y.slice(1)] as const, [x.slice(1), y.slice(1)] as const].some(([p, q]) =>
    areNear(p, q, edits - 1),
  );
}
