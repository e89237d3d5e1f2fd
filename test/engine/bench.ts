/** An engine on a database of its own, and a world of fakes at its ports that writes down what it was asked. */
import { readFileSync } from 'node:fs';
import { deliverRound } from '../../src/engine/deliver.ts';
import type { Answer, Engine, Input } from '../../src/engine/engine.ts';
import { handle } from '../../src/engine/handle.ts';
import type { World } from '../../src/engine/perform.ts';
import type { Chat, Pager, Sending } from '../../src/engine/ports.ts';
import { dutiesFallDue } from '../../src/engine/timers.ts';
import type { Command, IncidentId } from '../../src/incident/incident.ts';
import type { Person, Severity } from '../../src/incident/policy.ts';
import { makeLog } from '../../src/log.ts';
import { playbooks } from '../../src/playbooks/index.ts';
import { loadPolicy } from '../../src/runbook/load.ts';
import { type Lane, lanes } from '../../src/store/outbox.ts';
import { setClock, testDatabase } from '../tools/database.ts';

export const start = 1_772_420_400_000;
export const minutes = (n: number): number => n * 60_000;
export const ana: Person = { slack: 'U0ANA' };
export const ben: Person = { slack: 'U0BEN' };

export interface Asked {
  what: string;
  about: string;
  again: boolean;
}

export interface Bench {
  /** of its database */
  url: string;
  engine: Engine;
  world: World;
  asked: Asked[];
  /** what the next calls of a kind do instead of succeeding */
  fail: Map<string, Error>;
  at(ms: number): Promise<void>;
  order(command: Command, options?: Partial<Input>): Promise<Answer>;
  declare(severity?: Severity, title?: string): Promise<IncidentId>;
  /** delivers until nothing may go any more */
  deliver(owner?: string): Promise<void>;
  due(): Promise<void>;
  states(): Promise<Record<string, string>>;
  end(): Promise<void>;
}

export async function makeBench(): Promise<Bench> {
  const database = await testDatabase();
  const policy = loadPolicy(readFileSync('runbook.yaml', 'utf8'), 'runbook.yaml');
  const engine: Engine = { pool: database.pool, policy, playbooks, clients: {}, log: makeLog('silent') };
  const asked: Asked[] = [];
  const fail = new Map<string, Error>();
  const world: World = { engine, chat: fakeChat(asked, fail), pager: fakePager(asked, fail), webhook: undefined };
  let keys = 0;
  const order: Bench['order'] = (command, options = {}) => {
    keys += 1;
    return handle(engine, { key: `key-${keys}`, actor: ana, command, ...options });
  };
  const round = (lane: Lane, owner: string) => deliverRound({ engine, world, lane, owner });
  await setClock(database.pool, start);
  return {
    url: database.url,
    engine,
    world,
    asked,
    fail,
    order,
    at: (ms) => setClock(database.pool, start + ms),
    async declare(severity = 'p1', title = 'checkout returns 502') {
      const answer = await order({ kind: 'declare', severity, title, anyway: true });
      if (!answer.ok) throw new Error(`refused: ${answer.refusal.code}`);
      return answer.incident.id;
    },
    async deliver(owner = 'one') {
      // budgets go by the real clock; what they hold back has tests of its own
      await database.pool.query('update outbox set budget = null');
      let waits = await nextWait(round, owner);
      while (waits <= 0) {
        await database.pool.query('update outbox set budget = null');
        waits = await nextWait(round, owner);
      }
    },
    due: async () => {
      await dutiesFallDue(engine);
    },
    async states() {
      const { rows } = await database.pool.query<{ name: string; state: string }>(
        `select coalesce(effect -> 'entry' ->> 'kind', effect ->> 'kind') as name, state from outbox order by id`,
      );
      return Object.fromEntries(rows.map(({ name, state }) => [name, state]));
    },
    end: () => database.end(),
  };
}

async function nextWait(
  round: (lane: Lane, owner: string) => Promise<number | undefined>,
  owner: string,
): Promise<number> {
  const waits: number[] = [];
  for (const lane of lanes) waits.push((await round(lane, owner)) ?? Infinity);
  return Math.min(...waits);
}

function recorder(asked: Asked[], fail: Map<string, Error>) {
  return (what: string, about: string, again = false): void => {
    asked.push({ what, about, again });
    const error = fail.get(what);
    if (error) throw error;
  };
}

function fakeChat(asked: Asked[], fail: Map<string, Error>): Chat {
  const record = recorder(asked, fail);
  let ts = 0;
  const posted = (what: string, about: string, { again, incident }: Sending) => {
    record(what, about, again);
    ts += 1;
    return { channel: incident.home.kind === 'none' ? 'C0OPS' : incident.home.channel, ts: `${ts}.0` };
  };
  return {
    openChannel: async ({ incident, again }) => {
      record('open-channel', incident.id, again);
      return { channel: `C0${incident.number}`, name: `inc-${incident.number}` };
    },
    topic: async ({ incident }) => record('topic', incident.id),
    invite: async ({ incident }) => record('invite', incident.id),
    announce: async (sending) => ({ ...posted('announce', sending.incident.id, sending), channel: 'C0OPS' }),
    card: async (sending) => posted('card', sending.incident.id, sending),
    pin: async ({ incident }) => record('pin', incident.id),
    redraw: async ({ incident }, what) => record('redraw', `${what} v${incident.version}`),
    post: async (sending, { entry }) => posted('post', entry.kind, sending),
    redrawReport: async (_, { report, note = '' }) =>
      record('redraw-report', `${report.verdict} ${report.pending.join()} ${note}`.trim()),
    upload: async ({ name }) => {
      record('upload', name);
      return 'F1';
    },
    share: async (_, file) => record('share', file),
    tell: async (sending, entry, person) => posted('tell', `${entry.kind} ${person.slack}`, sending),
    alarm: async (sentences, person) => record('alarm', `${person.slack}: ${sentences.join(' ')}`),
  };
}

function fakePager(asked: Asked[], fail: Map<string, Error>): Pager {
  const record = recorder(asked, fail);
  return {
    name: 'a pager',
    capabilities: { status: true, webhook: true, onCall: true, note: true },
    page: async ({ key, message }) => {
      record('page', `${key.split(':')[1]} ${message}`);
      return { request: `request ${key}` };
    },
    requestStatus: async (request) => {
      record('request-status', request);
      return { state: 'delivered' };
    },
    status: async () => ({ state: 'delivered' }),
    note: async (key) => record('note', key),
    acknowledge: async (key) => record('acknowledge', key),
    resolve: async (key) => record('resolve', key),
    onCall: async () => [],
  };
}
