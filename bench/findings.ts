/** How soon all that a look finds is there: beside the slowest of its probes alone, and beside a person with a shell. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { makeClients, type TargetClients } from '../src/clients/clients.ts';
import type { Clients, Playbook, Surroundings } from '../src/diagnosis/diagnosis.ts';
import { forOneRun } from '../src/diagnosis/shared.ts';
import { type Looking, look } from '../src/engine/look.ts';
import type { IssueType } from '../src/incident/policy.ts';
import { playbooks } from '../src/playbooks/index.ts';
import { loadPolicy } from '../src/runbook/load.ts';
import { type House, startHouse } from '../src/sandbox/house.ts';
import { scenarioNamed } from '../src/sandbox/scenarios/index.ts';
import { textOf } from '../src/sandbox/stories/story.ts';
import { bot, bundled } from './bundle.ts';
import { startServer } from './database.ts';
import { type Contestant, interleaved, took } from './interleaved.ts';
import { type Line, ours, type Report } from './report.ts';
import { unheardOf } from './words.ts';

/** A sixth would come to Slack's limit of channels a minute. */
const rounds = 5;
const alone = 'slowest probe alone';
const shell = 'shell';
/** The systems are not on the bot's machine: on loopback a look costs what this one processor computes, and waits for nothing. */
const networkMs = 50;

/** By issue type of the runbook: what is broken while it is looked at, and in which words it is declared. */
const broken: Record<string, { scenario: string; words: string }> = {
  'api-gateway-502': { scenario: 'gateway-out-of-memory', words: 'checkout returns 502' },
  'database-connections': { scenario: 'pool-exhausted', words: 'too many connections' },
  'high-memory': { scenario: 'one-pod-leaks', words: 'pods are oomkilled' },
  'workflow-stuck': { scenario: 'executions-hang', words: 'workflow stuck' },
};

const here = (type: string): string => `${type}, all findings`;
const away = (type: string): string => `${type}, all findings, each call ${networkMs} ms away`;
const told = (type: string): string => `${type}, from declare to the findings in Slack`;

const lines: Line[] = Object.keys(broken).flatMap((type) => [
  { figure: here(type), unit: 'ms', aim: { says: `≤ ${shell} ÷ 4`, holds: (of) => of(ours) * 4 <= of(shell) } },
  { figure: away(type), unit: 'ms', aim: { says: `≤ 1.3 × ${alone}`, holds: (of) => of(ours) <= 1.3 * of(alone) } },
  { figure: told(type), unit: 'ms', aim: { says: '≤ 5 s', holds: (of) => of(ours) <= 5_000 } },
]);

export async function findings(): Promise<Report> {
  const server = await startServer();
  const script = await bundled(bot, join(server.folder, 'ours'));
  const house = await startHouse({ now: Date.now, say: () => {}, command: [script], systems: true });
  const targets = targetsOf(house);
  const policy = loadPolicy(readFileSync('runbook.yaml', 'utf8'), 'runbook.yaml');
  const measured: Report['measured'] = {};
  try {
    for (const issueType of policy.issueTypes) {
      const { scenario, words } = broken[issueType.id] ?? {};
      if (scenario === undefined || words === undefined) throw new Error(`nothing is broken for ${issueType.id}`);
      await house.systems?.play(scenarioNamed(scenario));
      const scenery = { house, targets, looking: { policy, playbooks, ...targets }, words };
      // what a process that has run for a while has behind it
      await look(scenery.looking, issueType.id);
      const contestants = contestantsOf(scenery, issueType);
      for (const [name, figures] of Object.entries(await interleaved(contestants, rounds)))
        Object.assign((measured[name] ??= {}), figures);
    }
    return { bench: 'findings', lines, measured };
  } finally {
    await targets.end();
    await house.stop();
    await server.stop();
  }
}

function targetsOf({ env }: House): TargetClients {
  const { TARGET_DATABASE_URL: targetDatabaseUrl, PGBOUNCER_URL: pgbouncerUrl, KUBECONFIG: kubeconfig } = env;
  if (kubeconfig === undefined) throw new Error('the house has no cluster to look at');
  return makeClients({ targetDatabaseUrl, pgbouncerUrl, cluster: { kubeconfig } }, (what, error) => {
    throw new Error(what, { cause: error });
  });
}

interface Scenery {
  house: House;
  targets: TargetClients;
  looking: Looking;
  words: string;
}

function contestantsOf({ house, targets, looking, words }: Scenery, issueType: IssueType): Contestant[] {
  const { id } = issueType;
  const playbook = playbooks.find((one) => one.issueType === id);
  if (!playbook) throw new Error(`there is no playbook for ${id}`);
  const far = { ...targets, clients: distant(targets.clients) };
  return [
    {
      name: ours,
      measure: async () => ({
        [here(id)]: await took(() => look(looking, id)),
        [away(id)]: await took(() => look({ ...looking, ...far }, id)),
        [told(id)]: await declared(house, words),
      }),
    },
    { name: alone, measure: async () => ({ [away(id)]: await slowest(playbook, { ...far, issueType }) }) },
    { name: shell, measure: async () => ({ [here(id)]: await took(() => byHand(house, issueType)) }) },
  ];
}

function distant(clients: Clients): Clients {
  const far = Object.entries(clients).map(([name, client]) => [name, new Proxy(client, { get: laterOf })]);
  return Object.fromEntries(far);
}

function laterOf(client: object, name: string): unknown {
  const method: unknown = Reflect.get(client, name);
  if (typeof method !== 'function') return method;
  return async (...asked: unknown[]) => {
    await pause(networkMs);
    return Reflect.apply(method, client, asked);
  };
}

/** Each probe by itself, with nothing shared: the slowest of them is the floor of a look that asks all at once. */
async function slowest({ probes }: Playbook, around: Omit<Surroundings, 'now'>): Promise<number> {
  const times: number[] = [];
  for (const probe of probes) {
    const own = forOneRun({ ...around, now: Date.now() });
    times.push(await took(() => probe.look(own).catch(() => undefined)));
  }
  return Math.max(...times);
}

const run = promisify(execFile);

/** The runbook's own commands, one after the other; a person who would have to type or read them is not counted. */
async function byHand({ env }: House, { look: commands, targets: { namespace = '' } }: IssueType): Promise<void> {
  const kubectl = (...words: string[]) =>
    run('kubectl', [...words, '-n', namespace], { env: { ...env, PATH: path, HOME: tmpdir() } });
  const { stdout } = await kubectl('get', 'pods', '-o', 'name');
  const pod = stdout.split('\n')[0] ?? '';
  for (const command of commands) {
    const [, sql] = /psql .*-c "(.*)"$/.exec(command) ?? [];
    if (sql !== undefined) await psql(env, command.includes('6432') ? 'PGBOUNCER_URL' : 'TARGET_DATABASE_URL', sql);
    else if (command.includes('describe')) await kubectl('describe', pod);
    else if (command.includes('exec')) await kubectl('exec', pod, '--', 'cat', '/proc/meminfo').catch(() => {});
    else await kubectl(...command.split(' ').filter((word) => !['kubectl', '-n', namespace].includes(word)));
  }
}

const path = process.env['PATH'] ?? '';

/** Straight to the server, which spares the shell the way through a pod. */
const psql = (env: Record<string, string>, to: string, sql: string) =>
  run('psql', ['-X', '-c', sql, env[to] ?? ''], { env: { PATH: path } });

/** Of a real incident: until its first report stands in the thread. */
async function declared({ slack }: House, words: string): Promise<number> {
  const { length } = slack.transcript;
  const began = performance.now();
  await slack.user('U0ANA').command(`declare p1 ${words} ${unheardOf(12)}`);
  await slack.until('the report', (entries) =>
    entries
      .slice(length)
      .find((entry) => entry.kind === 'message' && entry.thread !== undefined && /^P1 #\d+: /.test(textOf(entry))),
  );
  return performance.now() - began;
}
