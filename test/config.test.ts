import { describe, expect, it } from '@jest/globals';
import { type Config, type Environment, readConfig } from '../src/config.ts';
import { BadConfiguration } from '../src/errors.ts';
import { settings, settingsTable } from '../src/settings.ts';

const needed = {
  SLACK_BOT_TOKEN: 'xoxb-1-2-abc',
  SLACK_SIGNING_SECRET: 'shhh',
  DATABASE_URL: 'postgres://responder:pw@db.internal:5432/responder',
};

const noFiles = (path: string): string => {
  throw Object.assign(new Error(`no file ${path}`), { code: 'ENOENT' });
};

const configOf = (env: Environment, readFile = noFiles): Config => readConfig({ ...needed, ...env }, readFile);

function faultsOf(env: Environment, readFile = noFiles): string[] {
  try {
    configOf(env, readFile);
  } catch (error) {
    if (error instanceof BadConfiguration) return error.faults;
    throw error;
  }
  return [];
}

const nothing: Environment = { SLACK_BOT_TOKEN: '', SLACK_SIGNING_SECRET: '', DATABASE_URL: '' };

describe('what is set', () => {
  it('is read under a name of our own, the rest takes its default', () => {
    const config = configOf({ INCIDENTS_CHANNEL: 'C0123456789', PORT: '8080' });

    expect(config).toMatchObject({
      slackBotToken: 'xoxb-1-2-abc',
      incidentsChannel: 'C0123456789',
      port: 8080,
      slackApiUrl: 'https://slack.com/api/',
      opsgenieApiUrl: 'https://api.opsgenie.com',
      runbook: 'runbook.yaml',
      logLevel: 'info',
    });
  });

  it('may stand in a file instead, without the line break at its end', () => {
    const files: Record<string, string> = { '/run/secrets/key': 'key-from-file\n' };

    const config = configOf({ OPSGENIE_API_KEY_FILE: '/run/secrets/key' }, (path) => files[path] ?? noFiles(path));

    expect(config.opsgenieApiKey).toBe('key-from-file');
  });

  it('is taken without white space around it', () => {
    const config = configOf({ RUNBOOK: ' policy.yaml\n' });

    expect(config.runbook).toBe('policy.yaml');
  });

  it('cannot be changed afterwards', () => {
    const config = configOf({});

    expect(Object.isFrozen(config) && Object.isFrozen(config.warnings)).toBe(true);
  });

  it('is the same with or without slashes at the end of an address', () => {
    const config = configOf({ SLACK_API_URL: 'http://127.0.0.1:9000/api', OPSGENIE_API_URL: 'https://x.example//' });

    expect([config.slackApiUrl, config.opsgenieApiUrl]).toEqual(['http://127.0.0.1:9000/api/', 'https://x.example']);
  });
});

describe('faults', () => {
  it('come all at once', () => {
    const faults = faultsOf({ ...nothing, PORT: 'web', LOG_LEVEL: 'loud' });

    expect(faults.map((fault) => fault.split(/ (is|must)/)[0])).toEqual([
      'SLACK_BOT_TOKEN',
      'PORT',
      'LOG_LEVEL',
      'Neither SLACK_SIGNING_SECRET nor SLACK_APP_TOKEN',
      'Neither DATABASE_URL nor DATA_DIR',
    ]);
  });

  it.each([
    ['a user token', 'SLACK_BOT_TOKEN', 'xoxp-1'],
    ['no app-level token', 'SLACK_APP_TOKEN', 'xoxb-1'],
    ["a channel's name", 'INCIDENTS_CHANNEL', '#incidents'],
    ['a name for a workspace', 'SLACK_TEAM_ID', 'acme'],
    ['a port out of range', 'PORT', '65536'],
    ['a port that is no whole number', 'PORT', '30.5'],
    ['a port that only begins as a number', 'PORT', '3000a'],
    ['Slack over plain http', 'SLACK_API_URL', 'http://slack.com/api/'],
    ['a host that only looks like this machine', 'SLACK_API_URL', 'http://localhost.evil.example/'],
    ['this machine as a user name', 'OPSGENIE_API_URL', 'http://127.0.0.1:80@evil.example/'],
    ['no address', 'OPSGENIE_API_URL', 'api.opsgenie.com'],
    ['another database', 'DATABASE_URL', 'mysql://db/responder'],
    ['a # in a password', 'TARGET_DATABASE_URL', 'postgres://me:p#w@db/app'],
    ['a pooler’s database instead of its console', 'PGBOUNCER_URL', 'postgres://me@pooler:6432/app'],
    ['a short webhook secret', 'WEBHOOK_SECRET', 'fifteen-letters'],
    ['an unknown level', 'LOG_LEVEL', 'verbose'],
  ])('%s', (_name, variable, value) => {
    const faults = faultsOf({ [variable]: value });

    expect(faults).toEqual([expect.stringMatching(new RegExp(`^${variable} must `))]);
  });

  it.each([
    ['PORT', '0'],
    ['PORT', '65535'],
    ['SLACK_API_URL', 'http://localhost:3001/api/'],
    ['OPSGENIE_API_URL', 'http://[::1]:4000'],
    ['TARGET_DATABASE_URL', 'postgresql://me:p%23w@db/app?sslmode=require'],
    ['PGBOUNCER_URL', 'postgres://me@pooler:6432/pgbouncer'],
    ['PGBOUNCER_URL', 'postgres://me@pooler:6432'],
    ['KUBECONFIG', '/etc/responder/one:/etc/responder/two'],
    ['WEBHOOK_SECRET', 'sixteen-letters!'],
  ])('none for %s=%s', (variable, value) => {
    const faults = faultsOf({ [variable]: value });

    expect(faults).toEqual([]);
  });

  it('never print what was set, for it may be a secret in the wrong place', () => {
    const secret = 'geheim-4711';
    const every = settings.flatMap(({ name }) => [{ [name]: secret }, { [`${name}_FILE`]: secret }]);

    const said = every.flatMap((env) => faultsOf({ ...nothing, ...env }));

    expect(said.length).toBeGreaterThan(0);
    expect(said.filter((fault) => fault.includes(secret))).toEqual([]);
  });

  it('name a setting once when its file cannot be read', () => {
    const faults = faultsOf({
      ...nothing,
      SLACK_BOT_TOKEN_FILE: '/nowhere',
      SLACK_APP_TOKEN: 'xapp-1',
      DATA_DIR: 'data',
    });

    expect(faults).toEqual(['SLACK_BOT_TOKEN_FILE must name a file that this process can read; it cannot (ENOENT).']);
  });

  it('do not call a setting missing whose file cannot be read', () => {
    const faults = faultsOf({ DATABASE_URL: '', DATABASE_URL_FILE: '/nowhere' });

    expect(faults).toEqual([expect.stringMatching(/^DATABASE_URL_FILE must /)]);
  });

  it.each([
    ['a variable and its file', { PORT: '1', PORT_FILE: '/port' }, 'PORT and PORT_FILE are both set'],
    ['an empty file', { PORT_FILE: '/port' }, 'PORT_FILE names an empty file'],
    ['two stores', { DATA_DIR: 'data' }, 'DATABASE_URL and DATA_DIR are both set'],
    [
      'the way round a pooler alone',
      { DATABASE_URL: '', DATA_DIR: 'data', DATABASE_DIRECT_URL: needed.DATABASE_URL },
      'DATABASE_DIRECT_URL is set without DATABASE_URL',
    ],
  ])('%s', (_name, env, start) => {
    const faults = faultsOf(env, () => ' \n');

    expect(faults).toEqual([expect.stringContaining(start)]);
  });

  it('come with the misspelt name that may be their reason', () => {
    const faults = faultsOf({ SLACK_BOT_TOKEN: '', SLACK_BOTTOKEN: 'xoxb-1' });

    expect(faults).toEqual([
      expect.stringMatching(/^SLACK_BOT_TOKEN is not set/),
      'SLACK_BOTTOKEN is set, but there is no such setting: SLACK_BOT_TOKEN is probably meant.',
    ]);
  });

  it('say why the bot does not choose a store by itself', () => {
    const faults = faultsOf({ DATABASE_URL: '' });

    expect(faults).toEqual([expect.stringContaining('a missing secret must never make two replicas run two stores')]);
  });

  it('are none for Socket Mode without a signing secret', () => {
    const faults = faultsOf({ SLACK_SIGNING_SECRET: '', SLACK_APP_TOKEN: 'xapp-1' });

    expect(faults).toEqual([]);
  });
});

describe('warnings', () => {
  const complete = {
    INCIDENTS_CHANNEL: 'C0123456789',
    JOURNAL_DIR: 'journal',
    OPSGENIE_API_KEY: 'key',
    WEBHOOK_SECRET: 'sixteen-letters!',
    TARGET_DATABASE_URL: 'postgres://reader@db/app',
    PGBOUNCER_URL: 'postgres://reader@pooler:6432/pgbouncer',
  };

  it('say what is lost by each setting that is not set', () => {
    const { warnings } = configOf({});

    expect(warnings.map((warning) => warning.split(' is not set: ')[0])).toEqual(Object.keys(complete));
  });

  it('are none when nothing is lost', () => {
    const { warnings } = configOf({
      ...complete,
      PATH: '/bin',
      HOST: 'a',
      DATABASE_PORT: 'tcp://10.0.0.1:1',
      SLACK_ICON: '',
    });

    expect(warnings).toEqual([]);
  });

  it.each([
    ['SLACK_BOT_TOKN', 'SLACK_BOT_TOKEN'],
    ['DATADIR', 'DATA_DIR'],
    ['webhook_secret', 'WEBHOOK_SECRET'],
    ['OPSGENIE_APIKEY_FILE', 'OPSGENIE_API_KEY_FILE'],
  ])('ask whether %s means %s', (typed, meant) => {
    const { warnings } = configOf({ ...complete, [typed]: 'x' });

    expect(warnings).toEqual([`${typed} is set, but there is no such setting: ${meant} is probably meant.`]);
  });

  it('name a variable of Slack or Opsgenie that has no effect', () => {
    const { warnings } = configOf({ ...complete, SLACK_ICON: 'x' });

    expect(warnings).toEqual(['SLACK_ICON is set, but there is no such setting: it has no effect.']);
  });
});

describe('the list of settings', () => {
  it('names each by its key in capitals', () => {
    const odd = settings.filter(({ key, name }) => key.replaceAll(/[A-Z]/g, '_$&').toUpperCase() !== name);

    expect(odd).toEqual([]);
  });

  it('says of each what happens without it', () => {
    const silent = settingsTable()
      .split('\n')
      .filter((row) => / \| *\|$/.test(row));

    expect(silent).toEqual([]);
  });
});
