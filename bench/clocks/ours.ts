/** Our timers as they run in production; firing is a whole decision: state, timeline, duties, outbox, one transaction. */
import { readFileSync } from 'node:fs';
import type pg from 'pg';
import type { Engine } from '../../src/engine/engine.ts';
import { startTimers } from '../../src/engine/timers.ts';
import { dutiesFor } from '../../src/incident/clocks.ts';
import { decide, decideDeclaration } from '../../src/incident/decide.ts';
import type { Command, Incident } from '../../src/incident/incident.ts';
import type { Policy } from '../../src/incident/policy.ts';
import { makeLog } from '../../src/log.ts';
import { loadPolicy } from '../../src/runbook/load.ts';
import { makePool } from '../../src/store/db.ts';
import { listen } from '../../src/store/listen.ts';
import { poolOf } from '../database.ts';
import { type Clock, type Fired, isPage } from './clock.ts';

const runbook = 'runbook.yaml';
const person = { slack: 'U0ANA' };
const minute = 60_000;
const chunk = 1_000;
const padded = 'pad';

export async function ourClock(url: string): Promise<Clock> {
  const policy = loadPolicy(readFileSync(runbook, 'utf8'), runbook);
  const log = makeLog('fatal');
  const engine: Engine = { pool: makePool(url, log, 8), policy, playbooks: [], clients: {}, log };
  const reader = poolOf(url, 2);
  let made = 0;
  const owe = async (states: Incident[]) => {
    for (let from = 0; from < states.length; from += chunk)
      await insert(reader, states.slice(from, from + chunk), policy);
  };
  await owe([named(running(Date.now(), policy), padded, 1_000_000)]);
  return {
    name: 'ours',
    fill: (pending) => fill(reader, pending),
    owe: (instants, pages = 0) =>
      owe(
        instants.map((at, nth) => {
          made += 1;
          const begin = isPage(nth, instants.length, pages) ? unanswered : owingUpdate;
          return named(begin(at, policy), `bench-${made}`, made);
        }),
      ),
    start: async () => {
      const timers = startTimers(engine);
      const listening = listen(url, { duties: timers.poke }, log);
      return {
        stop: async () => {
          await listening.stop();
          await timers.stop();
        },
      };
    },
    fired: () => fired(reader),
    end: async () => {
      await Promise.all([engine.pool.end(), reader.end()]);
    },
  };
}

const decided = (decision: ReturnType<typeof decide>): Incident => {
  if (!decision.ok) throw new Error(`refused: ${decision.refusal.code}`);
  return decision.next;
};

function declared(at: number, policy: Policy): Incident {
  const command = { kind: 'declare' as const, severity: 'p1' as const, title: 'checkout returns 502' };
  const opened = decided(decideDeclaration(command, { id: 'b', number: 1, by: person, open: [], now: at, policy }));
  return { ...opened, home: { kind: 'channel', channel: 'C0', name: 'inc' }, pages: [] };
}

/** Acknowledged and led; `at` is when its next update is due. */
const owingUpdate = (at: number, policy: Policy): Incident => led(at - firstDue(led(0, policy), policy), policy);

const firstDue = (state: Incident, policy: Policy): number => dutiesFor(state, policy)[0]?.dueAt ?? 0;

function led(began: number, policy: Policy): Incident {
  const commands: Command[] = [{ kind: 'acknowledge' }, { kind: 'lead' }];
  return commands.reduce(
    (incident, command) =>
      command.kind === 'declare'
        ? incident
        : decided(decide(incident, { command, actor: person }, { now: began, policy })),
    declared(began, policy),
  );
}

/** Nobody has answered; `at` is when the second page is due. */
const unanswered = (at: number, policy: Policy): Incident => {
  const state = declared(at - 5 * minute, policy);
  return { ...state, ladder: { ...state.ladder, next: 2 } };
};

const running = (now: number, policy: Policy): Incident => owingUpdate(now + 30 * 24 * 60 * minute, policy);

const named = (state: Incident, id: string, number: number): Incident => ({
  ...state,
  id,
  number,
  home: { kind: 'channel', channel: `C${number}`, name: `inc-${number}` },
});

async function insert(pool: pg.Pool, states: Incident[], policy: Policy): Promise<void> {
  await pool.query(
    `insert into incidents (id, number, version, severity, phase, title, declared_at, channel, home_known, state)
     select state ->> 'id', (state ->> 'number')::int, (state ->> 'version')::int, state ->> 'severity', state ->> 'phase',
            state ->> 'title', to_timestamp((state ->> 'declaredAt')::double precision / 1000), state -> 'home' ->> 'channel',
            true, state
       from jsonb_array_elements($1::jsonb) as t (state)`,
    [JSON.stringify(states)],
  );
  const owed = states.flatMap((state) =>
    dutiesFor(state, policy).map(({ key, kind, dueAt }) => ({ incident: state.id, key, kind, due_at: dueAt })),
  );
  await pool.query(
    `insert into duties (incident, key, kind, due_at)
     select incident, key, kind, to_timestamp(due_at / 1000)
       from jsonb_to_recordset($1::jsonb) as t (incident text, key text, kind text, due_at double precision)`,
    [JSON.stringify(owed)],
  );
}

async function fill(pool: pg.Pool, pending: number): Promise<void> {
  await pool.query(
    `insert into duties (incident, key, kind, due_at)
     select $2, 'pad:' || n, 'update', now() + interval '30 days' + n * interval '1 s'
       from generate_series((select count(*) from duties where incident = $2) + 1, $1::int) n`,
    [pending, padded],
  );
  await pool.query('analyze duties');
}

/** What was due is the first duty of each that was paid; what it wrote is its row in the outbox. */
async function fired(pool: pg.Pool): Promise<Fired[] | undefined> {
  const { rowCount } = await pool.query(
    `select from duties where state = 'owed' and due_at < now() + interval '10 s' limit 1`,
  );
  if (rowCount) return undefined;
  const all = await pool.query<Fired>(
    `select extract(epoch from d.due_at)::double precision * 1000 as "dueAt",
            extract(epoch from o.at)::double precision * 1000 as at, d.kind = 'page' as page
       from duties d
       join (select incident, min(enqueued_at) as at from outbox group by incident) o using (incident)
      where d.state = 'paid'
      order by d.due_at`,
  );
  await forget(pool);
  return all.rows;
}

async function forget(pool: pg.Pool): Promise<void> {
  await pool.query('alter table timeline disable trigger all');
  for (const table of ['outbox', 'timeline', 'duties'])
    await pool.query(`delete from ${table} where incident <> '${padded}'`);
  await pool.query(`delete from incidents where id <> '${padded}'`);
}
